import type { AnalyzedQuery } from '../sql/compile.ts'
import type { SelectExpression } from '../sql/tree.ts'

interface Output {
  readonly item: SelectExpression
  readonly name: string
}

/** The expressions of the outermost SELECT, where there is one, by the names of their columns. */
export function outputs(query: AnalyzedQuery): readonly Output[] {
  const { body } = query.tree
  if (body.kind !== 'select') return []
  return (body.expanded ?? []).map((item, index) => ({ item, name: query.columns[index]?.name ?? '' }))
}
