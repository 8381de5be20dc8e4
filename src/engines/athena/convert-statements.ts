/** The statements that turn raw JSON into Parquet: Trino's, with the table properties of Athena. Pure. */
import { createHash } from 'node:crypto'
import { eventColumns } from '../../core/event/columns.ts'
import { type Published, publishedColumns } from '../../core/event/published.ts'
import type { technicalColumns } from '../../core/event/snapshot.ts'
import { partitionConditions } from '../../core/sql/print/partitions.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { copyColumn, stringText } from '../../core/sql/print/trino.ts'
import type { TableShape } from '../../core/sql/table-shape.ts'
import { fromColumnType, typeName } from '../../core/sql/types.ts'
import { day, isoTime, milliseconds } from '../../core/time.ts'
import { baseOf, inDml, type TablePlace } from './snapshot-statements.ts'

/** Rows whose time nobody can read: they lie apart, are counted, and are no part of a snapshot. */
export const unusableDay = 'unusable'

/** A piece of a snapshot: what one statement writes. Its id has the form of a snapshot's. */
export interface Piece {
  readonly id: string
  /** Name of the table that the statement makes; it goes after the commit. */
  readonly table: string
}

/** @param parts what makes it this piece and no other */
export function pieceOf(manifest: number, table: string, parts: readonly unknown[]): Piece {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  return { id: `${String(manifest).padStart(10, '0')}-${hash}`, table: `${table}_stage_${hash}`.toLowerCase() }
}

/**
 * Columns of a converted snapshot. Hive has no uuid, so the identity of the lake (`_hash`) is left out, and `_copy` stands in its
 * place: the hash by which raw tables tell copies, in hexadecimal. Neither the file nor the ordinal of a record can be had in SQL.
 */
export const convertedColumns: Published['columns'] = [
  ...publishedColumns
    .filter(({ name }) => name !== '_hash')
    .map(({ name, type }) => ({ name, type: type.replace(/^timestamp\(6\)$/, 'timestamp(3)') })),
  { name: copyColumn, type: 'varchar' },
]

/** Texts that `from_iso8601_timestamp` reads otherwise than the lake does, or not at all, are no times. */
const time = `IF(regexp_like("eventTime", '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}'), CAST(at_timezone(TRY(from_iso8601_timestamp("eventTime")), 'UTC') AS timestamp(3)))`

const technical: Readonly<Record<Exclude<keyof typeof technicalColumns, '_hash'>, string>> = {
  _time: time,
  _file: 'CAST(NULL AS bigint)',
  _ordinal: 'CAST(NULL AS integer)',
  _kind: `'trail'`,
  _account: '"_account"',
}

/**
 * Files by name of the event: engines leave out files and groups of rows by the names that lie in them. An ORDER BY would be
 * ignored ("Considerations and limitations for CTAS queries", Athena User Guide).
 */
export const bucketCount = 8
/** Of the 100 partitions times buckets that one statement may write, room is left for events that were delivered late. */
export const usualBatch = 7

const properties = (piece: Piece, place: TablePlace): string =>
  [
    `format = 'PARQUET'`,
    `write_compression = 'ZSTD'`,
    `external_location = '${baseOf(place)}/snapshots/${piece.id}/'`,
    `partitioned_by = ARRAY['event_date']`,
    `bucketed_by = ARRAY['eventname']`,
    `bucket_count = ${bucketCount}`,
  ].join(', ')

const names = convertedColumns.map(({ name }) => quoteName(name)).join(', ')

interface StageInput {
  readonly shape: TableShape
  readonly piece: Piece
  readonly place: TablePlace
  /** Days of delivery, both included. */
  readonly first: string
  readonly last: string
  /** Only event days that leave this remainder, where there are too many for one statement. */
  readonly share: { readonly of: number; readonly at: number }
}

/** Raw rows of some days of delivery, each event once. @throws TrailbookError SQL_NOT_ON_ENGINE */
export function stageStatement({ shape, piece, place, first, last, share }: StageInput): string {
  const lacking = new Set(shape.lacking)
  const events = eventColumns.map(({ name, type }) =>
    lacking.has(name)
      ? `CAST(NULL AS ${typeName(fromColumnType(type))}) AS ${quoteName(name)}`
      : `"e".${quoteName(name)}`,
  )
  const own = Object.entries(technical).map(([name, text]) => `${text} AS ${quoteName(name)}`)
  const conditions = deliveryConditions(shape, first, last)
  if (share.of > 1)
    conditions.push(
      `coalesce(mod(date_diff('day', DATE '2000-01-01', CAST(${time} AS date)), ${share.of}), 0) IN (${share.at}, ${share.at - share.of})`,
    )
  return `CREATE TABLE ${inDml(place.database, piece.table)}
WITH (${properties(piece, place)}) AS
SELECT ${names}, coalesce(CAST(CAST("_time" AS date) AS varchar), '${unusableDay}') AS "event_date"
FROM (
  SELECT *, row_number() OVER (PARTITION BY ${quoteName(copyColumn)}) AS "_copy_number"
  FROM (
    SELECT ${[...events, ...own, `to_hex(${quoteName(copyColumn)}) AS ${quoteName(copyColumn)}`].join(',\n      ')}
    FROM ${shape.eventsTable} AS "e"
    WHERE ${conditions.join(' AND ')}
  ) AS "r"
) AS "c"
WHERE "_copy_number" = 1`
}

/** A margin stands on both sides of a question's days, and a conversion wants none. */
function deliveryConditions({ partitions = {} }: TableShape, first: string, last: string): string[] {
  const scope = deliveryScope(first, last)
  return partitionConditions(partitions, { alias: 'e', scope, engine: 'Athena', string: stringText })
}

/** The scope whose partitions are exactly these days of delivery. */
export function deliveryScope(first: string, last: string) {
  const at = (text: string, days: number) => isoTime(milliseconds(`${text}T00:00:00Z`) + days * day)
  const [earliest, to] = [at(first, 1), at(last, -1)]
  return { earliest, window: { from: earliest, to }, accounts: [], regions: [], services: [] }
}

interface MergeInput {
  readonly piece: Piece
  readonly place: TablePlace
  /** The published snapshot's own table; undefined where there is none yet. */
  readonly base: string | undefined
  readonly stages: readonly string[]
  readonly dates: readonly string[]
}

/** Event days that several pieces have rows of, each event once. */
export function mergeStatement({ piece, place, base, stages, dates }: MergeInput): string {
  const tables = [...(base === undefined ? [] : [base]), ...stages]
  const list = dates.map((date) => `'${date}'`).join(', ')
  const all = tables.map(
    (table) => `    SELECT ${names}, "event_date" FROM ${inDml(place.database, table)} WHERE "event_date" IN (${list})`,
  )
  return `CREATE TABLE ${inDml(place.database, piece.table)}
WITH (${properties(piece, place)}) AS
SELECT ${names}, "event_date"
FROM (
  SELECT *, row_number() OVER (PARTITION BY "event_date", ${quoteName(copyColumn)}) AS "_copy_number"
  FROM (
${all.join('\n    UNION ALL\n')}
  ) AS "r"
) AS "c"
WHERE "_copy_number" = 1`
}

/** Rows of each file of a piece. */
export const countStatement = (piece: Piece, { database }: TablePlace): string =>
  `SELECT "event_date", "$path", count(*) FROM ${inDml(database, piece.table)} GROUP BY 1, 2`
