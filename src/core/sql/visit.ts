/** Walks over a query as it was written: fragments, whose text is another one, are not entered. */
import { children } from './analyze/grouping.ts'
import type { Expression, Query, QueryBody, Select, TableExpression } from './tree.ts'

export interface Visitor {
  /** Each SELECT before what is in it. */
  readonly select?: (select: Select) => void
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
  if (select.where) visitExpression(select.where, visitor)
  for (const set of select.groupBy?.sets ?? [])
    for (const one of set.kind === 'simple' ? [set.expression] : set.sets.flat()) visitExpression(one, visitor)
  if (select.having) visitExpression(select.having, visitor)
}

function visitTable(table: TableExpression, visitor: Visitor): void {
  if (table.kind === 'derived') visitQuery(table.query, visitor)
  else if (table.kind === 'unnest') for (const item of table.items) visitExpression(item, visitor)
  else if (table.kind === 'join') {
    visitTable(table.left, visitor)
    visitTable(table.right, visitor)
    if (table.on) visitExpression(table.on, visitor)
  }
}

export function visitExpression(node: Expression, visitor: Visitor): void {
  visitor.expression?.(node)
  for (const child of children(node)) visitExpression(child, visitor)
  if (node.kind === 'in-query' || node.kind === 'exists' || node.kind === 'scalar-query' || node.kind === 'quantified')
    visitQuery(node.query, visitor)
}
