/**
 * From pages to slices: a span of one account and Region is read from its end to its beginning, as LookupEvents gives it
 * (newest first, to a fixed end), and cut into slices of which each is whole.
 */
import { TrailbookError } from '../../core/errors.ts'
import type { LookupAttribute } from '../../core/event/history-slice.ts'
import { isoTime } from '../../core/time.ts'
import { type AskOptions, ask } from './ask.ts'
import { type HistoryEvent, LookupFailure } from './lookup.ts'

/** Whole seconds since 1970; `to` is excluded. */
export interface SecondSpan {
  readonly from: number
  readonly to: number
}

export interface SweptSlice extends SecondSpan {
  readonly events: readonly HistoryEvent[]
}

interface SweepQuestion extends SecondSpan {
  readonly account: string
  readonly region: string
  readonly attribute?: LookupAttribute | undefined
}

export interface SweepOptions extends AskOptions {
  /** A slice is closed after so many pages: at 2 requests a second 60 take half a minute. */
  readonly pagesPerSlice?: number
}

const defaultPages = 60

/** Events of these seconds before a cut wait for the next slice: the order of pages is exact only so far. */
const cautious = 60

/** A page that comes again, or a token that leads to itself. */
const mostRepeats = 5

/** Yields slices that lie end to end, the newest first; the last one begins where the question does. */
export async function* sweep(question: SweepQuestion, options: SweepOptions): AsyncGenerator<SweptSlice, void> {
  const { from, attribute, account, region } = question
  const { pagesPerSlice = defaultPages } = options
  const refuse = (reason: string): never => {
    throw new TrailbookError('EVENT_HISTORY_PAGES', { account, region, reason })
  }
  /** Everything from here on was yielded. */
  let end = question.to
  let held: HistoryEvent[] = []
  /** Of chains of pages that broke off: what they gave goes in, too, so that a stale first page of the next one hides nothing. */
  let earlier: HistoryEvent[] = []
  let pages = 0
  let repeats = 0
  let restarts = 0
  let last = end - 1
  let token: string | undefined
  let before: ReadonlySet<string | undefined> = new Set()
  for (;;) {
    if (end <= from) return
    const page = await ask({ first: from, last, attribute, token }, options).catch((error: unknown) => {
      if (error instanceof LookupFailure && error.kind === 'token' && token !== undefined) return undefined
      throw error instanceof LookupFailure ? options.api.explain(error.cause) : error
    })
    if (page === undefined) {
      // The token is gone: what is not yet yielded is asked for anew.
      if (++restarts > mostRepeats) refuse('tokens expire before they can be used')
      earlier = merged(held, earlier)
      ;[held, pages, last, token, before] = [[], 0, end - 1, undefined, new Set()]
      continue
    }
    const ids = page.events.map(({ EventId }) => EventId)
    const isAgain = ids.length > 0 && ids.every((id) => id !== undefined && before.has(id))
    const isForeign =
      isOfAnother(page.events, account) || page.events.some((event) => !answers(event, { from, last, attribute }))
    if (isAgain || isForeign || (page.token !== undefined && page.token === token)) {
      if (++repeats > mostRepeats)
        refuse(isForeign ? 'a page has events that were not asked for' : 'the same page comes again and again')
      continue
    }
    repeats = 0
    before = new Set(ids)
    for (const event of page.events) {
      const time = secondsOf(event)
      if (time === undefined) refuse('an event has no time')
      else if (time >= end && end < question.to) refuse(`an event of ${isoTime(time * 1000)} came after older ones`)
    }
    held.push(...page.events)
    pages++
    if (page.token === undefined) {
      yield { from, to: end, events: merged(held, earlier) }
      return
    }
    token = page.token
    if (pages < pagesPerSlice) continue
    const oldest = held.reduce((least, event) => Math.min(least, secondsOf(event)!), Infinity)
    const cut = oldest + (oldest + cautious < end ? cautious : 1)
    // A second with more events than a slice holds cannot be cut.
    if (cut >= end || (cut === oldest + 1 && pages < 2 * pagesPerSlice)) continue
    const isIn = (event: HistoryEvent): boolean => secondsOf(event)! >= cut
    yield { from: cut, to: end, events: merged(held.filter(isIn), earlier.filter(isIn)) }
    held = held.filter((event) => !isIn(event))
    earlier = earlier.filter((event) => !isIn(event))
    end = cut
    pages = 0
    restarts = 0
  }
}

/** Both lists, events of the second only where the first has none of their id. */
function merged(events: readonly HistoryEvent[], others: readonly HistoryEvent[]): HistoryEvent[] {
  if (others.length === 0) return [...events]
  const known = new Set(events.map(({ EventId }) => EventId))
  return [...events, ...others.filter(({ EventId }) => EventId === undefined || !known.has(EventId))]
}

/** The event is one that was asked for; a second more or less is borne. */
function answers(
  event: HistoryEvent,
  {
    from,
    last,
    attribute,
  }: { readonly from: number; readonly last: number; readonly attribute?: LookupAttribute | undefined },
): boolean {
  const time = secondsOf(event)
  if (time !== undefined && (time < from - 1 || time > last + 1)) return false
  const value = attribute === undefined ? undefined : event[attribute.key]
  return typeof value !== 'string' || value.toLowerCase() === attribute?.value.toLowerCase()
}

/**
 * The records say that another account got them (CloudTrail record contents, recipientAccountId; each account that shares an event
 * gets a record of its own). A single one would be no proof that the answer is somebody else's.
 */
function isOfAnother(events: readonly HistoryEvent[], account: string): boolean {
  const recipients = events.map(recipientOf).filter((one) => one !== undefined)
  return recipients.length > 0 && recipients.every((one) => one !== account)
}

function recipientOf({ CloudTrailEvent = '' }: HistoryEvent): string | undefined {
  try {
    const { recipientAccountId } = JSON.parse(CloudTrailEvent) as { readonly recipientAccountId?: unknown }
    return typeof recipientAccountId === 'string' ? recipientAccountId : undefined
  } catch {
    return undefined
  }
}

const secondsOf = ({ EventTime }: HistoryEvent): number | undefined => {
  const time = EventTime?.getTime()
  return time === undefined || Number.isNaN(time) ? undefined : Math.floor(time / 1000)
}
