/** One SELECT: its columns, FROM, WHERE, GROUP BY and HAVING. */
import type { Cursor } from './cursor.ts'
import { parseExpression } from './parse-expression.ts'
import { parseFrom } from './parse-from.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type { Expression, GroupBy, GroupingElement, Identifier, Select, SelectItem } from './tree.ts'

/** @param start where the word SELECT stood, which is taken already */
export function parseSelect(cursor: Cursor, start: number): Select {
  const distinct = cursor.takeOneOf('DISTINCT', 'ALL') === 'DISTINCT'
  if (distinct && cursor.isWord('ON')) cursor.refuse('DISTINCT ON', 'it is not Trino; use row_number() in a subquery')
  const items = cursor.list(() => selectItem(cursor))
  const from = cursor.clause(['FROM'], () => cursor.list(() => parseFrom(cursor))) ?? []
  const where = cursor.clause(['WHERE'], () => parseExpression(cursor))
  const groupBy = cursor.isWord('GROUP') ? grouping(cursor) : undefined
  const having = cursor.clause(['HAVING'], () => parseExpression(cursor))
  if (cursor.isWord('WINDOW') || cursor.isWord('QUALIFY')) refuseKnownClause(cursor)
  return {
    kind: 'select',
    distinct,
    items,
    from,
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    span: cursor.span(start),
  }
}

/** Names the clause that stands where a query should end. */
export function refuseKnownClause(cursor: Cursor): never {
  if (cursor.isWord('QUALIFY'))
    cursor.refuse('QUALIFY', 'neither Trino nor Athena has it; filter the window function in an outer SELECT')
  if (cursor.isWord('INTO')) cursor.refuse('SELECT INTO', 'a query only reads')
  if (cursor.isWord('FOR')) cursor.refuse('FOR', 'time travel and locks are not part of the portable language')
  if (cursor.isWord('WINDOW')) cursor.refuse('WINDOW', 'named windows are not proven; write the window inside OVER (…)')
  cursor.fail('the end of the query')
}

/** `(a, b, …)` where a name may have one; none is an empty list. */
export function columnNames(cursor: Cursor): Identifier[] {
  return cursor.isSymbol('(') ? cursor.parenthesised(() => cursor.list(() => cursor.identifier('a column name'))) : []
}

function selectItem(cursor: Cursor): SelectItem {
  const start = cursor.peek().start
  if (cursor.takeSymbol('*')) {
    const suffix = cursor.isWord('EXCLUDE') || cursor.isWord('REPLACE')
    if (suffix || (cursor.isWord('EXCEPT') && cursor.isSymbol('(', 1)))
      cursor.refuse(`* ${cursor.peek().text.toUpperCase()}`, 'it is not Trino; name the columns')
    return { kind: 'star', span: cursor.span(start) }
  }
  if (cursor.isIdentifier() && cursor.isSymbol('.', 1) && cursor.isSymbol('*', 2)) {
    const qualifier = cursor.identifier()
    cursor.skip(2)
    return { kind: 'star', qualifier, span: cursor.span(start) }
  }
  const expression = parseExpression(cursor)
  if (cursor.isSymbol('.') && cursor.isSymbol('*', 1)) cursor.refuse('.* of an expression', 'name the fields you want')
  const alias = columnAlias(cursor)
  return { kind: 'expression', expression, ...(alias && { alias }), span: cursor.span(start) }
}

function columnAlias(cursor: Cursor): Identifier | undefined {
  if (!cursor.takeWord('AS')) return cursor.isAlias() ? cursor.identifier() : undefined
  const token = cursor.peek()
  if (token.kind === 'string')
    throw new SqlSyntaxError('SQL_QUOTED_ALIAS', { name: token.text }, token, `"${token.text.replaceAll('"', '""')}"`)
  return cursor.identifier('a column name')
}

function grouping(cursor: Cursor): GroupBy {
  const start = cursor.peek().start
  cursor.expectWord('GROUP', 'BY')
  if (cursor.isWord('ALL') || cursor.isWord('AUTO'))
    cursor.refuse(
      `GROUP BY ${cursor.peek().text.toUpperCase()}`,
      'engines mean different things by it; name the columns',
    )
  cursor.takeWord('DISTINCT')
  return { sets: cursor.list(() => groupingElement(cursor)), span: cursor.span(start) }
}

function groupingElement(cursor: Cursor): GroupingElement {
  const start = cursor.peek().start
  const kind = groupingKind(cursor)
  if (!kind) return { kind: 'simple', expression: parseExpression(cursor) }
  const sets = cursor.parenthesised(() => cursor.list(() => groupingSet(cursor)))
  return { kind, sets, span: cursor.span(start) }
}

function groupingKind(cursor: Cursor): 'rollup' | 'cube' | 'sets' | undefined {
  if (cursor.takeWord('ROLLUP')) return 'rollup'
  if (cursor.takeWord('CUBE')) return 'cube'
  return cursor.takeWord('GROUPING', 'SETS') ? 'sets' : undefined
}

function groupingSet(cursor: Cursor): readonly Expression[] {
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    cursor.skip(2)
    return []
  }
  const expression = parseExpression(cursor)
  return expression.kind === 'row' ? expression.items : [expression]
}
