/** Queries: WITH, set operations, ORDER BY; a SELECT itself is in `select.ts`. */
import { eventTableNames, reservedSchemas } from '../names.ts'
import { emptyScope, folded, type Scope, type WithQuery } from '../scope.ts'
import type { Expression, OutputColumn, Query, QueryBody, SortItem } from '../tree.ts'
import { commonType, typeName, types } from '../types.ts'
import { type Context, limit, report, uniqueNames } from './context.ts'
import { analyzeExpression, analyzeSort } from './expressions.ts'
import { wantGroupable } from './fit.ts'
import { checkGrouping, expressionKey } from './grouping.ts'
import { analyzeSelect, type SelectResult } from './select.ts'

/** Names for printed text and results: `_colN` where nobody named a column (as Trino does), each name once. */
export function printedColumns(columns: readonly OutputColumn[]): string[] {
  const nameFor = uniqueNames()
  return columns.map((column, i) => nameFor(column.name ?? `_col${i}`))
}

/** @returns the output columns; also set on the query */
export function analyzeQuery(context: Context, query: Query, outer: Scope): readonly OutputColumn[] {
  const scope = withScope(context, query, outer)
  const result = analyzeBody(context, query.body, scope)
  analyzeOrder(context, query, scope, result)
  for (const limit of [query.limit, query.offset])
    if (limit) analyzeExpression(context, limit, { scope: emptyScope, noAggregates: 'LIMIT', noWindows: 'LIMIT' })
  query.columns = result.columns
  return result.columns
}

function withScope(context: Context, query: Query, outer: Scope): Scope {
  if (query.with.length === 0) return outer
  const withQueries = new Map<string, WithQuery>(outer.withQueries)
  const own = new Set<string>()
  for (const common of query.with) {
    const name = folded(common.name.name)
    limit(context, 'tables', ++context.relations, common.name.span)
    if (belongsToEvents(context, name))
      report(context, 'SQL_TABLE_SHADOWED', { name: common.name.name }, common.name.span)
    if (own.has(name)) report(context, 'SQL_NAME_TWICE', { name: common.name.name }, common.name.span)
    own.add(name)
    const columns = analyzeQuery(context, common.query, { ...emptyScope, withQueries })
    if (common.columns.length > 0 && common.columns.length !== columns.length) {
      report(
        context,
        'SQL_COLUMN_COUNT',
        { what: `the names of ${common.name.name}`, left: common.columns.length, right: columns.length },
        common.name.span,
      )
    }
    const named = columns.map((column, i) => ({ name: common.columns[i]?.name ?? column.name, type: column.type }))
    const printed = { name: context.withName(common.name.name), columns: printedColumns(named) }
    common.printed = printed
    withQueries.set(name, {
      printed: printed.name,
      columns: named.map((column, i) => ({ ...column, printed: printed.columns[i]! })),
    })
  }
  return { ...outer, withQueries }
}

export function belongsToEvents(context: Context, name: string): boolean {
  return [...eventTableNames, ...reservedSchemas, ...(context.options.aliases ?? [])].some(
    (known) => folded(known) === name,
  )
}

function analyzeBody(context: Context, body: QueryBody, scope: Scope): SelectResult {
  switch (body.kind) {
    case 'select':
      return analyzeSelect(context, body, scope)
    case 'nested':
      return { columns: analyzeQuery(context, body.query, scope) }
    case 'values':
      return { columns: valuesColumns(context, body, scope) }
    case 'set': {
      const left = analyzeBody(context, body.left, scope).columns
      const right = analyzeBody(context, body.right, scope).columns
      if (left.length !== right.length) {
        report(context, 'SQL_COLUMN_COUNT', { what: body.operator, left: left.length, right: right.length }, body.span)
        return { columns: left }
      }
      return {
        columns: left.map((column, i) => {
          const common = commonType(column.type, right[i]!.type)
          if (!common)
            report(
              context,
              'SQL_TYPE_MISMATCH',
              {
                what: `column ${i + 1} of ${body.operator}`,
                left: typeName(column.type),
                right: typeName(right[i]!.type),
                hint: 'CAST one of them.',
              },
              body.span,
            )
          if (common && !(body.operator === 'UNION' && body.all))
            wantGroupable(context, common, body.operator, body.span)
          return { name: column.name, type: common ?? types.unknown }
        }),
      }
    }
  }
}

function valuesColumns(context: Context, body: QueryBody & { kind: 'values' }, scope: Scope): OutputColumn[] {
  const width = body.rows[0]!.length
  const columns: OutputColumn[] = Array.from({ length: width }, () => ({ name: undefined, type: types.unknown }))
  for (const row of body.rows) {
    if (row.length !== width)
      report(context, 'SQL_COLUMN_COUNT', { what: 'the rows of VALUES', left: width, right: row.length }, row[0]!.span)
    row.slice(0, width).forEach((cell, i) => {
      const type = analyzeExpression(context, cell, { scope, noAggregates: 'VALUES', noWindows: 'VALUES' })
      const common = commonType(columns[i]!.type, type)
      if (!common)
        report(
          context,
          'SQL_TYPE_MISMATCH',
          {
            what: `column ${i + 1} of VALUES`,
            left: typeName(columns[i]!.type),
            right: typeName(type),
            hint: 'CAST one of them.',
          },
          cell.span,
        )
      else columns[i] = { name: undefined, type: common }
    })
  }
  return columns
}

/** `ORDER BY 2` names a column; so would `ORDER BY -1`, and releases of Trino differ in whether they mind. */
function positionOf(node: Expression): number | undefined {
  if (node.kind === 'number' && node.form === 'integer') return Number(node.text)
  if (node.kind !== 'unary' || node.operator !== '-') return undefined
  const position = positionOf(node.operand)
  return position === undefined ? undefined : -position
}

function analyzeOrder(context: Context, query: Query, scope: Scope, result: SelectResult): void {
  if (query.orderBy.length === 0) return
  const outputs = result.columns.map((column, i) => ({
    ...column,
    expression: result.expressions?.[i] ?? { kind: 'null' as const, span: query.span },
  }))
  const orderScope: Scope = { ...(result.scope ?? { ...emptyScope, withQueries: scope.withQueries }), outputs }
  const sorted: SortItem[] = []
  for (const item of query.orderBy) {
    const position = positionOf(item.expression)
    if (position === undefined) sorted.push(item)
    else {
      item.expression.type = types.integer
      if (position < 1 || position > outputs.length)
        report(context, 'SQL_POSITION', { position, count: outputs.length }, item.expression.span)
    }
  }
  analyzeSort(context, sorted, { scope: orderScope })
  if (query.body.kind === 'select' && query.body.distinct) {
    const selected = new Set((result.expressions ?? []).map(expressionKey))
    for (const item of sorted)
      if (!selected.has(expressionKey(item.expression))) report(context, 'SQL_NOT_SELECTED', {}, item.span)
  }
  if (result.grouped) for (const item of sorted) checkGrouping(context, item.expression, result.grouped)
}
