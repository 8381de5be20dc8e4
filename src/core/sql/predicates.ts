/**
 * The predicates of a query, each with the text that takes it out: what mutation testing needs.
 * A part of AND is taken out by TRUE, a part of OR by FALSE, a whole condition (WHERE, HAVING, ON, FILTER) by TRUE, and a
 * branch of CASE by a condition that is FALSE. Operands of AND and OR count wherever they stand, also in what is selected.
 */
import { parseSql } from './parse.ts'
import type { Binary, Expression, Span } from './tree.ts'
import { visitQuery } from './visit.ts'

interface Predicate {
  readonly span: Span
  readonly replacement: 'TRUE' | 'FALSE'
}

/** @throws SqlSyntaxError where the text cannot be parsed */
export function removablePredicates(sql: string): readonly Predicate[] {
  const found: Predicate[] = []
  visitQuery(parseSql(sql), {
    condition: (whole) => takeWhole(whole, found),
    expression: (node) => takeParts(node, found),
  })
  return found
}

const isConnective = (node: Expression): node is Binary =>
  node.kind === 'binary-op' && (node.operator === 'AND' || node.operator === 'OR')

/** A condition that is no AND or OR is itself what can be taken out. */
function takeWhole(whole: Expression, found: Predicate[]): void {
  if (!isConnective(whole)) found.push({ span: whole.span, replacement: 'TRUE' })
}

function takeParts(node: Expression, found: Predicate[]): void {
  if (isConnective(node)) {
    const replacement = node.operator === 'AND' ? 'TRUE' : 'FALSE'
    // A chain `a AND b AND c` is a tree of two operands each: an inner AND is not taken out as a whole.
    for (const side of [node.left, node.right])
      if (side.kind !== 'binary-op' || side.operator !== node.operator) found.push({ span: side.span, replacement })
  }
  // `CASE x WHEN y` compares values: only the searched form has conditions.
  if (node.kind === 'case' && node.operand === undefined)
    for (const { when } of node.branches) found.push({ span: when.span, replacement: 'FALSE' })
  if (node.kind === 'call' && node.filter !== undefined) takeWhole(node.filter, found)
}
