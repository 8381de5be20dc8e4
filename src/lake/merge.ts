import type { DuckDBConnection } from '@duckdb/node-api'
import { sourceKinds } from '../core/event/source.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'

/**
 * Decides which staged rows go in, and which rows of the lake they replace. Compared is within the event day.
 *
 * - One canonical record (`_hash`) counts once, wherever its copies lie.
 * - Rows of the same event id and account ("key") but other content are variants when they came by the same kind of source:
 *   all stay. By different kinds, only those of the most trusted kind stay; if those come later, they replace the others.
 * - A row without an event id is its own key.
 *
 * Leaves two tables: `verdict` (one row per staged row: `go_in`, and what it counts as) and `replaced` (keys by day and
 * rank whose older rows leave the lake).
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
  await run(`CREATE OR REPLACE TEMP TABLE best AS
    SELECT day, key, min(_rank) AS best_rank, min(_rank) FILTER (old) AS old_rank,
      count(*) FILTER (old) AS old_rows
    FROM (SELECT day, key, _rank, false AS old FROM batch_rows UNION ALL SELECT day, key, _rank, true FROM existing)
    GROUP BY day, key`)
  // Rows of the lake that leave: a more trusted copy is in the batch.
  await run(`CREATE OR REPLACE TEMP TABLE replaced AS
    SELECT day, key, old_rows FROM best WHERE old_rank > best_rank`)
  await run(`CREATE OR REPLACE TEMP TABLE verdict AS
    WITH first_copies AS (
      SELECT r.*, row_number() OVER (PARTITION BY day, hash ORDER BY _rank, id) = 1 AS first_copy FROM batch_rows r
    ), entering AS (
      SELECT f.*, b.old_rows, b.old_rank, b.best_rank,
        first_copy AND f._rank = b.best_rank AND NOT EXISTS (
          SELECT 1 FROM existing e WHERE e.day = f.day AND e.hash = f.hash AND NOT (e.key = f.key AND b.old_rank > b.best_rank)
        ) AS go_in
      FROM first_copies f JOIN best b ON b.day = f.day AND b.key = f.key
    )
    SELECT id, _file, day, key, go_in,
      -- A row that takes the place of a replaced one adds no event.
      go_in AND (coalesce(old_rank, best_rank) = best_rank OR place > old_rows) AS is_new,
      go_in AND (CASE WHEN old_rank IS NULL THEN place > 1 WHEN old_rank > best_rank THEN place > old_rows ELSE true END) AS is_variant
    FROM (SELECT *, row_number() OVER (PARTITION BY day, key, go_in ORDER BY id) AS place FROM entering)`)
}

export const keySql = (eventId: string, account: string, hash: string): string =>
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
