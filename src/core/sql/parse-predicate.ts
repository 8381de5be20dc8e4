/** Predicates: comparisons, BETWEEN, IN, LIKE, IS. */
import type { Cursor } from './cursor.ts'
import { binary, parseExpression, parseValue } from './parse-expression.ts'
import { parseQuery, startsQuery } from './parse-query.ts'
import type { BinaryOperator, Expression } from './tree.ts'

const comparisons: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

const foreignPredicates = ['ILIKE', 'SIMILAR', 'GLOB', 'RLIKE', 'REGEXP']

export function parsePredicate(cursor: Cursor): Expression {
  const start = cursor.peek().start
  const left = parseValue(cursor)
  const symbol = cursor.peek().kind === 'symbol' ? comparisons[cursor.peek().text] : undefined
  if (symbol) {
    if (cursor.isSymbol('=', 1) && cursor.isSymbol('=')) cursor.refuse('==', 'equality is a single =')
    cursor.next()
    return comparison(cursor, start, symbol, left)
  }
  const negated = cursor.isWord('NOT') && /^(BETWEEN|IN|LIKE|ILIKE|SIMILAR|GLOB|RLIKE)$/i.test(cursor.peek(1).text)
  if (negated) cursor.next()
  if (cursor.takeWord('BETWEEN')) {
    const low = parseValue(cursor)
    cursor.expectWord('AND')
    return { kind: 'between', operand: left, low, high: parseValue(cursor), negated, span: cursor.span(start) }
  }
  if (cursor.takeWord('IN')) return inPredicate(cursor, start, left, negated)
  if (cursor.takeWord('LIKE')) return likePredicate(cursor, start, left, negated)
  if (cursor.takeWord('IS')) return isPredicate(cursor, start, left)
  for (const word of foreignPredicates) {
    if (cursor.isWord(word))
      cursor.refuse(
        word,
        word === 'ILIKE'
          ? "Trino has no ILIKE; write lower(x) LIKE '…'"
          : 'it is not Trino; use regexp_like(x, pattern)',
      )
  }
  if (cursor.isWord('COLLATE')) cursor.refuse('COLLATE', 'it is not Trino')
  return left
}

function likePredicate(cursor: Cursor, start: number, operand: Expression, negated: boolean): Expression {
  if (cursor.isWord('ANY') || cursor.isWord('ALL'))
    cursor.refuse(`LIKE ${cursor.peek().text.toUpperCase()}`, 'it is not Trino; join several LIKE with OR')
  const pattern = parseValue(cursor)
  const escapedBy = cursor.clause(['ESCAPE'], () => parseValue(cursor))
  return { kind: 'like', operand, pattern, ...(escapedBy && { escape: escapedBy }), negated, span: cursor.span(start) }
}

function comparison(cursor: Cursor, start: number, operator: BinaryOperator, left: Expression): Expression {
  for (const word of ['ALL', 'ANY', 'SOME'] as const) {
    if (!cursor.isWord(word) || !cursor.isSymbol('(', 1)) continue
    cursor.next()
    const query = cursor.parenthesised(() => (startsQuery(cursor) ? parseQuery(cursor) : cursor.fail('a subquery')))
    const quantifier = word === 'ALL' ? 'ALL' : 'ANY'
    return { kind: 'quantified', operator, quantifier, left, query, span: cursor.span(start) }
  }
  return binary(cursor, start, operator, left, parseValue(cursor))
}

function inPredicate(cursor: Cursor, start: number, operand: Expression, negated: boolean): Expression {
  const { kind, text, ...place } = cursor.peek()
  if (kind === 'parameter') {
    cursor.next()
    const item: Expression = { kind: 'parameter', name: text, span: place }
    return { kind: 'in-list', operand, items: [item], negated, span: cursor.span(start) }
  }
  if (startsQuery(cursor, 1)) {
    const query = cursor.parenthesised(() => parseQuery(cursor))
    return { kind: 'in-query', operand, query, negated, span: cursor.span(start) }
  }
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    cursor.next()
    cursor.fail('at least one value')
  }
  const items = cursor.parenthesised(() => cursor.list(() => parseExpression(cursor)))
  return { kind: 'in-list', operand, items, negated, span: cursor.span(start) }
}

function isPredicate(cursor: Cursor, start: number, operand: Expression): Expression {
  const negated = cursor.takeWord('NOT')
  if (cursor.takeWord('NULL')) return { kind: 'is-null', operand, negated, span: cursor.span(start) }
  if (cursor.takeWord('DISTINCT')) {
    cursor.expectWord('FROM')
    const operator = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
    return binary(cursor, start, operator, operand, parseValue(cursor))
  }
  if (cursor.isWord('TRUE') || cursor.isWord('FALSE') || cursor.isWord('UNKNOWN') || cursor.isWord('JSON')) {
    cursor.refuse(
      `IS ${negated ? 'NOT ' : ''}${cursor.peek().text.toUpperCase()}`,
      'write the condition itself, or coalesce(x, false)',
    )
  }
  return cursor.fail('NULL or DISTINCT FROM')
}
