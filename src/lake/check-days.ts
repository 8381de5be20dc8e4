import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { plural } from '../core/report/text.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import type { CheckRequest } from './check-parts.ts'
import type { ManifestEventPart } from './manifest.ts'

/**
 * Events lie in their day, between the first and last time that the manifest says, each once. Parts that cannot be read are
 * not among those given.
 */
export async function checkDays(request: CheckRequest): Promise<void> {
  const { manifest, add, signal } = request
  for (const date of [...new Set(manifest.events.map((part) => part.date))].sort()) {
    if (signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED')
    const parts = manifest.events.filter((part) => part.date === date)
    for (const part of parts)
      if (part.path.split('/')[1] !== `event_date=${date}`) add('rows', part.path, `is named as of ${date}`)
    try {
      await checkTimes(parts, date, request)
      await checkHashes(parts, date, request)
    } catch (error) {
      add('part', null, `Events of ${date} cannot be read: ${(error as Error).message.split('\n')[0]}`)
    }
  }
}

const rowsOf = (parts: readonly ManifestEventPart[], lake: string): string =>
  readParquet(
    parts.map(({ path }) => join(lake, path)),
    { filename: true, union: true },
  )

async function checkTimes(
  parts: readonly ManifestEventPart[],
  date: string,
  { connection, lake, add }: CheckRequest,
): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT filename, min(eventTime), max(eventTime),
       count(*) FILTER (eventTime IS NULL OR eventTime[:10] <> ${quoted(date)}
         OR _time IS DISTINCT FROM TRY_CAST(replace(eventTime, 'Z', '') AS TIMESTAMP))::INTEGER
     FROM ${rowsOf(parts, lake)} GROUP BY filename`,
  )
  const found = new Map(
    (reader.getRows() as [string, string, string, number][]).map(([file, ...rest]) => [file, rest] as const),
  )
  for (const part of parts) {
    const [first, last, wrong] = found.get(join(lake, part.path)) ?? [undefined, undefined, 0]
    if (wrong > 0) add('rows', part.path, `holds ${plural(wrong, 'event')} of another time than ${date}`)
    if (first !== part.first || last !== part.last)
      add('rows', part.path, `holds events from ${first} to ${last}; the manifest says ${part.first} to ${part.last}`)
  }
}

async function checkHashes(
  parts: readonly ManifestEventPart[],
  date: string,
  { connection, lake, add }: CheckRequest,
): Promise<void> {
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER, count(_hash)::INTEGER, count(DISTINCT _hash)::INTEGER FROM ${rowsOf(parts, lake)}`,
  )
  const [rows, hashes, distinct] = reader.getRows()[0] as [number, number, number]
  if (hashes !== rows) add('rows', null, `${plural(rows - hashes, 'event')} of ${date} have no identity.`)
  if (distinct !== hashes)
    add('double', null, `${plural(hashes - distinct, 'event')} of ${date} are there more than once.`)
}
