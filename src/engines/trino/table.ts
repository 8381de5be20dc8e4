import { TrailbookError } from '../../core/errors.ts'
import { eventColumns } from '../../core/event/columns.ts'
import type { Abortable } from '../../core/ports.ts'
import { fromColumnType, type SqlType, typeName } from '../../core/sql/types.ts'
import type { TrinoClient } from './client.ts'
import { quoteName, quoteText } from './names.ts'
import { askRows } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'
import { readType, type TypeText } from './type-text.ts'

/** What the planner and the dialect need to know of the table that holds the events. */
export interface EventsTable {
  /** For FROM: the name, or a subquery that gives columns the types of the event table. */
  readonly relation: string
  readonly accountColumn: string
  readonly dayColumn: { readonly name: string; readonly isDate: boolean } | undefined
  /** A snapshot of a lake: events are unique. */
  readonly published: boolean
  /** Columns and fields of the event table that this one lacks; fields are NULL, columns cannot be read. */
  readonly lacking: readonly string[]
}

/** Without these no scope can be put in. */
const needed = ['eventTime', 'eventName', 'eventSource', 'awsRegion', 'recipientAccountId']
const text = /^(varchar|char)\b/
const scalar = /^(boolean|tinyint|smallint|integer|bigint)$/

export const tableName = ({ catalog, schema, table }: TrinoSettings): string =>
  [catalog, schema, table].map(quoteName).join('.')

/** @throws TrailbookError TRINO_TABLE_MISSING, TRINO_COLUMN_MISSING, TRINO_COLUMN_TYPE */
export async function inspectTable(client: TrinoClient, options: Abortable = {}): Promise<EventsTable> {
  const { settings } = client
  const { catalog, schema, table } = settings
  const shown = `${catalog}.${schema}.${table}`
  const rows = await askRows(
    client,
    `SELECT column_name, data_type FROM ${quoteName(catalog)}.information_schema.columns
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(table.toLowerCase())}`,
    options,
  )
  if (rows.length === 0) throw new TrailbookError('TRINO_TABLE_MISSING', { table: shown, connection: settings.name })
  const found = new Map(rows.map(({ column_name: name, data_type: type }) => [String(name), readType(String(type))]))
  const lacking: string[] = []
  const adapted = eventColumns.flatMap(({ name, type }) => {
    const there = found.get(name.toLowerCase())
    const wanted = fromColumnType(type)
    if (there === undefined) {
      if (needed.includes(name)) throw new TrailbookError('TRINO_COLUMN_MISSING', { column: name, table: shown })
      lacking.push(name)
      return []
    }
    const value = adapt({ text: quoteName(name), path: name, there }, wanted, lacking)
    if (value === undefined) {
      const values = { table: shown, column: name, found: there.base, wanted: typeName(wanted) }
      throw new TrailbookError('TRINO_COLUMN_TYPE', values)
    }
    return [{ name, value }]
  })
  const asItIs = adapted.every(({ name, value }) => value === quoteName(name))
  const day = found.get('event_date')?.base
  const technical = ['_account', 'event_date'].filter((name) => found.has(name))
  const list = [...adapted.map(({ name, value }) => `${value} AS ${quoteName(name)}`), ...technical.map(quoteName)]
  return {
    relation: asItIs ? tableName(settings) : `(SELECT ${list.join(', ')} FROM ${tableName(settings)})`,
    accountColumn: found.has('_account') ? '_account' : 'recipientAccountId',
    dayColumn: day === undefined ? undefined : { name: 'event_date', isDate: day === 'date' },
    published: found.has('_account') && found.has('_ordinal'),
    lacking,
  }
}

interface Found {
  readonly text: string
  readonly path: string
  readonly there: TypeText
}

/** The value with the wanted type: fields in its order, those that lack as NULL. Undefined where it cannot be had. */
function adapt({ text: value, path, there }: Found, wanted: SqlType, lacking: string[]): string | undefined {
  if (wanted.kind === 'array') {
    const element = there.base === 'array' ? there.parts[0]?.type : undefined
    if (element === undefined) return undefined
    const inner = adapt({ text: 'r', path, there: element }, wanted.element, lacking)
    return inner === undefined || inner === 'r' ? inner && value : `transform(${value}, r -> ${inner})`
  }
  if (wanted.kind === 'map') return there.base === 'map' ? value : undefined
  if (wanted.kind !== 'row')
    return text.test(there.base) ? value : scalar.test(there.base) ? `CAST(${value} AS varchar)` : undefined
  if (there.base !== 'row') return undefined
  const own = new Map(there.parts.map((part) => [part.name?.toLowerCase(), part.type]))
  let isSame = there.parts.length === wanted.fields.length
  const items: string[] = []
  for (const [at, { name = '', type }] of wanted.fields.entries()) {
    const field = own.get(name.toLowerCase())
    const inPath = `${path}.${name}`
    if (field === undefined) lacking.push(inPath)
    const item = field && adapt({ text: `${value}.${quoteName(name)}`, path: inPath, there: field }, type, lacking)
    if (field !== undefined && item === undefined) return undefined
    isSame &&= item === `${value}.${quoteName(name)}` && there.parts[at]?.name?.toLowerCase() === name.toLowerCase()
    items.push(item ?? `CAST(NULL AS ${typeName(type)})`)
  }
  return isSame ? value : `IF(${value} IS NULL, NULL, CAST(ROW(${items.join(', ')}) AS ${typeName(wanted)}))`
}
