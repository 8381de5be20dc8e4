/** What stands in FROM. Plain subqueries are merged into the query round them, for one level of subqueries is all there is. */
import { eventColumns } from '../../../event/columns.ts'
import type { Query, Select, Span, TableExpression } from '../../tree.ts'
import { eventColumnsOf, scopeConditions } from './events.ts'
import { hasWindow, print, printedValue, spansRows } from './expressions.ts'
import { groupText, queryText } from './query.ts'
import { type Columns, name, type Printing, refuse, type Value } from './values.ts'

interface Resolved {
  readonly from: string
  readonly where: readonly string[]
  readonly relations: readonly (readonly [relation: string, columns: Columns])[]
  readonly joins: number
  /** Of a grouped subquery that was merged: conditions on its rows belong into HAVING. */
  readonly grouped?: { readonly groups: readonly string[]; readonly having: readonly string[] }
}

type Join = TableExpression & { kind: 'join' }

const ownText = 'Write a text of its own for the engine under logs-insights.'

interface Wanted {
  /** As one relation whose missing rows are NULL in every column, as the right side of a LEFT JOIN must be. */
  readonly whole?: boolean
  /** The query round it does not group: a grouped subquery may become that query itself. */
  readonly lift?: boolean
}

export function resolve(printing: Printing, table: TableExpression, wanted: Wanted = {}): Resolved {
  const { whole = false } = wanted
  switch (table.kind) {
    case 'join':
      return joined(printing, table)
    case 'unnest':
      return refuse(table, 'UNNEST', `Read the elements one by one with element_at. ${ownText}`)
    case 'derived':
      if (table.lateral) return refuse(table, 'LATERAL', ownText)
      return subquery(printing, {
        query: table.query,
        names: table.names ?? [],
        as: table.as!,
        span: table.span,
        whole,
      })
    case 'table':
      break
  }
  const { source } = table
  switch (source?.kind) {
    case 'events':
      return whole || !printing.merging
        ? eventsApart(printing, { as: table.as!, used: source.used, span: table.span })
        : events(printing, table.as!)
    case 'with': {
      const known = printing.withQueries.get(source.name)!
      const names = table.names ?? known.columns
      return subquery(printing, { query: known.query, names, as: table.as!, span: table.span, ...wanted })
    }
    case 'fragment': {
      const { query } = source
      const inner = { ...printing, withQueries: new Map() }
      return subquery(inner, { query, names: table.names ?? [], as: table.as!, span: table.span, ...wanted })
    }
    case 'list':
      return refuse(table, `the list ${source.name} as a table`, 'Use IN (SELECT value FROM lists.…).')
    default:
      throw new Error('a table without a source reached the printer')
  }
}

function events(printing: Printing, as: string): Resolved {
  const alias = printing.fresh()
  const columns = eventColumnsOf(printing, `${alias}.\`@message\``)
  return {
    from: `${printing.source} AS ${alias}`,
    where: scopeConditions(printing, columns),
    relations: [[as, columns]],
    joins: 0,
  }
}

interface Apart {
  readonly as: string
  readonly used: ReadonlySet<string>
  readonly span: Span
}

/** Each column computed once, in a subquery. */
function eventsApart(printing: Printing, { as, used, span }: Apart): Resolved {
  if (printing.depth > 0) {
    if (!printing.merging) return events(printing, as)
    return tooDeep(span)
  }
  const columns = eventColumnsOf(printing, '`@message`')
  const where = scopeConditions(printing, columns)
  const alias = printing.fresh()
  const items = [...used].map((column) => `${columns(column, span).text} AS ${name(column)}`)
  const json = new Set(eventColumns.filter(({ form }) => form !== 'text').map((column) => column.name))
  const outer: Columns = (column) => {
    const text = `${alias}.${name(column)}`
    return json.has(column) ? { text, member: { json: text, steps: [] } } : { text }
  }
  const list = items.length > 0 ? items.join(', ') : `${columns('eventID', span).text} AS \`eventID\``
  return {
    from: `(SELECT ${list} FROM ${printing.source} WHERE ${where.join(' AND ')}) AS ${alias}`,
    where: [],
    relations: [[as, outer]],
    joins: 0,
  }
}

const tooDeep = (span: Span): never =>
  refuse({ span }, 'a subquery within a subquery', `Simplify the query to one level. ${ownText}`)

interface Inner {
  readonly query: Query
  /** Its columns as references name them. */
  readonly names: readonly string[]
  readonly as: string
  readonly span: Span
  readonly whole?: boolean
  readonly lift?: boolean
}

function subquery(printing: Printing, inner: Inner): Resolved {
  const plain = plainSelect(inner.query)
  const keep = inner.whole || (!printing.merging && printing.depth === 0)
  if (plain && !keep) return merged(printing, inner, plain)
  const grouped = inner.lift ? groupedSelect(inner.query) : undefined
  if (grouped) return merged(printing, inner, grouped)
  if (printing.depth > 0) return tooDeep(inner.span)
  const alias = printing.fresh()
  const { text, values } = queryText({ ...printing, depth: 1, relations: new Map() }, inner.query, inner.names)
  const columns: Columns = (column) => {
    const value = values[inner.names.indexOf(column)]
    return { text: `${alias}.${name(column)}`, ...(value?.entries && { entries: true as const }) }
  }
  return { from: `(${text}) AS ${alias}`, where: [], relations: [[inner.as, columns]], joins: 0 }
}

/** A SELECT that only picks rows and computes columns from each. */
function plainSelect(query: Query): Select | undefined {
  const { body } = query
  if (query.orderBy.length > 0 || query.limit || query.offset) return undefined
  if (body.kind === 'nested') return query.with.length > 0 ? undefined : plainSelect(body.query)
  if (body.kind !== 'select' || body.distinct || body.groupBy || body.having || body.from.length !== 1) return undefined
  return (body.expanded ?? []).some(({ expression }) => spansRows(expression)) ? undefined : body
}

/** One whose rows are groups, and that computes nothing over several of them. */
function groupedSelect(query: Query): Select | undefined {
  const { body } = query
  if (query.orderBy.length > 0 || query.limit || query.offset) return undefined
  if (body.kind === 'nested') return query.with.length > 0 ? undefined : groupedSelect(body.query)
  if (body.kind !== 'select' || body.distinct || body.from.length !== 1 || !body.groupBy) return undefined
  return (body.expanded ?? []).some(({ expression }) => hasWindow(expression)) ? undefined : body
}

function merged(printing: Printing, { query, names, as }: Inner, select: Select): Resolved {
  const within = withNames(printing, query)
  const from = resolve(within, select.from[0]!)
  const inner: Printing = { ...within, relations: new Map(from.relations) }
  const known = new Map<string, Value>()
  const columns: Columns = (column) => {
    const value = known.get(column) ?? printedValue(inner, select.expanded![names.indexOf(column)]!.expression)
    known.set(column, value)
    return value
  }
  const where = select.where ? [print({ ...inner, place: 'where' }, select.where)] : []
  const grouped = select.groupBy && {
    groups: select.groupBy.sets.map((set) => groupText(inner, set, select)),
    having: select.having ? [print(inner, select.having)] : [],
  }
  return { ...from, where: [...from.where, ...where], relations: [[as, columns]], ...(grouped && { grouped }) }
}

export const withNames = (printing: Printing, query: Query): Printing =>
  query.with.length === 0
    ? printing
    : {
        ...printing,
        withQueries: new Map([
          ...printing.withQueries,
          ...query.with.map(
            (common) => [common.printed!.name, { query: common.query, columns: common.printed!.columns }] as const,
          ),
        ]),
      }

function joined(printing: Printing, join: Join): Resolved {
  if (join.type !== 'INNER' && join.type !== 'LEFT')
    return refuse(join, `${join.type} JOIN`, 'Only INNER and LEFT JOIN are there.')
  if (join.using || !join.on) return refuse(join, 'JOIN … USING', 'Write ON.')
  const left = resolve(printing, join.left)
  const right = resolve(printing, join.right, { whole: join.type === 'LEFT' })
  if (left.joins + right.joins > 0) return refuse(join, 'a second JOIN', `One JOIN is all there is. ${ownText}`)
  const relations = [...left.relations, ...right.relations]
  const on = print({ ...printing, relations: new Map(relations) }, join.on)
  return {
    from: `${left.from}\n${join.type === 'LEFT' ? 'LEFT OUTER' : 'INNER'} JOIN ${right.from} ON ${on}`,
    where: [...left.where, ...right.where],
    relations,
    joins: 1,
  }
}
