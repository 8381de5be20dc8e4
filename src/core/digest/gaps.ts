/** Times of which no digest speaks. */
import { inOrder, type Span, without } from '../run/coverage-spans.ts'
import { hour, type IsoTime, isoTime, milliseconds } from '../time.ts'
import { type GapFault, gapFault } from './faults.ts'
import type { Node } from './nodes.ts'
import { isValid } from './signatures.ts'

export interface Gap extends GapFault {
  /** Null: nobody knows since when. */
  readonly from: IsoTime | null
  readonly to: IsoTime
}

/** Times of delivery; null for as far as the digests go. */
export interface Range {
  readonly from: IsoTime | null
  readonly to: IsoTime | null
}

/** Digests are delivered every hour, and soon after it. */
const patience = 2 * hour

type Window = Span & { readonly node: Node }

/**
 * @param nodes of one place
 * @param latest the newest delivery of a log file there
 */
export function gapsOf(nodes: readonly Node[], range: Range, latest: IsoTime | undefined): Gap[] {
  const windows = nodes.flatMap(windowOf).sort((a, b) => a.from - b.from || a.to - b.to)
  const backfilled = inOrder(windows.filter(({ node }) => node.name?.backfill === true && isValid(node)))
  const regular = windows.filter(({ node }) => node.name?.backfill !== true)
  const main = regular.length === 0 ? windows : regular
  const first = main[0]
  if (first === undefined) return []
  const holes: (Span & { readonly fault: GapFault })[] = []
  for (const chain of chainsOf(main)) holes.push(...holesIn(chain))
  // One trail's chain may end and another's begin later.
  for (const hole of holesIn(main)) if (holes.length === 0 || !covers(holes, hole)) holes.push(hole)
  const end = Math.max(...main.map(({ to }) => to))
  const newest = latest === undefined ? end : milliseconds(latest)
  const isLate = newest > end + patience
  if (isLate) holes.push({ from: end, to: newest, fault: gapFault('late') })
  const reach = isLate ? newest : end
  if (range.to !== null && milliseconds(range.to) > reach)
    holes.push({ from: reach, to: milliseconds(range.to), fault: gapFault('after') })
  if (range.from !== null && milliseconds(range.from) < first.from)
    holes.push({ from: milliseconds(range.from), to: first.from, fault: beforeFault(first.node) })
  const cut = holes
    .flatMap((hole) => without(hole, backfilled))
    .flatMap((hole) => inRange(hole, range))
    .sort((a, b) => a.from - b.from || a.to - b.to)
    .map(({ from, to, fault }): Gap => ({ ...fault, from: isoTime(from), to: isoTime(to) }))
  if (range.from !== null) return cut
  const begun = [...chainsOf(windows)].flatMap(([start]) =>
    start !== undefined && goesBack(start.node) ? [start] : [],
  )
  return [...begun.map(({ from }) => ({ ...gapFault('goes-back'), from: null, to: isoTime(from) })), ...cut]
}

const goesBack = ({ digest, previous }: Node): boolean => digest?.previous != null && previous === undefined

/** The predecessor is known to have been there, in the time that was asked for. */
const beforeFault = (first: Node): GapFault => gapFault(goesBack(first) ? 'missing-digest' : 'before')

const windowOf = (node: Node): Window[] =>
  node.from === null ? [] : [{ from: milliseconds(node.from), to: milliseconds(node.to), node }]

function chainsOf(windows: readonly Window[]): Iterable<readonly Window[]> {
  const chains = new Map<string, Window[]>()
  for (const window of windows) {
    const key = window.node.name?.chain ?? ''
    const chain = chains.get(key)
    if (chain === undefined) chains.set(key, [window])
    else chain.push(window)
  }
  return chains.values()
}

function holesIn(chain: readonly Window[]): (Span & { readonly fault: GapFault })[] {
  const holes: (Span & { readonly fault: GapFault })[] = []
  let reach: number | undefined
  for (const { from, to, node } of chain) {
    if (reach !== undefined && from > reach) holes.push({ from: reach, to: from, fault: faultBefore(node) })
    reach = Math.max(reach ?? to, to)
  }
  return holes
}

const faultBefore = ({ digest, previous }: Node): GapFault =>
  !digest?.previous ? gapFault('no-digest') : gapFault(previous === undefined ? 'missing-digest' : 'unread-digest')

const covers = (holes: readonly Span[], { from, to }: Span): boolean =>
  holes.some((hole) => hole.from <= from && hole.to >= to)

function inRange<T extends Span>(span: T, { from, to }: Range): T[] {
  const cut = {
    ...span,
    from: Math.max(span.from, from === null ? span.from : milliseconds(from)),
    to: Math.min(span.to, to === null ? span.to : milliseconds(to)),
  }
  return cut.from < cut.to ? [cut] : []
}
