/** Whole queries in the SQL of Logs Insights. */
import type { GroupingElement, Query, QueryBody, Select } from '../../tree.ts'
import type { SqlType } from '../../types.ts'
import { aggregates, print, printedValue, sortText } from './expressions.ts'
import { resolve, withNames } from './relations.ts'
import { name, type Printing, refuse, type Value } from './values.ts'

interface QueryText {
  readonly text: string
  /** What its columns are, in order. */
  readonly values: readonly Value[]
}

/** @param names of its columns; in the statement itself columns are also brought into the form in which they travel */
export function queryText(printing: Printing, query: Query, names: readonly string[]): QueryText {
  const within = withNames(printing, query)
  const { body } = query
  if (body.kind === 'nested' && query.orderBy.length === 0 && !query.limit && !query.offset)
    return queryText(within, body.query, names)
  if (query.offset && !query.limit) return refuse(query, 'OFFSET without LIMIT', 'Add a LIMIT.')
  const limits = [
    ...(query.limit ? [`LIMIT ${print(within, query.limit)}`] : []),
    ...(query.offset ? [`OFFSET ${print(within, query.offset)}`] : []),
  ]
  if (body.kind === 'select') return selectText(within, { select: body, query, names, limits })
  const set = bodyText(within, body, query, names)
  const order =
    query.orderBy.length === 0
      ? []
      : [
          `ORDER BY ${sortText(within, query.orderBy, ({ expression }) => outputName(expression, names) ?? refuse(expression, 'sorting a UNION by a computed value', 'Sort by a column.'))}`,
        ]
  return { ...set, text: [set.text, ...order, ...limits].join('\n') }
}

/** A query within WHERE: one level further in. */
export function subqueryText(printing: Printing, query: Query, node: Parameters<typeof refuse>[0]): string {
  if (printing.depth > 0)
    return refuse(node, 'a subquery within a subquery', 'Simplify the query to one level of subqueries.')
  const columns = (query.columns ?? []).map((column, i) => column.name ?? `_col${i}`)
  return queryText({ ...printing, depth: 1, relations: new Map(), place: 'elsewhere' }, query, columns).text
}

function bodyText(printing: Printing, body: QueryBody, query: Query, names: readonly string[]): QueryText {
  switch (body.kind) {
    case 'values':
      return refuse(query, 'VALUES', 'Use IN over the values.')
    case 'nested':
      return queryText(printing, body.query, names)
    case 'select':
      return selectText(printing, { select: body, query: { ...query, orderBy: [] }, names, limits: [] })
    case 'set': {
      const left = bodyText(printing, body.left, query, names)
      const right = bodyText(printing, body.right, query, names)
      return { text: `(${left.text})\n${body.operator}${body.all ? ' ALL' : ''}\n(${right.text})`, values: left.values }
    }
  }
}

interface Selecting {
  readonly select: Select
  readonly query: Query
  readonly names: readonly string[]
  readonly limits: readonly string[]
}

function selectText(printing: Printing, { select, query, names, limits }: Selecting): QueryText {
  const [table, ...more] = select.from
  if (table === undefined) return refuse(query, 'a SELECT without a table', 'Read from cloudtrail_logs.')
  if (more.length > 0) return refuse(more[0]!, 'several tables with commas between them', 'Use INNER JOIN … ON.')
  const groupsItself =
    select.groupBy ||
    select.having ||
    select.distinct ||
    (select.expanded ?? []).some(({ expression }) => aggregates(expression))
  const { from, where, relations, grouped } = resolve(printing, table, { lift: !groupsItself })
  const inner: Printing = { ...printing, relations: new Map(relations), place: 'elsewhere' }
  const items = select.expanded ?? []
  const values = items.map(({ expression }) => printedValue(inner, expression))
  const columns = values.map((value, i) => {
    const type = items[i]!.expression.type
    const shown = printing.depth === 0 ? travelling(value, type, items[i]!) : value.text
    return `${shown} AS ${name(names[i]!)}`
  })
  const own = select.where ? [print({ ...inner, place: grouped ? 'elsewhere' : 'where' }, select.where)] : []
  const conditions = [...where, ...(grouped ? [] : own)]
  const groups = grouped?.groups ?? select.groupBy?.sets.map((set) => groupText(inner, set, select)) ?? []
  const having = grouped ? [...grouped.having, ...own] : select.having ? [print(inner, select.having)] : []
  const order =
    query.orderBy.length === 0
      ? []
      : [`ORDER BY ${sortText(inner, query.orderBy, ({ expression }) => outputName(expression, names))}`]
  const text = [
    `SELECT ${select.distinct ? 'DISTINCT ' : ''}${columns.join(', ')}`,
    `FROM ${from}`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join(' AND ')}`] : []),
    ...(groups.length > 0 ? [`GROUP BY ${groups.join(', ')}`] : []),
    ...(having.length > 0 ? [`HAVING ${having.join(' AND ')}`] : []),
    ...order,
    ...limits,
  ].join('\n')
  return { text: withoutRelation(text, from), values }
}

/** The one log group of a SELECT needs no name before its columns: texts must be short. */
function withoutRelation(text: string, from: string): string {
  const alias = / AS (e\d+)$/.exec(from)?.[1]
  if (alias === undefined || !from.startsWith('`logGroups(') || from.indexOf('\n') >= 0) return text
  return text.replace(/'[^']*'|(\be\d+)\.(?=`@message`)/g, (part, relation: string) => (relation === alias ? '' : part))
}

const outputName = (
  expression: Query['orderBy'][number]['expression'],
  names: readonly string[],
): string | undefined => {
  const position =
    expression.kind === 'reference' && expression.to?.kind === 'output'
      ? expression.to.fields.length === 0 && expression.to.position
      : expression.kind === 'number' && Number(expression.text)
  const found = position ? names[position - 1] : undefined
  return found === undefined ? undefined : name(found)
}

export function groupText(printing: Printing, element: GroupingElement, select: Select): string {
  if (element.kind !== 'simple')
    return refuse(element, element.kind === 'sets' ? 'GROUPING SETS' : element.kind.toUpperCase(), 'Group by columns.')
  const { expression } = element
  const position = expression.kind === 'number' ? Number(expression.text) : undefined
  return print(printing, position === undefined ? expression : select.expanded![position - 1]!.expression)
}

/** Results are texts: lists travel as JSON, times in the form that the engine's decoder reads. */
function travelling(value: Value, type: SqlType | undefined, node: Parameters<typeof refuse>[0]): string {
  if (value.entries) return `to_json(${value.text})`
  switch (type?.kind) {
    case 'timestamp':
      return `date_format(${value.text}, 'yyyy-MM-dd HH:mm:ss')`
    case 'array':
    case 'row':
    case 'map':
    case 'json':
    case 'varbinary':
    case 'date':
    case 'decimal':
    case 'interval-day':
    case 'interval-year':
      return refuse(node, `a column of type ${type.kind}`, 'Select texts, numbers or booleans.')
    default:
      return value.text
  }
}
