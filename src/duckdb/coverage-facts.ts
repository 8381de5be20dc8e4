import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeSnapshot } from '../core/event/snapshot.ts'
import type { CoverageFacts } from '../core/run/coverage.ts'
import type { Window } from '../core/time.ts'
import { readParquet } from './parquet.ts'
import { quoted } from './quote.ts'

const time = (column: string): string => `CAST(replace(${column}, 'Z', '') AS TIMESTAMP)`
const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`

/** `first` and `last` are missing in parts of older lakes; the hour is then all that is known. */
const cellsSql = (parts: readonly string[]): string => `(
  SELECT account, region, class, hour, coalesce(first, hour + INTERVAL 3599 SECOND) AS first, coalesce(last, hour) AS last
  FROM (FROM ${readParquet(parts, { union: true })}
    UNION ALL BY NAME SELECT NULL::TIMESTAMP AS first, NULL::TIMESTAMP AS last WHERE false))`

/** The newest entry of each file. A delivered file is known by its name, which is unique, wherever it lies. */
const latestSql = (files: string): string => `(
  SELECT * FROM ${files}
  QUALIFY row_number() OVER (PARTITION BY coalesce(delivered || parse_filename(location), location) ORDER BY file DESC) = 1)`

/**
 * Files that cannot be read, and records that cannot be placed, may hide events: of a delivered file in the quarter of an hour
 * before its delivery; of another file with some unreadable records around the events that were read from it. Of a file
 * that could not be read, or not to its end, and is no delivered one, nothing limits where its events lie.
 * A file that could be read later,, counts no more.
 */
const damagedSql = (files: string): string => `
  SELECT account, region,
    CASE WHEN delivered IS NOT NULL THEN ${time('delivered')} - INTERVAL 15 MINUTE
      WHEN status <> 'quarantined' THEN ${time('first')} - INTERVAL 1 HOUR END,
    CASE WHEN delivered IS NOT NULL THEN ${time('delivered')}
      WHEN status <> 'quarantined' THEN ${time('last')} + INTERVAL 1 HOUR END,
    CASE WHEN status = 'quarantined' THEN 'The file ' || name || ' could not be read, and nobody knows which events it holds: ' || reason
      ELSE hidden_records || CASE WHEN hidden_records = 1 THEN ' record in ' ELSE ' records in ' END || name || ' could not be read.' END
  FROM ${latestSql(files)}
  WHERE hidden_records > 0
    OR (status = 'quarantined' AND NOT (code = 'INPUT_NOT_CLOUDTRAIL' AND delivered IS NULL))
  ORDER BY file`

/** Reads what `judgeCoverage` needs from the ledgers of a lake; hours at least for the given span. */
export async function readCoverageFacts(
  connection: DuckDBConnection,
  snapshot: LakeSnapshot,
  span: Window,
): Promise<CoverageFacts> {
  const rows = async (sql: string): Promise<(string | null)[][]> =>
    (await connection.runAndReadAll(sql)).getRowsJson() as (string | null)[][]
  let seen: (string | null)[][] = []
  let present: (string | null)[][] = []
  if (snapshot.coverage.length > 0) {
    const cells = cellsSql(snapshot.coverage)
    seen = await rows(
      `SELECT account, region, class, ${iso('min(first)')}, ${iso('max(last)')} FROM ${cells} GROUP BY ALL ORDER BY ALL`,
    )
    present = await rows(`SELECT DISTINCT account, region, class, ${iso('hour')} FROM ${cells}
      WHERE hour >= CAST(${quoted(span.from.slice(0, 13))} || ':00:00' AS TIMESTAMP)
        AND hour < CAST(${quoted(span.to.slice(0, 19))} AS TIMESTAMP)`)
  }
  let delivered: (string | null)[][] = []
  let damaged: (string | null)[][] = []
  if (snapshot.files.length > 0) {
    const files = readParquet(snapshot.files)
    delivered = await rows(`SELECT account, region, max(delivered) FROM ${files}
      WHERE status = 'ingested' AND records > 0 AND coalesce(folder, 'CloudTrail') = 'CloudTrail'
        AND account IS NOT NULL AND region IS NOT NULL AND delivered IS NOT NULL GROUP BY ALL ORDER BY ALL`)
    damaged = await rows(
      `SELECT account, region, ${iso('a')}, ${iso('b')}, reason FROM (${damagedSql(files)}) AS d(account, region, a, b, reason)`,
    )
  }
  return {
    seen: (seen as string[][]).map(([account, region, eventClass, first, last]) => ({
      account: account!,
      region: region!,
      eventClass: eventClass!,
      first: first!,
      last: last!,
    })),
    present: (present as string[][]).map(([account, region, eventClass, hour]) => ({
      account: account!,
      region: region!,
      eventClass: eventClass!,
      hour: hour!,
    })),
    delivered: (delivered as string[][]).map(([account, region, at]) => ({
      account: account!,
      region: region!,
      at: at!,
    })),
    damaged: damaged.map(([account, region, from, to, reason]) => ({
      account: account ?? null,
      region: region ?? null,
      from: from ?? null,
      to: to ?? null,
      reason: reason!,
    })),
  }
}
