/** DuckDB's text: every function and operator that means something else there goes through a proven form. */
import { castRule } from '../analyze/casts.ts'
import type { Binding } from '../compile.ts'
import type { Dialect } from '../dialect.ts'
import { aggregateCasts } from '../functions/aggregates.ts'
import type { Emission, Emit } from '../functions/spec.ts'
import type { Call, Cast, UnnestTable } from '../tree.ts'
import { isInteger, type SqlType, sameType, types } from '../types.ts'
import { collectedOrder } from './collected.ts'
import { aliasText, createPrinter, type DialectParts, type Printer, printQuery, quoteName } from './printer.ts'

const simpleNames: Partial<Record<SqlType['kind'], string>> = {
  varbinary: 'BLOB',
  unknown: 'VARCHAR',
  'iso-time': 'VARCHAR',
  'interval-day': 'INTERVAL',
  'interval-year': 'INTERVAL',
}

export function duckdbType(type: SqlType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'timestamp':
      return type.zone ? 'TIMESTAMPTZ' : 'TIMESTAMP'
    case 'array':
      return `${duckdbType(type.element)}[]`
    case 'map':
      return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`
    case 'row':
      return `STRUCT(${type.fields.map((f, i) => `${quoteName(f.name ?? `field${i}`)} ${duckdbType(f.type)}`).join(', ')})`
    default:
      return simpleNames[type.kind] ?? type.kind.toUpperCase()
  }
}

/** NUL cannot stand in DuckDB text, so it is joined in. */
function stringText(text: string): string {
  const quoted = (part: string) => `'${part.replaceAll("'", "''")}'`
  return text.includes('\0') ? `(${text.split('\0').map(quoted).join(' || chr(0) || ')})` : quoted(text)
}

const fill = (template: string, args: readonly string[]): string =>
  template.replace(/\$(\*|\d)/g, (_, which: string) =>
    which === '*' ? args.join(', ') : (args[Number(which) - 1] ?? ''),
  )

const emit = (how: Emit, emission: Emission): string =>
  typeof how === 'string' ? fill(how, emission.args) : how(emission)

function callText(node: Call, printer: Printer): string {
  const target = node.target!
  const returns = node.type ?? types.unknown
  const args = node.args.map(printer.expression)
  const plain = emit(target.duckdb, { args, nodes: node.args, returns, returnsText: duckdbType(returns) })
  if (target.kind === 'scalar') return plain
  const sorted = collectedOrder(node, printer, {
    value: args[0] ?? '',
    joined: (list) => `array_to_string(${list}, ',')`,
  })
  const inner = [
    node.distinct && !plain.includes('(DISTINCT ') ? 'DISTINCT ' : '',
    sorted === '' ? '' : ` ORDER BY ${sorted}`,
    node.ignoreNulls ? ' IGNORE NULLS' : '',
  ] as const
  const open = plain.indexOf('(') + 1
  const text = `${plain.slice(0, open)}${inner[0]}${plain.slice(open, -1)}${inner[1]}${inner[2]})`
  const filter = node.filter ? ` FILTER (WHERE ${printer.expression(node.filter)})` : ''
  const whole = `${text}${filter}${node.over ? printer.over(node.over) : ''}`
  const cast = returns.kind === 'bigint' ? aggregateCasts[node.name] : undefined
  return cast ? cast(whole) : whole
}

function arithmetic(operator: string, left: string, right: string, type: SqlType): string {
  if (isInteger(type) && operator === '/') return `CAST(trino_divide(${left}, ${right}) AS ${duckdbType(type)})`
  if (isInteger(type) && operator === '%') return `CAST(trino_modulo(${left}, ${right}) AS ${duckdbType(type)})`
  if (type.kind === 'double' && operator === '/') return `(CAST(${left} AS DOUBLE) / CAST(${right} AS DOUBLE))`
  if (type.kind === 'double' && operator === '%')
    return `trino_double_modulo(CAST(${left} AS DOUBLE), CAST(${right} AS DOUBLE))`
  const text = `(${left} ${operator} ${right})`
  // DuckDB makes a timestamp of a date plus an interval.
  return type.kind === 'date' ? `CAST(${text} AS DATE)` : text
}

/** Trino casts the text under json_parse straight to an array or map, unless it is a constant. */
const passesJsonValue = ({ operand, target }: Cast): boolean =>
  !['array', 'map'].includes(target.kind) ||
  operand.kind !== 'call' ||
  operand.name !== 'json_parse' ||
  operand.args[0]?.kind === 'string'

function unnest(node: UnnestTable, printer: Printer): string {
  const items: string[] = []
  const lengths: string[] = []
  for (const item of node.items) {
    const text = printer.expression(item)
    const sources = item.type?.kind === 'map' ? [`map_keys(${text})`, `map_values(${text})`] : [text]
    lengths.push(`coalesce(len(${sources[0]}), 0)`)
    items.push(...sources.map((source) => `unnest(${source})`))
  }
  if (node.ordinality)
    items.push(`unnest(generate_series(1, ${lengths.length > 1 ? `greatest(${lengths.join(', ')})` : lengths[0]}))`)
  return `LATERAL (SELECT ${items.join(', ')}) AS ${aliasText(node)}`
}

const parts: DialectParts = {
  engine: 'duckdb',
  eventsTable: '"trailbook"."events"',
  accountColumn: '_account',
  type: duckdbType,
  string: stringText,
  number: (text, form) =>
    form === 'double'
      ? /[eE]/.test(text)
        ? text
        : `CAST('${text}' AS DOUBLE)`
      : text.startsWith('-')
        ? `(${text})`
        : text,
  dateTime: (text, type) =>
    type.kind === 'date'
      ? `CAST('${text}' AS DATE)`
      : `CAST('${text.replace(/ (UTC|Z|\+00:00)$/, type.kind === 'timestamp' && type.zone ? '+00' : '')}' AS ${duckdbType(type)})`,
  interval: (text, unit) => `INTERVAL '${text}' ${unit}`,
  binary: (hex) => `unhex('${hex}')`,
  parameter: (name, type) => `CAST($${name} AS ${duckdbType(type)})`,
  nullOf: (type) => (type && type.kind !== 'unknown' ? `CAST(NULL AS ${duckdbType(type)})` : 'NULL'),
  arithmetic,
  concat: (left, right, type) =>
    type.kind === 'array' ? `trino_array_concat(${left}, ${right})` : `(${left} || ${right})`,
  subscript: (node, base, index) =>
    node.base.type?.kind === 'map'
      ? `trino_map_subscript(${base}, ${index})`
      : `trino_array_subscript(${base}, ${index})`,
  array: (items, type) =>
    type?.kind === 'array' && type.element.kind !== 'unknown' && type.element.kind !== 'row'
      ? `CAST([${items.join(', ')}] AS ${duckdbType(type)})`
      : `[${items.join(', ')}]`,
  // Trino, too, calls the fields of a nameless row field0, field1 and so on.
  row: (items) => `struct_pack(${items.map((item, i) => `field${i} := ${item}`).join(', ')})`,
  lambda: (names, body) => `lambda ${names.join(', ')}: ${body}`,
  call: callText,
  cast: (node, operand) => {
    const rule = castRule(node.operand.type ?? types.unknown, node.target)
    const type = duckdbType(node.target)
    const read = passesJsonValue(node) ? operand : operand.replace(/^trino_json_parse\(/, 'trino_json_read(')
    const same = sameType(node.operand.type ?? types.unknown, node.target)
    const text =
      rule.kind === 'template'
        ? rule.template.replaceAll('$1', () => read).replaceAll('$T', type)
        : same
          ? operand
          : `CAST(${operand} AS ${type})`
    return node.safe ? `TRY(${text})` : text
  },
  unnest,
}

export const duckdbDialect: Dialect = {
  name: 'duckdb',
  print(query, input) {
    // A value that folding left behind must not be bound: DuckDB refuses names that the text lacks.
    const printed = new Set<string>()
    const parameter: DialectParts['parameter'] = (name, type, printer) => {
      printed.add(name)
      return parts.parameter(name, type, printer)
    }
    const text = printQuery(createPrinter({ ...parts, parameter }, input, query), query, true)
    const bindings: Binding[] = [...input.values.values()]
      .filter(({ name }) => printed.has(name))
      .map(({ name, value }) => ({ name, value }))
    return { text, bindings }
  },
}
