import { TrailbookError } from '../../core/errors.ts'
import type { Cell, ResultColumn } from '../../core/ports.ts'

/**
 * All cells are texts; a field that an event lacks is not there. Lists come as JSON, as the dialect asks for them: of texts, or of
 * structs whose `v` is the element. A list of one column may also be a plain text, from a query in the language of its own.
 *
 * @throws TrailbookError INSIGHTS_TEXT where a text is no value of the column's type
 */
export function decodeCell(value: string | undefined, { name, type }: ResultColumn): Cell {
  if (value === undefined) return null
  const wrong = (): never => {
    const reason = `the column ${name} holds ${JSON.stringify(value.slice(0, 80))} where a ${type} should be`
    throw new TrailbookError('INSIGHTS_TEXT', { reason })
  }
  if (/^(tinyint|smallint|integer|bigint)$/.test(type)) {
    if (!/^-?\d+(\.0+)?$/.test(value)) return wrong()
    const whole = value.replace(/\..*/, '')
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
  }
  if (type === 'double') return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : wrong()
  if (type === 'boolean') return /^(true|1)$/i.test(value) ? true : /^(false|0)$/i.test(value) ? false : wrong()
  if (type.startsWith('timestamp')) return isoTime(value, type) ?? wrong()
  if (type.startsWith('array(')) return listOf(value) ?? wrong()
  return value
}

/** In the form of every engine: with milliseconds, and with the zone where the type has one. */
function isoTime(value: string, type: string): string | undefined {
  const [, date, time, fraction = ''] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z?$/.exec(value) ?? []
  if (date === undefined) return undefined
  return `${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${type.includes('zone') ? 'Z' : ''}`
}

function listOf(value: string): Cell | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(value)
  } catch {
    return [value]
  }
  if (!Array.isArray(parsed)) return [value]
  try {
    return parsed.flatMap(elements)
  } catch {
    // Nested deeper than any query asks for.
    return undefined
  }
}

/** Of a list of lists, whose entries hold lists themselves, one list. */
function elements(item: unknown): Cell[] {
  if (typeof item !== 'object' || item === null) return [item as Cell]
  const { v = null } = item as { v?: Cell | readonly unknown[] }
  return Array.isArray(v) ? v.flatMap(elements) : [v as Cell]
}
