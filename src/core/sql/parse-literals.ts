/** Literals that begin with a word: DATE '…', TIMESTAMP '…', INTERVAL '…' DAY, DECIMAL '…', BIGINT '…'. */
import type { Cursor } from './cursor.ts'
import { plainCall } from './parse-call.ts'
import { plainTypes } from './parse-type.ts'
import { SqlSyntaxError, type Token } from './tokenizer.ts'
import type { Expression, IntervalUnit } from './tree.ts'

const castWords: ReadonlySet<string> = new Set([
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'INT',
  'BIGINT',
  'DOUBLE',
  'BOOLEAN',
  'VARCHAR',
])

/** `BIGINT '12'` and its like are casts of text. */
export function typedLiteral(cursor: Cursor, start: number): Expression {
  const word = cursor.peek().text.toUpperCase()
  const target = castWords.has(word) ? plainTypes[word] : undefined
  if (!target && word !== 'JSON') cursor.refuse(`the literal ${word} '…'`, 'write CAST(… AS type)')
  cursor.next()
  const token = cursor.next()
  const operand: Expression = { kind: 'string', value: token.text, span: token }
  return target
    ? { kind: 'cast', operand, target, safe: false, span: cursor.span(start) }
    : plainCall('json_parse', [operand], cursor.span(start))
}

export function dateTimeLiteral(cursor: Cursor, start: number, form: 'date' | 'timestamp'): Expression | undefined {
  if (cursor.peek(1).kind !== 'string') return undefined
  cursor.next()
  const token = cursor.next()
  return { kind: 'datetime', form, text: token.text, span: cursor.span(start) }
}

export function decimalLiteral(cursor: Cursor, start: number): Expression | undefined {
  if (cursor.peek(1).kind !== 'string') return undefined
  cursor.next()
  return { kind: 'number', form: 'decimal', text: cursor.next().text, span: cursor.span(start) }
}

const units: readonly IntervalUnit[] = ['second', 'minute', 'hour', 'day', 'month', 'year']

export function intervalLiteral(cursor: Cursor, start: number): Expression | undefined {
  const signed = cursor.isSymbol('-', 1) || cursor.isSymbol('+', 1)
  if (cursor.peek(signed ? 2 : 1).kind !== 'string') {
    if (cursor.peek(1).kind === 'integer') cursor.refuse('INTERVAL without quotes', "write INTERVAL '7' DAY")
    return undefined
  }
  cursor.next()
  const negative = cursor.takeOneSymbol('-', '+') === '-'
  const value = cursor.next()
  const unit = intervalUnit(cursor, value)
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

function intervalUnit(cursor: Cursor, value: Token): IntervalUnit {
  const word = cursor.peek().text.toUpperCase()
  const unit = units.find((known) => known.toUpperCase() === word)
  if (unit) {
    cursor.next()
    return unit
  }
  if (/^\s*-?\d+\s+[a-z]+\s*$/i.test(value.text))
    cursor.refuse(`INTERVAL '${value.text}'`, "the unit stands outside the quotes: INTERVAL '7' DAY", value)
  if (/^WEEK|S$/.test(word)) cursor.refuse(`the unit ${word}`, 'Trino has SECOND, MINUTE, HOUR, DAY, MONTH and YEAR')
  return cursor.fail('SECOND, MINUTE, HOUR, DAY, MONTH or YEAR')
}
