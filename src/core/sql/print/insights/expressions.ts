/** Expressions in the SQL of Logs Insights. */
import type { ListTable } from '../../compile.ts'
import { jsonPathSteps } from '../../json-path.ts'
import type { Call, Expression, InQuery, Query, SortItem, WindowSpec } from '../../tree.ts'
import { isInteger, type SqlType } from '../../types.ts'
import { children } from '../../visit.ts'
import { arrayAggregate, arrayFunction } from './arrays.ts'
import { aggregateFunctions, emitted, refuseFunction, scalarFunctions, windowFunctions } from './functions.ts'
import { stringText } from './literals.ts'
import { subqueryText } from './query.ts'
import { memberValue, type Printing, refuse, type Value } from './values.ts'

const ownText = 'Write a text of its own for the engine under logs-insights.'

export const print = (printing: Printing, node: Expression): string => {
  const value = printedValue(printing, node)
  if (value.entries) refuse(node, 'computing with a collected list', 'Select the list as it is, or join it to a text.')
  return value.text
}

export function printedValue(printing: Printing, node: Expression): Value {
  switch (node.kind) {
    case 'reference':
      return referenceValue(printing, node)
    case 'field': {
      const base = printedValue(printing, node.base)
      if (!base.member) refuse(node, 'a field of a computed row', 'Name the field where the row is read.')
      return memberValue({ ...base.member, steps: [...base.member.steps, node.field.name] }, node)
    }
    case 'call':
      return callValue(printing, node)
    default:
      return { text: text(printing, node) }
  }
}

function text(printing: Printing, node: Exclude<Expression, { kind: 'reference' | 'field' | 'call' }>): string {
  const printed = (inner: Expression) => print(printing, inner)
  switch (node.kind) {
    case 'null':
      return 'NULL'
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE'
    case 'string':
      return stringText(node.value, node)
    case 'number':
      return numberText(node.text, node.form === 'double')
    case 'datetime':
      return refuse(node, 'a written-out time', 'Compare eventTime as text, or use a timestamp parameter.')
    case 'interval':
      return intervalText(node)
    case 'parameter':
      return parameterText(printing, node.name, node.type, node)
    case 'unary':
      return node.operator === 'NOT' ? `(NOT ${printed(node.operand)})` : `(${node.operator}${printed(node.operand)})`
    case 'binary-op':
      return binaryText(printing, node)
    case 'is-null':
      return `(${printed(node.operand)} IS ${node.negated ? 'NOT ' : ''}NULL)`
    case 'between': {
      const value = printed(node.operand)
      const within = `(${value} >= ${printed(node.low)} AND ${value} <= ${printed(node.high)})`
      return node.negated ? `(NOT ${within})` : within
    }
    case 'in-list':
      if (node.operand.kind === 'row') return refuse(node, 'comparing rows', 'Compare the fields one by one.')
      return `(${printed(node.operand)} ${node.negated ? 'NOT ' : ''}IN (${node.items.map(printed).join(', ')}))`
    case 'in-query':
      return inQueryText(printing, node)
    case 'like': {
      if (node.pattern.kind !== 'string' && node.pattern.kind !== 'parameter')
        return refuse(node, 'LIKE with a computed pattern', 'Use strpos.')
      checkPattern(printing, node.pattern, node)
      const escaped = node.escape ? ` ESCAPE ${printed(node.escape)}` : ''
      return `(${printed(node.operand)} ${node.negated ? 'NOT ' : ''}LIKE ${printed(node.pattern)}${escaped})`
    }
    case 'case': {
      const operand = node.operand ? ` ${printed(node.operand)}` : ''
      const branches = node.branches.map((b) => ` WHEN ${printed(b.when)} THEN ${printed(b.result)}`).join('')
      return `(CASE${operand}${branches}${node.otherwise ? ` ELSE ${printed(node.otherwise)}` : ''} END)`
    }
    case 'cast':
      return castText(printed(node.operand), node)
    case 'exists': {
      const list = wholeList(printing, node.query)
      if (list !== undefined) return (list.rows.length > 0).toString().toUpperCase()
      return refuse(node, 'EXISTS', `Use IN over the wanted keys, or a LEFT JOIN. ${ownText}`)
    }
    case 'quantified':
      return refuse(node, `comparing with ${node.quantifier} of a subquery`, ownText)
    case 'scalar-query':
      return refuse(node, 'a subquery as a value', ownText)
    case 'lambda':
      return refuse(node, 'a lambda', ownText)
    case 'array':
      return refuse(node, 'a written-out array', 'Use IN.')
    case 'row':
      return refuse(node, 'a row', 'Select its fields.')
    case 'subscript':
      return refuse(node, 'a subscript', 'Use element_at with a number.')
    case 'binary':
      return refuse(node, 'binary data', ownText)
  }
}

function referenceValue(printing: Printing, node: Expression & { kind: 'reference' }): Value {
  const { to } = node
  if (to?.kind === 'output') return printedValue(printing, to.expression)
  if (to?.kind !== 'column') return refuse(node, 'a lambda', ownText)
  const columns = printing.relations.get(to.relation)
  if (columns === undefined)
    return to.relation === ''
      ? refuse(node, 'JOIN … USING', 'Write ON and name the table of each column.')
      : refuse(node, 'a subquery that refers to the query around it', ownText)
  const value = columns(to.column, node.span)
  if (to.fields.length === 0) return value
  if (!value.member) return refuse(node, 'a field of a computed row', 'Name the field where the row is read.')
  return memberValue({ ...value.member, steps: [...value.member.steps, ...to.fields] }, node)
}

const numberText = (written: string, isDouble: boolean): string =>
  isDouble && !/e/i.test(written) ? `${written}E0` : written

function intervalText(node: Expression & { kind: 'interval' }): string {
  if (node.unit === 'month' || node.unit === 'year' || !/^\d+$/.test(node.text))
    return refuse(node, 'this span of time', 'Use whole seconds, minutes, hours or days.')
  return `INTERVAL ${node.negative ? '-' : ''}${node.text} ${node.unit.toUpperCase()}`
}

/** Spark's LIKE takes a backslash for an escape where ESCAPE names none, and the portable language for itself. */
function checkPattern(
  { input }: Printing,
  pattern: Expression & { kind: 'string' | 'parameter' },
  node: Expression & { kind: 'like' },
): void {
  const value = pattern.kind === 'string' ? pattern.value : input.values.get(pattern.name)?.value
  if (node.escape === undefined && String(value ?? '').includes('\\'))
    refuse(node, `LIKE with a backslash, ${JSON.stringify(value)}`, "Write ESCAPE '!' after it, or use strpos.")
}

function parameterText({ input }: Printing, parameter: string, type: SqlType | undefined, node: Expression): string {
  const bound = input.values.get(parameter)
  if (!bound) return 'NULL'
  if (type?.kind === 'timestamp') return `to_timestamp(${stringText(String(bound.value), node)})`
  if (typeof bound.value === 'number') return numberText(String(bound.value), type?.kind === 'double')
  if (typeof bound.value === 'bigint') return String(bound.value)
  if (typeof bound.value === 'boolean') return bound.value ? 'TRUE' : 'FALSE'
  return stringText(bound.value, node)
}

function binaryText(printing: Printing, node: Expression & { kind: 'binary-op' }): string {
  if (node.left.kind === 'row') return refuse(node, 'comparing rows', 'Compare the fields one by one.')
  const left = print(printing, node.left)
  const right = print(printing, node.right)
  switch (node.operator) {
    case '||':
      return node.type?.kind === 'varchar'
        ? `concat(${left}, ${right})`
        : refuse(node, 'joining arrays', 'Select them apart.')
    case 'IS NOT DISTINCT FROM':
      return `(${left} <=> ${right})`
    case 'IS DISTINCT FROM':
      return `(NOT (${left} <=> ${right}))`
    // Division always gives fractions there.
    case '/':
      if (node.type && isInteger(node.type)) return `CAST(${left} / ${right} AS BIGINT)`
      return node.type?.kind === 'double' ? `(${left} / ${right})` : refuse(node, 'dividing decimals', 'Use doubles.')
    default:
      return `(${left} ${node.operator} ${right})`
  }
}

const numeric = "'^[-+]?[0-9]+([.][0-9]*)?([eE][-+]?[0-9]+)?$'"
const integer = "'^[-+]?[0-9]{1,18}$'"

/** A failed cast must give NULL, whether or not the engine makes it an error. */
function castText(operand: string, node: Expression & { kind: 'cast' }): string {
  const from = node.operand.type
  const { target } = node
  if (from?.kind === 'varchar' && target.kind === 'varchar') return operand
  if (from?.kind === 'varchar' && node.safe && (isInteger(target) || target.kind === 'double')) {
    const to = target.kind === 'double' ? 'DOUBLE' : 'BIGINT'
    return `CASE WHEN regexp_like(${operand}, ${to === 'DOUBLE' ? numeric : integer}) THEN CAST(${operand} AS ${to}) END`
  }
  if (from && isInteger(from) && target.kind === 'varchar') return `CAST(${operand} AS STRING)`
  if (from && isInteger(from) && (isInteger(target) || target.kind === 'double'))
    return `CAST(${operand} AS ${target.kind === 'double' ? 'DOUBLE' : 'BIGINT'})`
  // The portable cast rounds, that of the engine cuts off.
  if (from?.kind === 'double' && isInteger(target)) return `CAST(round(${operand}) AS BIGINT)`
  return refuse(node, `this cast to ${target.kind}`, 'Use TRY_CAST to a number, or compare texts.')
}

function inQueryText(printing: Printing, node: InQuery): string {
  const list = listValues(printing, node)
  const operand = print(printing, node.operand)
  const not = node.negated ? 'NOT ' : ''
  if (list !== undefined) {
    if (list.length === 0) return node.negated ? 'TRUE' : 'FALSE'
    return `(${operand} ${not}IN (${list.join(', ')}))`
  }
  if (printing.place !== 'where')
    return refuse(node, 'IN over a subquery outside of WHERE', `Move it into WHERE. ${ownText}`)
  return `(${operand} ${not}IN (${subqueryText(printing, node.query, node)}))`
}

const noRows: ListTable = { columns: [], rows: [] }

/** Of a query that is nothing but a list: the engine has no tables but the log groups, so lists are written out. */
function wholeList(printing: Printing, { body, limit, offset, with: names }: Query): ListTable | undefined {
  if (body.kind !== 'select' || body.where || body.groupBy || body.having || limit || offset || names.length > 0)
    return undefined
  const [table, ...more] = body.from
  if (more.length > 0 || table?.kind !== 'table' || table.source?.kind !== 'list') return undefined
  if ((body.expanded ?? []).some(({ expression }) => spansRows(expression))) return undefined
  return printing.input.lists[table.source.name] ?? noRows
}

/** The values of a list, which are alone in being looked for. */
function listValues(printing: Printing, { query }: InQuery): readonly string[] | undefined {
  const list = wholeList(printing, query)
  const item = query.body.kind === 'select' ? query.body.expanded?.[0] : undefined
  if (list === undefined || item?.expression.kind !== 'reference' || item.expression.to?.kind !== 'column')
    return undefined
  const { column } = item.expression.to
  return list.rows.map((row) => {
    const cell = row[column]
    return cell === null || cell === undefined
      ? 'NULL'
      : typeof cell === 'number'
        ? String(cell)
        : stringText(String(cell), item)
  })
}

function callValue(printing: Printing, node: Call): Value {
  const [first] = node.args
  const path = node.args[1]
  if (node.name === 'json_extract_scalar' || node.name === 'json_extract') {
    const steps = path?.kind === 'string' ? jsonPathSteps(path.value) : undefined
    if (steps === undefined) return refuse(node, 'a computed JSON path', 'Write the path as a text.')
    const base = printedValue(printing, first!)
    const member = base.member ?? { json: base.text, steps: [] }
    const value = memberValue({ ...member, steps: [...member.steps, ...steps] }, node)
    // A scalar is a text of its own, which may hold JSON again.
    return node.name === 'json_extract' ? value : { text: value.text }
  }
  if (node.name === 'element_at' && first?.type?.kind === 'array' && path?.kind === 'number') {
    const base = printedValue(printing, first)
    if (base.member && /^[1-9]\d*$/.test(path.text))
      return memberValue({ ...base.member, steps: [...base.member.steps, String(Number(path.text) - 1)] }, node)
  }
  const collected = arrayAggregate(printing, node) ?? arrayFunction(printing, node)
  if (collected) return collected
  return { text: callText(printing, node) }
}

function callText(printing: Printing, node: Call): string {
  if (node.ignoreNulls) return refuse(node, 'IGNORE NULLS', ownText)
  const args = node.args.map((arg) => print(printing, arg))
  if (node.over) {
    if (!windowFunctions.includes(node.name) && node.name !== 'count_if')
      return refuse(node, `${node.name} with OVER`, ownText)
    if (node.filter || node.distinct) return refuse(node, 'FILTER or DISTINCT with OVER', ownText)
    const called =
      node.name === 'count_if'
        ? `count(CASE WHEN ${args[0]} THEN 1 END)`
        : `${node.name}(${node.star ? '*' : args.join(', ')})`
    return `${called}${overText(printing, node.over)}`
  }
  const aggregate = node.target?.kind === 'aggregate' ? aggregateFunctions[node.name] : undefined
  if (aggregate) {
    if (node.orderBy.length > 0) return refuse(node, `${node.name} with ORDER BY`, ownText)
    return aggregate({ node, args, filter: node.filter && print(printing, node.filter) })
  }
  const scalar = node.target?.kind === 'scalar' ? scalarFunctions[node.name] : undefined
  if (scalar === undefined) return refuseFunction(node, node.name)
  const printed = emitted(scalar, { node, args })
  return printed === '' ? refuseFunction(node, node.name) : printed
}

export function overText(printing: Printing, spec: WindowSpec): string {
  const clauses: string[] = []
  if (spec.partitionBy.length > 0)
    clauses.push(`PARTITION BY ${spec.partitionBy.map((part) => print(printing, part)).join(', ')}`)
  if (spec.orderBy.length > 0) clauses.push(`ORDER BY ${sortText(printing, spec.orderBy)}`)
  if (spec.frame) {
    const { unit, start, end } = spec.frame
    const bound = (b: typeof start) => (b.value ? `${print(printing, b.value)} ${b.kind}` : b.kind)
    clauses.push(end ? `${unit} BETWEEN ${bound(start)} AND ${bound(end)}` : `${unit} ${bound(start)}`)
  }
  return ` OVER (${clauses.join(' ')})`
}

export const sortText = (
  printing: Printing,
  items: readonly SortItem[],
  named?: (item: SortItem) => string | undefined,
): string =>
  items
    .map(
      (item) =>
        `${named?.(item) ?? print(printing, item.expression)} ${item.descending ? 'DESC' : 'ASC'} NULLS ${item.nulls ?? 'LAST'}`,
    )
    .join(', ')

/** Whether it computes over several rows, so that it cannot move into another query. */
export const spansRows = (node: Expression): boolean =>
  (node.kind === 'call' && (node.over !== undefined || node.target?.kind === 'aggregate')) ||
  ['in-query', 'exists', 'quantified', 'scalar-query'].includes(node.kind) ||
  children(node).some(spansRows)

export const hasWindow = (node: Expression): boolean =>
  (node.kind === 'call' && node.over !== undefined) || children(node).some(hasWindow)

/** Whether it groups the rows it is computed from. */
export const aggregates = (node: Expression): boolean =>
  (node.kind === 'call' && node.over === undefined && node.target?.kind === 'aggregate') ||
  children(node).some(aggregates)
