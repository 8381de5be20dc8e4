/**
 * Whether a query may be asked of parts of its time, one after the other: its answer is then that of the parts together, row by
 * row. Engines that bound how much one query may read need this. What is not known to be so is not split.
 */
import type { Call, CommonTable, Expression, Query, QueryBody, Select, TableExpression } from './tree.ts'
import { visitExpression, visitQuery } from './visit.ts'

export interface TimeParts {
  /** In which order parts are put together: by time where the query's rows are; `any` where their order is left open. */
  readonly order: 'any' | 'ascending' | 'descending'
  /** Rows of the whole answer, where the query limits them: parts after the last of them need not be asked. */
  readonly limit: number | undefined
}

type Tables = ReadonlyMap<string, Query>

/** The parts must not overlap in event time, and together must be the whole of it. */
export function timeParts(query: Query): TimeParts | undefined {
  if (query.offset !== undefined || answersByClock(query)) return undefined
  const limit = query.limit === undefined ? undefined : wholeNumber(query.limit)
  if (query.limit !== undefined && limit === undefined) return undefined
  const tables = withTables(query.with, new Map())
  if (!isRowByRow(query.body, tables)) return undefined
  if (query.orderBy.length === 0) return limit === undefined ? { order: 'any', limit } : undefined
  // Among events of one time a window, say, would order by the events of their part alone.
  if (!query.orderBy.every(({ expression }) => looksAtOneRow(expression, tables))) return undefined
  const order = orderByTime(query)
  return order && { order, limit }
}

const wholeNumber = (node: Expression): number | undefined =>
  node.kind === 'number' && node.form === 'integer' ? Number(node.text) : undefined

const withTables = (common: readonly CommonTable[], outer: Tables): Tables =>
  new Map([...outer, ...common.map((one) => [one.printed?.name ?? one.name.name, one.query] as const)])

/** Values that differ from one query to the next. */
const clocks: ReadonlySet<string> = new Set([
  'now',
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'random',
  'rand',
  'uuid',
  'shuffle',
])

function answersByClock(query: Query): boolean {
  let found = false
  visitDeep(query, (node) => {
    if (node.kind === 'call' && clocks.has(node.name)) found = true
  })
  return found
}

/** Every expression, those in fragments included. */
function visitDeep(query: Query, expression: (node: Expression) => void): void {
  visitQuery(query, {
    expression,
    select: (select) => {
      for (const table of select.from.flatMap(leaves))
        if (table.kind === 'table' && table.source?.kind === 'fragment') visitDeep(table.source.query, expression)
    },
  })
}

function isRowByRow(body: QueryBody, tables: Tables): boolean {
  switch (body.kind) {
    case 'nested':
      return isInnerRowByRow(body.query, tables)
    case 'set':
      return body.operator === 'UNION' && body.all && isRowByRow(body.left, tables) && isRowByRow(body.right, tables)
    case 'values':
      return false
    case 'select':
      return isSelectRowByRow(body, tables)
  }
}

/** A limit or an order within a query decides over rows of all parts. */
const isInnerRowByRow = (query: Query, outer: Tables): boolean =>
  query.orderBy.length === 0 &&
  query.limit === undefined &&
  query.offset === undefined &&
  isRowByRow(query.body, withTables(query.with, outer))

function isSelectRowByRow(select: Select, tables: Tables): boolean {
  if (select.distinct || select.groupBy !== undefined || select.having !== undefined) return false
  const parts = [...select.items.flatMap((item) => (item.kind === 'expression' ? [item.expression] : []))]
  if (select.where !== undefined) parts.push(select.where)
  if (!parts.every((part) => looksAtOneRow(part, tables))) return false
  // Without a reading of events a row would come once for each part; with two, rows of different parts would not meet.
  return (
    select.from.filter((table) => reads(table, tables)).length === 1 &&
    select.from.every((table) => isFed(table, tables))
  )
}

/** A FROM item of which each row comes from one event, or which no event touches. */
function isFed(table: TableExpression, tables: Tables): boolean {
  switch (table.kind) {
    case 'table': {
      const { source } = table
      if (source?.kind === 'fragment') return !reads(table, tables) || isInnerRowByRow(source.query, new Map())
      if (source?.kind === 'with') {
        const query = tables.get(source.name)
        return query !== undefined && (!reads(table, tables) || isInnerRowByRow(query, tables))
      }
      return source !== undefined
    }
    case 'derived':
      return !reads(table, tables) || isInnerRowByRow(table.query, tables)
    case 'unnest':
      return table.items.every((item) => looksAtOneRow(item, tables))
    case 'join': {
      const [left, right] = [reads(table.left, tables), reads(table.right, tables)]
      if (left && right) return false
      // The side that keeps its rows without a partner must be the one with events.
      const keeps = { INNER: true, CROSS: true, LEFT: !right, RIGHT: !left, FULL: false }[table.type]
      if ((left || right) && !keeps) return false
      if (table.on !== undefined && !looksAtOneRow(table.on, tables)) return false
      return isFed(table.left, tables) && isFed(table.right, tables)
    }
  }
}

/** No aggregate, no window, and no subquery that reads events. */
function looksAtOneRow(whole: Expression, tables: Tables): boolean {
  let does = true
  visitExpression(whole, {
    expression(node) {
      if (node.kind === 'call' && !isPlain(node)) does = false
      if (
        (node.kind === 'in-query' ||
          node.kind === 'exists' ||
          node.kind === 'scalar-query' ||
          node.kind === 'quantified') &&
        queryReads(node.query, tables)
      )
        does = false
    },
  })
  return does
}

const isPlain = (call: Call): boolean => call.over === undefined && call.target?.kind === 'scalar'

function queryReads(query: Query, outer: Tables): boolean {
  const tables = withTables(query.with, outer)
  let does = false
  visitQuery(query, {
    select: (select) => {
      for (const table of select.from.flatMap(leaves)) does ||= table.kind === 'table' && reads(table, tables)
    },
  })
  return does
}

function reads(table: TableExpression, tables: Tables): boolean {
  switch (table.kind) {
    case 'unnest':
      return table.items.some((item) => !looksAtOneRow(item, tables))
    case 'derived':
      return queryReads(table.query, tables)
    case 'join':
      return reads(table.left, tables) || reads(table.right, tables)
    case 'table': {
      const { source } = table
      if (source?.kind === 'events') return true
      if (source?.kind === 'fragment') return queryReads(source.query, new Map())
      if (source?.kind !== 'with') return false
      const query = tables.get(source.name)
      return query === undefined || queryReads(query, tables)
    }
  }
}

const leaves = (table: TableExpression): readonly TableExpression[] =>
  table.kind === 'join' ? [...leaves(table.left), ...leaves(table.right)] : [table]

/** The first key is eventTime itself, of the event table that the query reads. */
function orderByTime({ body, orderBy }: Query): TimeParts['order'] | undefined {
  const [first] = orderBy
  if (body.kind !== 'select' || first === undefined) return undefined
  const { expression } = first
  const position = wholeNumber(expression)
  const key = position === undefined ? expression : body.expanded?.[position - 1]?.expression
  const meant =
    key?.kind === 'reference' && key.to?.kind === 'output' && key.to.fields.length === 0 ? key.to.expression : key
  if (meant?.kind !== 'reference' || meant.to?.kind !== 'column' || meant.to.column !== 'eventTime') return undefined
  const { relation } = meant.to
  const table = body.from.flatMap(leaves).find((one) => one.kind === 'table' && one.as === relation)
  if (table?.kind !== 'table' || table.source?.kind !== 'events') return undefined
  return first.descending ? 'descending' : 'ascending'
}
