/**
 * The statements that make a published snapshot a table of the Data Catalog: one of its own for each snapshot, its days as
 * partitions, and a view with the name that queries use. The view is replaced in one go, so a query sees one whole snapshot.
 *
 * "ALTER TABLE ADD PARTITION", "CREATE TABLE", "CREATE VIEW" (Athena User Guide); names in DDL stand in backticks.
 */
import { TrailbookError } from '../../core/errors.ts'
import type { Published } from '../../core/event/published.ts'
import { coverageName, factColumns } from '../../core/run/coverage-published.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { readType, type TypeText } from '../../core/sql/type-text.ts'

export interface TablePlace {
  readonly database: string
  /** The view that queries name. */
  readonly table: string
  /** Where snapshots lie: `s3://bucket/prefix`. */
  readonly location: string
}

/** Types that Hive has no word for; nobody asks for these columns by name. */
const unreadable: readonly string[] = ['uuid']
/** Text of one statement: 262,144 bytes at most; one of them is to take seconds. */
const partitionsAtOnce = 100

/** Hive and Trino write a quote in a text in two ways, so no place may have one. @throws TrailbookError AWS_LOCATION */
export function baseOf({ location }: Pick<TablePlace, 'location'>): string {
  if (/['\\\x00-\x1f\x7f]/.test(location))
    throw new TrailbookError('AWS_LOCATION', {
      location: JSON.stringify(location),
      reason: 'statements of Athena cannot name a quote, a backslash or a control character',
    })
  return location.replace(/\/+$/, '')
}
export const ownTable = (table: string, id: string): string => `${table}_${id.replace('-', '_')}`.toLowerCase()
export const inDdl = (database: string, table: string): string => `\`${database}\`.\`${table}\``
export const inDml = (database: string, table: string): string => `${quoteName(database)}.${quoteName(table)}`

/** The id of the snapshot whose own table it is; undefined for another name. */
export function snapshotOf(name: string, table: string): string | undefined {
  const start = `${table.toLowerCase()}_`
  const match = name.startsWith(start) ? /^(\d{10,})_([0-9a-f]+)$/.exec(name.slice(start.length)) : null
  return match === null ? undefined : `${match[1]}-${match[2]}`
}

interface ViewPlace {
  /** The one of the account itself where left out. */
  readonly catalog?: string
  readonly database: string
  readonly table: string
}

/** The own table that a view shows; undefined where it shows something else. @param text of the view, as Athena keeps it */
export function shownBy(text: string | undefined, place: ViewPlace): string | undefined {
  const named = text === undefined ? undefined : viewedTable(text, place)?.toLowerCase()
  return named !== undefined && snapshotOf(named, place.table) !== undefined ? named : undefined
}

const wholeTable = /^\s*SELECT\s+\*\s+FROM\s+(?:(?:"([^"]+)"|(\w+))\s*\.\s*)?(?:"([^"]+)"|(\w+))\s*\.\s*"?(\w+)"?\s*$/i

/** Of a view over one whole table of its own database: that table. */
export function viewedTable(text: string, { catalog = 'AwsDataCatalog', database }: ViewPlace): string | undefined {
  const [, inCatalog, catalogWord, inDatabase, word, table] = wholeTable.exec(text) ?? []
  const isSame = (found: string | undefined, wanted: string): boolean =>
    found === undefined || found.toLowerCase() === wanted.toLowerCase()
  return isSame(inCatalog ?? catalogWord, catalog) && isSame(inDatabase ?? word, database) ? table : undefined
}

interface SnapshotStatements {
  /** Name of the snapshot's own table. */
  readonly own: string
  readonly table: string
  readonly partitions: readonly string[]
  /** The table of what the lake knew of its coverage; undefined for snapshots that have none. */
  readonly coverage: string | undefined
  readonly view: string
}

export function snapshotStatements(published: Published, place: TablePlace): SnapshotStatements {
  const { database, table } = place
  const base = baseOf(place)
  const own = ownTable(table, published.id)
  const columns = published.columns
    .filter(({ type }) => !unreadable.includes(type))
    .map(({ name, type }) => `  \`${name.toLowerCase()}\` ${hiveText(readType(type))}`)
  const partitions: string[] = []
  for (let at = 0; at < published.days.length; at += partitionsAtOnce)
    partitions.push(
      `ALTER TABLE ${inDdl(database, own)} ADD IF NOT EXISTS\n${published.days
        .slice(at, at + partitionsAtOnce)
        .map(({ date, folder }) => `  PARTITION (event_date = '${date}') LOCATION '${base}/${folder}/'`)
        .join('\n')}`,
    )
  const stored = (folder: string): string => `STORED AS PARQUET
LOCATION '${base}/${folder}/'
TBLPROPERTIES ('trailbook.snapshot' = '${published.id}')`
  return {
    own,
    table: `CREATE EXTERNAL TABLE IF NOT EXISTS ${inDdl(database, own)} (\n${columns.join(',\n')}\n)
PARTITIONED BY (\`event_date\` string)
${stored('snapshots')}`,
    partitions,
    coverage:
      published.coverage &&
      `CREATE EXTERNAL TABLE IF NOT EXISTS ${inDdl(database, coverageName(own))} (
${factColumns.map((name) => `  \`${name}\` string`).join(',\n')}
)
${stored(published.coverage.folder)}`,
    view: `CREATE OR REPLACE VIEW ${inDml(database, table)} AS SELECT * FROM ${inDml(database, own)}`,
  }
}

/** All of them, in their order. */
export function allStatements(published: Published, place: TablePlace): readonly string[] {
  const { table, partitions, coverage, view } = snapshotStatements(published, place)
  return [table, ...partitions, ...(coverage === undefined ? [] : [coverage]), view]
}

const hiveNames: Readonly<Record<string, string>> = { varchar: 'string', integer: 'int', real: 'float' }

/** A type in Hive's words: `struct<arn:string,tags:array<string>>`. */
function hiveText({ base, parts }: TypeText): string {
  if (base === 'row')
    return `struct<${parts.map(({ name = '', type }) => `${name.toLowerCase()}:${hiveText(type)}`).join(',')}>`
  if (base === 'array' || base === 'map') return `${base}<${parts.map(({ type }) => hiveText(type)).join(',')}>`
  return hiveNames[base] ?? base
}
