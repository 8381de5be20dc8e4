/** A parsed, unchecked query with what its parts stand in. */
import type { Expression, Query, Select, TableExpression } from '../tree.ts'
import { children, visitQuery } from '../visit.ts'

export interface Places {
  readonly expressions: readonly Expression[]
  readonly selects: readonly Select[]
  /** The expression directly around one; undefined for a whole one. */
  parentOf(node: Expression): Expression | undefined
  /** Whether it is a whole condition: of WHERE, ON or HAVING. */
  isCondition(node: Expression): boolean
  /** The innermost SELECT around it; undefined in an ORDER BY. */
  selectOf(node: Expression): Select | undefined
  /** Whether it is read where the event table itself is, and no subquery or WITH query stands between. */
  readsEvents(node: Expression): boolean
}

export function placesOf(query: Query): Places {
  const expressions: Expression[] = []
  const selects: Select[] = []
  const parents = new Map<Expression, Expression>()
  const conditions = new Set<Expression>()
  visitQuery(query, {
    select: (select) => selects.push(select),
    condition: (whole) => conditions.add(whole),
    expression(node) {
      expressions.push(node)
      for (const child of children(node)) parents.set(child, node)
    },
  })
  const selectOf = (node: Expression): Select | undefined =>
    selects
      .filter(({ span }) => span.start <= node.span.start && node.span.end <= span.end)
      .toSorted((a, b) => b.span.start - a.span.start)[0]
  return {
    expressions,
    selects,
    parentOf: (node) => parents.get(node),
    isCondition: (node) => conditions.has(node),
    selectOf,
    readsEvents(node) {
      const select = selectOf(node) ?? (selects.length === 1 ? selects[0] : undefined)
      return select?.from.some(isEvents) ?? false
    },
  }
}

export const isEvents = (table: TableExpression): boolean =>
  table.kind === 'join'
    ? isEvents(table.left) || isEvents(table.right)
    : table.kind === 'table' && table.parts.at(-1)?.name.toLowerCase() === 'cloudtrail_logs'
