/** Trino's text: the language itself, with names resolved, scope put in and values as literals. */
import { TrailbookError } from '../../errors.ts'
import type { Dialect, PrintInput } from '../dialect.ts'
import type { Call, Query, UnnestTable } from '../tree.ts'
import { type SqlType, typeName } from '../types.ts'
import { collectedOrder } from './collected.ts'
import type { Partitions } from './partitions.ts'
import { aliasText, createPrinter, type DialectParts, type Printer, printQuery } from './printer.ts'

/** Plain text where it can be, `U&'…'` where control characters would be lost on the way. */
export function stringText(text: string): string {
  const doubled = text.replaceAll("'", "''")
  if (!/[\x00-\x1f\x7f]/.test(text)) return `'${doubled}'`
  const escaped = doubled
    .replaceAll('\\', '\\\\')
    .replace(/[\x00-\x1f\x7f]/g, (c) => `\\${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `U&'${escaped}'`
}

function parameter(name: string, type: SqlType, printer: Printer): string {
  const bound = printer.input.values.get(name)
  if (!bound) return `CAST(NULL AS ${typeName(type)})`
  switch (type.kind) {
    case 'bigint':
      return `BIGINT '${bound.value}'`
    case 'double':
      return `DOUBLE '${bound.value}'`
    case 'boolean':
      return bound.value ? 'TRUE' : 'FALSE'
    case 'timestamp':
      return `from_iso8601_timestamp(${stringText(String(bound.value))})`
    default:
      return stringText(String(bound.value))
  }
}

/** Both engines refuse more ("Considerations and limitations", Athena User Guide); special forms such as coalesce have no such limit. */
const mostArguments = 127
/** Of ARRAY[…]; Athena's limit. */
const mostItems = 254
const specialForms: readonly string[] = ['coalesce', 'if', 'nullif', 'try']

/** Texts joined piece by piece, where they are too many for one call. */
function joined(args: readonly string[]): string {
  if (args.length <= mostArguments) return args.length === 1 ? args[0]! : `concat(${args.join(', ')})`
  return `concat(${joined(args.slice(0, mostArguments))}, ${joined(args.slice(mostArguments))})`
}

function checkArguments({ name, args }: Call, { parts }: Printer): void {
  if (args.length <= mostArguments || specialForms.includes(name)) return
  throw new TrailbookError('SQL_NOT_ON_ENGINE', {
    engine: parts.engine,
    what: `${name} of ${args.length} values, where a function takes at most ${mostArguments}`,
    advice: 'Use several calls inside of one, or a list with IN or UNNEST.',
  })
}

/** Where Trino writes a function in a way of its own. */
function callText(node: Call, printer: Printer): string {
  const args = node.args.map(printer.expression)
  if (node.name === 'codepoint' && node.args[0]?.kind !== 'string') return `codepoint(CAST(${args[0]} AS varchar(1)))`
  if (node.name === 'concat' && args.length > mostArguments) return joined(args)
  checkArguments(node, printer)
  const filter = node.filter ? ` FILTER (WHERE ${printer.expression(node.filter)})` : ''
  const suffix = `${filter}${node.ignoreNulls ? ' IGNORE NULLS' : ''}${node.over ? printer.over(node.over) : ''}`
  if (node.name === 'current_date') return 'current_date'
  const sorted = collectedOrder(node, printer, { value: args[0] ?? '', joined: (list) => `array_join(${list}, ',')` })
  if (node.name === 'listagg') {
    return `listagg(${node.distinct ? 'DISTINCT ' : ''}${args.join(', ')}) WITHIN GROUP (ORDER BY ${sorted})${suffix}`
  }
  const order = sorted === '' ? '' : ` ORDER BY ${sorted}`
  const inner = node.star ? '*' : `${node.distinct ? 'DISTINCT ' : ''}${args.join(', ')}${order}`
  return `${node.name}(${inner})${suffix}`
}

/**
 * Each row comes in an array of its own. Of a bare row Athena makes one column, and Trino a column of each field; of an array both
 * make one.
 */
function unnest(node: UnnestTable, printer: Printer): string {
  const items = node.items.map((item) => {
    const text = printer.expression(item)
    const rows = item.type?.kind === 'array' && item.type.element.kind === 'row'
    return rows ? `transform(${text}, "r" -> ARRAY["r"])` : text
  })
  return `UNNEST(${items.join(', ')})${node.ordinality ? ' WITH ORDINALITY' : ''} AS ${aliasText(node)}`
}

/** Trino takes a literal's precision from its digits; Athena's times have milliseconds. */
function withMilliseconds(text: string): string {
  const [, date, time = '00:00:00', fraction = '', zone = ''] =
    /^(\S+)(?: (\d+:\d+(?::\d+)?)(?:\.(\d+))?)?( \S+)?$/.exec(text) ?? []
  return `${date} ${time.length < 6 ? `${time}:00` : time}.${fraction.padEnd(3, '0')}${zone}`
}

/** What the engines of this language print alike. */
export const trinoParts: Omit<DialectParts, 'engine' | 'eventsTable' | 'accountColumn'> = {
  wrapsRows: true,
  losesNulls: true,
  type: typeName,
  string: stringText,
  number: (text) => (text.startsWith('-') ? `(${text})` : text),
  dateTime: (text, type) => (type.kind === 'date' ? `DATE '${text}'` : `TIMESTAMP '${withMilliseconds(text)}'`),
  interval: (text, unit) =>
    text.startsWith('-') ? `INTERVAL -'${text.slice(1)}' ${unit}` : `INTERVAL '${text}' ${unit}`,
  binary: (hex) => `X'${hex}'`,
  parameter,
  nullOf: (type) =>
    type && type.kind !== 'unknown' && type.kind !== 'row'
      ? `CAST(NULL AS ${type.kind === 'iso-time' ? 'varchar' : typeName(type)})`
      : 'NULL',
  arithmetic: (operator, left, right) => `(${left} ${operator} ${right})`,
  concat: (left, right) => `(${left} || ${right})`,
  subscript: (_, base, index) => `${base}[${index}]`,
  array: (items, type) => {
    if (items.length <= mostItems) return `ARRAY[${items.join(', ')}]`
    const pieces = Array.from({ length: Math.ceil(items.length / mostItems) }, (_, at) =>
      items.slice(at * mostItems, (at + 1) * mostItems),
    )
    const typed = type === undefined || type.kind === 'unknown' ? undefined : typeName(type)
    const texts = pieces.map((piece) => `ARRAY[${piece.join(', ')}]`)
    // Each piece has the type of the whole: of NULLs alone it would have another.
    return `(${texts.map((text) => (typed === undefined ? text : `CAST(${text} AS ${typed})`)).join(' || ')})`
  },
  row: (items) => `ROW(${items.join(', ')})`,
  lambda: (names, body) => `(${names.join(', ')}) -> ${body}`,
  call: callText,
  cast: (node, operand) => `${node.safe ? 'TRY_CAST' : 'CAST'}(${operand} AS ${typeName(node.target)})`,
  unnest,
}

/** The relation that holds the events, as the two engines of this language know it. */
export interface RelationText {
  /** The qualified, quoted name, or a subquery in parentheses. */
  readonly eventsTable: string
  readonly accountColumn: string
  readonly dayColumn?: DialectParts['dayColumn']
  readonly partitions?: Partitions | undefined
  /** False: the relation has the column {@link copyColumn}, by which copies are told. True by default. */
  readonly exactOnce?: boolean
}

/** Equal for copies of one event, and for nothing else; see `table-shape.ts`. */
export const copyColumn = '_copy'

export function printTrinoText(
  engine: string,
  table: RelationText,
  query: Query,
  input: PrintInput,
): ReturnType<Dialect['print']> {
  const { eventsTable, accountColumn, dayColumn, partitions, exactOnce = true } = table
  const own = { engine, eventsTable, accountColumn, dayColumn, partitions, ...(!exactOnce && { copyColumn }) }
  return { text: printQuery(createPrinter({ ...trinoParts, ...own }, input, query), query, true), bindings: [] }
}

export function trinoDialect(table: Partial<RelationText> = {}): Dialect {
  const whole = { eventsTable: '"cloudtrail_logs"', accountColumn: 'recipientAccountId', ...table }
  return { name: 'trino', print: (query, input) => printTrinoText('Trino', whole, query, input) }
}
