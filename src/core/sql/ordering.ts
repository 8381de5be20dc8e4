import type { AnalyzedQuery } from './compile.ts'
import type { Expression } from './tree.ts'

/**
 * The output columns by which a query orders its rows; none where it leaves the order open; undefined where it orders by
 * something that is no output column, so that nobody can tell from the rows which of them are of equal rank.
 */
export function orderingColumns({
  tree,
  columns,
}: Pick<AnalyzedQuery, 'tree' | 'columns'>): readonly string[] | undefined {
  const names: string[] = []
  for (const { expression } of tree.orderBy) {
    const name = columns[positionOf(expression) - 1]?.name
    if (name === undefined) return undefined
    names.push(name)
  }
  return names
}

/** 1-based; 0 where it is no output column as it stands. */
function positionOf(expression: Expression): number {
  if (expression.kind === 'number' && expression.form === 'integer') return Number(expression.text)
  if (expression.kind !== 'reference' || expression.to?.kind !== 'output') return 0
  return expression.to.fields.length === 0 ? expression.to.position : 0
}
