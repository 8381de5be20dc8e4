import { canonicalRecord } from './canonical-record.ts'
import { eventColumns } from './columns.ts'
import { eventClass } from './event-class.ts'
import { parseEventTime } from './event-time.ts'
import { type RecordFault, recordFault } from './fault.ts'
import { type JsonMember, type JsonNode, rawJson, stringValue } from './json.ts'
import { recordKeys } from './record-keys.ts'
import { readStruct } from './struct.ts'
import { isWellFormed, jsonObject, replaceSurrogateEscapes, replaceSurrogates } from './text.ts'

/** A record as the lake holds it. */
export interface EventRow {
  /**
   * In the order of `eventColumns`. A struct column is JSON text of exactly the declared fields with every leaf a string
   * or null, so that no engine's JSON reader has anything left to decide.
   */
  readonly columns: readonly (string | null)[]
  /** Whole seconds of UTC: the `eventTime` column. */
  readonly time: string
  readonly eventId: string | null
  /** recipientAccountId, else the account of the envelope. */
  readonly account: string | null
  readonly region: string | null
  readonly eventClass: string
  /** Hash this for the record's identity. Where the record names no account, that of the envelope is part of it. */
  readonly canonical: string
}

const columnIndex = new Map(eventColumns.map((column, index) => [column.name, index]))
const indexOf = (name: string): number => columnIndex.get(name)!
const [timeAt, idAt, recipientAt, regionAt, extraAt] = [
  'eventTime',
  'eventID',
  'recipientAccountId',
  'awsRegion',
  'extra',
].map(indexOf) as [number, number, number, number, number]

/** From a record's JSON to its row, or the reason why it cannot be one. Pure; never throws on any JSON object. */
export function normaliseRecord(
  text: string,
  node: JsonNode,
  envelopeAccount: string | null = null,
): EventRow | RecordFault {
  const columns: (string | null)[] = new Array(eventColumns.length).fill(null)
  const extra: [string, string][] = []

  const indexes = node.members.map(({ name }) => columnIndex.get(name) ?? extraAt)
  // Of doubled keys the last wins, as in JSON.parse; the others are left over.
  const lastAt: number[] = []
  for (let at = 0; at < indexes.length; at++) lastAt[indexes[at]!] = at
  for (let at = 0; at < indexes.length; at++) {
    const member = node.members[at]!
    const index = indexes[at]!
    if (index === extraAt || lastAt[index] !== at) extra.push([member.name, rawJson(text, member.value)])
    else columns[index] = readColumn(text, member, index, extra)
  }

  const fault = notAnEvent(node, columns)
  if (fault !== undefined) return fault
  const time = parseEventTime(columns[timeAt]!)
  if (time === undefined) return recordFault('RECORD_EVENT_TIME', { found: shown(columns[timeAt]!) })
  if (time !== columns[timeAt]) extra.push(['eventTime', JSON.stringify(columns[timeAt])])
  columns[timeAt] = time
  if (extra.length > 0) columns[extraAt] = jsonObject(extra)

  const column = (name: string): string | null => columns[indexOf(name)]!
  return {
    columns,
    time,
    eventId: columns[idAt]!,
    account: columns[recipientAt] ?? envelopeAccount,
    region: columns[regionAt]!,
    eventClass: eventClass({
      eventCategory: column('eventCategory'),
      eventType: column('eventType'),
      managementEvent: column('managementEvent'),
      readOnly: column('readOnly'),
      eventSource: column('eventSource'),
      eventName: column('eventName'),
    }),
    canonical:
      columns[recipientAt] === null && envelopeAccount !== null
        ? `${envelopeAccount}\n${canonicalRecord(text, node)}`
        : canonicalRecord(text, node),
  }
}

function readColumn(
  text: string,
  { name, value }: JsonMember,
  index: number,
  extra: [string, string][],
): string | null {
  if (value.type === 'null') return null
  const { form, type } = eventColumns[index]!
  if (form === 'struct') {
    const { column, rest } = readStruct(text, value, type)
    if (rest !== null) extra.push([name, rest])
    return column
  }
  // UTF-8 cannot hold lone surrogates: the column shows U+FFFD, `extra` keeps the escapes.
  if (value.type === 'string') {
    const content = stringValue(text, value)
    if (isWellFormed(content)) return content
    extra.push([name, rawJson(text, value)])
    return replaceSurrogates(content)
  }
  const json = rawJson(text, value)
  const sound = replaceSurrogateEscapes(json)
  if (sound !== json) extra.push([name, json])
  return sound
}

function notAnEvent(node: JsonNode, columns: readonly (string | null)[]): RecordFault | undefined {
  const column = (name: string) => columns[indexOf(name)]!
  const version = column('eventVersion')
  if (column('eventCategory') === 'Aggregated' || column('eventType') === 'AwsAggregatedEvent')
    return recordFault('RECORD_AGGREGATED')
  if (version !== null && !/^1(\.\d+)?$/.test(version))
    return recordFault('RECORD_NOT_CLOUDTRAIL', {
      reason: `its eventVersion is ${shown(version)}, CloudTrail's begins with 1`,
    })
  const keys = node.members.filter(({ name }) => recordKeys.has(name)).map(({ name }) => name)
  if (keys.every((name) => name === 'eventTime'))
    return recordFault('RECORD_NOT_CLOUDTRAIL', {
      reason: 'it has none of eventVersion, eventName, eventSource, eventID, eventType',
    })
  if (columns[timeAt] === null) return recordFault('RECORD_EVENT_TIME', { found: 'absent' })
  return undefined
}

const shown = (value: string): string => JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
