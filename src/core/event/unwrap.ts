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
 * - `{"detail-type":…,"detail":{…}}`: EventBridge
 * - `{"events":[{"message":"…"}]}`: `aws logs filter-log-events` and `get-log-events`
 * - `{"logEvents":[{"message":"…"}]}`: CloudWatch Logs subscriptions
 * - `{"results":[[{"field":"@message","value":"…"}]]}`: CloudWatch Logs Insights
 */
export function unwrap(
  text: string,
  node: JsonNode,
  kind: SourceKind = 'trail',
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

  const inner = stringMember(text, node, 'CloudTrailEvent')
  if (inner !== undefined) return parseInner(inner, 'history', account)

  const detail = memberOf(node, 'detail')
  if (detail?.type === 'object')
    return unwrap(text, detail, 'eventbridge', stringMember(text, node, 'account') ?? account)

  const message = stringMember(text, node, 'message') ?? stringMember(text, node, '@message')
  if (message !== undefined) return parseInner(message, 'cloudwatch', account)

  const containers = node.members.filter(({ name, value }) => containerKeys.has(name) && value.type === 'array')
  if (containers.length > 0)
    return containers.flatMap(({ value }) => value.items.flatMap((item) => unwrap(text, item, kind, account)))

  // It has none of a record's keys; reading it as one names what is missing.
  return [{ kind, text, node, account }]
}

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

/** Files that this program wrote itself, such as the ground truth beside simulated logs. */
export const isOwnOutput = (text: string, node: JsonNode): boolean =>
  stringMember(text, node, 'schema')?.startsWith('trailbook.') ?? false
