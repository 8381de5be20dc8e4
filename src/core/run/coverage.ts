import { type IsoTime, isoTime, milliseconds, type Window } from '../time.ts'
import { type Cell, expectedCells, leftOutRegions } from './coverage-cells.ts'
import { baseHoles, coveredSpans, type Hole, mergeHoles, type Span, within } from './coverage-spans.ts'

/**
 * One list of states per account, region, hour and event class.
 * Of the design's six, `present`, `gap` and `unknown` are told so far.
 */
export type CoverageState = 'verified' | 'quiet' | 'present' | 'inferred' | 'gap' | 'unknown'

export interface CoverageGap {
  readonly account: string
  readonly region: string
  readonly eventClass: string
  readonly from: string
  readonly to: string
  readonly state: 'gap' | 'unknown'
  readonly reason: string
}

export interface Coverage {
  /** Every expected cell of the window is covered. */
  readonly complete: boolean
  readonly basis: 'ledger' | 'listing' | 'probe' | 'none'
  /** Up to this time of the window nothing is missing; null when the window's very start is not covered. */
  readonly through: string | null
  readonly window: Window | null
  readonly gaps: readonly CoverageGap[]
}

/** What the ledgers of a lake tell about deliveries. */
export interface CoverageFacts {
  /** Every account, region and event class that was ever delivered, with the times of its first and last event. */
  readonly seen: readonly {
    readonly account: string
    readonly region: string
    readonly eventClass: string
    readonly first: IsoTime
    readonly last: IsoTime
  }[]
  /** Hours (their first second), at least those judged, in which that account and region delivered events of that class. */
  readonly present: readonly {
    readonly account: string
    readonly region: string
    readonly eventClass: string
    readonly hour: IsoTime
  }[]
  /** The latest delivery of a log file for each account and region whose files tell it by their names. */
  readonly delivered: readonly { readonly account: string; readonly region: string; readonly at: IsoTime }[]
  /** Times in which files or records are known to be unreadable; null stands for any account, any region, any time. */
  readonly damaged: readonly {
    readonly account: string | null
    readonly region: string | null
    readonly from: IsoTime | null
    readonly to: IsoTime | null
    readonly reason: string
  }[]
}

/** What is asked of the lake. Queries read from `earliest` on, which is the window's start where there is no lookback. */
export interface CoverageScope {
  readonly window: Window
  readonly earliest?: IsoTime
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
}

/** The event classes that a question needs when it does not say: what every trail records by default. */
export const defaultNeeds: readonly string[] = ['management:read', 'management:write']

/**
 * Whether the lake can speak for everything that queries of the scope read: from `earliest` to the window's end.
 *
 * Judged are cells of account, region and class, see `expectedCells`; in each the hours with deliveries, see `coveredSpans`.
 * What is not covered is a `gap` between deliveries and `unknown` outside of them. Damaged input makes gaps of its own.
 * The rules and what they cannot see: docs/adr/0008-coverage.md.
 */
export function judgeCoverage(facts: CoverageFacts, scope: CoverageScope, needs: readonly string[]): Coverage {
  const { window } = scope
  if (facts.seen.length === 0) return nothingCovered(window)
  const needed = needs.length === 0 ? defaultNeeds : needs
  const from = Math.min(milliseconds(window.from), milliseconds(scope.earliest ?? window.from))
  const whole: Span = { from, to: milliseconds(window.to) }
  const spansOf = coveredSpans(facts)
  const everywhere = facts.damaged.filter(isEverywhere)
  const somewhere = facts.damaged.filter((row) => !isEverywhere(row))
  const gaps: CoverageGap[] = []
  const add = (cell: Cell, holes: readonly Hole[]): void => {
    for (const hole of holes.flatMap((one) => withoutLookback(one, window)))
      gaps.push({ ...cell, from: isoTime(hole.from), to: isoTime(hole.to), state: hole.state, reason: hole.reason })
  }

  add(
    { account: '*', region: '*', eventClass: '*' },
    mergeHoles(everywhere.map(({ reason }) => ({ ...whole, state: 'gap', reasons: [reason] }))),
  )
  for (const { account, region, reason } of leftOutRegions(facts, scope, needed))
    add({ account, region, eventClass: 'management:*' }, [{ ...whole, state: 'unknown', reason }])
  for (const cell of expectedCells(facts, scope, needed)) {
    const damage = somewhere.filter(
      (row) =>
        (row.account === null || cell.account === '*' || row.account === cell.account) &&
        (row.region === null || cell.region === '*' || row.region === cell.region),
    )
    const holes = damage.flatMap((row) =>
      within(whole, {
        from: row.from === null ? whole.from : milliseconds(row.from),
        to: row.to === null ? whole.to : milliseconds(row.to),
        state: 'gap' as const,
        reasons: [row.reason],
      }),
    )
    add(cell, mergeHoles([...baseHoles(cell, spansOf(cell), whole), ...holes]))
  }
  const through = gaps.reduce((least, gap) => (gap.to > window.from && gap.from < least ? gap.from : least), window.to)
  return {
    complete: gaps.length === 0,
    basis: 'ledger',
    through: through > window.from ? through : null,
    window,
    gaps,
  }
}

const isEverywhere = (row: CoverageFacts['damaged'][number]): boolean =>
  row.account === null && row.region === null && row.from === null && row.to === null

/** The part of a hole before the window says so: a reader would look for it in the window. */
function withoutLookback(hole: Hole, window: Window): Hole[] {
  const start = milliseconds(window.from)
  if (hole.from >= start) return [hole]
  const before = {
    ...hole,
    to: Math.min(hole.to, start),
    reason: `This lies in the lookback, before the window, where queries look too. ${hole.reason}`,
  }
  return hole.to <= start ? [before] : [before, { ...hole, from: start }]
}

/** The coverage of an empty lake. */
export function nothingCovered(window: Window): Coverage {
  const gap: CoverageGap = {
    account: '*',
    region: '*',
    eventClass: '*',
    ...window,
    state: 'unknown',
    reason: 'The lake is empty.',
  }
  return { complete: false, basis: 'ledger', through: null, window, gaps: [gap] }
}
