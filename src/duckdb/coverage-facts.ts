import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeSnapshot } from '../core/event/snapshot.ts'
import type { CoverageFacts } from '../core/run/coverage.ts'
import type { Window } from '../core/time.ts'
import { readParquet } from './parquet.ts'
import { quoted } from './quote.ts'

const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`

/**
 * Files that cannot be read, and records that cannot be placed, may hide events: of a delivered file in the quarter of an hour
 * before its delivery, otherwise between the first and the last event that was read from it.
 * A file that could be read later counts no more; a delivered file is known by its name, which is unique, wherever it lies.
 */
const damagedSql = (files: string): string => `
  WITH latest AS (
    SELECT *, row_number() OVER (PARTITION BY coalesce(delivered || parse_filename(location), location) ORDER BY file DESC) AS age FROM ${files}
  )
  SELECT account, region,
    coalesce(CAST(replace(delivered, 'Z', '') AS TIMESTAMP) - INTERVAL 15 MINUTE, CAST(replace(first, 'Z', '') AS TIMESTAMP)),
    coalesce(CAST(replace(delivered, 'Z', '') AS TIMESTAMP), CAST(replace(last, 'Z', '') AS TIMESTAMP) + INTERVAL 1 SECOND),
    CASE WHEN status = 'quarantined' THEN 'The file ' || name || ' could not be read: ' || reason
      ELSE hidden_records || ' of the records in ' || name || ' could not be read.' END
  FROM latest
  WHERE age = 1 AND coalesce(delivered, first) IS NOT NULL AND (hidden_records > 0
    OR (status = 'quarantined' AND code NOT IN ('INPUT_NOT_CLOUDTRAIL')))`

/** Reads what `judgeCoverage` needs from the ledgers of a lake. */
export async function readCoverageFacts(
  connection: DuckDBConnection,
  snapshot: LakeSnapshot,
  window: Window,
): Promise<CoverageFacts> {
  const rows = async (sql: string): Promise<(string | null)[][]> =>
    (await connection.runAndReadAll(sql)).getRowsJson() as (string | null)[][]
  const cells = readParquet(snapshot.coverage)
  const last = [...snapshot.events.map((part) => part.last)]
  const seen =
    snapshot.coverage.length === 0
      ? []
      : await rows(
          `SELECT account, region, class, ${iso('min(hour)')}, ${iso('max(hour)')} FROM ${cells} GROUP BY ALL ORDER BY ALL`,
        )
  const present =
    snapshot.coverage.length === 0
      ? []
      : await rows(`SELECT DISTINCT account, region, ${iso('hour')} FROM ${cells}
          WHERE hour >= CAST(${quoted(window.from.slice(0, 13))} || ':00:00' AS TIMESTAMP)
            AND hour < CAST(${quoted(window.to.slice(0, 19))} AS TIMESTAMP)`)
  let damaged: (string | null)[][] = []
  if (snapshot.files.length > 0) {
    const files = readParquet(snapshot.files)
    const [delivered] = await rows(`SELECT max(delivered) FROM ${files} WHERE status <> 'quarantined'`)
    if (delivered?.[0]) last.push(delivered[0])
    damaged = await rows(
      `SELECT account, region, ${iso('a')}, ${iso('b')}, reason FROM (${damagedSql(files)}) AS d(account, region, a, b, reason)`,
    )
  }
  return {
    seen: seen.map((row) => {
      const [account, region, eventClass, first, latest] = row as string[]
      return { account: account!, region: region!, eventClass: eventClass!, first: first!, last: latest! }
    }),
    present: present.map((row) => ({ account: row[0]!, region: row[1]!, hour: row[2]! })),
    damaged: damaged.map((row) => ({ account: row[0]!, region: row[1]!, from: row[2]!, to: row[3]!, reason: row[4]! })),
    last: last.sort().at(-1) ?? null,
  }
}
