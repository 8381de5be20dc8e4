import { TrailbookError } from '../errors.ts'
import { day, type IsoTime, isoTime, milliseconds, minute, parseDuration, second, type Window } from '../time.ts'

/** CloudTrail delivers within about 15 minutes of a call, so the last minutes of "now" are never complete. */
const deliveryDelay = 20 * minute

/** Used where neither user, logs nor runbook say anything. */
const defaultWindow = '7d'

type Period = 'day' | 'week' | 'month' | 'quarter' | 'year'

export interface WindowRequest {
  /** Milliseconds since 1970. */
  readonly now: number
  /** What the user said: `since` is a duration or a time, the others are times. */
  readonly explicit?: {
    readonly since?: string | undefined
    readonly from?: string | undefined
    readonly to?: string | undefined
  }
  /** First and last event of the logs given with the run; the last one is inside. */
  readonly logs?: Window | undefined
  readonly runbook?: { readonly window?: string | undefined; readonly period?: Period | undefined } | undefined
}

/** How a window was chosen: shown beside it. */
export type WindowOrigin = 'explicit' | 'logs' | 'runbook' | 'default'

interface ChosenWindow {
  readonly window: Window
  readonly origin: WindowOrigin
}

/**
 * The window of a run in whole seconds: what the user said, else the span of the given logs, else the runbook's.
 * Without a stated end it ends 20 minutes ago; a `since` shorter than that ends now.
 *
 * @throws TrailbookError RUN_TIME, RUN_WINDOW_BOTH, RUN_WINDOW_ORDER
 */
export function chooseWindow(request: WindowRequest): ChosenWindow {
  const { now, explicit = {}, logs, runbook = {} } = request
  const { since, from, to } = explicit
  const settled = now - deliveryDelay
  if (since !== undefined && (from !== undefined || to !== undefined)) throw new TrailbookError('RUN_WINDOW_BOTH')
  if (since !== undefined) {
    const duration = parseDuration(since)
    const start = duration === undefined ? parseTime(since) : now - duration
    return chosen('explicit', start, start < settled ? settled : now)
  }
  if (from !== undefined || to !== undefined) {
    const end = to === undefined ? settled : parseTime(to)
    const start = from === undefined ? end - lengthOf(runbook.window) : parseTime(from)
    return chosen('explicit', start, to === undefined && start >= end ? now : end)
  }
  if (logs !== undefined) return { window: logs, origin: 'logs' }
  if (runbook.period !== undefined) {
    const [start, end] = lastWhole(runbook.period, settled)
    return chosen('runbook', start, end)
  }
  return chosen(runbook.window === undefined ? 'default' : 'runbook', settled - lengthOf(runbook.window), settled)
}

const lengthOf = (window: string | undefined): number => parseDuration(window ?? defaultWindow) ?? 7 * day

function chosen(origin: WindowOrigin, from: number, to: number): ChosenWindow {
  const window = { from: isoTime(Math.floor(from / second) * second), to: isoTime(Math.ceil(to / second) * second) }
  if (window.from >= window.to) throw new TrailbookError('RUN_WINDOW_ORDER', { ...window })
  return { window, origin }
}

const timePattern = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i

/**
 * Milliseconds of an ISO 8601 time. A day alone is its midnight; a time without a zone is UTC, as CloudTrail's are.
 *
 * @throws TrailbookError RUN_TIME
 */
export function parseTime(text: string): number {
  const match = timePattern.exec(text)
  const zoned = match === null ? '' : text.length > 10 && match[1] === undefined ? `${text}Z` : text
  const time = Date.parse(zoned.replace(' ', 'T'))
  // `Date` rolls 31 February over into March; the day must come back as it was written.
  const wrongDay = Number.isNaN(time) || !sameDay(text)
  if (match === null || wrongDay) throw new TrailbookError('RUN_TIME', { text })
  return time
}

function sameDay(text: string): boolean {
  const date = text.slice(0, 10)
  return isoTime(Date.parse(`${date}T00:00:00Z`)).slice(0, 10) === date
}

/** The last whole period that ended at or before `end`: days from midnight UTC, weeks from Monday. */
function lastWhole(period: Period, end: number): readonly [number, number] {
  const date = new Date(end)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const today = Date.UTC(year, month, date.getUTCDate())
  const months = (first: number, length: number): readonly [number, number] => [
    Date.UTC(year, first - length),
    Date.UTC(year, first),
  ]
  switch (period) {
    case 'day':
      return [today - day, today]
    case 'week': {
      const monday = today - ((date.getUTCDay() + 6) % 7) * day
      return [monday - 7 * day, monday]
    }
    case 'month':
      return months(month, 1)
    case 'quarter':
      return months(month - (month % 3), 3)
    case 'year':
      return months(0, 12)
  }
}

/** The start of the window less the lookback: the earliest time that queries may read. */
export const earliestOf = (window: Window, lookback: string | undefined): IsoTime =>
  isoTime(milliseconds(window.from) - (lookback === undefined ? 0 : (parseDuration(lookback) ?? 0)))

/** First to last event as a window: its end lies a second after the last event. */
export const spanWindow = (first: IsoTime, last: IsoTime): Window => ({
  from: isoTime(Math.floor(milliseconds(first) / second) * second),
  to: isoTime((Math.floor(milliseconds(last) / second) + 1) * second),
})
