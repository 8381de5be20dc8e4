import { folded, lookUp, type Scope } from '../scope.ts'
import type {
  Expression,
  GroupingElement,
  OutputColumn,
  Reference,
  Select,
  SelectExpression,
  SelectStar,
} from '../tree.ts'
import { types } from '../types.ts'
import { type Context, limit, report } from './context.ts'
import { analyzeExpression } from './expressions.ts'
import { wantBoolean, wantGroupable } from './fit.ts'
import { analyzeFrom } from './from.ts'
import { checkGrouping, type Grouped, groupKeys, hasAggregate } from './grouping.ts'

export interface SelectResult {
  readonly columns: readonly OutputColumn[]
  /** Of a plain SELECT, for ORDER BY: the expressions behind the columns, what they could see, how they are grouped. */
  readonly expressions?: readonly Expression[]
  readonly scope?: Scope
  readonly grouped?: Grouped
}

export function analyzeSelect(context: Context, select: Select, outer: Scope): SelectResult {
  const { relations, merged } = analyzeFrom(context, select.from, outer)
  const scope: Scope = { relations, merged, parent: outer, lambdas: new Map(), withQueries: outer.withQueries }
  if (select.where) {
    analyzeExpression(context, select.where, { scope, noAggregates: 'WHERE', noWindows: 'WHERE' })
    wantBoolean(context, select.where, 'WHERE')
  }
  const items: SelectExpression[] = []
  for (const item of select.items) {
    items.push(...(item.kind === 'star' ? starItems(context, item, scope) : [item]))
    limit(context, 'columns', items.length, item.span)
  }
  select.expanded = items
  for (const item of items) if (!isStarColumn(item)) analyzeExpression(context, item.expression, { scope })
  analyzeGroupBy(context, select, scope, items)
  if (select.having) {
    analyzeExpression(context, select.having, { scope, noWindows: 'HAVING' })
    wantBoolean(context, select.having, 'HAVING')
  }
  for (const { expression } of select.distinct ? items : [])
    wantGroupable(context, expression.type ?? types.unknown, 'DISTINCT', expression.span)
  const expressions = items.map((item) => item.expression)
  const grouped = groupedBy(select, expressions)
  if (grouped) {
    for (const expression of expressions) checkGrouping(context, expression, grouped)
    if (select.having) checkGrouping(context, select.having, grouped)
  }
  return { columns: items.map(outputOf), expressions, scope, ...(grouped && { grouped }) }
}

function groupedBy(select: Select, expressions: readonly Expression[]): Grouped | undefined {
  const is = select.groupBy !== undefined || select.having !== undefined || expressions.some(hasAggregate)
  return is ? { keys: groupKeys(select.groupBy, expressions) } : undefined
}

function analyzeGroupBy(context: Context, select: Select, scope: Scope, items: readonly SelectExpression[]): void {
  const visit = (node: Expression) => {
    if (node.kind === 'number' && node.form === 'integer') {
      node.type = types.integer
      const item = items[Number(node.text) - 1]
      if (!item) report(context, 'SQL_POSITION', { position: node.text, count: items.length }, node.span)
      else if (!hasAggregate(item.expression))
        wantGroupable(context, item.expression.type ?? types.unknown, 'GROUP BY', node.span)
      else
        report(
          context,
          'SQL_AGGREGATE_MISPLACED',
          { what: 'an aggregate', where: 'GROUP BY', hint: 'Group by what is not aggregated.' },
          node.span,
        )
      return
    }
    const alias =
      node.kind === 'reference' && node.parts.length === 1
        ? items.find((i) => i.alias && folded(i.alias.name) === folded(node.parts[0]!.name))
        : undefined
    if (alias && node.kind === 'reference' && lookUp(scope, node.parts).kind === 'none') {
      const text = context.text.slice(alias.expression.span.start, alias.expression.span.end)
      const position = items.indexOf(alias) + 1
      report(
        context,
        'SQL_COLUMN_UNKNOWN',
        {
          column: node.parts[0]!.name,
          hint: `GROUP BY does not see aliases; write GROUP BY ${position} or GROUP BY ${text}.`,
        },
        node.span,
        { start: node.span.start, end: node.span.end, text: String(position) },
      )
      node.type = types.unknown
      return
    }
    const type = analyzeExpression(context, node, { scope, noAggregates: 'GROUP BY', noWindows: 'GROUP BY' })
    wantGroupable(context, type, 'GROUP BY', node.span)
  }
  let sets = 1
  for (const element of select.groupBy?.sets ?? []) {
    sets *= groupingSets(element)
    limit(context, 'grouping sets', sets, select.span)
    if (element.kind === 'simple') visit(element.expression)
    else for (const set of element.sets) set.forEach(visit)
  }
}

function groupingSets(element: GroupingElement): number {
  if (element.kind === 'simple') return 1
  if (element.kind === 'cube') return 2 ** element.sets.length
  return element.sets.length + (element.kind === 'rollup' ? 1 : 0)
}

/** Column references of a written-out star carry their resolution from birth. */
const isStarColumn = (item: SelectExpression): boolean =>
  item.expression.kind === 'reference' && item.expression.to !== undefined

function starItems(context: Context, item: SelectStar, scope: Scope): SelectExpression[] {
  const relations = item.qualifier
    ? scope.relations.filter((r) => r.name !== undefined && folded(r.name) === folded(item.qualifier!.name))
    : scope.relations
  if (relations.length === 0) {
    const hint = item.qualifier ? 'Name a table of this FROM.' : 'FROM cloudtrail_logs is probably missing.'
    report(context, 'SQL_TABLE_UNKNOWN', { table: item.qualifier?.name ?? 'for *', hint }, item.span)
    return []
  }
  const once = new Set<string>()
  return relations.flatMap((relation) =>
    relation.columns.flatMap((column): SelectExpression[] => {
      if (column.hidden) return []
      const name = folded(column.name ?? '')
      const merged = !item.qualifier && scope.merged.has(name)
      if (merged && once.has(name)) return []
      if (merged) once.add(name)
      column.use()
      const reference: Reference = {
        kind: 'reference',
        parts: [{ name: column.name ?? column.printed, quoted: true, span: item.span }],
        span: item.span,
        type: column.type,
        to: { kind: 'column', relation: merged ? '' : relation.printed, column: column.printed, fields: [] },
      }
      return [
        {
          kind: 'expression',
          expression: reference,
          ...(column.name !== undefined && { alias: { name: column.name, quoted: true, span: item.span } }),
          span: item.span,
        },
      ]
    }),
  )
}

function outputOf(item: SelectExpression): OutputColumn {
  const type = item.expression.type ?? types.unknown
  if (item.alias) return { name: item.alias.name, type }
  if (item.expression.kind === 'reference') return { name: item.expression.parts.at(-1)!.name, type }
  if (item.expression.kind === 'field') return { name: item.expression.field.name, type }
  return { name: undefined, type }
}
