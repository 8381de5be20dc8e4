/** Gaps in as few words as they can be told: one part for each kind of reason, before the window and in it. */
import { type Coverage, type CoverageGap, lookbackNote } from '../run/coverage.ts'
import { hour, milliseconds } from '../time.ts'
import { filled, type GapGroup, gapPlace, templateOf } from './gaps.ts'
import { plural } from './text.ts'

/** Classes, accounts and Regions are those that occur among the gaps: not each of them lacks all of it. */
export interface GapSummary extends GapGroup {
  readonly count: number
  /** Hours of all its accounts, Regions and classes together; what several runbooks lack counts once. */
  readonly hours: number
  readonly inLookback: boolean
  /** The same for what is missing for the same reason. */
  readonly kind: string
}

/** What lacks the most hours first, the window before its lookback. */
export function summariseGaps({ gaps, window }: Coverage): readonly GapSummary[] {
  const kinds = new Map<string, CoverageGap[]>()
  for (const gap of gaps) {
    const inLookback = window !== null && gap.to <= window.from
    const kind = JSON.stringify([inLookback, gap.state, templateOf(gap)])
    const alike = kinds.get(kind)
    if (alike === undefined) kinds.set(kind, [gap])
    else alike.push(gap)
  }
  return [...kinds].map(([kind, alike]) => summary(kind, alike)).sort(byWeight)
}

const byWeight = (a: GapSummary, b: GapSummary): number =>
  Number(a.inLookback) - Number(b.inLookback) || b.hours - a.hours

function summary(kind: string, alike: readonly CoverageGap[]): GapSummary {
  const [inLookback, state, template] = JSON.parse(kind) as [boolean, GapGroup['state'], string]
  const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort()
  const times = alike.flatMap(({ from, to }) => [from, to]).sort()
  const group = {
    state,
    classes: distinct(alike.map(({ eventClass }) => eventClass)),
    accounts: distinct(alike.map(({ account }) => account)),
    regions: distinct(alike.map(({ region }) => region)),
    spans: [{ from: times[0]!, to: times.at(-1)! }],
  }
  const reason = filled(template, group).replace(lookbackNote, '').trim()
  return { ...group, reason, inLookback, kind: template.replace(lookbackNote, '').trim(), ...extent(alike) }
}

/** Gaps of one cell that touch or overlap are one. */
function extent(gaps: readonly CoverageGap[]): Pick<GapSummary, 'count' | 'hours'> {
  const ends = new Map<string, number>()
  let [count, length] = [0, 0]
  for (const { account, region, eventClass, ...gap } of [...gaps].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    const cell = JSON.stringify([account, region, eventClass])
    const [from, to] = [milliseconds(gap.from), milliseconds(gap.to)]
    const end = ends.get(cell) ?? Number.NEGATIVE_INFINITY
    if (from > end) count += 1
    length += Math.max(0, to - Math.max(from, end))
    ends.set(cell, Math.max(to, end))
  }
  return { count, hours: length / hour }
}

/** `12 gaps in management:read of account 111122223333 in us-east-1, 14 hours between … and …: reason`. */
export function gapSummaryText(one: GapSummary): string {
  const [{ from, to }] = one.spans as [GapGroup['spans'][number]]
  const lookback = one.inLookback ? 'Before the window, where queries look back: ' : ''
  const times =
    one.count === 1
      ? `${from} to ${to}`
      : `${one.count.toLocaleString('en-US')} times between ${from} and ${to}, ${plural(Math.round(one.hours), 'hour')} in all`
  return `${lookback}${gapPlace(one)}, ${times}: ${one.reason}`
}
