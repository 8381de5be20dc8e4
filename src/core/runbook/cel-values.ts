/** Between JSON and CEL: whole numbers are CEL `int` (BigInt), everything else is itself; and back without a BigInt left. */
import type { Json } from './json.ts'

interface ToCelOptions {
  /** Members of these names stay `double` even when whole: JSON cannot tell 3.0 from 3, and 3 / 2 is 1 in CEL. */
  readonly doubles?: ReadonlySet<string> | undefined
  /** Convert each list once and keep it: for rows and lists, whose entries do not change once they are there. */
  readonly keep?: boolean
}

const kept = new WeakMap<readonly unknown[], { length: number; doubles: ToCelOptions['doubles']; value: unknown[] }>()

export function toCel(value: unknown, options: ToCelOptions = {}): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (value === undefined) return null
  if (typeof value !== 'object' || value === null) return value
  const { doubles, keep } = options
  if (!Array.isArray(value)) {
    const result: Record<string, unknown> = {}
    for (const [key, member] of Object.entries(value))
      result[key] = typeof member === 'number' && doubles?.has(key) ? member : toCel(member, options)
    return result
  }
  const known = keep ? kept.get(value) : undefined
  if (known && known.length === value.length && known.doubles === doubles) return known.value
  const made = value.map((member) => toCel(member, options))
  if (keep) kept.set(value, { length: value.length, doubles, value: made })
  return made
}

/** A whole number beyond 2^53 becomes its digits, as in cells. Times become ISO text, bytes base64. */
export function fromCel(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return safe(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (Array.isArray(value) || value instanceof Set) return [...value].map(fromCel)
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [String(key), fromCel(member)]))
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  if (value instanceof Uint8Array) return btoa(String.fromCharCode(...value))
  const plain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null
  if (plain) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fromCel(member)]))
  if (typeof value === 'object' && 'seconds' in value && 'nanos' in value) return `${value.seconds}s`
  const boxed = (value as { valueOf(): unknown }).valueOf()
  return boxed === value ? String(value) : fromCel(boxed)
}

const safe = (value: bigint): number | string =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)

/** How a value reads inside a text. */
export function asText(value: Json): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
