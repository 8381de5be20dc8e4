import { hour, type IsoTime, isoTime, milliseconds, second, type Window } from '../time.ts'

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
  /** The answer is clear through this time; null when nothing is covered. */
  readonly through: string | null
  readonly window: Window | null
  readonly gaps: readonly CoverageGap[]
}

/** What the ledgers of a lake tell about deliveries; hours are their first second. */
export interface CoverageFacts {
  /** Every account, region and event class that was ever delivered, with its first and last hour. */
  readonly seen: readonly {
    readonly account: string
    readonly region: string
    readonly eventClass: string
    readonly first: IsoTime
    readonly last: IsoTime
  }[]
  /** Hours, at least those of the window, in which that account and region delivered anything. */
  readonly present: readonly { readonly account: string; readonly region: string; readonly hour: IsoTime }[]
  /** Times in which files or records are known to be unreadable; null account and region stand for any. */
  readonly damaged: readonly {
    readonly account: string | null
    readonly region: string | null
    readonly from: IsoTime
    readonly to: IsoTime
    readonly reason: string
  }[]
  /** The last event's or the last delivery's time, whichever is later; null in an empty lake. */
  readonly last: IsoTime | null
}

/** What is expected of one account, region and class, and what is there. */
interface Expectation {
  readonly account: string
  readonly region: string
  readonly eventClass: string
}

interface Span {
  readonly from: number
  readonly to: number
}

type Hole = Span & { readonly state: 'gap' | 'unknown'; readonly reason: string }

/** The event classes that a question needs when it does not say: what every trail records by default. */
export const defaultNeeds: readonly string[] = ['management:read', 'management:write']

/**
 * Which part of the window the lake can speak for.
 *
 * Expected is every account with every region, of those seen in the lake or named by the scope, in every hour of the window
 * and for every class that is needed. A cell is present when that account and region delivered anything in the hour and the
 * class was ever seen there (for a management class: any management event). Otherwise it is a `gap` between deliveries, and
 * `unknown` before the first, after the last, or where the class was never seen.
 */
export function judgeCoverage(
  facts: CoverageFacts,
  scope: { readonly window: Window; readonly accounts: readonly string[]; readonly regions: readonly string[] },
  needs: readonly string[],
): Coverage {
  const { window } = scope
  if (facts.seen.length === 0) return nothingCovered(window)
  const seen = groupBy(facts.seen, ({ account, region }) => pair(account, region))
  const expected = expectations(facts, scope, needs.length === 0 ? defaultNeeds : needs)
  const whole: Span = { from: milliseconds(window.from), to: milliseconds(window.to) }
  const hours = presentHours(facts)
  const gaps: CoverageGap[] = []
  let through =
    facts.last === null ? whole.from : Math.max(whole.from, Math.min(whole.to, milliseconds(facts.last) + second))
  for (const expectation of expected) {
    const holes = holesOf(expectation, { seen, hours, damaged: facts.damaged }, whole)
    if (holes.length > 0) through = Math.min(through, Math.min(...holes.map(({ from }) => from)))
    for (const { from, to, state, reason } of holes)
      gaps.push({ ...expectation, from: isoTime(from), to: isoTime(to), state, reason })
  }
  return {
    complete: gaps.length === 0,
    basis: 'ledger',
    through: through > whole.from ? isoTime(through) : null,
    window,
    gaps,
  }
}

const pair = (account: string, region: string): string => `${account} ${region}`
const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()

function expectations(
  facts: CoverageFacts,
  scope: { readonly accounts: readonly string[]; readonly regions: readonly string[] },
  needs: readonly string[],
): Expectation[] {
  // Events that name no account say nothing of an account's deliveries; they count where there is nothing better.
  const named = facts.seen.filter(({ account }) => account !== '')
  const seen = named.length > 0 ? named : facts.seen
  const accounts = scope.accounts.length > 0 ? unique(scope.accounts) : unique(seen.map(({ account }) => account))
  const regions = scope.regions.length > 0 ? unique(scope.regions) : unique(seen.map(({ region }) => region))
  const orAny = (names: readonly string[]): readonly string[] => (names.length === 0 ? ['*'] : names)
  return orAny(accounts).flatMap((account) =>
    orAny(regions).flatMap((region) => needs.map((eventClass) => ({ account, region, eventClass }))),
  )
}

function presentHours(facts: CoverageFacts): ReadonlyMap<string, readonly number[]> {
  const groups = groupBy(facts.present, ({ account, region }) => pair(account, region))
  return new Map(
    [...groups].map(([key, rows]) => [key, rows.map((row) => milliseconds(row.hour)).sort((a, b) => a - b)]),
  )
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group === undefined) groups.set(keyOf(row), [row])
    else group.push(row)
  }
  return groups
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

interface Deliveries {
  readonly seen: ReadonlyMap<string, CoverageFacts['seen']>
  readonly hours: ReadonlyMap<string, readonly number[]>
  readonly damaged: CoverageFacts['damaged']
}

function holesOf(expectation: Expectation, deliveries: Deliveries, whole: Span): Hole[] {
  const { account, region, eventClass } = expectation
  const where = `${account === '*' ? 'any account' : account === '' ? 'events without an account' : `account ${account}`} in ${region === '*' ? 'any region' : region || 'no region'}`
  const seen = deliveries.seen.get(pair(account, region)) ?? []
  if (seen.length === 0) return [{ ...whole, state: 'unknown', reason: `The lake holds nothing of ${where}.` }]
  if (!seen.some((row) => sameClass(row.eventClass, eventClass)))
    return [
      {
        ...whole,
        state: 'unknown',
        reason: `No ${eventClass} event of ${where} was ever delivered; its trail may not record them.`,
      },
    ]

  const first = Math.min(...seen.map((row) => milliseconds(row.first)))
  const end = Math.max(...seen.map((row) => milliseconds(row.last))) + hour
  const holes: Hole[] = []
  const add = (from: number, to: number): void => {
    // A hole may reach over the first or the last delivery: it is known to be a gap only between them.
    for (const [a, b, state, reason] of [
      [from, Math.min(to, first), 'unknown', `The lake holds nothing of ${where} before ${isoTime(first)}.`],
      [
        Math.max(from, first),
        Math.min(to, end),
        'gap',
        `Nothing of ${where} was delivered, though there is something before and after.`,
      ],
      [Math.max(from, end), to, 'unknown', `The lake holds nothing of ${where} from ${isoTime(end)} on.`],
    ] as const)
      if (a < b) holes.push({ from: a, to: b, state, reason })
  }
  let covered = whole.from
  for (const start of deliveries.hours.get(pair(account, region)) ?? []) {
    if (start + hour <= covered || start >= whole.to) continue
    if (start > covered) add(covered, start)
    covered = start + hour
  }
  if (covered < whole.to) add(covered, whole.to)
  for (const row of deliveries.damaged) {
    if ((row.account !== null && row.account !== account) || (row.region !== null && row.region !== region)) continue
    const from = Math.max(whole.from, milliseconds(row.from))
    const to = Math.min(whole.to, milliseconds(row.to))
    if (from < to) holes.push({ from, to, state: 'gap', reason: row.reason })
  }
  return holes.sort((a, b) => a.from - b.from || a.to - b.to)
}

const sameClass = (seen: string, needed: string): boolean =>
  seen === needed || (seen.startsWith('management:') && needed.startsWith('management:'))
