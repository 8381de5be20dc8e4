/** Which days of delivery a conversion reads, and how it remembers them. */
import type { Conversion } from '../../core/event/published.ts'
import { day, type IsoTime, isoTime, milliseconds } from '../../core/time.ts'

type Deliveries = Conversion['deliveries']

export interface DaysWanted {
  /** The first day of delivery; without it, the first one that was read, or nothing at all. */
  readonly from?: string | undefined
  /** The last one; without it, the last one that is over. */
  readonly to?: string | undefined
  /** Also days that were read when they had settled. */
  readonly again?: boolean
}

/**
 * CloudTrail names the day of delivery, so nothing comes to a day that is over, except what is tried again or copied there. A day
 * that was read less than so long after its end is read once more.
 */
const settledMs = day
/** After so long a day counts as over: what was delivered in its last minute can be listed by then. */
const overMs = 30 * 60_000

const dayAt = (time: number): string => isoTime(time).slice(0, 10)
const startOf = (text: string): number => milliseconds(`${text}T00:00:00Z`)
const daysBetween = (first: string, last: string): readonly string[] => {
  const days: string[] = []
  for (let at = startOf(first); at <= startOf(last); at += day) days.push(dayAt(at))
  return days
}

/** In order; empty where there is nothing to do, undefined where nobody says where to begin. */
export function daysToRead(
  deliveries: Deliveries,
  { from = deliveries[0]?.first, to, again = false }: DaysWanted,
  now: number,
): readonly string[] | undefined {
  if (from === undefined) return undefined
  const last = to ?? dayAt(now - overMs - day)
  const settled = new Set(
    deliveries.flatMap(({ first, last: end, at }) =>
      daysBetween(first, end).filter((one) => milliseconds(at) >= startOf(one) + day + settledMs),
    ),
  )
  return daysBetween(from, last).filter((one) => again || !settled.has(one))
}

/** Runs of days that follow one another, none longer than so many. */
export function batchesOf(days: readonly string[], most: number): readonly (readonly string[])[] {
  const batches: string[][] = []
  for (const one of days) {
    const batch = batches.at(-1)
    const next = batch && dayAt(startOf(batch.at(-1)!) + day)
    if (batch !== undefined && next === one && batch.length < most) batch.push(one)
    else batches.push([one])
  }
  return batches
}

/** With days that were read now in the place of what was known of them; neighbours of one time are written as one. */
export function withDays(deliveries: Deliveries, read: readonly string[], at: IsoTime): Deliveries {
  const times = new Map(
    deliveries.flatMap(({ first, last, at: then }) => daysBetween(first, last).map((one) => [one, then] as const)),
  )
  for (const one of read) times.set(one, at)
  const joined: { first: string; last: string; at: IsoTime }[] = []
  for (const [one, then] of [...times].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const before = joined.at(-1)
    if (before?.at === then && dayAt(startOf(before.last) + day) === one) before.last = one
    else joined.push({ first: one, last: one, at: then })
  }
  return joined
}
