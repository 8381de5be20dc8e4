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
 *
 * @param staged parts that may hold copies; @param existing parts of the lake that may hold them, too
 */
export async function decide(
  connection: DuckDBConnection,
  staged: readonly string[],
  existing: readonly string[],
): Promise<void> {
  const run = (sql: string) => connection.run(sql)
  await run(`CREATE OR REPLACE TEMP TABLE batch_rows AS
    SELECT row_number() OVER (ORDER BY _file, _ordinal) AS id, filename AS part, file_row_number AS row, eventID, _file,
      ${rankSql} AS _rank, _hash AS hash, ${daySql} AS day, ${keySql} AS key
    FROM ${rowsOf(staged)}`)
  await run(`CREATE OR REPLACE TEMP TABLE existing AS ${existingSql(existing)}`)
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
    SELECT part, row, _file, go_in, is_new,
      is_new AND (place > 1 OR EXISTS (SELECT 1 FROM existing e WHERE e.day = j.day AND e.key = j.key)) AS is_variant
    FROM (SELECT *, row_number() OVER (PARTITION BY day, key, is_new ORDER BY id) AS place FROM judged) j`)
}

const daySql = `strftime(_time, '%Y-%m-%d')`
const keySql = `coalesce(eventID || chr(31) || coalesce(_account, ''), CAST(_hash AS VARCHAR))`
const rankSql = `list_position([${sourceKinds.map(quoted).join(', ')}], _kind) - 1`

/** Rows of parts with the part they stand in and their place in it. */
export const rowsOf = (parts: readonly string[]): string =>
  `read_parquet([${parts.map(quoted).join(', ')}], hive_partitioning = false, filename = true, file_row_number = true)`

function existingSql(parts: readonly string[]): string {
  const empty = `SELECT NULL::VARCHAR AS day, NULL::VARCHAR AS key, NULL::INTEGER AS _rank, NULL::UUID AS hash, NULL::VARCHAR AS part WHERE false`
  if (parts.length === 0) return empty
  return `SELECT ${daySql} AS day, ${keySql} AS key, ${rankSql} AS _rank, _hash AS hash, filename AS part
    FROM ${readParquet(parts, { filename: true, union: true })}
    WHERE eventID IN (SELECT eventID FROM batch_rows) OR (eventID IS NULL AND _hash IN (SELECT hash FROM batch_rows))`
}

/** What does not count as usual of a file's rows: those that are not new, and variants. */
interface MergeCounts {
  readonly known: number
  readonly variants: number
}

export async function mergeCounts(connection: DuckDBConnection): Promise<Map<number, MergeCounts>> {
  const reader = await connection.runAndReadAll(
    `SELECT _file, count(*) FILTER (NOT is_new)::INTEGER, count(*) FILTER (is_new AND is_variant)::INTEGER FROM verdict GROUP BY _file`,
  )
  return new Map(
    reader
      .getRows()
      .map(([file, known, variants]) => [Number(file), { known: Number(known), variants: Number(variants) }]),
  )
}
