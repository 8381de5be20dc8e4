/** Times as Trino and Athena write them, into the text of cells. */

const timestamp = /^([+-]?\d+)-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(?: (.+))?$/

/** `YYYY-MM-DDThh:mm:ss.SSS`: milliseconds, as Athena's timestamps have. */
export function isoTimestamp(text: string): string {
  const [, year = '', month, day, time, fraction = ''] = timestamp.exec(text) ?? []
  if (time === undefined) return text
  return `${isoYear(year)}-${month}-${day}T${time}.${fraction.padEnd(3, '0').slice(0, 3)}`
}

/** Years beyond four digits have a sign and six digits, as in ISO 8601 and JavaScript. */
function isoYear(year: string): string {
  const digits = year.replace(/^[+-]/, '').replace(/^0+(?=\d{4})/, '')
  if (year.startsWith('-')) return `-${digits.padStart(6, '0')}`
  return digits.length > 4 ? `+${digits.padStart(6, '0')}` : digits.padStart(4, '0')
}

/** The same instant in UTC, whatever zone the value came in. */
export function isoInstant(text: string): string {
  const zone = timestamp.exec(text)?.[6]
  const local = isoTimestamp(text)
  if (zone === undefined || zone === 'UTC' || zone === 'Z' || zone === '+00:00') return `${local}Z`
  const wall = Date.parse(`${local}Z`)
  return new Date(wall - offsetOf(zone, wall)).toISOString()
}

/** Milliseconds that the zone is ahead of UTC when its clocks show the given time. */
function offsetOf(zone: string, wall: number): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
  const first = zoneOffset(zone, wall)
  return zoneOffset(zone, wall - first)
}

function zoneOffset(zone: string, instant: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]))
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000
}
