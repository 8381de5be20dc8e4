/** Keeps long chains (`a OR b OR …`, joins, UNIONs) from making trees so high that walking them exhausts a stack, ours or an engine's. */
import { SqlSyntaxError } from './tokenizer.ts'
import type { Span } from './tree.ts'

/** DuckDB stops at 1,000 levels of AND and OR; its time for other operators grows with the cube of their levels. */
const maxHeight = 1000
const flatOperators = new Set(['AND', 'OR'])

interface Visit {
  readonly node: object
  readonly height: number
}

/** @throws SqlSyntaxError SQL_TOO_DEEP at the first node above the limit */
export function checkHeight(root: object): void {
  const open: Visit[] = [{ node: root, height: 0 }]
  for (let visit = open.pop(); visit; visit = open.pop()) {
    const height = visit.height + step(visit.node)
    if (height > maxHeight)
      throw new SqlSyntaxError(
        'SQL_TOO_DEEP',
        { reason: `more than ${maxHeight} links in a chain of operators, joins or UNIONs` },
        placeOf(visit.node),
      )
    for (const value of Object.values(visit.node))
      if (typeof value === 'object' && value !== null) open.push({ node: value, height })
  }
}

const placeOf = (node: object): Span => ('span' in node ? (node.span as Span) : { start: 0, end: 0 })

/** Only nodes have a place; lists of them add no height. */
function step(node: object): number {
  if (!('span' in node)) return 0
  const kind = 'kind' in node ? node.kind : undefined
  const heavy =
    (kind === 'binary-op' && 'operator' in node && !flatOperators.has(node.operator as string)) ||
    kind === 'subscript' ||
    kind === 'field'
  return heavy ? 5 : 1
}
