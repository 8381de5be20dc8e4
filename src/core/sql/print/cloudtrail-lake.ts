/** CloudTrail Lake's text: the language is Trino's, over event data stores as their schema is documented. */
import { TrailbookError } from '../../errors.ts'
import { eventColumns } from '../../event/columns.ts'
import { virtualColumns } from '../../event/virtual.ts'
import type { Dialect, PrintInput } from '../dialect.ts'
import type { Expression, Query, TableName } from '../tree.ts'
import { baseColumn, columnText } from './cloudtrail-lake-columns.ts'
import { compact } from './cloudtrail-lake-compact.ts'
import {
  columnsIn,
  type Details,
  lakeName,
  type Reads,
  readPaths,
  readPathsOf,
  tablesOf,
} from './cloudtrail-lake-paths.ts'
import { definition } from './events.ts'
import { createPrinter, type DialectParts, type Printer, printQuery, quoteName, withOnly } from './printer.ts'
import { withTextOutputs } from './text-outputs.ts'
import { stringText, trinoParts } from './trino.ts'

interface EventDataStores {
  /** Ids or ARNs; of several, events come from all. */
  readonly stores: readonly string[]
  readonly details?: Details | undefined
}

/**
 * The id that stands in queries, of an id or an ARN.
 *
 * @throws TrailbookError CLOUDTRAIL_LAKE_STORE_ID
 */
export function eventDataStoreId(text: string): string {
  const id =
    /^(?:arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
      text,
    )?.[1]
  if (id === undefined) throw new TrailbookError('CLOUDTRAIL_LAKE_STORE_ID', { got: JSON.stringify(text) })
  return id
}

/** @throws TrailbookError CLOUDTRAIL_LAKE_STORE_ID */
export function cloudTrailLakeDialect({ stores, details = 'record' }: EventDataStores): Dialect {
  const ids = stores.map(eventDataStoreId)
  const [first] = ids
  if (first === undefined) throw new TrailbookError('CLOUDTRAIL_LAKE_STORE_ID', { got: 'nothing' })
  const source = ids.length === 1 ? first : `(${ids.map((id) => `SELECT * FROM ${id}`).join(' UNION ALL ')})`
  const dialect: Dialect = {
    name: 'cloudtrail-lake',
    print(query, input) {
      const read = readPaths(query, details)
      const parts: DialectParts = {
        ...trinoParts,
        engine: lakeName,
        eventsTable: source,
        accountColumn: 'recipientAccountId',
        bareColumns: true,
        events: (printer, table) => eventsText(printer, table, { reads: read.reads, source, details }),
      }
      return { text: printQuery(createPrinter(parts, input, read.query), read.query, true), bindings: [] }
    },
  }
  const whole = withTextOutputs(dialect, { engine: lakeName, marked: true })
  return {
    name: dialect.name,
    print(query, input) {
      const { text, bindings } = whole.print(query, input)
      return { text: compact(text, relationNames(query)), bindings }
    },
  }
}

const relationNames = (query: Query): readonly string[] => {
  const { events, others, queries } = tablesOf(query)
  return [...new Set([...events.keys(), ...others, ...queries])]
}

interface Reading {
  readonly reads: Reads
  readonly source: string
  readonly details: Details
}

const virtualAlias = 'e'
/** Equal for copies of one record alone. */
const copyKey: readonly string[] = ['eventid', 'eventjsonchecksum']

/**
 * The columns that the query reads, each event once: a store may hold copies (trails that were copied into it, or twice), and nothing
 * in the documentation says that it leaves them out. Copies are equal in every column, so DISTINCT over those that are read and the
 * key gives each event once, and conditions are still asked before it.
 */
function eventsText(printer: Printer, { as = '' }: TableName, { reads, source, details }: Reading): string {
  const names = reads.get(as) ?? new Set<string>()
  const virtual = virtualColumns.flatMap(({ name, sql }): { name: string; sql: Expression }[] =>
    names.has(name) ? [{ name, sql: readPathsOf(definition(name, sql), virtualAlias, details) }] : [],
  )
  const isVirtual = new Set<string>(virtual.map(({ name }) => name))
  const plain = [...names].filter((name) => !isVirtual.has(name)).toSorted(byColumn)
  const inner = new Set([...plain, ...virtual.flatMap(({ sql }) => [...columnsIn(sql)])])
  const list = [
    ...copyKey.filter((name) => !(name === 'eventid' && inner.has('eventID'))).map(quoteName),
    ...[...inner].map((name) => `${columnText(name)} AS ${quoteName(name)}`),
  ]
  const where = conditions(printer.input).join(' AND ')
  const events = `(SELECT DISTINCT ${list.join(', ')} FROM ${source} WHERE ${where})`
  if (virtual.length === 0) return events
  const over = withOnly(printer, virtualAlias)
  const outer = [
    ...plain.map(quoteName),
    ...virtual.map(({ name, sql }) => `${over.expression(sql)} AS ${quoteName(name)}`),
  ]
  return `(SELECT ${outer.join(', ')} FROM ${events} AS ${quoteName(virtualAlias)})`
}

const order = new Map(eventColumns.map(({ name }, at) => [name, at]))
const place = (name: string): number => order.get(baseColumn(name)) ?? order.size
const byColumn = (a: string, b: string): number => place(a) - place(b) || (a < b ? -1 : 1)

/** Times are typed: by them the service leaves data out, and what it leaves out it does not charge for. */
function conditions({ scope }: PrintInput): string[] {
  const time = (iso: string): string => `TIMESTAMP ${stringText(iso.replace('T', ' ').replace(/Z$/, ''))}`
  const among = (name: string, values: readonly string[]): string[] =>
    values.length > 0 ? [`${quoteName(name)} IN (${values.map(stringText).join(', ')})`] : []
  return [
    `${quoteName('eventtime')} >= ${time(scope.earliest)}`,
    `${quoteName('eventtime')} < ${time(scope.window.to)}`,
    ...among('recipientaccountid', scope.accounts),
    ...among('awsregion', scope.regions),
    ...among('eventsource', scope.services),
  ]
}
