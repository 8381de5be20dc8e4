/** From hours with deliveries to the spans of time that are covered, and to the holes between them. */
import { hour, isoTime, milliseconds, second } from '../time.ts'
import type { CoverageFacts } from './coverage.ts'
import { type Cell, globalNote, isManagement, keyOf, placeOf } from './coverage-cells.ts'

/** In milliseconds; `to` is excluded. */
export interface Span {
  readonly from: number
  readonly to: number
}

type State = 'gap' | 'unknown'

export type Hole = Span & { readonly state: State; readonly reason: string }

export type OpenHole = Span & { readonly state: State; readonly reasons: readonly string[] }

/** What is known of one cell. */
export interface CoveredCell {
  /** In order, none touching the next. */
  readonly spans: readonly Span[]
  /** The first and the last time of which anything is known, beyond what is judged too. */
  readonly bounds: Span
  /** Anything at all was seen of the account in the region. */
  readonly placeSeen: boolean
  /** Events of the class itself were seen there, at any time. */
  readonly classSeen: boolean
  /** What a missing delivery would have held, e.g. `management events`. */
  readonly kind: string
}

/** Deliveries of either management class show that the trail delivered; of other classes only their own events do. */
const groupOf = (eventClass: string): string => (isManagement(eventClass) ? 'management' : eventClass)

/**
 * An hour with deliveries is covered as a whole, but the first only from the first event on, and the last only up to the
 * last event or to the latest delivery that followed it within an hour. Where the first or last hour is also that of the
 * whole lake, the lake's bounds count: then the span of a given set of logs is covered.
 */
export function coveredSpans(facts: CoverageFacts): (cell: Cell) => CoveredCell {
  const places = new Set(facts.seen.map(keyOf))
  const classes = new Set(facts.seen.map((row) => `${keyOf(row)} ${row.eventClass}`))
  const delivered = new Map(facts.delivered.map((row) => [keyOf(row), milliseconds(row.at)]))
  const bounds = new Map<string, { first: number; last: number; end: number }>()
  for (const row of facts.seen) {
    const key = `${keyOf(row)} ${groupOf(row.eventClass)}`
    const known = bounds.get(key)
    const first = Math.min(known?.first ?? Infinity, milliseconds(row.first))
    const last = Math.max(known?.last ?? -Infinity, milliseconds(row.last))
    const delivery = delivered.get(keyOf(row)) ?? -Infinity
    bounds.set(key, { first, last, end: Math.max(last + second, delivery <= last + hour ? delivery : -Infinity) })
  }
  const lakeFirst = Math.min(...[...bounds.values()].map(({ first }) => first))
  const lakeEnd = Math.max(...[...bounds.values()].map(({ end }) => end))

  const hours = new Map<string, Set<number>>()
  for (const row of facts.present) {
    const key = `${keyOf(row)} ${groupOf(row.eventClass)}`
    const group = hours.get(key)
    if (group === undefined) hours.set(key, new Set([milliseconds(row.hour)]))
    else group.add(milliseconds(row.hour))
  }
  const known = new Map<string, Pick<CoveredCell, 'spans' | 'bounds'>>()
  const knownOf = (key: string): Pick<CoveredCell, 'spans' | 'bounds'> => {
    const bound = bounds.get(key)
    if (bound === undefined) return { spans: [], bounds: { from: 0, to: 0 } }
    const begin = hourOf(lakeFirst) === hourOf(bound.first) ? lakeFirst : bound.first
    const end = lakeEnd <= hourOf(bound.last) + hour ? lakeEnd : bound.end
    const spans: { from: number; to: number }[] = []
    for (const start of [...(hours.get(key) ?? [])].sort((a, b) => a - b)) {
      const from = Math.max(start, begin)
      const to = start === hourOf(bound.last) ? end : start + hour
      const before = spans.at(-1)
      if (before?.to === from) before.to = to
      else spans.push({ from, to })
    }
    return { spans, bounds: { from: begin, to: end } }
  }
  return (cell) => {
    const group = groupOf(cell.eventClass)
    const key = `${keyOf(cell)} ${group}`
    const own = known.get(key) ?? knownOf(key)
    known.set(key, own)
    return {
      ...own,
      placeSeen: places.has(keyOf(cell)),
      classSeen: classes.has(`${keyOf(cell)} ${cell.eventClass}`),
      kind: `${group} events`,
    }
  }
}

const hourOf = (time: number): number => Math.floor(time / hour) * hour

/** What of the whole is not covered, with the reason in words. */
export function baseHoles(wanted: Cell, cell: CoveredCell, whole: Span): OpenHole[] {
  const place = placeOf(wanted)
  if (!cell.placeSeen)
    return [{ ...whole, state: 'unknown', reasons: [`The lake holds nothing of ${place}${globalNote(wanted)}.`] }]
  if (!cell.classSeen)
    return [
      {
        ...whole,
        state: 'unknown',
        reasons: [`The lake holds no ${wanted.eventClass} event of ${place}; the trail may not record them.`],
      },
    ]
  const { from: first, to: end } = cell.bounds
  const holes: OpenHole[] = []
  const add = (from: number, to: number): void => {
    // A hole may reach over the first or the last delivery: it is known to be a gap only between them.
    holes.push(
      ...within(whole, {
        from,
        to: Math.min(to, first),
        state: 'unknown',
        reasons: [`The lake's ${cell.kind} of ${place} begin at ${isoTime(first)}.`],
      }),
      ...within(whole, {
        from: Math.max(from, first),
        to: Math.min(to, end),
        state: 'gap',
        reasons: [`No ${cell.kind} of ${place} were delivered here, though there are some before and after.`],
      }),
      ...within(whole, {
        from: Math.max(from, end),
        to,
        state: 'unknown',
        reasons: [`The lake's ${cell.kind} of ${place} end at ${isoTime(end)}.`],
      }),
    )
  }
  let covered = whole.from
  for (const span of cell.spans) {
    if (span.to <= covered || span.from >= whole.to) continue
    if (span.from > covered) add(covered, span.from)
    covered = span.to
  }
  if (covered < whole.to) add(covered, whole.to)
  return holes
}

/** The part of a hole that lies within the span, if any. */
export function within(span: Span, hole: OpenHole): OpenHole[] {
  const cut = { ...hole, from: Math.max(hole.from, span.from), to: Math.min(hole.to, span.to) }
  return cut.from < cut.to ? [cut] : []
}

const reasonsTold = 3

/** Holes that overlap become one, with the reasons of all; a gap outweighs what is merely unknown. */
export function mergeHoles(holes: readonly OpenHole[]): Hole[] {
  const merged: { from: number; to: number; state: State; reasons: Set<string> }[] = []
  for (const { from, to, state, reasons } of [...holes].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const before = merged.at(-1)
    if (before === undefined || from >= before.to) merged.push({ from, to, state, reasons: new Set(reasons) })
    else {
      before.to = Math.max(before.to, to)
      if (state === 'gap') before.state = state
      for (const reason of reasons) before.reasons.add(reason)
    }
  }
  return merged.map(({ reasons, ...hole }) => {
    const more = reasons.size - reasonsTold
    const told = [...reasons].slice(0, reasonsTold)
    return { ...hole, reason: [...told, ...(more > 0 ? [`And ${more} more of this kind.`] : [])].join(' ') }
  })
}
