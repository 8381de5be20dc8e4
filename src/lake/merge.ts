import type { DuckDBConnection } from '@duckdb/node-api'
import { sourceKinds } from '../core/event/source.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'

/**
 * Decides which staged rows go in, and which rows of the lake they replace. Compared is within the event day.
 *
 * - One canonical record (`_hash`) counts once, wherever its copies lie; the copy of the most trusted kind of source stays.
 *   If that comes later, it takes the place of the other.
 * - Rows of the same event id and account ("key") but other content are variants, and all stay, whatever their kinds:
 *   nothing in a record proves which of them is the true one.
 * - A row without an event id is its own key.
 *
 * Leaves two tables: `verdict` (one row per staged row: `go_in`, and what it counts as) and `replaced` (hashes by day
 * whose older rows leave the lake).
 */
export async function decide(
  connection: DuckDBConnection,
  batch: string,
  existingParts: readonly string[],
): Promise<void> {
  const run = (sql: string) => connection.run(sql)
  await run(`CREATE OR REPLACE TEMP TABLE batch_rows AS
    SELECT rowid AS id, _file, _rank, CAST(_hash AS UUID) AS hash, eventTime[:10] AS day, ${keySql('eventID', '_account', 'CAST(_hash AS UUID)')} AS key
    FROM staging WHERE ${batch}`)
  await run(`CREATE OR REPLACE TEMP TABLE existing AS ${existingSql(existingParts)}`)
  await run(
    `CREATE OR REPLACE TEMP TABLE known AS SELECT day, hash, min(_rank) AS known_rank FROM existing GROUP BY day, hash`,
  )
  await run(`CREATE OR REPLACE TEMP TABLE replaced AS
    SELECT day, hash FROM batch_rows JOIN known USING (day, hash) GROUP BY day, hash HAVING min(_rank) < min(known_rank)`)
  await run(`CREATE OR REPLACE TEMP TABLE verdict AS
    WITH copies AS (
      SELECT r.*, known_rank, row_number() OVER (PARTITION BY day, hash ORDER BY _rank, id) = 1 AS first_copy
      FROM batch_rows r LEFT JOIN known USING (day, hash)
    ), judged AS (
      -- A row that takes the place of a replaced one adds no event.
      SELECT *, first_copy AND known_rank IS NULL AS is_new,
        first_copy AND (known_rank IS NULL OR _rank < known_rank) AS go_in
      FROM copies
    )
    SELECT id, _file, day, go_in, is_new,
      is_new AND (place > 1 OR EXISTS (SELECT 1 FROM existing e WHERE e.day = j.day AND e.key = j.key)) AS is_variant
    FROM (SELECT *, row_number() OVER (PARTITION BY day, key, is_new ORDER BY id) AS place FROM judged) j`)
}

const keySql = (eventId: string, account: string, hash: string): string =>
  `coalesce(${eventId} || chr(31) || coalesce(${account}, ''), CAST(${hash} AS VARCHAR))`

function existingSql(parts: readonly string[]): string {
  const empty = `SELECT NULL::VARCHAR AS day, NULL::VARCHAR AS key, NULL::INTEGER AS _rank, NULL::UUID AS hash, NULL::VARCHAR AS part WHERE false`
  if (parts.length === 0) return empty
  return `SELECT strftime(_time, '%Y-%m-%d') AS day, ${keySql('eventID', '_account', '_hash')} AS key,
      list_position([${sourceKinds.map(quoted).join(', ')}], _kind) - 1 AS _rank, _hash AS hash, filename AS part
    FROM ${readParquet(parts, { filename: true })}
    WHERE eventID IN (SELECT eventID FROM staging) OR (eventID IS NULL AND _hash IN (SELECT hash FROM batch_rows))`
}

/** What a batch counts as, per file id. */
export interface MergeCounts {
  readonly events: number
  readonly variants: number
}

export async function mergeCounts(connection: DuckDBConnection): Promise<Map<number, MergeCounts>> {
  const reader = await connection.runAndReadAll(
    `SELECT _file, count(*) FILTER (is_new)::INTEGER, count(*) FILTER (is_new AND is_variant)::INTEGER FROM verdict GROUP BY _file`,
  )
  return new Map(
    reader
      .getRows()
      .map(([file, events, variants]) => [Number(file), { events: Number(events), variants: Number(variants) }]),
  )
}
