/** One value of each parameter type: what is accepted, and the one form it takes from then on. */
import type { ParameterKind } from '../sql/compile.ts'
import { isoTime, parseDuration } from '../time.ts'
import type { Json } from './json.ts'

export type Scalar = string | number | boolean
type ParsedValue =
  | { readonly value: Scalar; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined }

interface Kind {
  /** Ends the sentence "… is not". */
  readonly what: string
  /** Undefined where the value is none of this type. Values arrive as text (command line, YAML) or as JSON. */
  parse(value: Json): Scalar | undefined
  /** For `min` and `max`. */
  order?(value: Scalar): number
}

const text = (what: string, accept: (value: string) => boolean): Kind => ({
  what,
  parse: (value) => (typeof value === 'string' && accept(value) ? value : undefined),
})

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/** Partitions are not listed: aws, aws-cn, aws-us-gov exist and more come. S3 names have neither region nor account. */
const arnPattern = /^arn:aws(-[a-z0-9]+)*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}|[a-z]+)?:\S(.*\S)?$/
/** Not a list either: Regions are added, and test data has its own. */
const regionPattern = /^[a-z]{2,}(-[a-z0-9]+)+$/
/** Long-term, temporary, bearer and context-specific keys (IAM User Guide, "unique identifiers"). */
const accessKeyPattern = /^(AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}$/

export const kinds: Readonly<Record<ParameterKind, Kind>> = {
  string: text('text', () => true),
  integer: { what: 'a whole number', parse: parseInteger, order: Number },
  number: { what: 'a number', parse: parseNumber, order: Number },
  boolean: {
    what: 'true or false',
    parse: (value) =>
      value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
  },
  duration: {
    ...text('a duration such as 15m, 24h or 7d', (value) => parseDuration(value) !== undefined),
    order: (value) => parseDuration(String(value)) ?? 0,
  },
  timestamp: {
    what: 'a time such as 2026-01-31T09:00:00Z or a date',
    parse: (value) => (typeof value === 'string' ? parseTimestamp(value) : undefined),
    order: (value) => Date.parse(String(value)),
  },
  arn: text('an ARN such as arn:aws:iam::111122223333:user/alice', (value) => arnPattern.test(value)),
  account: text('an account id of 12 digits', (value) => /^\d{12}$/.test(value)),
  region: text('a Region such as eu-central-1', (value) => regionPattern.test(value)),
  ip: text('an IPv4 or IPv6 address', isIp),
  cidr: text('a range such as 198.51.100.0/24', isCidr),
  accessKey: text('an access key id such as AKIAIOSFODNN7EXAMPLE', (value) => accessKeyPattern.test(value)),
}

export function parseScalar(kind: ParameterKind, value: Json): ParsedValue {
  const parsed = kinds[kind].parse(typeof value === 'string' ? value.trim() : value)
  return parsed === undefined ? { problem: `${show(value)} is not ${kinds[kind].what}` } : { value: parsed }
}

const show = (value: Json) => (typeof value === 'string' ? `"${value.slice(0, 80)}"` : JSON.stringify(value))

/** Beyond 2^53 a whole number stays text, as in cells. */
function parseInteger(value: Json): Scalar | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string' || !/^[+-]?\d+$/.test(value)) return undefined
  const big = BigInt(value.replace(/^\+/, ''))
  if (big < int64.min || big > int64.max) return undefined
  return Number.isSafeInteger(Number(big)) ? Number(big) : String(big)
}

function parseNumber(value: Json): Scalar | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return undefined
  return Number.isFinite(Number(value)) ? Number(value) : undefined
}

/** Without a zone it is UTC, as everything here. Fractions of a second are dropped: events have none. */
function parseTimestamp(value: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(value)
  if (!match) return undefined
  const [, day, minutes = '00:00', seconds = '00', zone = 'Z'] = match
  const local = `${day}T${minutes}:${seconds}`
  const asUtc = Date.parse(`${local}Z`)
  // JavaScript turns 30 February into 2 March.
  if (Number.isNaN(asUtc) || isoTime(asUtc) !== `${local}Z`) return undefined
  const time = zone === 'Z' ? asUtc : Date.parse(`${local}${zone.replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`)
  return Number.isNaN(time) ? undefined : isoTime(time)
}

const isIpv4 = (value: string) =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(value) &&
  value.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part)

/** RFC 4291: eight groups, one `::` for a run of zeros, the last two groups possibly as IPv4. */
function isIpv6(value: string): boolean {
  const halves = value.split('::')
  if (halves.length > 2 || !value.includes(':')) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const last = all.at(-1)
  const embedded = last?.includes('.') && value.endsWith(last) && isIpv4(last)
  const hex = embedded ? all.slice(0, -1) : all
  if (!hex.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  const count = hex.length + (embedded ? 2 : 0)
  return halves.length === 2 ? count <= 7 : count === 8
}

function isIp(value: string): boolean {
  return isIpv4(value) || isIpv6(value)
}

function isCidr(value: string): boolean {
  const match = /^(.+)\/(\d{1,3})$/.exec(value)
  if (!match) return false
  const [, address = '', bits] = match
  return isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128
}
