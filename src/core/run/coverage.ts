import { type IsoTime, isoTime, milliseconds, minute, type Window } from '../time.ts'
import { attestedJudge } from './coverage-attested.ts'
import { expectedCells, leftOutRegions, periodOf, unknownAccounts } from './coverage-cells.ts'
import { damageElsewhere, damageHoles, isDamageOf, isEverywhere } from './coverage-damage.ts'
import { type DeliveryJudge, deliveryJudge } from './coverage-deliveries.ts'
import type { CoverageFacts } from './coverage-facts.ts'
import { historyLimits, sweptSpans, unsweptHoles } from './coverage-history.ts'
import { type CoverageState, coverageStates, type StateHours, statesOf } from './coverage-hours.ts'
import { type NeedCoverage, needsOf } from './coverage-needs.ts'
import { type Cell, isManagement } from './coverage-place.ts'
import { type RecordingQuestion, recordedOf } from './coverage-recording.ts'
import {
  type Hole,
  type HoleState,
  inOrder,
  mergeHoles,
  type OpenHole,
  type Span,
  within,
  without,
} from './coverage-spans.ts'
import { trailHistory } from './trail-history.ts'

export interface CoverageGap {
  readonly account: string
  readonly region: string
  readonly eventClass: string
  readonly from: string
  readonly to: string
  /** `partial`: events of the class are here, though not all of them are recorded. */
  readonly state: HoleState
  readonly reason: string
}

export interface Coverage {
  /** Every expected cell of the window is covered. */
  readonly complete: boolean
  readonly basis: 'ledger' | 'listing' | 'probe' | 'none'
  /** Up to this time of the window nothing is missing; null when its very start, or the lookback before it, is not covered. */
  readonly through: string | null
  readonly window: Window | null
  readonly gaps: readonly CoverageGap[]
  /** What the question needs, and how far the lake has it. */
  readonly needs?: readonly NeedCoverage[]
  /** Hours of all judged accounts, regions and classes together, by state; of several runs those of each, added up. */
  readonly hours?: StateHours
  /** Where what is expected comes from: the configured inventory, or merely what was seen. */
  readonly expected?: 'inventory' | 'seen'
  /** What the data cannot hold by its nature, as the end of a sentence. */
  readonly limits?: string
}

/** What is asked of the lake. Queries read from `earliest` on, which is the window's start where there is no lookback. */
export interface CoverageScope {
  readonly window: Window
  readonly earliest?: IsoTime
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  /** As `eventSource` names them; empty for all. */
  readonly services?: readonly string[]
}

/** The event classes that a question needs when it does not say: what every trail records by default. */
const defaultNeeds: readonly string[] = ['management:read', 'management:write']

/**
 * Whether the lake can speak for everything that queries of the scope read: from `earliest` to the window's end.
 *
 * Judged are cells of account, region and class (`expectedCells`): by the rhythm of their deliveries (`deliveryJudge`), by what
 * trails recorded (`trailHistory`), and by what could not be read. The rules and what they cannot see: docs/adr/0008-coverage.md.
 */
export function judgeCoverage(facts: CoverageFacts, scope: CoverageScope, needs: readonly string[]): Coverage {
  const { window } = scope
  const needed = needs.length === 0 ? defaultNeeds : needs
  const from = Math.min(milliseconds(window.from), milliseconds(scope.earliest ?? window.from))
  const whole: Span = { from, to: milliseconds(window.to) }
  const gaps: CoverageGap[] = []
  const add = (cell: Cell, holes: readonly Hole[]): void => {
    for (const hole of holes.flatMap((one) => withoutLookback(one, window)))
      gaps.push({ ...cell, from: isoTime(hole.from), to: isoTime(hole.to), state: hole.state, reason: hole.reason })
  }

  const everywhere = facts.damaged
    .filter(isEverywhere)
    .map(({ reason }): OpenHole => ({ ...whole, state: 'gap', reasons: [reason] }))
  add(anything, mergeHoles(everywhere))
  for (const { account, region, reason } of leftOutRegions(facts, scope, needed))
    add({ account, region, eventClass: 'management:*' }, [{ ...whole, state: 'unknown', reason }])
  for (const { account, reason } of unknownAccounts(facts, scope))
    add({ account, region: '*', eventClass: '*' }, [{ ...whole, state: 'unknown', reason }])

  const judge = cellJudge(facts, scope, whole)
  const hours: Record<CoverageState, number> = { verified: 0, quiet: 0, present: 0, inferred: 0, gap: 0, unknown: 0 }
  const judged: { cell: Cell; whole: Span; holes: readonly Hole[] }[] = []
  const expected = expectedCells(facts, scope, needed)
  const elsewhere = damageElsewhere(facts, scope, expected)
  for (const { account, region, ...row } of elsewhere)
    add({ account, region, eventClass: '*' }, mergeHoles(damageHoles({ account, region, ...row }, whole)))
  for (const cell of expected)
    for (const own of within(whole, periodOf(facts, cell.account))) {
      const { holes, states } = judge(cell, own)
      judged.push({ cell, whole: own, holes })
      add(cell, holes)
      for (const state of coverageStates) hours[state] += states[state]
    }
  if (judged.length === 0) add(anything, nothingExpected(facts, whole))
  const told = gaps.reduce((least, gap) => (gap.from < least ? gap.from : least), window.to)
  return {
    complete: gaps.length === 0,
    basis: 'ledger',
    through: told > window.from ? told : null,
    window,
    gaps,
    needs: needsOf(needed, judged, [...everywhere, ...elsewhere.flatMap((row) => damageHoles(row, whole))]),
    hours: Object.fromEntries(coverageStates.map((state) => [state, Math.round(hours[state] * 100) / 100])) as Record<
      CoverageState,
      number
    >,
    expected: facts.inventory !== undefined && facts.inventory.accounts.length > 0 ? 'inventory' : 'seen',
    ...(facts.history?.only === true && { limits: historyLimits(facts.history) }),
  }
}

const anything: Cell = { account: '*', region: '*', eventClass: '*' }

/** Files that could not be read are all that is known of such a lake. */
function nothingExpected(facts: CoverageFacts, whole: Span): Hole[] {
  const damage = facts.damaged.filter((row) => !isEverywhere(row)).flatMap((row) => damageHoles(row, whole))
  const reasons =
    facts.deliveries.length > 0
      ? ['Nothing is expected here: the inventory has no account of the scope at this time.']
      : [`The ${facts.holder ?? 'lake'} holds no events.`]
  return mergeHoles([{ ...whole, state: 'unknown', reasons }, ...damage])
}

interface JudgedCell {
  readonly holes: readonly Hole[]
  readonly states: StateHours
}

function cellJudge(facts: CoverageFacts, scope: CoverageScope, judged: Span): (cell: Cell, whole: Span) => JudgedCell {
  const deliveries = deliveryJudge(facts)
  const attestedOf = attestedJudge(facts)
  const damaged = facts.damaged.filter((row) => !isEverywhere(row))
  const question: RecordingQuestion = {
    history: trailHistory(facts),
    whole: judged,
    configured: (facts.inventory?.trails.length ?? 0) > 0,
    services: scope.services ?? [],
  }
  return (cell, whole) => {
    const gone = damaged.filter((row) => row.removed && isDamageOf(row, cell)).flatMap((row) => damageHoles(row, whole))
    if (facts.history?.only === true) {
      const holes = mergeHoles([...unsweptHoles(facts.history, cell, whole), ...gone])
      return {
        holes,
        states: statesOf(whole, {
          holes,
          seen: { holes: [], ofClass: [], ofResources: [], inferred: [] },
          attested: [],
        }),
      }
    }
    const recorded = recordedOf(cell, { ...question, whole })
    const isAll = recorded.every(({ amount }) => amount === 'all')
    const attested = attestedOf.spans(cell, whole, question.configured && isAll)
    const isSeen = deliveries.isClassSeen(cell)
    // Of a class that nobody ever saw, trails' own events prove nothing: they may be those of a trail that does not feed this lake.
    const isToldAll = !isManagement(cell.eventClass) && (isSeen || question.configured) && isAll
    const seen = deliveries.judge(cell, whole, isToldAll)
    const recording = recordingHoles(cell, whole, {
      deliveries,
      recorded,
      isKnown: isSeen || attested.length > 0,
      isOpened: facts.unopened !== true,
    })
    const damage = damaged
      .filter((row) => !row.removed && isDamageOf(row, cell))
      .flatMap((row) => damageHoles(row, whole))
    const speaksFor = inOrder(attested)
    const recordedFor = attestedOf.unchanged(cell, speaksFor)
    // CloudTrail itself gave every management event of these times, whatever trails recorded and files lost.
    const swept = sweptSpans(facts.history, cell)
    const holes = mergeHoles([
      ...[
        ...seen.holes.flatMap((hole) => without(hole, speaksFor)),
        ...seen.ofClass.flatMap((hole) => without(hole, recordedFor)),
        ...seen.ofResources,
        ...recording,
        ...damage,
      ].flatMap((hole) => without(hole, swept)),
      ...gone,
    ])
    return { holes, states: statesOf(whole, { holes, seen, attested }) }
  }
}

interface RecordingFacts {
  readonly deliveries: DeliveryJudge
  readonly recorded: ReturnType<typeof recordedOf>
  readonly isKnown: boolean
  readonly isOpened: boolean
}

/** What is still logged after a trail was stopped came before it. */
const afterglow = 15 * minute

/** Times of which trails are known to have recorded nothing, or not all; only the first counts for a class that nobody knows of. */
function recordingHoles(
  cell: Cell,
  whole: Span,
  { deliveries, recorded, isKnown, isOpened }: RecordingFacts,
): readonly OpenHole[] {
  return recorded.flatMap(({ amount, stopped, reasons, ...span }): OpenHole[] => {
    if (amount === 'none') {
      // Events that came all the same came by another trail, which nobody told us of.
      const later = { from: span.from + afterglow, to: span.to }
      return isOpened && deliveries.hasEvents(cell, later, stopped ? 'group' : 'class')
        ? []
        : within(whole, { ...span, state: 'gap', reasons })
    }
    if (!isKnown) return []
    if (amount === 'part') return within(whole, { ...span, state: 'partial', reasons })
    if (amount === 'all' || isManagement(cell.eventClass) || cell.eventClass === 'insight') return []
    return within(whole, {
      ...span,
      state: 'partial',
      reasons: [`Nothing tells which ${cell.eventClass} events the trail records.`],
    })
  })
}

export const lookbackNote = 'This lies in the lookback, before the window, where queries look too.'

/** The part of a hole before the window says so: a reader would look for it in the window. */
function withoutLookback(hole: Hole, window: Window): Hole[] {
  const start = milliseconds(window.from)
  if (hole.from >= start) return [hole]
  const before = {
    ...hole,
    to: Math.min(hole.to, start),
    reason: `${lookbackNote} ${hole.reason}`,
  }
  return hole.to <= start ? [before] : [before, { ...hole, from: start }]
}

/** The coverage of an empty lake. */
export function nothingCovered(window: Window): Coverage {
  const gap: CoverageGap = { ...anything, ...window, state: 'unknown', reason: 'The lake is empty.' }
  return { complete: false, basis: 'ledger', through: null, window, gaps: [gap] }
}
