/**
 * What a file holds in the eyes of `JSON.parse` and `gunzip`, which know nothing of how trailbook reads. Where they cannot
 * tell, nothing is said, and a run then only demands that the file is named.
 */
import { gunzipSync } from 'node:zlib'

export interface Expected {
  /** Records in all, good or not. */
  readonly records: number
  /** Ids of records that must be in the lake. */
  readonly must: ReadonlySet<string>
  /** Ids of records of which trailbook may think otherwise; undefined where one of another type than text may be any id. */
  readonly may: ReadonlySet<string> | undefined
}

export function expectedOf(stored: Buffer): Expected | 'nothing' | undefined {
  let bytes: Buffer = stored
  if (stored[0] === 0x1f && stored[1] === 0x8b) {
    try {
      bytes = gunzipSync(stored, { maxOutputLength: 32 * 2 ** 20 })
    } catch (error) {
      // What stands behind the data is another matter.
      return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'nothing' : undefined
    }
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
  const records = recordsIn(text)
  return records && expect(records, text)
}

function recordsIn(text: string): readonly unknown[] | undefined {
  const whole = parsed(text)
  if (whole !== undefined) {
    if (Array.isArray(whole.value)) return whole.value
    const inner = whole.value as Record<string, unknown> | null
    if (typeof inner !== 'object' || inner === null || !Array.isArray(inner.Records)) return undefined
    // A doubled key hides all but its last value from this oracle.
    const names = Object.keys(inner)
    return names.length === 1 && text.split('"Records"').length === 2 ? inner.Records : undefined
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const values = lines.map(parsed)
  if (lines.length < 2 || values.some((value) => value === undefined)) return undefined
  return values.map((value) => value!.value)
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return undefined
  }
}

function expect(records: readonly unknown[], text: string): Expected | undefined {
  const must = new Set<string>()
  const may = new Set<string>()
  let others = false
  for (const record of records) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) continue
    const { eventID } = record as { eventID?: unknown }
    const isGood = isEvent(record as Record<string, unknown>)
    // Envelopes hold records of their own.
    if (!isGood && !looksLikeRecord(record)) return undefined
    if (typeof eventID === 'string') (isGood ? must : may).add(wellFormed(eventID))
    else others = true
  }
  // Records that are too large end their file.
  if (text.length > 1_800_000 || records.length === 0) return undefined
  return { records: records.length, must, may: others ? undefined : may }
}

/** As UTF-8 shows it, which has no lone surrogates. */
const wellFormed = (text: string): string => Buffer.from(text).toString()

const looksLikeRecord = (record: object): boolean =>
  ['eventVersion', 'eventTime', 'eventSource', 'eventName', 'eventID', 'eventType', 'userIdentity'].some(
    (key) => key in record,
  )

function isEvent(record: Record<string, unknown>): boolean {
  const { eventTime, eventID, eventName, eventSource, eventVersion, eventCategory, eventType } = record
  return (
    typeof eventTime === 'string' &&
    /^20\d\d-(?:0[1-9]|1[0-2])-(?:[01]\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/.test(eventTime) &&
    typeof eventID === 'string' &&
    typeof eventName === 'string' &&
    typeof eventSource === 'string' &&
    typeof eventVersion === 'string' &&
    /^1\.\d+$/.test(eventVersion) &&
    eventCategory !== 'Aggregated' &&
    eventType !== 'AwsAggregatedEvent' &&
    depthOf(record) < 95
  )
}

function depthOf(value: unknown): number {
  let level: unknown[] = [value]
  let depth = 0
  while (level.length > 0) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
    depth++
  }
  return depth
}
