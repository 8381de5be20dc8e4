/** A query: WITH, the body of SELECTs, VALUES and set operations, ORDER BY, OFFSET and LIMIT. */
import type { Cursor } from './cursor.ts'
import { parseExpression, parseSortItems } from './parse-expression.ts'
import { columnNames, parseSelect } from './parse-select.ts'
import type { CommonTable, Expression, Query, QueryBody } from './tree.ts'

export function parseQuery(cursor: Cursor): Query {
  return cursor.nested(() => {
    const start = cursor.peek().start
    const common = cursor.clause(['WITH'], () => commonTables(cursor, start)) ?? []
    const body = queryBody(cursor)
    const orderBy = cursor.clause(['ORDER', 'BY'], () => parseSortItems(cursor)) ?? []
    const offset = cursor.clause(['OFFSET'], () => rowCount(cursor))
    if (offset) cursor.takeOneOf('ROWS', 'ROW')
    const limit = parseLimit(cursor)
    return {
      with: common,
      body,
      orderBy,
      ...(offset && { offset }),
      ...(limit && { limit }),
      span: cursor.span(start),
    }
  })
}

/** Whether a query begins at the token `ahead`. */
export const startsQuery = (cursor: Cursor, ahead = 0): boolean => {
  const token = cursor.peek(ahead)
  return token.kind === 'word' && ['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(token.text.toUpperCase())
}

function parseLimit(cursor: Cursor): Expression | undefined {
  if (cursor.takeWord('LIMIT')) {
    const limit = cursor.takeWord('ALL') ? undefined : rowCount(cursor)
    if (cursor.isWord('OFFSET')) cursor.refuse('LIMIT before OFFSET', 'Trino wants OFFSET first: OFFSET n LIMIT m')
    return limit
  }
  return cursor.clause(['FETCH'], () => {
    cursor.expectOneOf('FIRST', 'NEXT')
    const limit = cursor.isWord('ROW') || cursor.isWord('ROWS') ? oneRow(cursor) : rowCount(cursor)
    cursor.expectOneOf('ROWS', 'ROW')
    if (cursor.isWord('WITH')) cursor.refuse('FETCH FIRST … WITH TIES', 'not proven equal on every engine')
    cursor.expectWord('ONLY')
    return limit
  })
}

function oneRow(cursor: Cursor): Expression {
  const { start } = cursor.peek()
  return { kind: 'number', form: 'integer', text: '1', span: { start, end: start } }
}

function rowCount(cursor: Cursor): Expression {
  const token = cursor.peek()
  if (token.kind === 'integer') {
    cursor.next()
    return { kind: 'number', form: 'integer', text: token.text, span: token }
  }
  if (token.kind === 'parameter') {
    cursor.next()
    return { kind: 'parameter', name: token.text, span: token }
  }
  return cursor.fail('a whole number of rows')
}

function commonTables(cursor: Cursor, start: number): CommonTable[] {
  if (cursor.takeWord('RECURSIVE'))
    cursor.refuse(
      'WITH RECURSIVE',
      'Trino stops at 10 rounds and other engines do not; join the table with itself',
      cursor.span(start),
    )
  return cursor.list(() => commonTable(cursor))
}

function commonTable(cursor: Cursor): CommonTable {
  const start = cursor.peek().start
  const name = cursor.identifier('a name for the WITH query')
  const columns = columnNames(cursor)
  cursor.expectWord('AS')
  if (cursor.isWord('MATERIALIZED') || cursor.isWord('NOT')) cursor.refuse('MATERIALIZED', 'it is not Trino')
  const query = cursor.parenthesised(() => parseQuery(cursor))
  return { name, columns, query, span: cursor.span(start) }
}

function queryBody(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  let left = intersection(cursor)
  for (;;) {
    const operator = cursor.takeOneOf('UNION', 'EXCEPT')
    if (!operator) return left
    left = {
      kind: 'set',
      operator,
      all: quantifier(cursor),
      left,
      right: intersection(cursor),
      span: cursor.span(start),
    }
  }
}

function intersection(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  let left = queryTerm(cursor)
  while (cursor.takeWord('INTERSECT')) {
    left = {
      kind: 'set',
      operator: 'INTERSECT',
      all: quantifier(cursor),
      left,
      right: queryTerm(cursor),
      span: cursor.span(start),
    }
  }
  return left
}

function quantifier(cursor: Cursor): boolean {
  if (cursor.takeWord('ALL')) return true
  cursor.takeWord('DISTINCT')
  if (cursor.isWord('CORRESPONDING') || cursor.isWord('BY', 'NAME'))
    cursor.refuse(cursor.peek().text.toUpperCase(), 'columns are matched by position')
  return false
}

function queryTerm(cursor: Cursor): QueryBody {
  const start = cursor.peek().start
  if (cursor.isSymbol('(')) {
    const query = cursor.parenthesised(() => parseQuery(cursor))
    return { kind: 'nested', query, span: cursor.span(start) }
  }
  if (cursor.takeWord('VALUES')) {
    const rows = cursor.list(() => {
      const expression = parseExpression(cursor)
      return expression.kind === 'row' ? expression.items : [expression]
    })
    return { kind: 'values', rows, span: cursor.span(start) }
  }
  if (cursor.isWord('TABLE')) cursor.refuse('TABLE', 'write SELECT * FROM …')
  cursor.expectWord('SELECT')
  return parseSelect(cursor, start)
}
