/**
 * References to the event table as an event data store can answer them: `userIdentity.arn` becomes a column of its own, so that no
 * query builds structs that it does not ask for, and parts of JSON columns are read from where they are whole.
 */
import { TrailbookError } from '../../errors.ts'
import { eventColumns } from '../../event/columns.ts'
import { jsonPathSteps } from '../json-path.ts'
import { rewriteQuery } from '../rewrite.ts'
import type { Call, Expression, Query, Reference, TableExpression, TableName } from '../tree.ts'
import { visitQuery } from '../visit.ts'
import {
  jsonColumn,
  jsonColumns,
  mapColumn,
  pathColumn,
  recordColumn,
  structColumns,
} from './cloudtrail-lake-columns.ts'

/** From what the parts of JSON columns are read: from the whole record, or from the store's own maps, whose values are text. */
export type Details = 'record' | 'maps'

/** Columns that the query reads of each relation that is the event table, by the relation's name. */
export type Reads = ReadonlyMap<string, ReadonlySet<string>>

export const lakeName = 'CloudTrail Lake'

/** @throws TrailbookError SQL_NOT_ON_ENGINE */
export function readPaths(query: Query, details: Details): { query: Query; reads: Reads } {
  const tables = tablesOf(query)
  const taken = new Set(tables.others)
  // A fragment is analysed alone, so a name of its may stand for something else outside: its structs are then read whole.
  const isEvents = (relation: string): boolean => tables.events.has(relation) && !taken.has(relation)
  const changed = rewriteQuery(query, pathChange(isEvents, details))
  const reads = new Map([...tables.events].map(([name, used]) => [name, new Set(used)] as const))
  const seen = new Set<string>()
  rewriteQuery(changed, (node) => {
    if (node.kind === 'reference' && node.to?.kind === 'column') {
      reads.get(node.to.relation)?.add(node.to.column)
      seen.add(`${node.to.relation}\n${node.to.column}`)
    }
    return node
  })
  for (const [name, columns] of reads) for (const column of columns) checkRead(name, column, { seen, columns, details })
  return { query: changed, reads }
}

interface Seen {
  readonly seen: ReadonlySet<string>
  readonly columns: Set<string>
  readonly details: Details
}

/** Columns that were used and are no longer, since a part of them is read, are let go; others may not be there to be read. */
function checkRead(relation: string, column: string, { seen, columns, details }: Seen): void {
  const isWhole = seen.has(`${relation}\n${column}`) || seen.has(`\n${column}`)
  const isSplit = structColumns.has(column) || jsonColumns.has(column) || column === 'extra'
  if (isSplit && !isWhole) columns.delete(column)
  else if (column === 'extra') throw wholeExtra()
  else if (details === 'maps' && jsonColumns.has(column)) throw wholeColumn(column)
}

/** For one expression, with what it reads: the definition of a virtual column. */
export function readPathsOf(node: Expression, relation: string, details: Details): Expression {
  const query = asQuery(node)
  const changed = rewriteQuery(
    query,
    pathChange((name) => name === relation, details),
  )
  return changed.limit!
}

/** The shortest query that holds an expression, for walks that begin at queries. */
const asQuery = (node: Expression): Query => ({
  with: [],
  body: { kind: 'values', rows: [], span: node.span },
  orderBy: [],
  limit: node,
  span: node.span,
})

export function columnsIn(node: Expression): ReadonlySet<string> {
  const columns = new Set<string>()
  rewriteQuery(asQuery(node), (one) => {
    if (one.kind === 'reference' && one.to?.kind === 'column') columns.add(one.to.column)
    return one
  })
  return columns
}

function pathChange(isEvents: (relation: string) => boolean, details: Details): (node: Expression) => Expression {
  return (node) => {
    if (node.kind === 'reference' && node.to?.kind === 'column') {
      const { to } = node
      if (!isEvents(to.relation)) return node
      if (details === 'record' && jsonColumns.has(to.column)) return withColumn(node, jsonColumn(to.column))
      if (to.fields.length === 0 || !structColumns.has(to.column)) return node
      return { ...node, to: { ...to, column: pathColumn(to.column, to.fields), fields: [] } }
    }
    if (node.kind !== 'call' || !readers.has(node.name)) return node
    const [base, path] = node.args
    if (base?.kind !== 'reference' || base.to?.kind !== 'column' || path?.kind !== 'string') return node
    if (!isEvents(base.to.relation)) return node
    if (base.to.column === 'extra') return partOfExtra(node, base, path.value)
    return details === 'maps' && jsonColumns.has(base.to.column) ? partOfMap(node, base, path.value) : node
  }
}

const readers: ReadonlySet<string> = new Set(['json_extract_scalar', 'json_extract', 'json_size'])
const columnNames: ReadonlySet<string> = new Set(eventColumns.map(({ name }) => name))

/** What no column holds lies in the record at the same path. */
function partOfExtra(node: Call, base: Reference, path: string): Expression {
  const first = jsonPathSteps(path)?.[0]
  if (first === undefined || columnNames.has(first)) return node
  return { ...node, args: [withColumn(base, recordColumn), ...node.args.slice(1)] }
}

const withColumn = (node: Reference, column: string): Reference =>
  node.to?.kind === 'column' ? { ...node, to: { ...node.to, column } } : node

const firstStep = /^\$(?:\.([\p{L}\p{N}_:]+)|\["((?:[^"\\]|\\["\\])*)"\])(.*)$/su

/** `element_at(requestparameters, 'a')` for `$.a`; what is below is JSON in that text. */
function partOfMap(node: Call, base: Reference, path: string): Expression {
  const [, plain, quoted, rest = ''] = firstStep.exec(path) ?? []
  const key = plain ?? quoted?.replace(/\\(["\\])/g, '$1')
  const column = base.to?.kind === 'column' ? base.to.column : ''
  if (key === undefined || (rest === '' && node.name !== 'json_extract_scalar')) throw wholeColumn(column, path)
  const value: Expression = {
    ...node,
    name: 'element_at',
    args: [withColumn(base, mapColumn(column)), { kind: 'string', value: key, span: node.args[1]!.span }],
  }
  if (rest === '') return value
  return { ...node, args: [value, { kind: 'string', value: `$${rest}`, span: node.args[1]!.span }] }
}

const wholeExtra = (): TrailbookError =>
  new TrailbookError('SQL_NOT_ON_ENGINE', {
    engine: lakeName,
    what: 'it has no column of what no other column holds, and so no `extra` as a whole',
    advice:
      "Name the columns instead of *, and read a member of the record by its path: json_extract_scalar(extra, '$.eventContext.tagContext').",
  })

const wholeColumn = (column: string, path?: string): TrailbookError =>
  new TrailbookError('SQL_NOT_ON_ENGINE', {
    engine: `${lakeName} with \`details: maps\``,
    what: `it holds ${column} as texts by name, which cannot be told ${path === undefined ? 'as JSON' : `at ${path}`}`,
    advice: 'Leave `details: maps` out of the connection: whole records are then read.',
  })

interface Tables {
  /** Relations that are the event table, with the columns that the analysis found used. */
  readonly events: ReadonlyMap<string, ReadonlySet<string>>
  readonly others: readonly string[]
  /** WITH queries that are read. */
  readonly queries: readonly string[]
}

/** All relations of a query, its subqueries and its fragments. */
export function tablesOf(query: Query): Tables {
  const events = new Map<string, Set<string>>()
  const others: string[] = []
  const queries: string[] = []
  const table = (one: TableExpression): void => {
    if (one.kind === 'join') {
      table(one.left)
      table(one.right)
    } else if (one.kind === 'table' && one.source?.kind === 'events') addTo(events, one, one.source.used)
    else {
      others.push(one.as ?? '')
      if (one.kind === 'table' && one.source?.kind === 'with') queries.push(one.source.name)
      if (one.kind === 'table' && one.source?.kind === 'fragment') whole(one.source.query)
    }
  }
  const whole = (one: Query): void => visitQuery(one, { select: ({ from }) => from.forEach(table) })
  whole(query)
  return { events, others, queries }
}

function addTo(events: Map<string, Set<string>>, { as = '' }: TableName, used: ReadonlySet<string>): void {
  events.set(as, new Set([...(events.get(as) ?? []), ...used]))
}
