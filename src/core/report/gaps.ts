/** Gaps told in few words: those that differ in one respect only are told together, and nothing is claimed that no gap says. */
import type { Coverage, CoverageGap } from '../run/coverage.ts'
import type { Window } from '../time.ts'
import { plural } from './text.ts'

/** Every class of every account in every Region lacks every one of these times. `*` stands for all there are. */
export interface GapGroup {
  readonly state: CoverageGap['state']
  readonly classes: readonly string[]
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  readonly spans: readonly Window[]
  readonly reason: string
}

type Dimension = 'classes' | 'regions' | 'accounts' | 'spans'
type Draft = Pick<GapGroup, 'state' | Dimension> & { readonly template: string }

/** In the order of the gaps. */
export function groupGaps(gaps: readonly CoverageGap[]): readonly GapGroup[] {
  let drafts: readonly Draft[] = gaps.map((gap) => ({
    state: gap.state,
    classes: [gap.eventClass],
    accounts: [gap.account],
    regions: [gap.region],
    spans: [{ from: gap.from, to: gap.to }],
    template: templateOf(gap),
  }))
  for (const dimension of ['classes', 'regions', 'accounts', 'spans'] as const) drafts = mergeBy(drafts, dimension)
  return drafts.map(({ template, ...draft }) => {
    const group = { ...draft, spans: joinedSpans(draft.spans) }
    return { ...group, reason: filled(template, group) }
  })
}

/** Runbooks that look back for different times tell the same gap with different starts. */
function joinedSpans(spans: readonly Window[]): readonly Window[] {
  const joined: Window[] = []
  for (const span of [...spans].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = joined.at(-1)
    if (last === undefined || span.from > last.to) joined.push(span)
    else joined[joined.length - 1] = { from: last.from, to: span.to > last.to ? span.to : last.to }
  }
  return joined
}

function mergeBy(drafts: readonly Draft[], dimension: Dimension): readonly Draft[] {
  const groups = new Map<string, Map<string, unknown> & { first?: Draft }>()
  for (const draft of drafts) {
    const key = JSON.stringify({ ...draft, [dimension]: [] })
    const members: Map<string, unknown> & { first?: Draft } =
      groups.get(key) ?? Object.assign(new Map(), { first: draft })
    for (const member of draft[dimension]) members.set(JSON.stringify(member), member)
    groups.set(key, members)
  }
  return [...groups.values()].map((members) => ({ ...members.first!, [dimension]: [...members.values()] }) as Draft)
}

// Letters of the private use area: no reason holds them.
const marks = { account: '\ue000', region: '\ue001', eventClass: '\ue002', from: '\ue003', to: '\ue004' } as const

/** A reason without the names and times of its gap, so that the same reason of other gaps is the same text. */
export function templateOf(gap: CoverageGap): string {
  let text = gap.reason
  for (const name of ['account', 'region', 'eventClass', 'from', 'to'] as const) {
    if (gap[name] !== '' && gap[name] !== '*') text = text.replaceAll(gap[name], marks[name])
  }
  return text
}

/** The template with what is the same for all. */
export function filled(template: string, { accounts, regions, classes, spans }: Pick<GapGroup, Dimension>): string {
  const one = (values: readonly string[], many: string): string => (values.length === 1 ? values[0]! : many)
  const accountText = accounts.length === 1 ? `account ${accounts[0]}` : 'these accounts'
  return template
    .replaceAll(`account ${marks.account}`, accountText)
    .replaceAll(marks.account, one(accounts, 'these accounts'))
    .replaceAll(marks.region, one(regions, 'these Regions'))
    .replaceAll(marks.eventClass, one(classes, 'such'))
    .replaceAll(
      marks.from,
      one(
        spans.map(({ from }) => from),
        'the start of these times',
      ),
    )
    .replaceAll(
      marks.to,
      one(
        spans.map(({ to }) => to),
        'the end of these times',
      ),
    )
}

/** What is missing: `management:read of account 111122223333 in us-east-1`. */
export function gapPlace({ classes, accounts, regions }: GapGroup): string {
  const named = (values: readonly string[]): readonly string[] =>
    values.filter((value) => value !== '*' && value !== '')
  const which = [
    named(classes).length === 0 ? 'everything' : joined(named(classes), 4, 'class', 'classes'),
    ...(named(accounts).length === 0
      ? []
      : [`of ${accounts.length === 1 ? 'account' : 'accounts'} ${joined(accounts, 3, 'account')}`]),
    ...(named(regions).length === 0 ? [] : [`in ${joined(regions, 4, 'Region')}`]),
  ]
  return which.join(' ')
}

export function gapTimes({ spans }: GapGroup): string {
  const shown = spans.slice(0, 3).map(({ from, to }) => `${from} to ${to}`)
  const more = spans.length - shown.length
  return [...shown, ...(more > 0 ? [plural(more, 'more time')] : [])].join('; ')
}

export const gapText = (group: GapGroup): string => `${gapPlace(group)}, ${gapTimes(group)}: ${group.reason}`

function joined(values: readonly string[], most: number, one: string, many = `${one}s`): string {
  if (values.length <= most) return conjunction(values)
  return conjunction([...values.slice(0, most - 1), plural(values.length - most + 1, `more ${one}`, `more ${many}`)])
}

export const conjunction = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`

/** Not complete, though no gap says why. */
export const isUnexplained = (coverage: Coverage): boolean => !coverage.complete && coverage.gaps.length === 0

export const unexplained = 'Nobody knows whether all logs of this window are here.'
