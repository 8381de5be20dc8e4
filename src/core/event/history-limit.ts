/** How far Event history goes back (CloudTrail User Guide, "Working with CloudTrail Event history"). */
import { TrailbookError } from '../errors.ts'
import { day, isoTime, milliseconds, minute, second, type Window } from '../time.ts'

const historyDays = 90

/** The edge moves while a sweep goes on; beyond it AWS refuses the question. */
const spare = 10 * minute

/**
 * The part of a window that can be asked for.
 *
 * @throws TrailbookError EVENT_HISTORY_TOO_OLD where there is none
 */
export function askableWindow({ from, to }: Window, now: number): Window {
  const limit = isoTime(Math.ceil((now - historyDays * day + spare) / second) * second)
  const end = to < isoTime(now) ? to : isoTime(Math.ceil(now / second) * second)
  if (end <= limit) throw new TrailbookError('EVENT_HISTORY_TOO_OLD', { limit, to })
  return { from: from < limit ? limit : from, to: end }
}

export const secondsOf = ({ from, to }: Window): { readonly from: number; readonly to: number } => ({
  from: milliseconds(from) / second,
  to: milliseconds(to) / second,
})
