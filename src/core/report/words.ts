/** The sentences that all renderers share, so that an answer says the same wherever it is read. */
import type { Coverage, CoverageState } from '../run/coverage.ts'
import type { Finding } from '../run/findings.ts'
import type { RunResult, StepResult, Todo } from '../run/result.ts'
import { type Severity, severities } from '../run/severity.ts'
import type { Verdict } from '../run/verdict.ts'
import type { WindowOrigin } from '../run/window.ts'
import type { Window } from '../time.ts'
import { cellText, plural } from './text.ts'

export type Run = RunResult['runs'][number]

/** Anything that has a verdict: one run, or all of them. */
export interface Judged {
  readonly verdict: Verdict
  readonly complete: boolean
  readonly findings: readonly Finding[]
  readonly runs: readonly Run[]
}

/** One run of a result as a whole of its own. */
export const judgedRun = (run: Run, { findings }: Pick<RunResult, 'findings'>): Judged => ({
  verdict: run.verdict,
  complete: run.complete,
  findings: findings.filter((finding) => finding.runbook === run.runbook),
  runs: [run],
})

/** The verdict with its reason, in a sentence or two. */
export function verdictText(judged: Judged): string {
  const { verdict, findings, runs, complete } = judged
  switch (verdict) {
    case 'clear': {
      const open = runs.flatMap((run) => run.steps.filter((step) => step.todo !== undefined)).length
      const left = open === 0 ? '' : ` ${plural(open, 'step is', 'steps are')} yours to do.`
      return `Nothing found, and everything that was expected could be seen.${left}`
    }
    case 'inconclusive':
      return 'Nothing found, but not everything could be seen.'
    case 'findings': {
      const more = complete ? '' : ' There may be more: not everything could be seen.'
      return `${plural(findings.length, 'finding')}: ${countBySeverity(findings)}.${more}`
    }
    case 'failed': {
      const steps = runs.flatMap((run) => run.steps.filter((step) => step.status === 'failed'))
      const found = findings.length === 0 ? '' : ` ${plural(findings.length, 'finding')} so far.`
      return `${plural(steps.length, 'step')} could not be carried out.${found}`
    }
  }
}

/** The most severe first; severities without findings are left out. */
export const severityCounts = (
  findings: readonly { readonly severity: Severity }[],
): readonly { readonly severity: Severity; readonly count: number }[] =>
  [...severities]
    .reverse()
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)

export const countBySeverity = (findings: readonly { readonly severity: Severity }[]): string =>
  severityCounts(findings)
    .map(({ severity, count }) => `${count} ${severity}`)
    .join(', ')

const origins: Record<WindowOrigin, string> = {
  explicit: 'as asked for',
  logs: 'the span of the given logs',
  runbook: "the runbook's own",
  default: 'the default',
}

export const windowText = (window: Window, origin: WindowOrigin): string =>
  `${window.from} to ${window.to} (${origins[origin]})`

const bases: Record<Coverage['basis'], string> = {
  ledger: 'what was stored',
  listing: 'a listing of the log files',
  probe: 'counts of events',
  none: 'nothing that could be checked',
}

function notClear({ window, gaps }: Coverage): string {
  const isBefore = window !== null && gaps.length > 0 && gaps.every(({ to }) => to <= window.from)
  return isBefore ? 'the window is covered, the lookback before it is not' : 'nothing in this window is covered'
}

/** The watermark, and whether anything is missing. `asOf` is when the answer was given. */
export function coverageText(coverage: Coverage, asOf?: string): string {
  const then = asOf === undefined ? '' : `, as of ${asOf}`
  const through = coverage.through === null ? notClear(coverage) : `clear through ${coverage.through}`
  const gaps = coverage.complete
    ? 'no gaps'
    : coverage.gaps.length === 0
      ? 'not complete'
      : plural(coverage.gaps.length, 'gap')
  const expected =
    coverage.expected === undefined
      ? ''
      : ` against ${coverage.expected === 'inventory' ? 'the inventory' : 'what was seen'}`
  return `${through}${then}; ${gaps}, judged by ${bases[coverage.basis]}${expected}`
}

const needStates = { met: 'met', partial: 'partly met', unmet: 'not met' } as const

/** What the question needs, each with its state and, where it lacks something, why. */
export const needTexts = (coverage: Coverage): readonly string[] =>
  (coverage.needs ?? []).map(
    ({ need, state, reason }) => `${need} ${needStates[state]}${reason === null ? '' : `: ${reason}`}`,
  )

/** `management:write met, data:s3 not met`. */
export const needsText = (coverage: Coverage): string =>
  (coverage.needs ?? []).map(({ need, state }) => `${need} ${needStates[state]}`).join(', ')

/** In the order in which they are told. */
const stateNames: Readonly<Record<CoverageState, string>> = {
  verified: 'verified',
  quiet: 'quiet',
  present: 'present',
  inferred: 'inferred',
  gap: 'missing',
  unknown: 'unknown',
}

export interface HoursOfState {
  readonly state: CoverageState
  readonly name: string
  readonly hours: number
}

/** Hours of accounts, Regions and classes by state; states that do not occur are left out. */
export const coverageHours = ({ hours }: Coverage): readonly HoursOfState[] =>
  hours === undefined
    ? []
    : (Object.keys(stateNames) as CoverageState[]).flatMap((state) =>
        hours[state] > 0 ? [{ state, name: stateNames[state], hours: hours[state] }] : [],
      )

export const hoursText = (coverage: Coverage): string =>
  coverageHours(coverage)
    .map(({ name, hours }) => `${rounded(hours)} ${name}`)
    .join(', ')

const rounded = (hours: number): string => hours.toLocaleString('en-US', { maximumFractionDigits: hours < 10 ? 1 : 0 })

export function stepStatusText(step: StepResult): string {
  switch (step.status) {
    case 'done':
      return plural(step.rowCount, step.kind === 'ask' ? 'answer' : 'row')
    case 'skipped':
      if (step.waitsFor !== undefined) return 'waits for an answer'
      return step.error === undefined ? 'not needed' : 'skipped'
    case 'failed':
      return 'failed'
    case 'not-run':
      return `${step.kind}: yours to do`
    case 'unanswered':
      return 'not answered'
  }
}

/** Rows that a step has and that are not shown, or not even kept. */
export function moreRowsText(step: Pick<StepResult, 'rowCount' | 'excluded'>, shown: number): readonly string[] {
  const more = step.rowCount - shown
  return [
    ...(more > 0 ? [`${plural(more, 'more row')}; --format json has all that were kept.`] : []),
    ...(step.excluded > 0 ? [`${plural(step.excluded, 'row')} left out by exclusions.`] : []),
  ]
}

/** Steps that are left to people, with their values, and whom to tell. */
export interface NextStep {
  readonly title: string
  readonly kind: string
  readonly todos: readonly Todo[]
  readonly meaning?: string
}

export const nextSteps = (run: Run): readonly NextStep[] => [
  ...run.steps.flatMap(({ title, kind, todo, meaning }) =>
    todo === undefined ? [] : [{ title, kind, todos: todo, ...(meaning !== undefined && { meaning }) }],
  ),
  ...run.escalations.map((todo) => ({ title: todo.title, kind: 'escalation', todos: [] })),
]

/** `title` is what stands above it already. */
export function todoText(todo: Todo, title: string): string {
  const values = Object.entries(todo.values)
    .map(([name, value]) => `${name}: ${cellText(value)}`)
    .join('; ')
  if (todo.title === title) return values
  return values === '' ? todo.title : `${todo.title}${/[.?!]$/.test(todo.title) ? ' ' : '; '}${values}`
}

/** `3 times; step changes`. */
export const findingPlace = (finding: Finding): string =>
  `${finding.count > 1 ? `${finding.count.toLocaleString('en-US')} times; ` : ''}step ${finding.step}`
