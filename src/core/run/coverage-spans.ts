/** Spans of time: cutting them, and making one hole of many. */

/** In milliseconds; `to` is excluded. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** `partial`: events of the class are here, though not all of them are recorded. */
export type HoleState = 'gap' | 'unknown' | 'partial'

export type Hole = Span & { readonly state: HoleState; readonly reason: string }

export type OpenHole = Span & { readonly state: HoleState; readonly reasons: readonly string[] }

/** The part of a span that lies within the other, if any. */
export function within<T extends Span>(whole: Span, span: T): T[] {
  const cut = { ...span, from: Math.max(span.from, whole.from), to: Math.min(span.to, whole.to) }
  return cut.from < cut.to ? [cut] : []
}

/** What is left of a span without the others, which are in order of their beginnings and ends. */
export function without<T extends Span>(span: T, others: readonly Span[]): T[] {
  const left: T[] = []
  let { from } = span
  for (let at = firstAfter(others, from); at < others.length && others[at]!.from < span.to; at++) {
    const other = others[at]!
    if (other.from > from) left.push({ ...span, from, to: other.from })
    from = Math.max(from, other.to)
  }
  return from < span.to ? [...left, { ...span, from }] : left
}

/** The first that ends later than the time: a year of pauses is searched for each of its pauses. */
function firstAfter(spans: readonly Span[], time: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.to > time) high = middle
    else low = middle + 1
  }
  return low
}

/** Spans in order, overlapping ones made one, as `without` needs them. */
export function inOrder(spans: readonly Span[]): Span[] {
  const ordered: { from: number; to: number }[] = []
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    const before = ordered.at(-1)
    if (before !== undefined && from <= before.to) before.to = Math.max(before.to, to)
    else ordered.push({ from, to })
  }
  return ordered
}

/** What lies in spans of both; each list is in order. */
export function both(some: readonly Span[], others: readonly Span[]): Span[] {
  const common: Span[] = []
  for (let a = 0, b = 0; a < some.length && b < others.length; ) {
    const [one, other] = [some[a]!, others[b]!]
    const span = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) }
    if (span.from < span.to) common.push(span)
    if (one.to < other.to) a++
    else b++
  }
  return common
}

/** Milliseconds of spans that may overlap. */
export const lengthOf = (spans: readonly Span[]): number =>
  inOrder(spans).reduce((total, { from, to }) => total + to - from, 0)

const reasonsTold = 3
const weight: Readonly<Record<HoleState, number>> = { partial: 0, unknown: 1, gap: 2 }

/**
 * Holes that overlap become one, with the reasons of all; a gap outweighs what is merely unknown. What is recorded in part
 * stays apart: it would swallow every gap of its time.
 */
export function mergeHoles(holes: readonly OpenHole[]): Hole[] {
  const partial = holes.filter(({ state }) => state === 'partial')
  return [...mergeOverlapping(partial), ...mergeOverlapping(holes.filter(({ state }) => state !== 'partial'))].sort(
    (a, b) => a.from - b.from || a.to - b.to,
  )
}

function mergeOverlapping(holes: readonly OpenHole[]): Hole[] {
  const merged: { from: number; to: number; state: HoleState; reasons: Set<string> }[] = []
  for (const { from, to, state, reasons } of [...holes].sort((a, b) => a.from - b.from || a.to - b.to)) {
    const before = merged.at(-1)
    if (before === undefined || from >= before.to) merged.push({ from, to, state, reasons: new Set(reasons) })
    else {
      before.to = Math.max(before.to, to)
      if (weight[state] > weight[before.state]) before.state = state
      for (const reason of reasons) before.reasons.add(reason)
    }
  }
  return merged.map(({ reasons, ...hole }) => {
    const more = reasons.size - reasonsTold
    const told = [...reasons].slice(0, reasonsTold)
    return { ...hole, reason: [...told, ...(more > 0 ? [`And ${more} more of this kind.`] : [])].join(' ') }
  })
}
