/** The sentences that all renderers share, so that an answer says the same wherever it is read. */
import { type Cost, usdOf } from '../run/cost.ts'
import type { Coverage } from '../run/coverage.ts'
import type { CoverageState } from '../run/coverage-hours.ts'
import type { Finding } from '../run/findings.ts'
import {
  isBroken,
  type RunResult,
  type SkippedRunbook,
  type StepResult,
  type Todo,
  type ToldRun,
} from '../run/result.ts'
import { type Severity, severities } from '../run/severity.ts'
import type { Verdict } from '../run/verdict.ts'
import type { WindowOrigin } from '../run/window.ts'
import type { Window } from '../time.ts'
import { conjunction } from './gaps.ts'
import { closureOf, topRuns } from './runs-tree.ts'
import { bytesText, cellText, plural } from './text.ts'

export type Run = ToldRun

/** Anything that has a verdict: one run, or all of them. */
export interface Judged {
  readonly verdict: Verdict
  readonly complete: boolean
  readonly findings: readonly Finding[]
  readonly runs: readonly Run[]
  readonly skipped?: readonly SkippedRunbook[]
}

/** `$0.0123 by list prices, an estimate; $0.0021 of it to find out what the events cover`. */
export function costText({ usd, charges, basis }: Cost): string {
  const aside = usdOf(charges.filter((charge) => charge.for === 'coverage'))
  const part = aside === 0 ? '' : `; ${dollarsText(aside)} of it to find out what the events cover`
  return `${dollarsText(usd)} by ${basis}${part}`
}

/** Small amounts with as many digits as they have. */
export const dollarsText = (usd: number): string =>
  usd >= 0.01
    ? `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : `$${usd.toLocaleString('en-US', { maximumSignificantDigits: 2, maximumFractionDigits: 9 })}`

/** How much of the events queries looked at; empty where that is not known, or where it is too little for anybody to care. */
export function readText(
  reads: readonly { readonly queries: number; readonly bytes: number; readonly of: number }[],
): string {
  const [queries, bytes] = [sumOf(reads, 'queries'), sumOf(reads, 'bytes')]
  const of = Math.max(0, ...reads.map((read) => read.of))
  if (Math.max(of, bytes) < 1_000_000) return ''
  const each = queries > 1 ? ` on average by each of ${queries} queries` : ''
  const whole = of === 0 ? '' : ` of ${bytesText(of)}`
  return `${bytesText(Math.round(bytes / queries))}${whole} of events${each}`
}

const sumOf = (
  reads: readonly { readonly queries: number; readonly bytes: number }[],
  key: 'queries' | 'bytes',
): number => reads.reduce((total, read) => total + read[key], 0)

/** ` on <connection>` where several were asked. */
export const onConnection = (run: Pick<Run, 'connection'>, { connections }: Pick<RunResult, 'connections'>): string =>
  connections === undefined ? '' : ` on ${run.connection}`

/** What several connections said, those that gave no whole answer with the reason. */
export const connectionTexts = ({ connections = [] }: Pick<RunResult, 'connections'>): readonly string[] =>
  connections.map(
    ({ name, verdict, cost, error }) =>
      `${name}: ${verdict}${cost === undefined ? '' : `, ${costText(cost)}`}${error === undefined ? '' : ` (${error.message})`}`,
  )

/** One run of a result as a whole of its own, with the runs that its steps made. */
export function judgedRun(run: Run, result: Pick<RunResult, 'findings' | 'runs'>): Judged {
  const found = new Set(run.found)
  return {
    verdict: run.verdict,
    complete: run.complete,
    findings: result.findings.filter((finding) => found.has(finding.fingerprint)),
    runs: closureOf(run, result),
  }
}

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
      return `${plural(findings.length, 'finding')}: ${countBySeverity(findings)}${finders(judged)}.${more}`
    }
    case 'failed': {
      const steps = runs.flatMap((run) =>
        run.steps.filter((step) => step.status === 'failed' && !isOuter(step, run, runs)),
      )
      const found = findings.length === 0 ? '' : ` ${plural(findings.length, 'finding')} so far.`
      const broken = (judged.skipped ?? []).filter(isBroken).length
      const reasons = [
        ...(steps.length > 0 || broken === 0 ? [`${plural(steps.length, 'step')} could not be carried out.`] : []),
        ...(broken > 0
          ? [`${plural(broken, 'runbook')} could not be run for mistakes in ${broken === 1 ? 'it' : 'them'}.`]
          : []),
      ]
      return `${reasons.join(' ')}${found}`
    }
  }
}

/** It failed because a runbook that it ran did, whose own step is told. */
const isOuter = (step: StepResult, { runbook }: Run, runs: readonly Run[]): boolean =>
  runs.some(
    ({ calledBy, verdict }) => calledBy?.runbook === runbook && calledBy.step === step.id && verdict === 'failed',
  )

/** Which runbooks found it, where one run has findings of runbooks that its steps ran. */
function finders({ findings, runs }: Judged): string {
  const [first] = runs
  const others = new Set(runs.slice(1))
  const isOne = first !== undefined && topRuns({ runs: [...others] }).length === 0
  if (!isOne || findings.every(({ runbook }) => runbook === first.runbook)) return ''
  const names = [...new Set(findings.map(({ runbook }) => runbook))]
  const counted = names.map((name) => `${findings.filter(({ runbook }) => runbook === name).length} by ${name}`)
  return names.length === 1 ? `, found by ${names[0]}` : `; ${conjunction(counted)}`
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

const bases: Record<Exclude<Coverage['basis'], 'none'>, string> = {
  ledger: 'what was stored',
  listing: 'a listing of the log files',
  probe: 'counts of events',
}

function notClear({ window, gaps, hours }: Coverage): string {
  const isBare = hours !== undefined && hours.verified + hours.quiet + hours.present + hours.inferred === 0
  if (window === null || gaps.length === 0 || isBare) return 'nothing in this window is covered'
  if (gaps.every(({ to }) => to <= window.from)) return 'the window is covered, the lookback before it is not'
  const isWhole = gaps.some((gap) => gap.account === '*' && gap.from <= window.from && gap.to >= window.to)
  if (isWhole) return 'nothing in this window is covered'
  return gaps.some(({ from }) => from < window.from)
    ? 'neither the window nor the lookback before it is covered whole'
    : 'the beginning of this window is not covered'
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
  const limits = coverage.limits === undefined ? '' : `; ${coverage.limits}`
  const basis =
    coverage.basis === 'none'
      ? '; what is there could not be checked'
      : `, judged by ${bases[coverage.basis]}${expected}`
  return `${through}${then}; ${gaps}${basis}${limits}`
}

export const needStates = { met: 'met', partial: 'partly met', unmet: 'not met' } as const

/** What the question needs, each with its state and, where it lacks something, why. */
export const needTexts = (coverage: Coverage): readonly string[] =>
  (coverage.needs ?? []).map(
    ({ need, state, reason }) => `${need} ${needStates[state]}${reason === null ? '' : `: ${reason}`}`,
  )

/** `management:read and management:write met, data:s3 not met`. */
export const needsText = (coverage: Coverage): string =>
  (Object.keys(needStates) as (keyof typeof needStates)[])
    .map((state) => ({ state, named: (coverage.needs ?? []).filter((need) => need.state === state) }))
    .filter(({ named }) => named.length > 0)
    .map(({ state, named }) => `${conjunction(named.map(({ need }) => need))} ${needStates[state]}`)
    .join(', ')

/** In the order in which they are told. */
const stateNames: Readonly<Record<CoverageState, string>> = {
  verified: 'verified',
  quiet: 'quiet',
  present: 'present',
  inferred: 'inferred',
  gap: 'missing',
  unknown: 'unknown',
}

interface HoursOfState {
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

/** `98 %` of the judged hours, `all` where nothing is missing; rounded down, so that a lack is never rounded away. */
export function seenShare({ complete, hours }: Coverage): string {
  if (complete) return 'all'
  if (hours === undefined) return 'in part'
  const seen = hours.verified + hours.quiet + hours.present + hours.inferred
  const total = seen + hours.gap + hours.unknown
  return total === 0 ? 'nothing' : `${Math.min(99, Math.floor((seen / total) * 100))} %`
}

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
