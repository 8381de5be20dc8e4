import { TrailbookError } from '../../core/errors.ts'
import type { Cell, ResultColumn } from '../../core/ports.ts'
import { isoInstant, isoTimestamp } from '../../core/sql/time-text.ts'
import { readType, type TypeText } from '../../core/sql/type-text.ts'

type Decode = (text: string | undefined) => Cell

/**
 * Decoders of the cells that the dialect asks for: a text begins with `=`, whatever does not is a NULL. What has parts is JSON whose
 * leaves are texts, rows being lists.
 *
 * @throws TrailbookError CLOUDTRAIL_LAKE_ANSWER from a decoder, for a cell that is nothing of its column's type
 */
export const decoders = (columns: readonly ResultColumn[]): readonly Decode[] =>
  columns.map(({ name, type }) => {
    const decode = whole(readType(type))
    return (text) => {
      if (text === undefined || !text.startsWith('=')) return null
      try {
        return decode(text.slice(1))
      } catch (error) {
        const reason = `a cell of ${name} is no ${type}`
        throw new TrailbookError('CLOUDTRAIL_LAKE_ANSWER', { reason }, { cause: error })
      }
    }
  })

function whole(type: TypeText): (text: string) => Cell {
  if (!['array', 'map', 'row'].includes(type.base)) return leaf(type.base)
  const decode = parts(type)
  return (text) => decode(JSON.parse(text) as unknown)
}

function parts(type: TypeText): (value: unknown) => Cell {
  const inner = type.parts.map((part) => parts(part.type))
  const [first = nothing, second = nothing] = inner
  const decode = inParts(type, inner, { first, second })
  return (value) => (value === null || value === undefined ? null : decode(value))
}

const nothing = (): Cell => null

function inParts(
  type: TypeText,
  inner: readonly ((value: unknown) => Cell)[],
  { first, second }: { readonly first: (value: unknown) => Cell; readonly second: (value: unknown) => Cell },
): (value: unknown) => Cell {
  switch (type.base) {
    case 'array':
      return (value) => (value as unknown[]).map(first)
    case 'map':
      return (value) => Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, second(item)]))
    case 'row':
      return (value) =>
        Object.fromEntries(
          (value as unknown[]).map((item, at) => [type.parts[at]?.name ?? `field${at}`, (inner[at] ?? nothing)(item)]),
        )
    default: {
      const decode = leaf(type.base)
      return (value) => decode(String(value))
    }
  }
}

function leaf(base: string): (text: string) => Cell {
  switch (base) {
    case 'boolean':
      return (text) => text === 'true'
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text)
    case 'double':
      return (text) => (Number.isFinite(Number(text)) ? Number(text) : text)
    case 'timestamp':
      return isoTimestamp
    case 'timestamp with time zone':
      return isoInstant
    default:
      return (text) => text
  }
}
