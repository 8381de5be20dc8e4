import { randomBytes } from 'node:crypto'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { trailEventNames } from '../core/run/trail-history.ts'
import { partColumns } from '../duckdb/event-staging.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import { syncPath } from './durable.ts'
import type { ManifestEventPart, ManifestPart } from './manifest.ts'

/**
 * Rows that are asked for together stand together: statistics of row groups then let queries skip most of a day by
 * service or event name. Row groups are small enough for that and large enough to compress.
 */
const order = 'ORDER BY eventSource, eventName, _time, _hash'
const format = '(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)'

const newPath = (folder: string, id: number): string =>
  `${folder}/${String(id).padStart(10, '0')}-${randomBytes(5).toString('hex')}.parquet`

/** Writes a part outside of any manifest: it is nothing to readers until a manifest names it. */
async function writePart(
  connection: DuckDBConnection,
  lake: string,
  path: string,
  select: string,
): Promise<ManifestPart> {
  const target = join(lake, path)
  await mkdir(dirname(target), { recursive: true })
  const result = await connection.run(`COPY (${select}) TO ${quoted(target)} ${format}`)
  await syncPath(target)
  await syncPath(dirname(target))
  return { path, rows: result.rowsChanged, bytes: (await stat(target)).size }
}

/** Writes the staged rows that go in, a part for each event day. */
export async function writeEventParts(
  connection: DuckDBConnection,
  lake: string,
  id: number,
): Promise<ManifestEventPart[]> {
  const days = await connection.runAndReadAll(
    `SELECT day, min(eventTime), max(eventTime) FROM verdict v JOIN staging s ON s.rowid = v.id WHERE go_in GROUP BY day ORDER BY day`,
  )
  const parts: ManifestEventPart[] = []
  for (const [date, first, last] of days.getRowsJson() as [string, string, string][]) {
    const select = `SELECT ${partColumns} FROM staging
      WHERE rowid IN (SELECT id FROM verdict WHERE go_in AND day = ${quoted(date)}) ${order}`
    const part = await writePart(connection, lake, newPath(`events/event_date=${date}`, id), select)
    parts.push({ ...part, date, first, last })
  }
  return parts
}

/**
 * Rewrites the parts that hold replaced rows without them. The old files stay for readers that have them open.
 * @returns the path of each old part with its new part, undefined where nothing is left of it
 */
export async function rewriteParts(
  connection: DuckDBConnection,
  lake: string,
  id: number,
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
      const part = await writePart(connection, lake, newPath(dirname(old.path), id), `FROM kept ${order}`)
      rewritten.set(old.path, { ...part, date: old.date, first, last })
    }
    await connection.run('DROP TABLE kept')
  }
  return rewritten
}

/**
 * Per account, region that delivered, hour, event class and (of data events) bucket, function or table: counts, the times of the
 * first and last event, and the calls that changed a trail. Of all staged rows, duplicates too, for they were delivered.
 */
export async function writeCoveragePart(connection: DuckDBConnection, lake: string, id: number): Promise<ManifestPart> {
  const time = `CAST(replace(eventTime, 'Z', '') AS TIMESTAMP)`
  const trail = `{'id': coalesce(eventID, CAST(_hash AS VARCHAR)), 'time': eventTime, 'name': eventName, 'region': awsRegion, 'request': requestParameters, 'response': responseElements}`
  const select = `SELECT coalesce(_account, '') AS account, coalesce(_region, '') AS region,
      date_trunc('hour', ${time}) AS hour, _class AS class, ${resourceSql} AS resource, min(${time}) AS first, max(${time}) AS last,
      count(*) AS delivered, count(*) FILTER (is_new) AS events,
      CAST(to_json(list(${trail}) FILTER (eventSource = 'cloudtrail.amazonaws.com' AND errorCode IS NULL
        AND eventName IN (${trailEventNames.map(quoted).join(', ')}))) AS VARCHAR) AS trail
    FROM staging s JOIN verdict v ON s.rowid = v.id GROUP BY ALL ORDER BY ALL`
  return writePart(connection, lake, newPath('coverage', id), select)
}

/** By ARN: an object's bucket, a function without its version, a table without its index; of other services the first that is named. */
const resourceSql = `CASE WHEN _class LIKE 'data:%' THEN nullif(coalesce(
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:s3:::[^"/*,} ]+'), ''),
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:lambda:[^":]*:[0-9]*:function:[^":,} ]+'), ''),
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:dynamodb:[^":]*:[0-9]*:table/[^"/,} ]+'), ''),
      regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:[^",} ]+')), '') END`

export const filePartPath = (id: number): string => newPath('files', id)
