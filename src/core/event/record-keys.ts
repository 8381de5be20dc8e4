/** Keys that tell a record: an object with any of them is no container, and one with none of them is no record. */
export const recordKeys: ReadonlySet<string> = new Set([
  'eventVersion',
  'eventTime',
  'eventSource',
  'eventName',
  'eventID',
  'eventType',
  'userIdentity',
])

/** Keys of an outer object whose array holds the records. */
export const containerKeys: ReadonlySet<string> = new Set(['Records', 'Events', 'events', 'logEvents', 'results'])
