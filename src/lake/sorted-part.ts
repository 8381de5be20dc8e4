import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import type { ManifestPart } from './manifest.ts'
import { eventOrder, writePart } from './part-file.ts'

interface SortRequest {
  readonly lake: string
  /** Absolute paths of event parts. */
  readonly from: readonly string[]
  /** Of the new part, within the lake. */
  readonly path: string
  readonly rows: number
  /** Only rows for which this holds. */
  readonly where?: string
  /** Of one run; tests want several. */
  readonly runRows?: number
}

/** Rows are wide: so many of the usual ones sort in a few hundred megabytes. */
const usualRun = 60_000
const leastRows = 1_000

/**
 * Writes the rows of parts as one part in the usual order, in memory that does not grow with them. DuckDB's sort of wide rows
 * needs several times their size and ends with "out of memory" (seen in 1.5.6: 600,000 rows under 700 MB), so they are
 * sorted in runs by bounds that are taken from the narrow columns, and the runs, which lie side by side, are copied in their order.
 */
export async function writeSortedPart(connection: DuckDBConnection, request: SortRequest): Promise<ManifestPart> {
  for (let rows = request.runRows ?? usualRun; ; rows = Math.floor(rows / 4)) {
    try {
      return await inRuns(connection, request, rows)
    } catch (error) {
      if (rows <= leastRows || !(error instanceof Error && /^Out of Memory/i.test(error.message))) throw error
    }
  }
}

async function inRuns(connection: DuckDBConnection, request: SortRequest, runLength: number): Promise<ManifestPart> {
  const { lake, path, from, rows, where = 'true' } = request
  const source = readParquet(from, { union: true })
  if (rows <= runLength)
    return writePart(connection, {
      lake,
      path,
      select: `SELECT * FROM ${source} WHERE ${where} ORDER BY ${eventOrder}`,
    })
  const bounds = await boundsOf(connection, `${source} WHERE ${where}`, runLength)
  const folder = join(lake, 'tmp', 'runs')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  try {
    const runs: string[] = []
    for (const [at, bound] of bounds.entries()) {
      const run = join(folder, `${at}.parquet`)
      await connection.run(
        `COPY (SELECT * FROM ${source} WHERE ${where} AND ${within(bound, bounds[at + 1])} ORDER BY ${eventOrder})
         TO ${quoted(run)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 20480)`,
      )
      runs.push(run)
    }
    // Rows leave in the order of the files: `preserve_insertion_order` is set.
    return await writePart(connection, { lake, path, select: `SELECT * FROM ${readParquet(runs)}` })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Where a run begins, as SQL literals: service, name, time, identity. */
type Bound = readonly [string, string, string, string]

/** No text sorts after it, as NULL does. */
const last = 'chr(1114111)'
const key = [`coalesce(eventSource, ${last})`, `coalesce(eventName, ${last})`, '_time', '_hash'] as const

async function boundsOf(connection: DuckDBConnection, source: string, runLength: number): Promise<readonly Bound[]> {
  const reader = await connection.runAndReadAll(
    `SELECT s, n, CAST(t AS VARCHAR), CAST(h AS VARCHAR) FROM (
       SELECT *, row_number() OVER (ORDER BY s, n, t, h) AS place
       FROM (SELECT ${key[0]} AS s, ${key[1]} AS n, ${key[2]} AS t, ${key[3]} AS h FROM ${source}))
     WHERE place % ${runLength} = 1 ORDER BY place`,
  )
  return (reader.getRowsJson() as [string, string, string, string][]).map(([service, name, time, hash]) => [
    quoted(service),
    quoted(name),
    `CAST(${quoted(time)} AS TIMESTAMP)`,
    `CAST(${quoted(hash)} AS UUID)`,
  ])
}

/** From a bound to the next. The plain comparisons before the exact ones let DuckDB skip row groups by their statistics. */
function within(from: Bound, to: Bound | undefined): string {
  const exact = [`NOT ${before(from)}`]
  if (to === undefined) return [`(eventSource >= ${from[0]} OR eventSource IS NULL)`, ...exact].join(' AND ')
  exact.push(before(to))
  const prunes: string[] = []
  for (const [at, column] of ['eventSource', 'eventName', '_time'].entries()) {
    prunes.push(`(${column} BETWEEN ${from[at]} AND ${to[at]}${at < 2 ? ` OR ${column} IS NULL` : ''})`)
    if (from[at] !== to[at]) break
  }
  return [...prunes, ...exact].join(' AND ')
}

/** Whether a row comes before a bound. */
const before = ([service, name, time, hash]: Bound): string =>
  `(${key[0]} < ${service} OR (${key[0]} = ${service} AND (${key[1]} < ${name} OR (${key[1]} = ${name} AND (_time < ${time} OR (_time = ${time} AND _hash < ${hash}))))))`
