/** Forms that begin with a word and are no plain name or call: CASE, CAST, EXISTS, EXTRACT, TRIM, CURRENT_DATE and so on. */
import type { Cursor } from './cursor.ts'
import { parseCall, parseListagg, plainCall } from './parse-call.ts'
import { parseExpression, parseValue } from './parse-expression.ts'
import { dateTimeLiteral, decimalLiteral, intervalLiteral } from './parse-literals.ts'
import { parseQuery } from './parse-query.ts'
import { parseType } from './parse-type.ts'
import type { CaseBranch, Expression, Span } from './tree.ts'

/** The form that begins here, or undefined when the word is a name after all. */
export function wordForm(cursor: Cursor, start: number): Expression | undefined {
  const word = cursor.peek().text.toUpperCase()
  if (Object.hasOwn(refusedWords, word)) cursor.refuse(...refusedWords[word]!)
  return Object.hasOwn(forms, word) ? forms[word]!(cursor, start) : undefined
}

type Form = (cursor: Cursor, start: number) => Expression | undefined

const engineNotLogs = 'it tells about the engine, not about the logs'
const noTimeType = 'the portable language has no type time'

/** Reserved words that Trino reads as values: what is refused, and why. */
const refusedWords: Readonly<Record<string, readonly [construct: string, reason: string]>> = {
  CURRENT_TIME: ['CURRENT_TIME', noTimeType],
  LOCALTIME: ['LOCALTIME', noTimeType],
  LOCALTIMESTAMP: ['LOCALTIMESTAMP', 'it depends on the session; use current_timestamp'],
  CURRENT_USER: ['CURRENT_USER', engineNotLogs],
  CURRENT_CATALOG: ['CURRENT_CATALOG', engineNotLogs],
  CURRENT_SCHEMA: ['CURRENT_SCHEMA', engineNotLogs],
  NORMALIZE: ['normalize', 'not proven equal on every engine'],
  JSON_VALUE: ['json_value', "paths in lax mode are not proven; use json_extract_scalar(x, '$.path')"],
  JSON_QUERY: ['json_query', "paths in lax mode are not proven; use json_extract(x, '$.path')"],
  JSON_EXISTS: ['json_exists', "paths in lax mode are not proven; use json_extract(x, '$.path') IS NOT NULL"],
  JSON_OBJECT: ['json_object', 'not proven; build text or a ROW and cast it'],
  JSON_ARRAY: ['json_array', 'not proven; build an ARRAY and cast it'],
}

const forms: Readonly<Record<string, Form>> = {
  NULL: (cursor, start) => {
    cursor.next()
    return { kind: 'null', span: cursor.span(start) }
  },
  TRUE: truth,
  FALSE: truth,
  CASE: caseExpression,
  CAST: (cursor, start) => castExpression(cursor, start, false),
  TRY_CAST: (cursor, start) => (cursor.isSymbol('(', 1) ? castExpression(cursor, start, true) : undefined),
  EXISTS: (cursor, start) => {
    cursor.next()
    const query = cursor.parenthesised(() => parseQuery(cursor))
    return { kind: 'exists', query, span: cursor.span(start) }
  },
  ARRAY: arrayLiteral,
  ROW: (cursor, start) => {
    if (!cursor.isSymbol('(', 1)) return undefined
    cursor.next()
    const items = cursor.parenthesised(() => cursor.list(() => parseExpression(cursor)))
    return { kind: 'row', items, span: cursor.span(start) }
  },
  INTERVAL: intervalLiteral,
  DATE: (cursor, start) => dateTimeLiteral(cursor, start, 'date'),
  TIMESTAMP: (cursor, start) => dateTimeLiteral(cursor, start, 'timestamp'),
  DECIMAL: decimalLiteral,
  TIME: (cursor) => (cursor.peek(1).kind === 'string' ? cursor.refuse('TIME', noTimeType) : undefined),
  IPADDRESS: (cursor) =>
    cursor.peek(1).kind === 'string'
      ? cursor.refuse('IPADDRESS', 'no other engine has the type; compare text')
      : undefined,
  EXTRACT: extract,
  POSITION: position,
  TRIM: trim,
  SUBSTRING: substring,
  CURRENT_DATE: (cursor, start) => {
    cursor.next()
    return plainCall('current_date', [], cursor.span(start))
  },
  CURRENT_TIMESTAMP: (cursor, start) => {
    cursor.next()
    if (cursor.isSymbol('(')) cursor.refuse('current_timestamp(p)', 'times have milliseconds; write current_timestamp')
    return plainCall('now', [], cursor.span(start))
  },
  GROUPING: (cursor, start) => (cursor.isSymbol('(', 1) ? parseCall(cursor, start) : undefined),
  LISTAGG: parseListagg,
}

function truth(cursor: Cursor, start: number): Expression {
  const value = cursor.next().text.toUpperCase() === 'TRUE'
  return { kind: 'boolean', value, span: cursor.span(start) }
}

function arrayLiteral(cursor: Cursor, start: number): Expression | undefined {
  if (!cursor.isSymbol('[', 1)) return undefined
  cursor.skip(2)
  const items = cursor.isSymbol(']') ? [] : cursor.list(() => parseExpression(cursor))
  cursor.expectSymbol(']')
  return { kind: 'array', items, span: cursor.span(start) }
}

function caseExpression(cursor: Cursor, start: number): Expression {
  cursor.next()
  const operand = cursor.isWord('WHEN') ? undefined : parseExpression(cursor)
  const branches: CaseBranch[] = []
  while (cursor.takeWord('WHEN')) {
    const when = parseExpression(cursor)
    cursor.expectWord('THEN')
    branches.push({ when, result: parseExpression(cursor) })
  }
  if (branches.length === 0) cursor.fail('WHEN')
  const otherwise = cursor.clause(['ELSE'], () => parseExpression(cursor))
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
  const { operand, target } = cursor.parenthesised(() => {
    const expression = parseExpression(cursor)
    cursor.expectWord('AS')
    return { operand: expression, target: parseType(cursor) }
  })
  return { kind: 'cast', operand, target, safe, span: cursor.span(start) }
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

function extract(cursor: Cursor, start: number): Expression {
  cursor.next()
  return cursor.parenthesised(() => {
    const unit = cursor.next()
    cursor.expectWord('FROM')
    const operand = parseExpression(cursor)
    return plainCall(extractFunction(cursor, unit.text, unit), [operand], { start, end: cursor.peek().end }, unit)
  })
}

function extractFunction(cursor: Cursor, unit: string, span: Span): string {
  const name = unit.toUpperCase()
  return Object.hasOwn(extractFunctions, name)
    ? extractFunctions[name]!
    : cursor.refuse(`extract(${unit} …)`, `Trino knows ${Object.keys(extractFunctions).join(', ')}`, span)
}

function position(cursor: Cursor, start: number): Expression | undefined {
  if (!cursor.isSymbol('(', 1)) return undefined
  const name = cursor.next()
  const args = cursor.parenthesised(() =>
    cursor.nested(() => {
      const needle = parseValue(cursor)
      cursor.expectWord('IN')
      return [parseValue(cursor), needle]
    }),
  )
  return plainCall('strpos', args, cursor.span(start), name)
}

function substring(cursor: Cursor, start: number): Expression | undefined {
  if (!cursor.isSymbol('(', 1)) return undefined
  const name = cursor.next()
  const args = cursor.parenthesised(() => {
    const list = [parseExpression(cursor)]
    if (cursor.takeWord('FROM')) {
      list.push(parseExpression(cursor))
      if (cursor.takeWord('FOR')) list.push(parseExpression(cursor))
    } else while (cursor.takeSymbol(',')) list.push(parseExpression(cursor))
    return list
  })
  return plainCall('substr', args, cursor.span(start), name)
}

const trimFunctions = { LEADING: 'ltrim', TRAILING: 'rtrim', BOTH: 'trim' } as const

function trim(cursor: Cursor, start: number): Expression | undefined {
  if (!cursor.isSymbol('(', 1)) return undefined
  const name = cursor.next()
  const { side, args } = cursor.parenthesised(() => {
    const from = cursor.takeOneOf('LEADING', 'TRAILING', 'BOTH') ?? 'BOTH'
    return { side: trimFunctions[from], args: trimArguments(cursor) }
  })
  return plainCall(side, args, cursor.span(start), name)
}

/** `FROM text`, `what FROM text`, `text` or `text, what`: text first, as the functions want it. */
function trimArguments(cursor: Cursor): Expression[] {
  if (cursor.takeWord('FROM')) return [parseExpression(cursor)]
  const first = parseExpression(cursor)
  if (cursor.takeWord('FROM')) return [parseExpression(cursor), first]
  return cursor.takeSymbol(',') ? [first, parseExpression(cursor)] : [first]
}
