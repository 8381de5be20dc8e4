/** What an event class is decided from; columns of the record as text. */
export interface ClassInput {
  readonly eventCategory: string | null
  readonly eventType: string | null
  readonly managementEvent: string | null
  readonly readOnly: string | null
  readonly eventSource: string | null
  readonly eventName: string | null
}

/**
 * The class by which trails select and coverage counts: `management:read`, `management:write`, `data:<service>`,
 * `network` or `insight`.
 *
 * `eventCategory` (since event version 1.07) decides, then `managementEvent` (1.06). Records older than both are taken
 * for management events, save the S3 object calls and Lambda invocations that trails could already record as data
 * events. Where `readOnly` is missing, as in most records of version 1.05, the verb of the name decides.
 */
export function eventClass(event: ClassInput): string {
  const { eventCategory, eventType, managementEvent } = event
  if (eventCategory === 'Insight' || eventType === 'AwsCloudTrailInsight') return 'insight'
  if (eventCategory === 'NetworkActivity' || eventType?.startsWith('AwsVpceEvent')) return 'network'
  const service = (event.eventSource ?? 'unknown').replace(/\.amazonaws\.com(\.cn)?$/, '')
  if (eventCategory === 'Data') return `data:${service}`
  if (eventCategory === null && managementEvent === 'false') return `data:${service}`
  if (eventCategory === null && managementEvent === null && isOldDataEvent(service, event.eventName ?? ''))
    return `data:${service}`
  return `management:${isRead(event) ? 'read' : 'write'}`
}

const s3ObjectCalls =
  /^(?:GetObject|PutObject|DeleteObjects?|HeadObject|CopyObject|ListParts|RestoreObject|SelectObjectContent|CreateMultipartUpload|UploadPart|UploadPartCopy|CompleteMultipartUpload|AbortMultipartUpload)(?:Acl|Tagging|Torrent)?$/

const isOldDataEvent = (service: string, name: string): boolean =>
  (service === 's3' && s3ObjectCalls.test(name)) || (service === 'lambda' && /^Invoke(?:\d|$)/.test(name))

const readVerbs =
  /^(?:Get|List|Describe|Head|Lookup|Search|Scan|Query|BatchGet|BatchDescribe|Check|View|Select|Simulate|Estimate|Validate|Verify|Test)(?:[A-Z0-9]|$)/

const isRead = (event: ClassInput): boolean =>
  event.readOnly === null ? readVerbs.test(event.eventName ?? '') : event.readOnly === 'true'
