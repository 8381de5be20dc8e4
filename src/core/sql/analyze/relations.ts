/** Tables, lists, subqueries and UNNEST as relations: the name and the columns that the query sees. */
import { eventColumns } from '../../event/columns.ts'
import { virtualColumns } from '../../event/virtual.ts'
import { nearest } from '../../text.ts'
import { eventTableNames } from '../names.ts'
import { folded, type Scope, type ScopeColumn, type ScopeRelation } from '../scope.ts'
import type { DerivedTable, Expression, TableName, UnnestTable } from '../tree.ts'
import { fromColumnType, type SqlType, typeName, types } from '../types.ts'
import { visitExpression } from '../visit.ts'
import { type Context, limit, report, uniqueNames } from './context.ts'
import { analyzeExpression } from './expressions.ts'
import { analyzeQuery, belongsToEvents, printedColumns } from './queries.ts'

const ignore = () => {}

export function tableRelation(context: Context, table: TableName, outer: Scope): ScopeRelation {
  const names = table.parts.map((part) => part.name)
  const last = names.at(-1)!
  if (!isEvents(context, names)) refuseShadow(context, table)
  const common = names.length === 1 ? outer.withQueries.get(folded(last)) : undefined
  if (common) {
    table.source = { kind: 'with', name: common.printed, columns: common.columns.map((c) => c.printed) }
    return relation(
      context,
      table,
      last,
      common.columns.map((c) => ({ ...c, hidden: false, use: ignore })),
    )
  }
  if (isEvents(context, names)) return eventsRelation(context, table, last)
  if (names.length === 2 && folded(names[0]!) === 'lists') return listRelation(context, table, last)
  if (names.length === 2 && folded(names[0]!) === 'fragments') return fragmentRelation(context, table, last)
  unknownTable(context, table, names)
  return relation(context, table, last, [])
}

function refuseShadow(context: Context, { alias }: TableName | DerivedTable | UnnestTable): void {
  if (alias && belongsToEvents(context, folded(alias.name)))
    report(context, 'SQL_TABLE_SHADOWED', { name: alias.name }, alias.span)
}

function isEvents(context: Context, names: readonly string[]): boolean {
  const written = names.map(folded)
  const known = [...eventTableNames, ...(context.options.aliases ?? [])].map(folded)
  if (known.includes(written.join('.'))) return true
  if (!known.includes(written.at(-1)!)) return false
  return (
    written.length === 1 ||
    (written.length === 2 && written[0] === 'default') ||
    (written.length === 3 && written[0] === 'awsdatacatalog' && written[1] === 'default')
  )
}

function eventsRelation(context: Context, table: TableName, name: string): ScopeRelation {
  const used = new Set<string>()
  table.source = { kind: 'events', used }
  context.readsEvents = true
  if (table.columnAliases.length > 0)
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      {
        construct: 'renaming the columns of the event table',
        reason: 'columns may be added to it; use a subquery with aliases',
      },
      table.span,
    )
  const column = (columnName: string, type: SqlType, hidden: boolean): ScopeColumn => ({
    name: columnName,
    printed: columnName,
    type,
    hidden,
    use: () => used.add(columnName),
  })
  const columns = [
    ...eventColumns.map((c) => column(c.name, fromColumnType(c.type), false)),
    ...virtualColumns.map((c) => column(c.name, fromColumnType({ kind: c.type }), true)),
  ]
  return relation(context, table, name, columns, false)
}

function listRelation(context: Context, table: TableName, name: string): ScopeRelation {
  const lists = context.options.lists ?? {}
  const key = Object.keys(lists).find((known) => folded(known) === folded(name))
  if (key === undefined) {
    const guess = nearest(name, Object.keys(lists))
    report(
      context,
      'SQL_TABLE_UNKNOWN',
      {
        table: `lists.${name}`,
        hint: guess
          ? `Did you mean lists.${guess}?`
          : 'Lists are named under "uses: lists:" and kept in the lists folder.',
      },
      table.span,
    )
    return relation(context, table, name, [])
  }
  context.lists.add(key)
  table.source = { kind: 'list', name: key }
  return relation(
    context,
    table,
    name,
    lists[key]!.columns.map((c) => ({
      name: c.name,
      printed: c.name,
      type: listType(c.type),
      hidden: false,
      use: ignore,
    })),
  )
}

/** The fragment's checked tree as it is: what it uses, this query uses too. */
function fragmentRelation(context: Context, table: TableName, name: string): ScopeRelation {
  const fragments = context.options.fragments ?? {}
  const key = Object.keys(fragments).find((known) => folded(known) === folded(name))
  const query = key === undefined ? undefined : fragments[key]
  if (key === undefined || query === undefined) {
    const guess = nearest(name, Object.keys(fragments))
    const hint = guess
      ? `Did you mean fragments.${guess}?`
      : 'Fragments are named under "uses: fragments:" and kept in the fragments folder.'
    report(context, 'SQL_TABLE_UNKNOWN', { table: `fragments.${name}`, hint }, table.span)
    return relation(context, table, name, [])
  }
  context.relations += query.tables
  context.readsEvents ||= query.readsEvents
  for (const used of ['parameters', 'lists', 'fragments', 'eventSources', 'eventNames'] as const)
    for (const one of query[used]) context[used].add(one)
  context.fragments.add(key)
  table.source = { kind: 'fragment', name: key, query: query.tree }
  const columns = query.tree.columns ?? []
  const printed = printedColumns(columns)
  return relation(
    context,
    table,
    name,
    columns.map((c, i) => ({ name: c.name, printed: printed[i]!, type: c.type, hidden: false, use: ignore })),
  )
}

const listType = (name: string): SqlType =>
  name === 'bigint'
    ? types.bigint
    : name === 'double'
      ? types.double
      : name === 'boolean'
        ? types.boolean
        : types.varchar

function unknownTable(context: Context, table: TableName, names: readonly string[]): void {
  const written = names.join('.')
  const guess = nearest(names.at(-1)!, eventTableNames)
  const hint = guess
    ? `Did you mean ${guess}?`
    : 'The logs are cloudtrail_logs. If your table has another name, add it under "aliases" in trailbook.yaml.'
  report(context, 'SQL_TABLE_UNKNOWN', { table: written, hint }, table.span)
}

export function derivedRelation(context: Context, table: DerivedTable, scope: Scope): ScopeRelation {
  refuseShadow(context, table)
  const columns = analyzeQuery(context, table.query, scope)
  const printed = printedColumns(columns)
  return relation(
    context,
    table,
    undefined,
    columns.map((c, i) => ({ name: c.name, printed: printed[i]!, type: c.type, hidden: false, use: ignore })),
  )
}

export function unnestRelation(context: Context, table: UnnestTable, scope: Scope): ScopeRelation {
  refuseShadow(context, table)
  const columns: ScopeColumn[] = []
  const add = (type: SqlType) =>
    columns.push({ name: undefined, printed: `_col${columns.length}`, type, hidden: false, use: ignore })
  for (const item of table.items) {
    const type = analyzeExpression(context, item, { scope, noAggregates: 'UNNEST', noWindows: 'UNNEST' })
    refuseReadingLambda(context, item)
    if (type.kind === 'array' && type.element.kind === 'row') {
      // Athena makes one column of a row, Trino one per field: only the one named column can mean the same on both.
      if (table.columnAliases.length !== table.items.length + (table.ordinality ? 1 : 0))
        report(context, 'SQL_UNNEST_ROWS', {}, table.span)
      add(type.element)
    } else if (type.kind === 'array') add(type.element)
    else if (type.kind === 'map') {
      add(type.key)
      add(type.value)
    } else {
      if (type.kind !== 'unknown')
        report(
          context,
          'SQL_TYPE_WANTED',
          {
            what: 'UNNEST',
            wanted: 'an array or a map',
            found: typeName(type),
            hint: "JSON text becomes an array by CAST(json_extract(x, '$.list') AS array(json)).",
          },
          item.span,
        )
      add(types.unknown)
    }
  }
  if (table.ordinality) add(types.bigint)
  return relation(context, table, undefined, columns)
}

/** DuckDB finds no column from within a lambda of a lateral subquery. */
function refuseReadingLambda(context: Context, item: Expression): void {
  visitExpression(item, {
    expression(lambda) {
      if (lambda.kind !== 'lambda') return
      visitExpression(lambda.body, {
        expression(node) {
          if (node.kind !== 'reference' || node.to?.kind !== 'column') return
          const construct = 'a lambda in UNNEST that reads a column'
          const reason = 'other engines do not find it there; make the list in a subquery, and UNNEST its column'
          report(context, 'SQL_CONSTRUCT_REFUSED', { construct, reason }, node.span)
        },
      })
    },
  })
}

function relation(
  context: Context,
  table: TableName | DerivedTable | UnnestTable,
  name: string | undefined,
  columns: readonly ScopeColumn[],
  renames = true,
): ScopeRelation {
  const shown = table.alias?.name ?? name
  limit(context, 'tables', ++context.relations, table.span)
  table.as = context.relationName(shown ?? 'q')
  const aliases = renames ? table.columnAliases : []
  if (aliases.length > 0 && columns.length > 0 && aliases.length !== columns.length) {
    report(
      context,
      'SQL_COLUMN_COUNT',
      { what: `the column names of ${shown ?? 'a table'}`, left: aliases.length, right: columns.length },
      table.span,
    )
  }
  if (!renames) return { name: shown, printed: table.as, columns }
  const nameFor = uniqueNames()
  const named = columns.map((column, i) => ({
    ...column,
    name: aliases[i]?.name ?? column.name,
    printed: nameFor(aliases[i]?.name ?? column.printed),
  }))
  table.names = named.map((column) => column.printed)
  return { name: shown, printed: table.as, columns: named }
}
