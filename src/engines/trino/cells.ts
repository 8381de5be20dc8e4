import type { Cell, ResultColumn } from '../../core/ports.ts'
import { isoInstant, isoTimestamp } from '../../core/sql/time-text.ts'
import { readType, type TypeText } from '../../core/sql/type-text.ts'

type Decode = (value: unknown) => Cell

/**
 * Decoders of a result's columns into the cells that every engine gives. Columns are decoded as the query was typed, so that
 * fields of rows bear the author's names: Trino folds theirs.
 */
export const decoders = (columns: readonly ResultColumn[]): readonly Decode[] =>
  columns.map(({ type }) => decoder(readType(type)))

const same: Decode = (value) => value as Cell

function decoder(type: TypeText): Decode {
  const inner = type.parts.map((part) => decoder(part.type))
  const decode = inParts(type, inner)
  return (value) => (value === null || value === undefined ? null : decode(value))
}

function inParts(type: TypeText, inner: readonly Decode[]): Decode {
  const [first = same, second = same] = inner
  switch (type.base) {
    case 'array':
      return (value) => (value as unknown[]).map(first)
    case 'map':
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, second(item)]))
    case 'row': {
      const names = type.parts.map(({ name }, at) => name ?? `field${at}`)
      return (value) =>
        Object.fromEntries((value as unknown[]).map((item, at) => [names[at]!, (inner[at] ?? same)(item)]))
    }
    case 'timestamp':
      return (value) => isoTimestamp(String(value))
    case 'timestamp with time zone':
      return (value) => isoInstant(String(value))
    case 'interval day to second':
      return (value) => String(value)
    default:
      return same
  }
}
