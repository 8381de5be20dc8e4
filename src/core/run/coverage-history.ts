/**
 * What was swept of CloudTrail's Event history. Each sweep asked CloudTrail itself for all management events of an account and
 * Region, whatever trails record: of such a time nothing of them is missing. Of other classes Event history has nothing.
 */
import { isoTime, milliseconds, type Window } from '../time.ts'
import { type Cell, isManagement, placeOf } from './coverage-place.ts'
import { inOrder, type OpenHole, type Span, within, without } from './coverage-spans.ts'

/** One account and Region that was asked for. */
export interface SweptPlace {
  readonly account: string
  readonly region: string
  /** Swept whole, and long enough ago for every event to have shown up. */
  readonly spans: readonly Window[]
  /** Asked for in vain. */
  readonly failed: readonly (Window & { readonly reason: string })[]
}

export interface SweptHistory {
  /** The lake has nothing else: no rhythm is read out of it, only what was swept counts. */
  readonly only: boolean
  /** Only events with these were asked for: all that a question needs, and no more (`EventName=CreateUser`). */
  readonly attributes: readonly string[]
  readonly places: readonly SweptPlace[]
}

/** What Event history is, for the end of a sentence. */
export function historyLimits({ places, attributes }: SweptHistory): string {
  const accounts = [...new Set(places.map(({ account }) => account))]
  const whose = accounts.length > 3 ? `${accounts.length} accounts` : `account ${accounts.join(', ')}`
  const only = attributes.length === 0 ? '' : `, only events with ${attributes.map(decodeURIComponent).join(' or ')}`
  return `from Event history: management events of the last 90 days of ${whose}${only}`
}

const spanOf = ({ from, to }: Window): Span => ({ from: milliseconds(from), to: milliseconds(to) })

const placeFor = (history: SweptHistory | undefined, cell: Cell): SweptPlace | undefined =>
  history?.places.find(({ account, region }) => account === cell.account && region === cell.region)

/** Times of which every event of the cell is here. */
export const sweptSpans = (history: SweptHistory | undefined, cell: Cell): Span[] =>
  isManagement(cell.eventClass) ? inOrder((placeFor(history, cell)?.spans ?? []).map(spanOf)) : []

/** Places that a sweep of the judged time asked for: one without a single event is as much expected as the others. */
export const sweptPairs = (history: SweptHistory | undefined, judged: Span): { account: string; region: string }[] =>
  (history?.places ?? [])
    .filter(({ spans, failed }) => [...spans, ...failed].some((one) => within(judged, spanOf(one)).length > 0))
    .map(({ account, region }) => ({ account, region }))

/** Of a lake that has nothing but Event history: all that was not swept. */
export function unsweptHoles(history: SweptHistory, cell: Cell, whole: Span): OpenHole[] {
  const hole = (span: Span, reason: string): OpenHole => ({ ...span, state: 'unknown', reasons: [reason] })
  if (!isManagement(cell.eventClass))
    return [hole(whole, `Event history has management events only: ${cell.eventClass} events are in trails.`)]
  const swept = sweptSpans(history, cell)
  const failed = placeFor(history, cell)?.failed ?? []
  const told = failed
    .flatMap((one) => within(whole, { ...spanOf(one), reason: one.reason }))
    .flatMap((one) => without(one, swept))
  return [
    ...told.map(({ reason, ...span }) => hole(span, reason)),
    ...without(whole, inOrder([...swept, ...told])).map((span) => hole(span, unsweptReason(history, cell, span))),
  ]
}

function unsweptReason(history: SweptHistory, cell: Cell, { from }: Span): string {
  const last = placeFor(history, cell)
    ?.spans.map(({ to }) => to)
    .sort()
    .at(-1)
  if (last === undefined)
    return `Event history of ${placeOf(cell)} was not asked for: it is read one account and Region at a time.`
  return isoTime(from) >= last
    ? `Event history of ${placeOf(cell)} is final up to ${last}; later events may still come.`
    : `Event history of ${placeOf(cell)} was not swept here; it goes back 90 days.`
}
