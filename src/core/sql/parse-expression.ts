/** Expressions, loosest first: OR, AND, NOT, predicates, ||, + -, * / %, sign, AT TIME ZONE, postfix (as `SqlBase.g4` binds them). */
import type { Cursor } from './cursor.ts'
import { plainCall } from './parse-call.ts'
import { parsePredicate } from './parse-predicate.ts'
import { parsePrimary } from './parse-primary.ts'
import type { BinaryOperator, Expression, SortItem } from './tree.ts'

export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => or(cursor))
}

/** What stands beside a comparison: everything that binds tighter than predicates, NOT, AND and OR. */
export function parseValue(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = additive(cursor)
  while (cursor.takeSymbol('||')) left = binary(cursor, start, '||', left, additive(cursor))
  return left
}

export function parseSortItems(cursor: Cursor): SortItem[] {
  if (cursor.isWord('ALL') && !cursor.isSymbol('.', 1))
    cursor.refuse('ORDER BY ALL', 'it is not Trino; name the columns')
  return cursor.list(() => {
    const start = cursor.peek().start
    const expression = parseExpression(cursor)
    const descending = cursor.takeOneOf('ASC', 'DESC') === 'DESC'
    const nulls = cursor.clause(['NULLS'], () => cursor.expectOneOf('FIRST', 'LAST'))
    return { expression, descending, ...(nulls && { nulls }), span: cursor.span(start) }
  })
}

export function binary(
  cursor: Cursor,
  start: number,
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression {
  return { kind: 'binary-op', operator, left, right, span: cursor.span(start) }
}

function or(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = and(cursor)
  while (cursor.takeWord('OR')) left = binary(cursor, start, 'OR', left, and(cursor))
  return left
}

function and(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = not(cursor)
  while (cursor.takeWord('AND')) left = binary(cursor, start, 'AND', left, not(cursor))
  return left
}

function not(cursor: Cursor): Expression {
  const start = cursor.peek().start
  if (!cursor.takeWord('NOT')) return parsePredicate(cursor)
  return cursor.nested(() => ({ kind: 'unary', operator: 'NOT', operand: not(cursor), span: cursor.span(start) }))
}

function additive(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = multiplicative(cursor)
  for (;;) {
    const operator = cursor.takeOneSymbol('+', '-')
    if (!operator) return left
    left = binary(cursor, start, operator, left, multiplicative(cursor))
  }
}

function multiplicative(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = unary(cursor)
  for (;;) {
    if (cursor.isSymbol('/') && cursor.isSymbol('/', 1))
      cursor.refuse('//', 'between whole numbers a single / already divides without remainder')
    const operator = cursor.takeOneSymbol('*', '/', '%')
    if (!operator) return left
    left = binary(cursor, start, operator, left, unary(cursor))
  }
}

function unary(cursor: Cursor): Expression {
  const start = cursor.peek().start
  const operator = cursor.takeOneSymbol('-', '+')
  if (operator)
    return cursor.nested(() => ({ kind: 'unary', operator, operand: unary(cursor), span: cursor.span(start) }))
  let value = postfix(cursor)
  while (cursor.takeWord('AT', 'TIME', 'ZONE'))
    value = plainCall('at_timezone', [value, postfix(cursor)], cursor.span(start))
  return value
}

function postfix(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let base = parsePrimary(cursor)
  for (;;) {
    if (cursor.takeSymbol('[')) {
      const index = parseExpression(cursor)
      if (cursor.isSymbol(':')) cursor.refuse('[from:to]', 'it is not Trino; use slice(array, start, length)')
      cursor.expectSymbol(']')
      base = { kind: 'subscript', base, index, span: cursor.span(start) }
    } else if (cursor.isSymbol('.') && !cursor.isSymbol('*', 1)) {
      cursor.next()
      // Trino demands quotes round reserved field names; the documented examples follow that.
      const field = cursor.identifier('a field name')
      base =
        base.kind === 'reference'
          ? { ...base, parts: [...base.parts, field], span: cursor.span(start) }
          : { kind: 'field', base, field, span: cursor.span(start) }
    } else if (cursor.isSymbol('::')) {
      cursor.refuse('::', 'it is not Trino; write CAST(x AS type)')
    } else if (cursor.isSymbol('->')) {
      cursor.refuse('->', "it is not Trino here; use json_extract_scalar(x, '$.path')")
    } else return base
  }
}
