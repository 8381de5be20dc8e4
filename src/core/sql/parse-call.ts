/** Function calls with all that may follow one: DISTINCT, ORDER BY, FILTER, IGNORE NULLS, OVER. */
import type { Cursor } from './cursor.ts'
import { parseExpression, parseSortItems } from './parse-expression.ts'
import type { Call, Expression, Frame, FrameBound, SortItem, Span, WindowSpec } from './tree.ts'

/** A call as most are: a name and its arguments. */
export function plainCall(name: string, args: readonly Expression[], span: Span, nameSpan: Span = span): Call {
  return { kind: 'call', name, nameSpan, args, star: false, distinct: false, orderBy: [], ignoreNulls: false, span }
}

export function parseCall(cursor: Cursor, start: number): Call {
  const name = cursor.next()
  const inside = cursor.parenthesised(() => callArguments(cursor))
  if (cursor.isWord('WITHIN', 'GROUP')) cursor.refuse('WITHIN GROUP', 'only listagg has it')
  const suffix = callSuffix(cursor)
  return { ...plainCall(name.text.toLowerCase(), [], cursor.span(start), name), ...inside, ...suffix }
}

/** `listagg` alone has its order behind the parentheses. */
export function parseListagg(cursor: Cursor, start: number): Call {
  const name = cursor.next()
  const { args, distinct } = cursor.parenthesised(() => {
    const isDistinct = cursor.takeWord('DISTINCT')
    const list = cursor.list(() => parseExpression(cursor))
    if (cursor.isWord('ON')) cursor.refuse('listagg … ON OVERFLOW', 'not proven equal on every engine')
    return { args: list, distinct: isDistinct }
  })
  cursor.expectWord('WITHIN', 'GROUP')
  const orderBy = cursor.parenthesised(() => {
    cursor.expectWord('ORDER', 'BY')
    return parseSortItems(cursor)
  })
  const suffix = callSuffix(cursor)
  return { ...plainCall('listagg', args, cursor.span(start), name), distinct, orderBy, ...suffix }
}

function callArguments(cursor: Cursor): Pick<Call, 'args' | 'star' | 'distinct' | 'orderBy'> {
  if (cursor.takeSymbol('*')) return { args: [], star: true, distinct: false, orderBy: [] }
  if (cursor.isSymbol(')')) return { args: [], star: false, distinct: false, orderBy: [] }
  const distinct = cursor.takeOneOf('DISTINCT', 'ALL') === 'DISTINCT'
  const args = cursor.list(() => {
    const arg = parseExpression(cursor)
    if (cursor.isSymbol('=>')) cursor.refuse('named arguments (=>)', 'give the arguments by position')
    return arg
  })
  const orderBy: SortItem[] = cursor.clause(['ORDER', 'BY'], () => parseSortItems(cursor)) ?? []
  if (cursor.isWord('IGNORE', 'NULLS') || cursor.isWord('RESPECT', 'NULLS'))
    cursor.refuse('IGNORE NULLS inside the parentheses', 'Trino wants it after them')
  if (cursor.isWord('LIMIT')) cursor.refuse('LIMIT in an aggregate', 'it is not Trino')
  return { args, star: false, distinct, orderBy }
}

function callSuffix(cursor: Cursor): Pick<Call, 'filter' | 'over' | 'ignoreNulls'> {
  const filter = cursor.isWord('FILTER') && cursor.isSymbol('(', 1) ? filterClause(cursor) : undefined
  const ignoreNulls = cursor.takeWord('IGNORE', 'NULLS')
  if (!ignoreNulls) cursor.takeWord('RESPECT', 'NULLS')
  const over = cursor.clause(['OVER'], () => {
    if (!cursor.isSymbol('(')) cursor.refuse('a named window', 'write the window inside OVER (…)')
    return windowSpec(cursor)
  })
  return { ...(filter && { filter }), ...(over && { over }), ignoreNulls }
}

function filterClause(cursor: Cursor): Expression {
  cursor.next()
  return cursor.parenthesised(() => {
    cursor.expectWord('WHERE')
    return parseExpression(cursor)
  })
}

function windowSpec(cursor: Cursor): WindowSpec {
  const start = cursor.peek().start
  const parts = cursor.parenthesised(() => {
    const partitionBy = cursor.clause(['PARTITION', 'BY'], () => cursor.list(() => parseExpression(cursor))) ?? []
    const orderBy = cursor.clause(['ORDER', 'BY'], () => parseSortItems(cursor)) ?? []
    if (cursor.isWord('GROUPS')) cursor.refuse('GROUPS', 'not proven equal on every engine')
    const unit = cursor.takeOneOf('ROWS', 'RANGE')
    const frame = unit && parseFrame(cursor, unit)
    if (cursor.isWord('EXCLUDE')) cursor.refuse('EXCLUDE', 'it is not Trino')
    return { partitionBy, orderBy, ...(frame && { frame }) }
  })
  return { ...parts, span: cursor.span(start) }
}

function parseFrame(cursor: Cursor, unit: Frame['unit']): Frame {
  if (!cursor.takeWord('BETWEEN')) return { unit, start: frameBound(cursor) }
  const start = frameBound(cursor)
  cursor.expectWord('AND')
  return { unit, start, end: frameBound(cursor) }
}

function frameBound(cursor: Cursor): FrameBound {
  if (cursor.takeWord('UNBOUNDED')) return { kind: `UNBOUNDED ${cursor.expectOneOf('PRECEDING', 'FOLLOWING')}` }
  if (cursor.takeWord('CURRENT')) {
    cursor.expectWord('ROW')
    return { kind: 'CURRENT ROW' }
  }
  const value = parseExpression(cursor)
  return { kind: cursor.expectOneOf('PRECEDING', 'FOLLOWING'), value }
}
