import { createHash } from 'node:crypto'
import type { Published } from '../../core/event/published.ts'
import { coverageName, factColumns } from '../../core/run/coverage-published.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { quoteText } from './names.ts'

interface PublishedPlace {
  readonly catalog: string
  readonly schema: string
  readonly table: string
  /** Where `lake publish` put the snapshots, as the catalog's file system names it: `s3://bucket/lake`. */
  readonly location: string
}

/** How a snapshot becomes a table. Each step may be done again; readers notice the last one only. */
interface SnapshotSteps {
  /** Name of the snapshot's own table. */
  readonly own: string
  readonly schema: string
  readonly table: string
  /** In any order. */
  readonly partitions: readonly { readonly date: string; readonly text: string }[]
  /** The table of what the lake knew of its coverage; undefined for snapshots that have none. */
  readonly coverage: string | undefined
  readonly view: string
}

/** Types that the Hive connector has none for; nobody asks for these columns by name. */
const unreadable: readonly string[] = ['uuid']

/**
 * The statements that make a snapshot a table: one of its own for each snapshot, and a view with the name that queries use.
 * The view is replaced in one go, so a query sees one whole snapshot, the old or the new one. The catalog is one of the Hive
 * connector with hive.allow-register-partition-procedure=true, for days lie in folders of several snapshots.
 */
export function snapshotSteps(published: Published, place: PublishedPlace): SnapshotSteps {
  const { catalog, schema, table } = place
  const base = place.location.replace(/\/+$/, '')
  const own = ownName(published.id, place)
  const inSchema = `${quoteName(catalog)}.${quoteName(schema)}`
  const columns = published.columns.filter(({ type }) => !unreadable.includes(type))
  const settings = [
    `format = 'PARQUET'`,
    `external_location = ${quoteText(`${base}/snapshots`)}`,
    `partitioned_by = ARRAY['event_date']`,
  ]
  const lines = [...columns.map(({ name, type }) => `  ${quoteName(name)} ${hiveType(type)}`), `  "event_date" varchar`]
  return {
    own,
    schema: `CREATE SCHEMA IF NOT EXISTS ${inSchema}`,
    table: `CREATE TABLE IF NOT EXISTS ${inSchema}.${quoteName(own)} (\n${lines.join(',\n')}\n) COMMENT ${quoteText(shownComment(published.id))} WITH (${settings.join(', ')})`,
    partitions: published.days.map(({ date, folder }) => ({
      date,
      text: `CALL ${quoteName(catalog)}.system.register_partition(schema_name => ${quoteText(schema.toLowerCase())}, table_name => ${quoteText(own)}, partition_columns => ARRAY['event_date'], partition_values => ARRAY[${quoteText(date)}], location => ${quoteText(`${base}/${folder}`)})`,
    })),
    coverage:
      published.coverage &&
      `CREATE TABLE IF NOT EXISTS ${inSchema}.${quoteName(coverageName(own))} (${factColumns.map((name) => `${quoteName(name)} varchar`).join(', ')}) WITH (format = 'PARQUET', external_location = ${quoteText(`${base}/${published.coverage.folder}`)})`,
    view: `CREATE OR REPLACE VIEW ${inSchema}.${quoteName(table)} AS SELECT * FROM ${inSchema}.${quoteName(own)}`,
  }
}

/** All of them, in the order in which they are to be executed. */
export function setupStatements(published: Published, place: PublishedPlace): string[] {
  const { schema, table, partitions, coverage, view } = snapshotSteps(published, place)
  return [schema, table, ...partitions.map(({ text }) => text), ...(coverage === undefined ? [] : [coverage]), view]
}

/** The connector's own times have milliseconds unless it is told otherwise. */
const hiveType = (type: string): string => type.replace(/^timestamp\(6\)$/, 'timestamp(3)')

/**
 * One table for each snapshot and place: where the same snapshot is set up from another place, tables of the first one are not
 * taken for it.
 */
function ownName(id: string, { table, location }: PublishedPlace): string {
  const place = createHash('sha256').update(location.replace(/\/+$/, '')).digest('hex').slice(0, 6)
  return `${table.toLowerCase()}_${id.replace('-', '_')}_${place}`
}

/** The snapshot's id where a name is that of a snapshot's own table. */
export function snapshotOf(name: string, table: string): string | undefined {
  const prefix = `${table.toLowerCase()}_`
  if (!name.startsWith(prefix)) return undefined
  const [, number, random] = /^(\d{10,})_([0-9a-f]+)_[0-9a-f]{6}$/.exec(name.slice(prefix.length)) ?? []
  return number === undefined ? undefined : `${number}-${random}`
}

/** A name as Trino writes it: in quotes where it must be. */
const written = '(?:"(?:[^"]|"")+"|[^\\s".,;()]+)'
const wholeTable = new RegExp(
  `^\\s*SELECT\\s+\\*\\s+FROM\\s+(${written})\\s*\\.\\s*(${written})\\s*\\.\\s*(${written})\\s*$`,
  'i',
)

/** Name of the table that a view of ours shows, which lies beside it; undefined where it is somebody else's. */
export function shownBy(
  definition: string,
  { catalog, schema, table }: Pick<PublishedPlace, 'catalog' | 'schema' | 'table'>,
): string | undefined {
  const [inCatalog, inSchema, name] = (wholeTable.exec(definition) ?? [])
    .slice(1)
    .map((one) => (one.startsWith('"') ? one.slice(1, -1).replaceAll('""', '"') : one).toLowerCase())
  if (name === undefined || inCatalog !== catalog.toLowerCase() || inSchema !== schema.toLowerCase()) return undefined
  return snapshotOf(name, table) === undefined ? undefined : name
}

export const shownComment = (id: string): string => `Trailbook snapshot ${id}`
export const leftComment = (id: string, time: string): string => `${shownComment(id)}, not shown since ${time}`

/** When queries were last pointed at a table, as its comment says. */
export const leftSince = (comment: string): string | undefined => /, not shown since (\S+)$/.exec(comment)?.[1]
