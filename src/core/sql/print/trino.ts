/** Trino's text: the language itself, with names resolved, scope put in and values as literals. */
import type { Dialect } from '../dialect.ts'
import type { Call, UnnestTable } from '../tree.ts'
import { type SqlType, typeName } from '../types.ts'
import { collectedOrder } from './collected.ts'
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

/** Where Trino writes a function in a way of its own. */
function callText(node: Call, printer: Printer): string {
  const args = node.args.map(printer.expression)
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

/** An array of rows becomes one column of rows, as Athena gives it: Trino would make a column of each field. */
function unnest(node: UnnestTable, printer: Printer): string {
  const items = node.items.map((item) => {
    const text = printer.expression(item)
    const rows = item.type?.kind === 'array' && item.type.element.kind === 'row'
    return rows ? `transform(${text}, "r" -> ROW("r"))` : text
  })
  return `UNNEST(${items.join(', ')})${node.ordinality ? ' WITH ORDINALITY' : ''} AS ${aliasText(node)}`
}

/** Trino takes a literal's precision from its digits; Athena's times have milliseconds. */
function withMilliseconds(text: string): string {
  const [, date, time = '00:00:00', fraction = '', zone = ''] =
    /^(\S+)(?: (\d+:\d+(?::\d+)?)(?:\.(\d+))?)?( \S+)?$/.exec(text) ?? []
  return `${date} ${time.length < 6 ? `${time}:00` : time}.${fraction.padEnd(3, '0')}${zone}`
}

const parts: Omit<DialectParts, 'eventsTable' | 'accountColumn' | 'dayColumn'> = {
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
  array: (items) => `ARRAY[${items.join(', ')}]`,
  row: (items) => `ROW(${items.join(', ')})`,
  lambda: (names, body) => `(${names.join(', ')}) -> ${body}`,
  call: callText,
  cast: (node, operand) => `${node.safe ? 'TRY_CAST' : 'CAST'}(${operand} AS ${typeName(node.target)})`,
  unnest,
}

interface TrinoTable {
  /** The qualified, quoted name of the table that holds the events, or a subquery in parentheses. */
  readonly eventsTable?: string
  readonly accountColumn?: string
  readonly dayColumn?: DialectParts['dayColumn']
}

export function trinoDialect({
  eventsTable = '"cloudtrail_logs"',
  accountColumn = 'recipientAccountId',
  dayColumn,
}: TrinoTable = {}): Dialect {
  return {
    name: 'trino',
    print: (query, input) => ({
      text: printQuery(createPrinter({ ...parts, eventsTable, accountColumn, dayColumn }, input), query, true),
      bindings: [],
    }),
  }
}
