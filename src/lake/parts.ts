import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import type { StagedCoverage, StagedPart } from './columnar/messages.ts'
import { syncPath } from './durable.ts'
import type { ManifestEventPart, ManifestPart } from './manifest.ts'
import { rowsOf } from './merge.ts'
import { eventOrder, newPartPath, writePart } from './part-file.ts'

/** Where parts are written, and for which commit. */
interface Place {
  readonly lake: string
  readonly commit: number
}

/** Puts a staged file into its place; it is nothing to readers until a manifest names it. */
async function move(from: string, lake: string, path: string): Promise<void> {
  const target = join(lake, path)
  await mkdir(dirname(target), { recursive: true })
  await syncPath(from)
  await rename(from, target)
  await syncPath(dirname(target))
  await syncPath(dirname(dirname(target)))
}

/** Staged rows of one day that go in, as a part of the lake; undefined where none does. @param leaves count of those that do not */
export async function placeEvents(
  connection: DuckDBConnection,
  { lake, commit }: Place,
  staged: StagedPart,
  leaves: number,
): Promise<ManifestEventPart | undefined> {
  const { path: from, date, rows, bytes, first, last } = staged
  const path = newPartPath(`events/event_date=${date}`, commit)
  if (leaves === 0) {
    await move(from, lake, path)
    return { path, rows, bytes, date, first, last }
  }
  if (leaves === rows) {
    await rm(from, { force: true })
    return undefined
  }
  const kept = `${rowsOf([from])} WHERE file_row_number NOT IN (SELECT row FROM verdict WHERE part = ${quoted(from)} AND NOT go_in)`
  const select = `SELECT * EXCLUDE (filename, file_row_number) FROM ${kept} ORDER BY ${eventOrder}`
  const part = await writePart(connection, { lake, path, select })
  const span = await connection.runAndReadAll(
    `SELECT min(eventTime), max(eventTime) FROM ${readParquet([join(lake, path)])}`,
  )
  const [from1, to1] = span.getRowsJson()[0] as [string, string]
  await rm(from, { force: true })
  return { ...part, date, first: from1, last: to1 }
}

/**
 * Rewrites the parts that hold replaced rows without them. The old files stay for readers that have them open.
 * @returns the path of each old part with its new part, undefined where nothing is left of it
 */
export async function rewriteParts(
  connection: DuckDBConnection,
  { lake, commit }: Place,
  parts: readonly ManifestEventPart[],
): Promise<Map<string, ManifestEventPart | undefined>> {
  const affected = await connection.runAndReadAll(
    `SELECT DISTINCT part FROM existing JOIN replaced USING (day, hash) ORDER BY part`,
  )
  const rewritten = new Map<string, ManifestEventPart | undefined>()
  for (const [path] of affected.getRowsJson() as [string][]) {
    const old = parts.find((part) => join(lake, part.path) === path)!
    await connection.run(`CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM ${readParquet([path])}
      WHERE NOT EXISTS (SELECT 1 FROM replaced WHERE day = ${quoted(old.date)} AND hash = _hash)`)
    const range = await connection.runAndReadAll('SELECT min(eventTime), max(eventTime) FROM kept')
    const [first, last] = range.getRowsJson()[0] as [string | null, string | null]
    if (first === null || last === null) rewritten.set(old.path, undefined)
    else {
      const target = newPartPath(dirname(old.path), commit)
      const part = await writePart(connection, { lake, path: target, select: `FROM kept ORDER BY ${eventOrder}` })
      rewritten.set(old.path, { ...part, date: old.date, first, last })
    }
    await connection.run('DROP TABLE kept')
  }
  return rewritten
}

/**
 * Puts the coverage of staged parts into its place. It counts all rows as new, so it is written anew where some are not.
 * @param known how many rows of each coverage row are in the lake already
 */
export async function placeCoverage(
  connection: DuckDBConnection,
  { lake, commit }: Place,
  staged: StagedCoverage,
  known: ReadonlyMap<number, number>,
): Promise<ManifestPart> {
  const path = newPartPath('coverage', commit)
  if (known.size === 0) {
    await move(staged.path, lake, path)
    return { path, rows: staged.rows, bytes: (await stat(join(lake, path))).size }
  }
  await connection.run('CREATE OR REPLACE TEMP TABLE known_rows (row BIGINT, many BIGINT)')
  const appender = await connection.createAppender('known_rows', 'main', 'temp')
  for (const [row, many] of known) {
    appender.appendBigInt(BigInt(row))
    appender.appendBigInt(BigInt(many))
    appender.endRow()
  }
  appender.closeSync()
  const select = `SELECT c.* EXCLUDE (filename, file_row_number) REPLACE (c.events - coalesce(k.many, 0) AS events)
    FROM ${rowsOf([staged.path])} c LEFT JOIN known_rows k ON k.row = c.file_row_number ORDER BY ALL`
  const part = await writePart(connection, { lake, path, select })
  await rm(staged.path, { force: true })
  return part
}

export const filePartPath = (commit: number): string => newPartPath('files', commit)
