/** What all dialects print alike: the shape of queries. Everything that may differ is asked of {@link DialectParts}. */

import { printedColumns } from '../analyze/queries.ts'
import type { ListTable } from '../compile.ts'
import type { PrintInput } from '../dialect.ts'
import type {
  Call,
  Cast,
  CommonTable,
  Expression,
  Frame,
  FrameBound,
  GroupingElement,
  Query,
  QueryBody,
  Select,
  SortItem,
  Subscript,
  TableExpression,
  TableName,
  UnnestTable,
  WindowSpec,
} from '../tree.ts'
import type { SqlType } from '../types.ts'
import { visitQuery } from '../visit.ts'
import { eventsRelation } from './events.ts'
import { printExpression } from './expressions.ts'
import { type Filters, splitFilter } from './filter.ts'
import type { Partitions } from './partitions.ts'

export interface Printer {
  readonly parts: DialectParts
  readonly input: PrintInput
  /** Columns that UNNEST makes of rows, as `relation.column`: each row comes in an array of its own. */
  readonly rowColumns: ReadonlySet<string>
  /** The one relation of the SELECT that is printed, whose columns need no name before them; only with `bareColumns`. */
  readonly only?: string | undefined
  expression(node: Expression): string
  query(query: Query): string
  sort(items: readonly SortItem[]): string
  over(spec: WindowSpec): string
}

export interface DialectParts {
  /** The relation that holds the events, as the engine names it. */
  readonly eventsTable: string
  /** The account of an event: its recipient, else what the engine knows from its path. */
  readonly accountColumn: string
  /** A NULL among the constants of an IN list is not heeded. */
  readonly losesNulls?: boolean
  /** Column with the day of each event, by which the engine leaves files out; undefined where there is none. */
  readonly dayColumn?: { readonly name: string; readonly isDate: boolean } | undefined
  /** Of a raw trail table. */
  readonly partitions?: Partitions | undefined
  /** Column that is equal for copies of one event alone; undefined where every event is there once. */
  readonly copyColumn?: string | undefined
  /** The engine's name, for refusals. */
  readonly engine: string
  /** The event table in a form of the engine's own; without it, that of `eventsRelation`. */
  readonly events?: (printer: Printer, table: TableName) => string
  /** UNNEST of rows gives them in arrays of one. */
  readonly wrapsRows?: boolean
  /** Columns stand without their relation where it is the only one: for engines whose texts must be short. */
  readonly bareColumns?: boolean
  type(type: SqlType): string
  string(text: string): string
  number(text: string, form: 'integer' | 'decimal' | 'double'): string
  dateTime(text: string, type: SqlType): string
  interval(text: string, unit: string): string
  binary(hex: string): string
  parameter(name: string, type: SqlType, printer: Printer): string
  nullOf(type: SqlType | undefined): string
  arithmetic(operator: string, left: string, right: string, type: SqlType): string
  concat(left: string, right: string, type: SqlType): string
  subscript(node: Subscript, base: string, index: string): string
  array(items: readonly string[], type: SqlType | undefined): string
  row(items: readonly string[]): string
  lambda(names: readonly string[], body: string): string
  call(node: Call, printer: Printer): string
  cast(node: Cast, operand: string): string
  unnest(node: UnnestTable, printer: Printer): string
}

export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** @param query the whole query that is to be printed */
export function createPrinter(parts: DialectParts, input: PrintInput, query: Query): Printer {
  return newPrinter({ parts, input, rowColumns: parts.wrapsRows === true ? rowColumns(query) : new Set() })
}

function newPrinter(state: Pick<Printer, 'parts' | 'input' | 'rowColumns' | 'only'>): Printer {
  const printer: Printer = {
    ...state,
    expression: (node) => printExpression(printer, node),
    query: (query) => printQuery(printer, query, false),
    sort: (items) => items.map((item) => sortItem(printer, item)).join(', '),
    over: (spec) => windowText(printer, spec),
  }
  return printer
}

/** For what a SELECT over this relation alone computes; ORDER BY is not among it, for names are first those of the answer there. */
export function withOnly(printer: Printer, only: string | undefined): Printer {
  return printer.parts.bareColumns === true ? newPrinter({ ...printer, only }) : printer
}

function rowColumns(query: Query): ReadonlySet<string> {
  const found = new Set<string>()
  visitQuery(query, {
    select: ({ from }) => {
      for (const table of from.flatMap(unnested)) {
        let at = 0
        for (const { type } of table.items) {
          if (type?.kind === 'array' && type.element.kind === 'row') found.add(`${table.as}.${table.names?.[at]}`)
          at += type?.kind === 'map' ? 2 : 1
        }
      }
    },
  })
  return found
}

const unnested = (table: TableExpression): readonly UnnestTable[] =>
  table.kind === 'unnest' ? [table] : table.kind === 'join' ? [table.left, table.right].flatMap(unnested) : []

const constants: ReadonlySet<Expression['kind']> = new Set([
  'null',
  'boolean',
  'string',
  'number',
  'datetime',
  'binary',
])
const isConstant = (node: Expression): boolean =>
  constants.has(node.kind) || (node.kind === 'unary' && constants.has(node.operand.kind))
const isPosition = (node: Expression): boolean =>
  node.kind === 'number' && node.form === 'integer' && !node.text.startsWith('-')

/** The outermost query also names its columns, as results carry them. */
export function printQuery(printer: Printer, query: Query, outermost: boolean): string {
  const names =
    query.with.length > 0 ? `WITH ${query.with.map((common) => withQuery(printer, common)).join(',\n')}\n` : ''
  const columns = outermost ? printedColumns(query.columns ?? []) : undefined
  // A constant orders nothing, and DuckDB refuses it.
  const sorted = query.orderBy.filter(({ expression }) => !isConstant(expression) || isPosition(expression))
  const order = sorted.length > 0 ? `\nORDER BY ${printer.sort(sorted)}` : ''
  const offset = query.offset ? `\nOFFSET ${printer.expression(query.offset)}` : ''
  const limit = query.limit ? `\nLIMIT ${printer.expression(query.limit)}` : ''
  return `${names}${printBody(printer, query.body, columns)}${order}${offset}${limit}`
}

function withQuery(printer: Printer, common: CommonTable): string {
  const { name, columns } = common.printed!
  return `${quoteName(name)} (${columns.map(quoteName).join(', ')}) AS (\n${printer.query(common.query)}\n)`
}

function printBody(printer: Printer, body: QueryBody, columns: readonly string[] | undefined): string {
  switch (body.kind) {
    case 'nested':
      return `(${printQuery(printer, body.query, columns !== undefined)})`
    case 'values':
      return `VALUES ${body.rows.map((row) => `(${row.map(printer.expression).join(', ')})`).join(', ')}`
    case 'set':
      return `${printBody(printer, body.left, columns)}\n${body.operator}${body.all ? ' ALL' : ''}\n${setOperand(printer, body.right)}`
    case 'select':
      return printSelect(printer, body, columns)
  }
}

const setOperand = (printer: Printer, body: QueryBody): string =>
  body.kind === 'set' ? `(${printBody(printer, body, undefined)})` : printBody(printer, body, undefined)

function printSelect(outer: Printer, select: Select, columns: readonly string[] | undefined): string {
  const [table, ...more] = select.from
  const printer = withOnly(
    outer,
    table === undefined || table.kind === 'join' || more.length > 0 ? undefined : table.as,
  )
  const items = (select.expanded ?? []).map(
    (item, i) => printer.expression(item.expression) + (columns ? ` AS ${quoteName(columns[i]!)}` : ''),
  )
  const filters = printer.parts.copyColumn === undefined ? whole(select) : splitFilter(select)
  const lines = [`SELECT ${select.distinct ? 'DISTINCT ' : ''}${items.join(', ')}`]
  if (select.from.length > 0)
    lines.push(`FROM ${select.from.map((table) => printTable(printer, table, filters)).join(', ')}`)
  if (filters.rest.length > 0) lines.push(`WHERE ${filters.rest.map(printer.expression).join(' AND ')}`)
  if (select.groupBy) lines.push(`GROUP BY ${select.groupBy.sets.map((set) => grouping(printer, set)).join(', ')}`)
  if (select.having) lines.push(`HAVING ${printer.expression(select.having)}`)
  return lines.join('\n')
}

function grouping(printer: Printer, element: GroupingElement): string {
  if (element.kind === 'simple') return printer.expression(element.expression)
  const sets = element.sets.map((set) => `(${set.map(printer.expression).join(', ')})`).join(', ')
  return `${element.kind === 'sets' ? 'GROUPING SETS' : element.kind.toUpperCase()} (${sets})`
}

const whole = ({ where }: Select): Filters => ({ own: new Map(), rest: where === undefined ? [] : [where] })

function printTable(printer: Printer, table: TableExpression, filters: Filters): string {
  switch (table.kind) {
    case 'table':
      return tableText(printer, table, filters)
    case 'derived':
      return `${table.lateral ? 'LATERAL ' : ''}(\n${printer.query(table.query)}\n) AS ${aliasText(table)}`
    case 'unnest':
      return printer.parts.unnest(table, printer)
    case 'join': {
      const condition = table.on
        ? ` ON ${printer.expression(table.on)}`
        : table.using
          ? ` USING (${table.using.map((name) => quoteName(name.name)).join(', ')})`
          : ''
      const right = printTable(printer, table.right, filters)
      return `${printTable(printer, table.left, filters)}\n${table.type} JOIN ${table.right.kind === 'join' ? `(${right})` : right}${condition}`
    }
  }
}

/** `"name" ("column", …)`. */
export function aliasText(table: { readonly as?: string; readonly names?: readonly string[] }): string {
  return `${quoteName(table.as!)}${table.names ? ` (${table.names.map(quoteName).join(', ')})` : ''}`
}

function tableText(printer: Printer, table: TableName, filters: Filters): string {
  const name = aliasText(table)
  switch (table.source?.kind) {
    case 'events':
      if (printer.parts.events !== undefined) return `${printer.parts.events(printer, table)} AS ${name}`
      return `${eventsRelation(printer, table.source.used, { name: table.as!, conditions: filters.own.get(table) ?? [] })} AS ${name}`
    case 'list':
      return `${listText(printer, printer.input.lists[table.source.name])} AS ${name}`
    case 'with':
      return `${quoteName(table.source.name)} AS ${name}`
    case 'fragment': {
      const { query } = table.source
      return `(\n${createPrinter(printer.parts, printer.input, query).query(query)}\n) AS ${name}`
    }
    default:
      throw new Error('a table without a source reached the printer')
  }
}

function listText(printer: Printer, list: ListTable | undefined): string {
  const columns = list?.columns ?? [{ name: 'value', type: 'varchar' }]
  const cell = (value: unknown, type: string) =>
    value === null || value === undefined
      ? `CAST(NULL AS ${type.toUpperCase()})`
      : type === 'bigint' || type === 'double'
        ? printer.parts.number(String(value), type === 'double' ? 'double' : 'integer')
        : type === 'boolean'
          ? String(value).toUpperCase()
          : printer.parts.string(typeof value === 'string' ? value : JSON.stringify(value))
  const rows = list?.rows ?? []
  if (rows.length === 0)
    return `(SELECT ${columns.map((c) => `CAST(NULL AS ${c.type.toUpperCase()}) AS ${quoteName(c.name)}`).join(', ')} WHERE FALSE)`
  const body = rows.map((row) => `(${columns.map((c) => cell(row[c.name], c.type)).join(', ')})`).join(', ')
  return `(VALUES ${body})`
}

function sortItem(printer: Printer, item: SortItem): string {
  const { expression } = item
  const text =
    expression.kind === 'reference' && expression.to?.kind === 'output'
      ? String(expression.to.position)
      : printer.expression(expression)
  return `${text} ${item.descending ? 'DESC' : 'ASC'} NULLS ${item.nulls ?? 'LAST'}`
}

function windowText(printer: Printer, spec: WindowSpec): string {
  const clauses: string[] = []
  if (spec.partitionBy.length > 0) clauses.push(`PARTITION BY ${spec.partitionBy.map(printer.expression).join(', ')}`)
  if (spec.orderBy.length > 0) clauses.push(`ORDER BY ${printer.sort(spec.orderBy)}`)
  if (spec.frame) clauses.push(frameText(printer, spec.frame))
  return ` OVER (${clauses.join(' ')})`
}

function frameText(printer: Printer, frame: Frame): string {
  const bound = (b: FrameBound) => (b.value ? `${printer.expression(b.value)} ${b.kind}` : b.kind)
  return frame.end
    ? `${frame.unit} BETWEEN ${bound(frame.start)} AND ${bound(frame.end)}`
    : `${frame.unit} ${bound(frame.start)}`
}
