/** Which log files the queries of a raw table read ("Supported types for partition projection", Athena User Guide). */
import { day, hour, isDay, isoTime, minute, second } from '../../core/time.ts'
import type { Projection } from './projection.ts'

/** By `s3://bucket/key`. */
export type IsRead = (location: string) => boolean

interface Refused {
  readonly refusal: string
}

/**
 * Whether queries read a log file, by its place: below the template's constant parts and projected values, or below the location of
 * a table without partitions.
 *
 * @param now milliseconds, for ranges of days that are told from NOW
 * @returns why that cannot be told, where it cannot
 */
export function readsFile(projection: Projection, now: number): IsRead | Refused {
  const { template, location, isRegistered } = projection
  if (isRegistered)
    return {
      refusal:
        'the partitions of the table are registered one by one, and one that is missing would not show; `coverage: probe` counts what is read',
    }
  const place = template ?? location ?? ''
  if (place === '')
    return {
      refusal: 'the catalog does not tell where the files of the table lie; `coverage: probe` counts what is read',
    }
  const columns = new Map<string, Values>()
  let pattern = ''
  for (const [at, part] of folder(place)
    .split(template === undefined ? /(?!)/ : /\$\{([^}]*)\}/)
    .entries()) {
    const name = part.toLowerCase()
    if (at % 2 === 0) pattern += escaped(part)
    else if (columns.has(name)) pattern += `\\k<c${[...columns.keys()].indexOf(name)}>`
    else {
      const values = valuesOf(projection, name, now)
      if (values === undefined)
        return {
          refusal: `nobody knows which values the projected column "${part}" of the table has (projection.${name}.*); \`coverage: probe\` counts what is read`,
        }
      pattern += `(?<c${columns.size}>${values.pattern})`
      columns.set(name, values)
    }
  }
  const form = new RegExp(`^${pattern}`)
  const checks = [...columns.values()]
  return (path) => {
    const match = form.exec(path)
    return match !== null && checks.every(({ has }, at) => has(match[at + 1]!))
  }
}

/** Files lie in the folder, whether its name ends with a slash or not. */
const folder = (place: string): string => `${place.replace(/^s3[an]:/, 's3:').replace(/\/+$/, '')}/`

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

interface Values {
  readonly pattern: string
  readonly has: (text: string) => boolean
}

/** Undefined where they cannot be told. */
function valuesOf(projection: Projection, name: string, now: number): Values | undefined {
  const of = (what: string): string | undefined => projection.property(name, what)
  switch (of('type')?.trim().toLowerCase()) {
    // "Any white space is considered part of an enum value."
    case 'enum':
      return listed((of('values') ?? '').split(','))
    case 'injected':
      return injected(projection, name)
    case 'integer':
      return integers(of)
    case 'date':
      return days(of, now)
    default:
      return undefined
  }
}

type Property = (what: string) => string | undefined

const listed = (values: readonly string[]): Values => {
  const all = new Set(values)
  return { pattern: values.map(escaped).join('|'), has: (text) => all.has(text) }
}

/** Queries name all accounts and Regions of the connection; where it has none, the accounts that they ask about. */
function injected({ partitions, accounts = [], regions = [] }: Projection, name: string): Values | undefined {
  if (name === partitions.region && regions.length > 0) return listed(regions)
  if (name !== partitions.account) return undefined
  return accounts.length > 0 ? listed(accounts) : { pattern: '\\d{12}', has: () => true }
}

function integers(of: Property): Values | undefined {
  const [from, to, ...more] = (of('range') ?? '').split(',').map(wholeNumber)
  const [step, digits] = [wholeNumber(of('interval') ?? '1'), wholeNumber(of('digits') ?? '1')]
  if (from === undefined || to === undefined || more.length > 0 || !step || step < 1 || digits === undefined)
    return undefined
  return {
    pattern: '-?\\d+',
    has(text) {
      const value = Number(text)
      const written = `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(digits, '0')}`
      return written === text && value >= from && value <= to && (value - from) % step === 0
    },
  }
}

const wholeNumber = (text: string): number | undefined => (/^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : undefined)

function days(of: Property, now: number): Values | undefined {
  const format = of('format')
  // One day after the other; of any other step days lie between that are not read.
  if (!/^\s*1\s*$/.test(of('interval') ?? '1') || !/^\s*DAYS?\s*$/i.test(of('interval.unit') ?? 'DAYS'))
    return undefined
  if (format !== 'yyyy/MM/dd' && format !== 'yyyy-MM-dd') return undefined
  const [first, last, ...more] = (of('range') ?? '').split(',')
  const from = boundary(first, { format, now, isFirst: true })
  const to = boundary(last, { format, now, isFirst: false })
  if (from === undefined || to === undefined || more.length > 0) return undefined
  return {
    pattern: format === 'yyyy/MM/dd' ? '\\d{4}/\\d\\d/\\d\\d' : '\\d{4}-\\d\\d-\\d\\d',
    has(text) {
      const found = text.replaceAll('/', '-')
      return isDay(found) && found >= from && found <= to
    },
  }
}

interface Boundary {
  readonly format: 'yyyy/MM/dd' | 'yyyy-MM-dd'
  readonly now: number
  readonly isFirst: boolean
}

const relative = /^\s*NOW\s*(?:([+-])\s*(\d{1,9})\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?\s*)?$/

/** As `2026-01-31`. A day that the range begins within is not counted: part of it may be left out. */
function boundary(text = '', { format, now, isFirst }: Boundary): string | undefined {
  const match = relative.exec(text)
  if (match === null) {
    const found = format === 'yyyy/MM/dd' ? text.replace(/^(\d{4})\/(\d\d)\/(\d\d)$/, '$1-$2-$3') : text
    return (format === 'yyyy-MM-dd' || found !== text) && isDay(found) ? found : undefined
  }
  const [, sign, count = '0', unit = 'DAY'] = match
  const at = moved(now, Number(`${sign ?? ''}${count}`), unit)
  const whole = isFirst ? Math.ceil(at / day) * day : at
  return whole >= 0 && whole < Date.UTC(9999, 11, 31) ? isoTime(whole).slice(0, 10) : undefined
}

const units: Readonly<Record<string, number>> = { WEEK: 7 * day, DAY: day, HOUR: hour, MINUTE: minute, SECOND: second }

/** Of a month that is too short, the last day is taken (java.time). */
function moved(time: number, count: number, unit: string): number {
  const length = units[unit]
  if (length !== undefined) return time + count * length
  const at = new Date(time)
  const date = at.getUTCDate()
  at.setUTCDate(1)
  at.setUTCMonth(at.getUTCMonth() + count * (unit === 'YEAR' ? 12 : 1))
  const longest = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  return at.setUTCDate(Math.min(date, longest))
}
