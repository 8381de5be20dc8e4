import { type IsoTime, isoTime } from '../time.ts'

const pattern =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d):(\d\d)(?:\.\d+)?([Zz]|[+-]\d\d:?\d\d)| (\d\d):(\d\d):(\d\d)(?:\.\d+)?)$/

/**
 * An event's time to the whole second of UTC, undefined where it cannot be placed.
 *
 * Delivered files have `2026-01-31T09:00:00Z`; exports also have fractions, offsets, a small `z`, or a space without a
 * zone (which then is UTC). Fractions are cut off, so that an event stays in its second.
 */
export function parseEventTime(text: string): IsoTime | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [year, month, day] = [match[1], match[2], match[3]].map(Number) as [number, number, number]
  const [hours, minutes, seconds] = [match[4] ?? match[8], match[5] ?? match[9], match[6] ?? match[10]].map(Number) as [
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || hours > 23 || minutes > 59 || seconds > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  // A day that does not exist, such as 30 February, rolls over into the next month.
  if (date.getUTCDate() !== day) return undefined
  const offset = zoneOffset(match[7])
  if (offset === undefined) return undefined
  const time = date.getTime() + ((hours * 60 + minutes - offset) * 60 + seconds) * 1000
  return time >= earliest && time < latest ? isoTime(time) : undefined
}

const earliest = Date.UTC(1970, 0, 1)
const latest = Date.UTC(9999, 11, 31)

function zoneOffset(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 14 || minutes > 59) return undefined
  return (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes)
}
