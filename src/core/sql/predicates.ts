/**
 * The predicates of a query, each with the text that takes it out: what mutation testing needs.
 * A part of AND is taken out by TRUE, a part of OR by FALSE, a whole condition (WHERE, HAVING, ON, FILTER) by TRUE, and a
 * branch of CASE by a condition that is FALSE. Operands of AND and OR count wherever they stand, also in what is selected.
 */
import { parseSql } from './parse.ts'
import type { Call, Case, Expression, Query, QueryBody, Select, SortItem, Span, TableExpression } from './tree.ts'

export interface Predicate {
  readonly span: Span
  readonly replacement: 'TRUE' | 'FALSE'
}

/** @throws SqlSyntaxError where the text cannot be parsed */
export function removablePredicates(sql: string): readonly Predicate[] {
  const found: Predicate[] = []
  inQuery(parseSql(sql), found)
  return found
}

function inQuery(query: Query, found: Predicate[]): void {
  for (const common of query.with) inQuery(common.query, found)
  inBody(query.body, found)
  inSort(query.orderBy, found)
}

function inBody(body: QueryBody, found: Predicate[]): void {
  if (body.kind === 'nested') inQuery(body.query, found)
  else if (body.kind === 'set') {
    inBody(body.left, found)
    inBody(body.right, found)
  } else if (body.kind === 'values') for (const value of body.rows.flat()) inExpression(value, found)
  else inSelect(body, found)
}

function inSelect(select: Select, found: Predicate[]): void {
  for (const item of select.items) if (item.kind === 'expression') inExpression(item.expression, found)
  for (const table of select.from) inTable(table, found)
  condition(select.where, found)
  for (const set of select.groupBy?.sets ?? [])
    for (const one of set.kind === 'simple' ? [set.expression] : set.sets.flat()) inExpression(one, found)
  condition(select.having, found)
}

function inTable(table: TableExpression, found: Predicate[]): void {
  if (table.kind === 'derived') inQuery(table.query, found)
  else if (table.kind === 'unnest') for (const item of table.items) inExpression(item, found)
  else if (table.kind === 'join') {
    inTable(table.left, found)
    inTable(table.right, found)
    condition(table.on, found)
  }
}

/** A condition that is no AND or OR is itself what can be taken out. */
function condition(whole: Expression | undefined, found: Predicate[]): void {
  if (whole === undefined) return
  if (!isConnective(whole)) found.push({ span: whole.span, replacement: 'TRUE' })
  inExpression(whole, found)
}

const isConnective = (node: Expression): boolean =>
  node.kind === 'binary-op' && (node.operator === 'AND' || node.operator === 'OR')

function inExpression(node: Expression, found: Predicate[]): void {
  if (node.kind === 'binary-op' && (node.operator === 'AND' || node.operator === 'OR')) {
    const replacement = node.operator === 'AND' ? 'TRUE' : 'FALSE'
    // A chain `a AND b AND c` is a tree of two operands each: an inner AND is not taken out as a whole.
    for (const side of [node.left, node.right])
      if (side.kind !== 'binary-op' || side.operator !== node.operator) found.push({ span: side.span, replacement })
  }
  if (node.kind === 'case') inCase(node, found)
  if (node.kind === 'call') inCall(node, found)
  for (const child of children(node)) inExpression(child, found)
  for (const query of queriesOf(node)) inQuery(query, found)
}

/** `CASE x WHEN y` compares values: only the searched form has conditions. */
function inCase(node: Case, found: Predicate[]): void {
  if (node.operand !== undefined) return
  for (const { when } of node.branches) found.push({ span: when.span, replacement: 'FALSE' })
}

function inCall(node: Call, found: Predicate[]): void {
  if (node.filter !== undefined && !isConnective(node.filter))
    found.push({ span: node.filter.span, replacement: 'TRUE' })
  inSort(node.orderBy, found)
  for (const one of node.over?.partitionBy ?? []) inExpression(one, found)
  inSort(node.over?.orderBy ?? [], found)
}

function inSort(items: readonly SortItem[], found: Predicate[]): void {
  for (const item of items) inExpression(item.expression, found)
}

const queriesOf = (node: Expression): readonly Query[] =>
  node.kind === 'in-query' || node.kind === 'exists' || node.kind === 'scalar-query' || node.kind === 'quantified'
    ? [node.query]
    : []

function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'field':
      return [node.base]
    case 'subscript':
      return [node.base, node.index]
    case 'unary':
    case 'is-null':
    case 'cast':
    case 'in-query':
      return [node.operand]
    case 'binary-op':
      return [node.left, node.right]
    case 'between':
      return [node.operand, node.low, node.high]
    case 'in-list':
      return [node.operand, ...node.items]
    case 'like':
      return [node.operand, node.pattern]
    case 'quantified':
      return [node.left]
    case 'case':
      return [
        ...(node.operand ? [node.operand] : []),
        ...node.branches.flatMap((branch) => [branch.when, branch.result]),
        ...(node.otherwise ? [node.otherwise] : []),
      ]
    case 'lambda':
      return [node.body]
    case 'array':
    case 'row':
      return node.items
    case 'call':
      return [...node.args, ...(node.filter ? [node.filter] : [])]
    default:
      return []
  }
}
