import { recordFault } from './fault.ts'
import { JsonFault, type JsonNode, memberOf, parseJson, stringMember } from './json.ts'
import { containerKeys, recordKeys } from './record-keys.ts'
import type { RawRecord, SourceKind } from './source.ts'
import { escapeSurrogates } from './text.ts'

export const looksLikeRecord = (node: JsonNode): boolean => node.members.some(({ name }) => recordKeys.has(name))

/**
 * The records in one JSON value of a log file: the value itself, or what the envelopes of other exports hold.
 *
 * - `{"Records":[…]}`: files as delivered
 * - `{"Events":[{"CloudTrailEvent":"…"}]}`: `aws cloudtrail lookup-events`
 * - `{"source":"aws.…","detail-type":"… via CloudTrail","detail":{…}}`: EventBridge
 * - `{"events":[{"message":"…"}]}`: `aws logs filter-log-events` and `get-log-events`
 * - `{"logEvents":[{"message":"…"}]}`: CloudWatch Logs subscriptions
 * - `{"results":[[{"field":"@message","value":"…"}]]}`: CloudWatch Logs Insights
 *
 * @param kind what a bare record counts as; envelopes name their own kind
 */
export function unwrap(
  text: string,
  node: JsonNode,
  kind: SourceKind = 'file',
  account: string | null = null,
): RawRecord[] {
  if (node.type === 'array') {
    const message = insightsMessage(text, node)
    return message === undefined
      ? [recordFault('RECORD_NOT_OBJECT', { found: 'an array' })]
      : parseInner(message, 'cloudwatch', account)
  }
  if (node.type !== 'object') return [recordFault('RECORD_NOT_OBJECT', { found: words[node.type] })]
  if (looksLikeRecord(node)) return [{ kind, text, node, account }]
  // It has none of a record's keys; reading it as one names what is missing.
  return unwrapEnvelope(text, node, kind, account) ?? [{ kind, text, node, account }]
}

/** What an object that is no record holds in any of the ways of an envelope; undefined where it is no envelope. */
export function unwrapEnvelope(
  text: string,
  node: JsonNode,
  kind: SourceKind,
  account: string | null = null,
): RawRecord[] | undefined {
  const found: RawRecord[][] = []

  const inner = stringMember(text, node, 'CloudTrailEvent')
  if (inner !== undefined) found.push(parseInner(inner, 'history', account))

  const detail = memberOf(node, 'detail')
  if (detail?.type === 'object') {
    const other = otherEvent(text, node)
    found.push(other ?? unwrap(text, detail, 'eventbridge', stringMember(text, node, 'account') ?? account))
  }

  const message = stringMember(text, node, 'message') ?? stringMember(text, node, '@message')
  if (message !== undefined) found.push(parseInner(message, 'cloudwatch', account))

  for (const { name, value } of node.members)
    if (containerKeys.has(name) && value.type === 'array')
      found.push(value.items.flatMap((item) => unwrap(text, item, kind, account)))

  return found.length === 0 ? undefined : found.flat()
}

/** EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; the second spelling of the sign-in is seen in events. */
const detailTypes: ReadonlySet<string> = new Set([
  'AWS API Call via CloudTrail',
  'AWS Console Signin via CloudTrail',
  'AWS Console Sign In via CloudTrail',
  'AWS Console Action via CloudTrail',
  'AWS Service Event via CloudTrail',
  'AWS Insight via CloudTrail',
  'AWS Network Activity Event via CloudTrail',
])

/** Anybody with PutEvents can send an event whose detail looks like a record, but only AWS can send one from a source `aws.…`. */
function otherEvent(text: string, node: JsonNode): RawRecord[] | undefined {
  const source = stringMember(text, node, 'source')
  const type = stringMember(text, node, 'detail-type')
  if (source?.startsWith('aws.') && type !== undefined && detailTypes.has(type)) return undefined
  const said = `its source is ${shown(source)} and its detail-type ${shown(type)}`
  return [recordFault('RECORD_NOT_CLOUDTRAIL', { reason: `it is another EventBridge event, ${said}` })]
}

const shown = (value: string | undefined): string =>
  value === undefined ? 'absent' : JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)

const words = { string: 'a string', number: 'a number', true: 'true', false: 'false', null: 'null' } as const

function parseInner(content: string, kind: SourceKind, account: string | null): RawRecord[] {
  const text = escapeSurrogates(content)
  try {
    const node = parseJson(text)
    if (node.type !== 'object')
      return [recordFault('RECORD_NOT_OBJECT', { found: node.type === 'array' ? 'an array' : words[node.type] })]
    return unwrap(text, node, kind, account)
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    if (error.kind === 'depth') return [recordFault('RECORD_TOO_DEEP', { limit: 100 })]
    return [recordFault('RECORD_JSON', { reason: error.message })]
  }
}

/** A row of Insights results is a list of field and value. */
function insightsMessage(text: string, row: JsonNode): string | undefined {
  for (const item of row.items) {
    if (item.type === 'object' && stringMember(text, item, 'field') === '@message')
      return stringMember(text, item, 'value')
  }
  return undefined
}

/** A digest file lists log files with their hashes; it is kept for verification and has no records. */
export const isDigest = (node: JsonNode): boolean =>
  memberOf(node, 'digestEndTime') !== undefined && memberOf(node, 'digestS3Object') !== undefined

/**
 * Files that this program wrote itself, such as the ground truth beside simulated logs. One that holds whole records is
 * read like any other, whatever it calls itself.
 */
export const isOwnOutput = (text: string, node: JsonNode): boolean =>
  /^trailbook\.[a-z-]+\/v\d+$/.test(stringMember(text, node, 'schema') ?? '') &&
  memberOf(node, 'Records') === undefined &&
  !looksLikeRecord(node) &&
  !(unwrapEnvelope(text, node, 'file') ?? []).some((record) => 'node' in record && isWhole(record.node))

/** An event, and not only the mention of one. */
const isWhole = (node: JsonNode): boolean =>
  ['eventVersion', 'eventTime', 'eventName'].every((name) => memberOf(node, name) !== undefined)
