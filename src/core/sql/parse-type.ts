import type { Cursor } from './cursor.ts'
import { arrayOf, decimal, mapOf, type SqlType, types } from './types.ts'

/** Types of one word, without parameters. */
export const plainTypes: Readonly<Record<string, SqlType>> = {
  BOOLEAN: types.boolean,
  TINYINT: types.tinyint,
  SMALLINT: types.smallint,
  INTEGER: types.integer,
  INT: types.integer,
  BIGINT: types.bigint,
  DOUBLE: types.double,
  VARCHAR: types.varchar,
  VARBINARY: types.varbinary,
  JSON: types.json,
  DATE: types.date,
}

/** Reads a type as CAST names it. Lengths of varchar are refused: a cast to varchar(n) cuts text on one engine only. */
export function parseType(cursor: Cursor): SqlType {
  return cursor.nested(() => typeHere(cursor))
}

function typeHere(cursor: Cursor): SqlType {
  const start = cursor.peek()
  const name = cursor.next().text.toUpperCase()
  if (Object.hasOwn(plainTypes, name)) {
    if (name === 'DOUBLE') cursor.takeWord('PRECISION')
    if (name === 'VARCHAR' && cursor.isSymbol('('))
      cursor.refuse('varchar(n)', 'engines cut or keep longer text; use varchar and substr()')
    return plainTypes[name]!
  }
  switch (name) {
    case 'DECIMAL':
      return decimalType(cursor)
    case 'TIMESTAMP':
      return timestampType(cursor)
    case 'ARRAY':
      return arrayType(cursor)
    case 'MAP':
      return mapType(cursor)
    case 'ROW':
      return rowType(cursor)
    default:
      return cursor.refuse(`the type ${name.toLowerCase()}`, typeReason(name), { start: start.start, end: start.end })
  }
}

function typeReason(name: string): string {
  if (name === 'STRING' || name === 'TEXT') return 'in queries the type is varchar'
  if (name === 'REAL') return 'engines print single precision differently; use double'
  if (name === 'CHAR') return 'it pads with blanks; use varchar'
  if (name === 'STRUCT') return 'in queries the type is ROW(name type, …)'
  return 'the portable types are boolean, integer, bigint, double, decimal, varchar, varbinary, json, date, timestamp, array, map and row'
}

function decimalType(cursor: Cursor): SqlType {
  if (!cursor.takeSymbol('(')) return decimal(38, 0)
  const precision = Number(cursor.next().text)
  const scale = cursor.takeSymbol(',') ? Number(cursor.next().text) : 0
  cursor.expectSymbol(')')
  if (!(precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision))
    cursor.fail('a precision from 1 to 38 and a scale up to it')
  return decimal(precision, scale)
}

function timestampType(cursor: Cursor): SqlType {
  if (cursor.takeSymbol('(')) {
    const precision = cursor.next()
    if (precision.text !== '3')
      cursor.refuse(`timestamp(${precision.text})`, 'Athena has milliseconds, timestamp(3)', precision)
    cursor.expectSymbol(')')
  }
  if (cursor.takeWord('WITH', 'TIME', 'ZONE')) return types.timestampTz
  cursor.takeWord('WITHOUT', 'TIME', 'ZONE')
  return types.timestamp
}

function arrayType(cursor: Cursor): SqlType {
  return arrayOf(bracketed(cursor, () => parseType(cursor)))
}

function mapType(cursor: Cursor): SqlType {
  return bracketed(cursor, () => {
    const key = parseType(cursor)
    cursor.expectSymbol(',')
    return mapOf(key, parseType(cursor))
  })
}

/** Trino also takes the angle brackets of Hive. */
function bracketed<T>(cursor: Cursor, body: () => T): T {
  if (!cursor.takeSymbol('<')) return cursor.parenthesised(body)
  const inner = body()
  cursor.expectSymbol('>')
  return inner
}

function rowType(cursor: Cursor): SqlType {
  cursor.expectSymbol('(')
  const fields = cursor.list(() => {
    const mark = cursor.mark
    if (cursor.isIdentifier()) {
      const name = cursor.identifier().name
      if (
        !cursor.isSymbol(',') &&
        !cursor.isSymbol(')') &&
        !cursor.isSymbol('(') &&
        !cursor.isWord('PRECISION') &&
        !cursor.isWord('WITH')
      ) {
        return { name, type: parseType(cursor) }
      }
      cursor.reset(mark)
    }
    return { name: undefined, type: parseType(cursor) }
  })
  cursor.expectSymbol(')')
  return { kind: 'row', fields }
}
