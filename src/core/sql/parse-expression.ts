/** Expressions, loosest first: OR, AND, NOT, predicates, ||, + -, * / %, sign, AT TIME ZONE, postfix (as `SqlBase.g4` binds them). */
import { type Cursor, isReserved } from './cursor.ts'
import { parseQuery } from './parse.ts'
import { parseType } from './parse-type.ts'
import { SqlSyntaxError } from './tokenizer.ts'
import type {
  BinaryOperator,
  Call,
  Expression,
  Frame,
  FrameBound,
  Identifier,
  IntervalUnit,
  Lambda,
  SortItem,
  Span,
  WindowSpec,
} from './tree.ts'
import { type SqlType, types } from './types.ts'

export const parseExpression = (cursor: Cursor): Expression => cursor.nested(() => or(cursor))

export function parseSortItems(cursor: Cursor): SortItem[] {
  if (cursor.isWord('ALL') && !cursor.isSymbol('.', 1))
    cursor.refuse('ORDER BY ALL', 'it is not Trino; name the columns')
  return cursor.list(() => {
    const start = cursor.peek().start
    const expression = parseExpression(cursor)
    const descending = cursor.takeWord('DESC') || (cursor.takeWord('ASC'), false)
    const nulls = cursor.takeWord('NULLS')
      ? cursor.takeWord('FIRST')
        ? 'FIRST'
        : (cursor.expectWord('LAST'), 'LAST')
      : undefined
    return { expression, descending, ...(nulls && { nulls }), span: cursor.span(start) } as SortItem
  })
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
  if (cursor.takeWord('NOT'))
    return cursor.nested(() => ({ kind: 'unary', operator: 'NOT', operand: not(cursor), span: cursor.span(start) }))
  return predicate(cursor)
}

function binary(
  cursor: Cursor,
  start: number,
  operator: BinaryOperator,
  left: Expression,
  right: Expression,
): Expression {
  return { kind: 'binary-op', operator, left, right, span: cursor.span(start) }
}

const comparisons: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function predicate(cursor: Cursor): Expression {
  const start = cursor.peek().start
  const left = value(cursor)
  const symbol = cursor.peek().kind === 'symbol' ? comparisons[cursor.peek().text] : undefined
  if (symbol) {
    if (cursor.isSymbol('=', 1) && cursor.isSymbol('=')) cursor.refuse('==', 'equality is a single =')
    cursor.next()
    return comparison(cursor, start, symbol, left)
  }
  const negated = cursor.isWord('NOT') && /^(BETWEEN|IN|LIKE|ILIKE|SIMILAR|GLOB|RLIKE)$/i.test(cursor.peek(1).text)
  if (negated) cursor.next()
  if (cursor.takeWord('BETWEEN')) {
    const low = value(cursor)
    cursor.expectWord('AND')
    return { kind: 'between', operand: left, low, high: value(cursor), negated, span: cursor.span(start) }
  }
  if (cursor.takeWord('IN')) return inPredicate(cursor, start, left, negated)
  if (cursor.takeWord('LIKE')) return likePredicate(cursor, start, left, negated)
  if (cursor.takeWord('IS')) return isPredicate(cursor, start, left)
  for (const word of ['ILIKE', 'SIMILAR', 'GLOB', 'RLIKE', 'REGEXP']) {
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
  const pattern = value(cursor)
  const escaped = cursor.takeWord('ESCAPE') ? value(cursor) : undefined
  return { kind: 'like', operand, pattern, ...(escaped && { escape: escaped }), negated, span: cursor.span(start) }
}

function comparison(cursor: Cursor, start: number, operator: BinaryOperator, left: Expression): Expression {
  for (const word of ['ALL', 'ANY', 'SOME'] as const) {
    if (cursor.isWord(word) && cursor.isSymbol('(', 1)) {
      cursor.next()
      cursor.next()
      if (!cursor.isWord('SELECT') && !cursor.isWord('WITH') && !cursor.isWord('VALUES')) cursor.fail('a subquery')
      const query = parseQuery(cursor)
      cursor.expectSymbol(')')
      return {
        kind: 'quantified',
        operator,
        quantifier: word === 'ALL' ? 'ALL' : 'ANY',
        left,
        query,
        span: cursor.span(start),
      }
    }
  }
  return binary(cursor, start, operator, left, value(cursor))
}

function inPredicate(cursor: Cursor, start: number, operand: Expression, negated: boolean): Expression {
  if (cursor.peek().kind === 'parameter') {
    const token = cursor.next()
    return {
      kind: 'in-list',
      operand,
      items: [{ kind: 'parameter', name: token.text, span: token }],
      negated,
      span: cursor.span(start),
    }
  }
  cursor.expectSymbol('(')
  if (cursor.isWord('SELECT') || cursor.isWord('WITH') || cursor.isWord('VALUES')) {
    const query = parseQuery(cursor)
    cursor.expectSymbol(')')
    return { kind: 'in-query', operand, query, negated, span: cursor.span(start) }
  }
  if (cursor.isSymbol(')')) cursor.fail('at least one value')
  const items = cursor.list(() => parseExpression(cursor))
  cursor.expectSymbol(')')
  return { kind: 'in-list', operand, items, negated, span: cursor.span(start) }
}

function isPredicate(cursor: Cursor, start: number, operand: Expression): Expression {
  const negated = cursor.takeWord('NOT')
  if (cursor.takeWord('NULL')) return { kind: 'is-null', operand, negated, span: cursor.span(start) }
  if (cursor.takeWord('DISTINCT')) {
    cursor.expectWord('FROM')
    return binary(cursor, start, negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM', operand, value(cursor))
  }
  if (cursor.isWord('TRUE') || cursor.isWord('FALSE') || cursor.isWord('UNKNOWN') || cursor.isWord('JSON')) {
    cursor.refuse(
      `IS ${negated ? 'NOT ' : ''}${cursor.peek().text.toUpperCase()}`,
      'write the condition itself, or coalesce(x, false)',
    )
  }
  return cursor.fail('NULL or DISTINCT FROM')
}

function value(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = additive(cursor)
  while (cursor.takeSymbol('||')) left = binary(cursor, start, '||', left, additive(cursor))
  return left
}

function additive(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = multiplicative(cursor)
  for (;;) {
    const operator = cursor.isSymbol('+') ? '+' : cursor.isSymbol('-') ? '-' : undefined
    if (!operator) return left
    cursor.next()
    left = binary(cursor, start, operator, left, multiplicative(cursor))
  }
}

function multiplicative(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let left = unary(cursor)
  for (;;) {
    const operator = cursor.isSymbol('*') ? '*' : cursor.isSymbol('/') ? '/' : cursor.isSymbol('%') ? '%' : undefined
    if (!operator) return left
    if (operator === '/' && cursor.isSymbol('/', 1))
      cursor.refuse('//', 'between whole numbers a single / already divides without remainder')
    cursor.next()
    left = binary(cursor, start, operator, left, unary(cursor))
  }
}

function unary(cursor: Cursor): Expression {
  const start = cursor.peek().start
  const operator = cursor.takeSymbol('-') ? '-' : cursor.takeSymbol('+') ? '+' : undefined
  if (operator)
    return cursor.nested(() => ({ kind: 'unary', operator, operand: unary(cursor), span: cursor.span(start) }))
  let value = postfix(cursor)
  while (cursor.isWord('AT')) {
    if (!cursor.isWord('AT', 'TIME', 'ZONE')) break
    cursor.next()
    cursor.next()
    cursor.next()
    value = call('at_timezone', [value, postfix(cursor)], cursor.span(start))
  }
  return value
}

function postfix(cursor: Cursor): Expression {
  const start = cursor.peek().start
  let base = primary(cursor)
  for (;;) {
    if (cursor.takeSymbol('[')) {
      const index = parseExpression(cursor)
      if (cursor.isSymbol(':')) cursor.refuse('[from:to]', 'it is not Trino; use slice(array, start, length)')
      cursor.expectSymbol(']')
      base = { kind: 'subscript', base, index, span: cursor.span(start) }
    } else if (cursor.isSymbol('.') && !cursor.isSymbol('*', 1)) {
      cursor.next()
      const field = fieldName(cursor)
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

/** Trino demands quotes round reserved field names; the documented examples follow that. */
function fieldName(cursor: Cursor): Identifier {
  return cursor.identifier('a field name')
}

export function call(name: string, args: readonly Expression[], span: Span, nameSpan: Span = span): Call {
  return { kind: 'call', name, nameSpan, args, star: false, distinct: false, orderBy: [], ignoreNulls: false, span }
}

function primary(cursor: Cursor): Expression {
  const token = cursor.peek()
  const { start } = token
  switch (token.kind) {
    case 'string':
      cursor.next()
      return { kind: 'string', value: token.text, span: token }
    case 'binary':
      cursor.next()
      return { kind: 'binary', hex: token.text, span: token }
    case 'integer':
    case 'decimal':
    case 'double':
      cursor.next()
      return { kind: 'number', form: token.kind, text: token.text, span: token }
    case 'parameter':
      cursor.next()
      return { kind: 'parameter', name: token.text, span: token }
    case 'quoted':
      if (cursor.isSymbol('->', 1)) return tryLambda(cursor, start)!
      return { kind: 'reference', parts: [cursor.identifier()], span: token }
    case 'symbol':
      return symbolPrimary(cursor, start)
    case 'end':
      return cursor.fail('an expression')
    case 'word':
      return wordPrimary(cursor, start)
  }
}

function symbolPrimary(cursor: Cursor, start: number): Expression {
  if (cursor.isSymbol('?')) throw new SqlSyntaxError('SQL_POSITIONAL_PARAMETER', { found: '?' }, cursor.peek())
  if (cursor.isSymbol('$') || cursor.isSymbol('@') || cursor.isSymbol('{'))
    throw new SqlSyntaxError('SQL_POSITIONAL_PARAMETER', { found: cursor.peek().text }, cursor.peek())
  if (!cursor.isSymbol('(')) return cursor.fail('an expression')
  const lambda = tryLambda(cursor, start)
  if (lambda) return lambda
  cursor.next()
  if (cursor.isWord('SELECT') || cursor.isWord('WITH') || cursor.isWord('VALUES')) {
    const query = parseQuery(cursor)
    cursor.expectSymbol(')')
    return { kind: 'scalar-query', query, span: cursor.span(start) }
  }
  const items = cursor.list(() => parseExpression(cursor))
  cursor.expectSymbol(')')
  return items.length === 1 ? items[0]! : { kind: 'row', items, span: cursor.span(start) }
}

function tryLambda(cursor: Cursor, start: number): Lambda | undefined {
  const mark = cursor.mark
  const parameters: Identifier[] = []
  if (cursor.takeSymbol('(')) {
    if (!cursor.isSymbol(')')) {
      do {
        if (!cursor.isIdentifier()) return (cursor.reset(mark), undefined)
        parameters.push(cursor.identifier())
      } while (cursor.takeSymbol(','))
    }
    if (!cursor.takeSymbol(')')) return (cursor.reset(mark), undefined)
  } else {
    parameters.push(cursor.identifier())
  }
  if (!cursor.takeSymbol('->')) return (cursor.reset(mark), undefined)
  return { kind: 'lambda', parameters, body: parseExpression(cursor), span: cursor.span(start) }
}

/** Forms that begin with a word and are no plain name or call; the key is the word. */
const forms: Readonly<Record<string, (cursor: Cursor, start: number) => Expression | undefined>> = {
  NULL: (c, s) => (c.next(), { kind: 'null', span: c.span(s) }),
  TRUE: (c, s) => (c.next(), { kind: 'boolean', value: true, span: c.span(s) }),
  FALSE: (c, s) => (c.next(), { kind: 'boolean', value: false, span: c.span(s) }),
  CASE: caseExpression,
  CAST: (c, s) => castExpression(c, s, false),
  TRY_CAST: (c, s) => (c.isSymbol('(', 1) ? castExpression(c, s, true) : undefined),
  EXISTS: (c, s) => {
    c.next()
    c.expectSymbol('(')
    const query = parseQuery(c)
    c.expectSymbol(')')
    return { kind: 'exists', query, span: c.span(s) }
  },
  ARRAY: (c, s) => {
    if (!c.isSymbol('[', 1)) return undefined
    c.next()
    c.next()
    const items = c.isSymbol(']') ? [] : c.list(() => parseExpression(c))
    c.expectSymbol(']')
    return { kind: 'array', items, span: c.span(s) }
  },
  ROW: (c, s) => {
    if (!c.isSymbol('(', 1)) return undefined
    c.next()
    c.next()
    const items = c.list(() => parseExpression(c))
    c.expectSymbol(')')
    return { kind: 'row', items, span: c.span(s) }
  },
  INTERVAL: (c, s) =>
    c.peek(1).kind === 'string' || ((c.isSymbol('-', 1) || c.isSymbol('+', 1)) && c.peek(2).kind === 'string')
      ? interval(c, s)
      : refuseInterval(c),
  DATE: (c, s) => dateTime(c, s, 'date'),
  TIMESTAMP: (c, s) => dateTime(c, s, 'timestamp'),
  TIME: (c) => (c.peek(1).kind === 'string' ? c.refuse('TIME', 'the portable language has no type time') : undefined),
  DECIMAL: (c, s) => {
    if (c.peek(1).kind !== 'string') return undefined
    c.next()
    return { kind: 'number', form: 'decimal', text: c.next().text, span: c.span(s) }
  },
  IPADDRESS: (c) =>
    c.peek(1).kind === 'string' ? c.refuse('IPADDRESS', 'no other engine has the type; compare text') : undefined,
  EXTRACT: (c, s) => {
    c.next()
    c.expectSymbol('(')
    const unit = c.next()
    c.expectWord('FROM')
    const operand = parseExpression(c)
    c.expectSymbol(')')
    return call(extractFunction(c, unit.text, unit), [operand], c.span(s), unit)
  },
  POSITION: (c, s) => {
    if (!c.isSymbol('(', 1)) return undefined
    const name = c.next()
    c.next()
    const needle = parseValue(c)
    c.expectWord('IN')
    const haystack = parseValue(c)
    c.expectSymbol(')')
    return call('strpos', [haystack, needle], c.span(s), name)
  },
  TRIM: trim,
  SUBSTRING: (c, s) => {
    if (!c.isSymbol('(', 1)) return undefined
    const name = c.next()
    c.next()
    const args = [parseExpression(c)]
    if (c.takeWord('FROM')) {
      args.push(parseExpression(c))
      if (c.takeWord('FOR')) args.push(parseExpression(c))
    } else while (c.takeSymbol(',')) args.push(parseExpression(c))
    c.expectSymbol(')')
    return call('substr', args, c.span(s), name)
  },
  NORMALIZE: (c) => c.refuse('normalize', 'not proven equal on every engine'),
  CURRENT_DATE: (c, s) => (c.next(), call('current_date', [], c.span(s))),
  CURRENT_TIMESTAMP: (c, s) => (c.next(), refusePrecision(c), call('now', [], c.span(s))),
  CURRENT_TIME: (c) => c.refuse('CURRENT_TIME', 'the portable language has no type time'),
  LOCALTIME: (c) => c.refuse('LOCALTIME', 'the portable language has no type time'),
  LOCALTIMESTAMP: (c) => c.refuse('LOCALTIMESTAMP', 'it depends on the session; use current_timestamp'),
  CURRENT_USER: (c) => c.refuse('CURRENT_USER', 'it tells about the engine, not about the logs'),
  CURRENT_CATALOG: (c) => c.refuse('CURRENT_CATALOG', 'it tells about the engine, not about the logs'),
  CURRENT_SCHEMA: (c) => c.refuse('CURRENT_SCHEMA', 'it tells about the engine, not about the logs'),
  JSON_VALUE: (c) => c.refuse('json_value', "paths in lax mode are not proven; use json_extract_scalar(x, '$.path')"),
  JSON_QUERY: (c) => c.refuse('json_query', "paths in lax mode are not proven; use json_extract(x, '$.path')"),
  JSON_EXISTS: (c) =>
    c.refuse('json_exists', "paths in lax mode are not proven; use json_extract(x, '$.path') IS NOT NULL"),
  JSON_OBJECT: (c) => c.refuse('json_object', 'not proven; build text or a ROW and cast it'),
  JSON_ARRAY: (c) => c.refuse('json_array', 'not proven; build an ARRAY and cast it'),
  GROUPING: (c, s) => (c.isSymbol('(', 1) ? functionCall(c, s) : undefined),
  LISTAGG: listagg,
}

const parseValue = (cursor: Cursor): Expression => cursor.nested(() => value(cursor))

function wordPrimary(cursor: Cursor, start: number): Expression {
  const word = cursor.peek().text.toUpperCase()
  const form = Object.hasOwn(forms, word) ? forms[word]!(cursor, start) : undefined
  if (form) return form
  if (isReserved(word)) return cursor.fail('an expression')
  if (cursor.isSymbol('(', 1)) return functionCall(cursor, start)
  if (cursor.peek(1).kind === 'string') return typedLiteral(cursor, start, word)
  if (cursor.isSymbol('->', 1)) return tryLambda(cursor, start)!
  return { kind: 'reference', parts: [cursor.identifier()], span: cursor.span(start) }
}

const literalTypes: Readonly<Record<string, SqlType>> = {
  TINYINT: types.tinyint,
  SMALLINT: types.smallint,
  INTEGER: types.integer,
  INT: types.integer,
  BIGINT: types.bigint,
  DOUBLE: types.double,
  BOOLEAN: types.boolean,
  VARCHAR: types.varchar,
}

/** `BIGINT '12'` and its like are casts of text. */
function typedLiteral(cursor: Cursor, start: number, word: string): Expression {
  const target = Object.hasOwn(literalTypes, word) ? literalTypes[word] : undefined
  if (!target && word !== 'JSON') cursor.refuse(`the literal ${word} '…'`, 'write CAST(… AS type)')
  cursor.next()
  const token = cursor.next()
  const operand: Expression = { kind: 'string', value: token.text, span: token }
  return target
    ? { kind: 'cast', operand, target, safe: false, span: cursor.span(start) }
    : call('json_parse', [operand], cursor.span(start))
}

function functionCall(cursor: Cursor, start: number): Expression {
  const name = cursor.next()
  cursor.next()
  let star = false
  let distinct = false
  let args: Expression[] = []
  let orderBy: SortItem[] = []
  if (cursor.takeSymbol('*')) star = true
  else if (!cursor.isSymbol(')')) {
    distinct = cursor.takeWord('DISTINCT')
    if (!distinct) cursor.takeWord('ALL')
    args = cursor.list(() => {
      const arg = parseExpression(cursor)
      if (cursor.isSymbol('=>')) cursor.refuse('named arguments (=>)', 'give the arguments by position')
      return arg
    })
    if (cursor.takeWord('ORDER')) {
      cursor.expectWord('BY')
      orderBy = parseSortItems(cursor)
    }
    if (cursor.isWord('IGNORE', 'NULLS') || cursor.isWord('RESPECT', 'NULLS'))
      cursor.refuse('IGNORE NULLS inside the parentheses', 'Trino wants it after them')
    if (cursor.isWord('LIMIT')) cursor.refuse('LIMIT in an aggregate', 'it is not Trino')
  }
  cursor.expectSymbol(')')
  if (cursor.isWord('WITHIN', 'GROUP')) cursor.refuse('WITHIN GROUP', 'only listagg has it')
  return {
    ...call(name.text.toLowerCase(), args, cursor.span(start), name),
    star,
    distinct,
    orderBy,
    ...callSuffix(cursor),
    span: cursor.span(start),
  }
}

function callSuffix(cursor: Cursor): Pick<Call, 'filter' | 'over' | 'ignoreNulls'> {
  let filter: Expression | undefined
  if (cursor.isWord('FILTER') && cursor.isSymbol('(', 1)) {
    cursor.next()
    cursor.next()
    cursor.expectWord('WHERE')
    filter = parseExpression(cursor)
    cursor.expectSymbol(')')
  }
  const ignoreNulls = cursor.takeWord('IGNORE', 'NULLS')
  if (!ignoreNulls) cursor.takeWord('RESPECT', 'NULLS')
  let over: WindowSpec | undefined
  if (cursor.takeWord('OVER')) {
    if (!cursor.isSymbol('(')) cursor.refuse('a named window', 'write the window inside OVER (…)')
    over = windowSpec(cursor)
  }
  return { ...(filter && { filter }), ...(over && { over }), ignoreNulls }
}

function windowSpec(cursor: Cursor): WindowSpec {
  const start = cursor.peek().start
  cursor.expectSymbol('(')
  const partitionBy = cursor.takeWord('PARTITION')
    ? (cursor.expectWord('BY'), cursor.list(() => parseExpression(cursor)))
    : []
  const orderBy = cursor.takeWord('ORDER') ? (cursor.expectWord('BY'), parseSortItems(cursor)) : []
  if (cursor.isWord('GROUPS')) cursor.refuse('GROUPS', 'not proven equal on every engine')
  const unit = cursor.takeWord('ROWS') ? 'ROWS' : cursor.takeWord('RANGE') ? 'RANGE' : undefined
  let frame: Frame | undefined
  if (unit) {
    if (cursor.takeWord('BETWEEN')) {
      const low = frameBound(cursor)
      cursor.expectWord('AND')
      frame = { unit, start: low, end: frameBound(cursor) }
    } else frame = { unit, start: frameBound(cursor) }
  }
  if (cursor.isWord('EXCLUDE')) cursor.refuse('EXCLUDE', 'it is not Trino')
  cursor.expectSymbol(')')
  return { partitionBy, orderBy, ...(frame && { frame }), span: cursor.span(start) }
}

function frameBound(cursor: Cursor): FrameBound {
  if (cursor.takeWord('UNBOUNDED'))
    return cursor.takeWord('PRECEDING')
      ? { kind: 'UNBOUNDED PRECEDING' }
      : (cursor.expectWord('FOLLOWING'), { kind: 'UNBOUNDED FOLLOWING' })
  if (cursor.takeWord('CURRENT')) return (cursor.expectWord('ROW'), { kind: 'CURRENT ROW' })
  const value = parseExpression(cursor)
  return cursor.takeWord('PRECEDING')
    ? { kind: 'PRECEDING', value }
    : (cursor.expectWord('FOLLOWING'), { kind: 'FOLLOWING', value })
}

function caseExpression(cursor: Cursor, start: number): Expression {
  cursor.next()
  const operand = cursor.isWord('WHEN') ? undefined : parseExpression(cursor)
  const branches: { when: Expression; then: Expression }[] = []
  while (cursor.takeWord('WHEN')) {
    const when = parseExpression(cursor)
    cursor.expectWord('THEN')
    branches.push({ when, then: parseExpression(cursor) })
  }
  if (branches.length === 0) cursor.fail('WHEN')
  const otherwise = cursor.takeWord('ELSE') ? parseExpression(cursor) : undefined
  cursor.expectWord('END')
  return {
    kind: 'case',
    ...(operand && { operand }),
    branches,
    ...(otherwise && { otherwise }),
    span: cursor.span(start),
  }
}

function castExpression(cursor: Cursor, start: number, safe: boolean): Expression {
  cursor.next()
  cursor.expectSymbol('(')
  const operand = parseExpression(cursor)
  cursor.expectWord('AS')
  const target = parseType(cursor)
  cursor.expectSymbol(')')
  return { kind: 'cast', operand, target, safe, span: cursor.span(start) }
}

function refuseInterval(cursor: Cursor): undefined {
  if (cursor.peek(1).kind === 'integer') cursor.refuse('INTERVAL without quotes', "write INTERVAL '7' DAY")
  return undefined
}

const intervalUnits: readonly IntervalUnit[] = ['second', 'minute', 'hour', 'day', 'month', 'year']

function interval(cursor: Cursor, start: number): Expression {
  cursor.next()
  const negative = cursor.takeSymbol('-') || (cursor.takeSymbol('+'), false)
  const value = cursor.next()
  const unitToken = cursor.peek()
  const unit = intervalUnits.find((u) => u.toUpperCase() === unitToken.text.toUpperCase())
  if (!unit) {
    if (/^\s*-?\d+\s+[a-z]+\s*$/i.test(value.text))
      cursor.refuse(`INTERVAL '${value.text}'`, "the unit stands outside the quotes: INTERVAL '7' DAY", value)
    if (/^WEEK|S$/i.test(unitToken.text))
      cursor.refuse(`the unit ${unitToken.text.toUpperCase()}`, 'Trino has SECOND, MINUTE, HOUR, DAY, MONTH and YEAR')
    return cursor.fail('SECOND, MINUTE, HOUR, DAY, MONTH or YEAR')
  }
  cursor.next()
  if (cursor.isWord('TO')) cursor.refuse('INTERVAL … TO …', 'add single intervals instead')
  if (!/^\s*-?\d+(\.\d+)?\s*$/.test(value.text) || (value.text.includes('.') && unit !== 'second')) {
    throw new SqlSyntaxError(
      'SQL_LITERAL',
      { literal: `INTERVAL '${value.text}'`, reason: `it is no number of ${unit}s` },
      value,
    )
  }
  return { kind: 'interval', text: value.text.trim(), negative, unit, span: cursor.span(start) }
}

function dateTime(cursor: Cursor, start: number, form: 'date' | 'timestamp'): Expression | undefined {
  if (cursor.peek(1).kind !== 'string') {
    if (form === 'timestamp' && cursor.isWord('TIMESTAMP', 'WITH')) cursor.fail('a quoted time')
    return undefined
  }
  cursor.next()
  const token = cursor.next()
  return { kind: 'datetime', form, text: token.text, span: cursor.span(start) }
}

const extractFunctions: Readonly<Record<string, string>> = {
  YEAR: 'year',
  QUARTER: 'quarter',
  MONTH: 'month',
  WEEK: 'week',
  DAY: 'day',
  DAY_OF_MONTH: 'day_of_month',
  DAY_OF_WEEK: 'day_of_week',
  DOW: 'day_of_week',
  DAY_OF_YEAR: 'day_of_year',
  DOY: 'day_of_year',
  HOUR: 'hour',
  MINUTE: 'minute',
  SECOND: 'second',
  YEAR_OF_WEEK: 'year_of_week',
  YOW: 'year_of_week',
}

function extractFunction(cursor: Cursor, unit: string, span: Span): string {
  const name = extractFunctions[unit.toUpperCase()]
  return name ?? cursor.refuse(`extract(${unit} …)`, `Trino knows ${Object.keys(extractFunctions).join(', ')}`, span)
}

function trim(cursor: Cursor, start: number): Expression | undefined {
  if (!cursor.isSymbol('(', 1)) return undefined
  const name = cursor.next()
  cursor.next()
  const side = cursor.takeWord('LEADING')
    ? 'ltrim'
    : cursor.takeWord('TRAILING')
      ? 'rtrim'
      : (cursor.takeWord('BOTH'), 'trim')
  const args: Expression[] = []
  if (!cursor.takeWord('FROM')) {
    const first = parseExpression(cursor)
    if (cursor.takeWord('FROM')) args.push(parseExpression(cursor), first)
    else {
      args.push(first)
      if (cursor.takeSymbol(',')) args.push(parseExpression(cursor))
    }
  } else args.push(parseExpression(cursor))
  cursor.expectSymbol(')')
  return call(side, args, cursor.span(start), name)
}

function listagg(cursor: Cursor, start: number): Expression {
  const name = cursor.next()
  cursor.expectSymbol('(')
  const distinct = cursor.takeWord('DISTINCT')
  const args = cursor.list(() => parseExpression(cursor))
  if (cursor.isWord('ON')) cursor.refuse('listagg … ON OVERFLOW', 'not proven equal on every engine')
  cursor.expectSymbol(')')
  cursor.expectWord('WITHIN', 'GROUP')
  cursor.expectSymbol('(')
  cursor.expectWord('ORDER', 'BY')
  const orderBy = parseSortItems(cursor)
  cursor.expectSymbol(')')
  return {
    ...call('listagg', args, cursor.span(start), name),
    distinct,
    orderBy,
    ...callSuffix(cursor),
    span: cursor.span(start),
  }
}

function refusePrecision(cursor: Cursor): void {
  if (cursor.isSymbol('(')) cursor.refuse('current_timestamp(p)', 'times have milliseconds; write current_timestamp')
}
