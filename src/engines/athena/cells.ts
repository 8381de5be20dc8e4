import { TrailbookError } from '../../core/errors.ts'
import type { Cell, ResultColumn } from '../../core/ports.ts'
import { isoInstant, isoTimestamp } from '../../core/sql/time-text.ts'
import { readType, type TypeText } from '../../core/sql/type-text.ts'

type Decode = (text: string | null) => Cell

/**
 * Decoders of a result's columns into the cells that every engine gives. All of Athena's cells are text; arrays, maps and rows come
 * as JSON whose leaves are such text again, rows by position.
 *
 * @throws TrailbookError ATHENA_FAULT from a decoder, for a cell that is nothing of its column's type
 */
export const textDecoders = (columns: readonly ResultColumn[]): readonly Decode[] =>
  columns.map(({ name, type }) => {
    const read = readType(type)
    const isNested = read.base === 'array' || read.base === 'map' || read.base === 'row'
    return (text) => {
      if (text === null) return null
      try {
        return isNested ? nested(JSON.parse(text), read) : leaf(text, read.base)
      } catch (error) {
        const values = { name: 'answer', reason: `a cell of ${name} is no ${type}` }
        throw new TrailbookError('ATHENA_FAULT', values, { cause: error })
      }
    }
  })

function nested(value: unknown, type: TypeText): Cell {
  if (value === null || value === undefined) return null
  const [first, second] = type.parts
  switch (type.base) {
    case 'array':
      return (value as unknown[]).map((item) => nested(item, first!.type))
    case 'map':
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nested(item, second!.type)]))
    case 'row':
      return Object.fromEntries(
        type.parts.map(({ name, type: inner }, at) => [name ?? `field${at}`, nested((value as unknown[])[at], inner)]),
      )
    default:
      return leaf(String(value), type.base)
  }
}

function leaf(text: string, base: string): Cell {
  switch (base) {
    case 'boolean':
      return text === 'true'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint': {
      const value = Number(text)
      return Number.isSafeInteger(value) ? value : text
    }
    case 'double':
    case 'real': {
      const value = Number(text)
      return Number.isFinite(value) ? value : text
    }
    case 'timestamp':
      return isoTimestamp(text)
    case 'timestamp with time zone':
      return isoInstant(text)
    default:
      return text
  }
}
