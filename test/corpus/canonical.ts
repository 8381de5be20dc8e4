import type { Cell } from '../../src/core/ports.ts'

/** One form for equal values of two engines, by the type that Trino gives: times to the millisecond, numbers by value. */
export function canonical(value: Cell, type: string): unknown {
  if (value === null) return null
  if (type.startsWith('timestamp')) return time(String(value))
  if (type === 'json') return JSON.stringify(sorted(JSON.parse(String(value))))
  if (/^(tinyint|smallint|integer|bigint|double|real|decimal)/.test(type)) return number(String(value))
  const inner = /^(array|map|row)\((.*)\)$/s.exec(type)
  if (inner?.[1] === 'array') return (value as Cell[]).map((item) => canonical(item, inner[2]!))
  if (inner?.[1] === 'map')
    return Object.fromEntries(
      Object.entries(value as object)
        .map(([key, item]) => [key, canonical(item, split(inner[2]!)[1]!)])
        .toSorted(),
    )
  if (inner?.[1] === 'row')
    return Object.values(value as object).map((item: Cell, i) =>
      canonical(item, split(inner[2]!)[i]!.replace(/^(?:"[^"]*"|\w+) (?=\w)/, '')),
    )
  return value
}

const time = (text: string): string => {
  const [, date, clock = '00:00:00', zone = ''] = /^(\+?\d+-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(Z| UTC)?$/.exec(
    text,
  ) ?? [text, text]
  const [whole, fraction = ''] = clock.split('.')
  return `${date}T${whole}.${fraction.padEnd(3, '0').slice(0, 3)}${zone ? 'Z' : ''}`
}

const number = (text: string): string =>
  /^-?\d{16,}$/.test(text) ? text : Object.is(Number(text), -0) ? '0' : String(Number(text))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}

/** The parts of a type's argument list, commas inside parentheses left alone. */
function split(text: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts.map((part) => part.trim())
}
