/** Walks over a query as it was written: fragments, whose text is another one, are not entered. */
import type { Expression, Query, QueryBody, Select, TableExpression } from './tree.ts'

interface Visitor {
  /** Each SELECT before what is in it. */
  readonly select?: (select: Select) => void
  /** Each whole condition of a WHERE, an ON or a HAVING, before it is visited as an expression. */
  readonly condition?: (whole: Expression) => void
  /** Each expression before its parts. */
  readonly expression?: (node: Expression) => void
}

export function visitQuery(query: Query, visitor: Visitor): void {
  for (const common of query.with) visitQuery(common.query, visitor)
  visitBody(query.body, visitor)
  for (const { expression } of query.orderBy) visitExpression(expression, visitor)
}

function visitBody(body: QueryBody, visitor: Visitor): void {
  if (body.kind === 'nested') visitQuery(body.query, visitor)
  else if (body.kind === 'set') {
    visitBody(body.left, visitor)
    visitBody(body.right, visitor)
  } else if (body.kind === 'values') for (const cell of body.rows.flat()) visitExpression(cell, visitor)
  else visitSelect(body, visitor)
}

function visitSelect(select: Select, visitor: Visitor): void {
  visitor.select?.(select)
  for (const item of select.items) if (item.kind === 'expression') visitExpression(item.expression, visitor)
  for (const table of select.from) visitTable(table, visitor)
  visitCondition(select.where, visitor)
  for (const set of select.groupBy?.sets ?? [])
    for (const one of set.kind === 'simple' ? [set.expression] : set.sets.flat()) visitExpression(one, visitor)
  visitCondition(select.having, visitor)
}

function visitTable(table: TableExpression, visitor: Visitor): void {
  if (table.kind === 'derived') visitQuery(table.query, visitor)
  else if (table.kind === 'unnest') for (const item of table.items) visitExpression(item, visitor)
  else if (table.kind === 'join') {
    visitTable(table.left, visitor)
    visitTable(table.right, visitor)
    visitCondition(table.on, visitor)
  }
}

function visitCondition(whole: Expression | undefined, visitor: Visitor): void {
  if (whole === undefined) return
  visitor.condition?.(whole)
  visitExpression(whole, visitor)
}

export function visitExpression(node: Expression, visitor: Visitor): void {
  visitor.expression?.(node)
  for (const child of children(node)) visitExpression(child, visitor)
  if (node.kind === 'in-query' || node.kind === 'exists' || node.kind === 'scalar-query' || node.kind === 'quantified')
    visitQuery(node.query, visitor)
}

/** The expressions directly within one, of its own query: what a subquery holds is not among them. */
export function children(node: Expression): readonly Expression[] {
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
    case 'quantified':
      return [node.left]
    case 'like':
      return [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])]
    case 'case':
      return [
        ...(node.operand ? [node.operand] : []),
        ...node.branches.flatMap((b) => [b.when, b.result]),
        ...(node.otherwise ? [node.otherwise] : []),
      ]
    case 'lambda':
      return [node.body]
    case 'array':
    case 'row':
      return node.items
    case 'call':
      return [
        ...node.args,
        ...(node.filter ? [node.filter] : []),
        ...node.orderBy.map((o) => o.expression),
        ...(node.over ? [...node.over.partitionBy, ...node.over.orderBy.map((o) => o.expression)] : []),
      ]
    default:
      return []
  }
}
