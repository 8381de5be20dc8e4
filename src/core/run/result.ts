/** What a run says: the machine output `trailbook.run/v1`, and what every renderer shows. */
import type { Issue } from '../errors.ts'
import type { Cell, Charge, ResultColumn, Row } from '../ports.ts'
import type { IsoTime, Window } from '../time.ts'
import type { Copies } from './connections.ts'
import { type Cost, costOf } from './cost.ts'
import type { Coverage } from './coverage.ts'
import { worstNeeds } from './coverage-needs.ts'
import type { Doubt } from './doubts.ts'
import { bySeverity, type Finding, mergeFindings } from './findings.ts'
import { combine, type Judgement, judge, type Verdict } from './verdict.ts'
import type { WindowOrigin } from './window.ts'

/**
 * - `done`: carried out;
 * - `skipped`: its `when` was false, or no row called for it;
 * - `failed`: it could not be carried out, so the run failed;
 * - `not-run`: something to do next, which this version does not carry out;
 * - `unanswered`: a question that nobody was there to answer, at least in part.
 */
export type StepStatus = 'done' | 'skipped' | 'failed' | 'not-run' | 'unanswered'

export interface StepError {
  readonly code: string
  readonly message: string
  readonly hint?: string
}

/** One thing to do next, with its values filled in. */
export interface Todo {
  readonly title: string
  /** The step's own keys, filled in: e.g. `{ action, target }`. */
  readonly values: { readonly [name: string]: Cell }
}

export interface StepResult {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly phase: string
  readonly status: StepStatus
  /** The text the engine was given, with its bound values in `parameters`; null for steps that are no query. */
  readonly sql: string | null
  readonly parameters: { readonly [name: string]: Cell }
  readonly columns: readonly ResultColumn[]
  /** All rows the query gave, shown or not, without the excluded ones. */
  readonly rowCount: number
  /** Rows taken out by exclusions. */
  readonly excluded: number
  readonly rows: readonly Row[]
  /** There are more rows than `rows` holds. */
  readonly truncated: boolean
  readonly why?: string
  readonly expect?: string
  readonly reading?: string
  readonly error?: StepError
  /** More rows called for the step than `each.max` allows. */
  readonly overflow?: { readonly rows: number; readonly max: number }
  /** It was left out because its `when` looks at this question, which has no answer yet. */
  readonly waitsFor?: string
  readonly todo?: readonly Todo[]
  /** What a step that was not carried out means for the answer. */
  readonly meaning?: string
  /** Of a step that runs another runbook: each time it was run. In a whole result they stand among `runs`. */
  readonly runs?: readonly RunbookRun[]
  readonly elapsedMs?: number
  readonly read?: StepRead
}

interface StepRead {
  readonly queries: number
  /** Of the events: bytes of the files that its queries looked at, one query after the other. */
  readonly bytes: number
  /** Bytes of all files of events; 0 where that is not known. */
  readonly of: number
  /** On engines that charge. */
  readonly charges?: readonly Charge[]
}

export interface RunbookRun {
  readonly runbook: string
  /** The step that ran it, where it was run by another runbook. */
  readonly calledBy?: { readonly runbook: string; readonly step: string }
  readonly title: string
  readonly objective?: string
  readonly verdict: Verdict
  readonly complete: boolean
  readonly doubts: readonly Doubt[]
  readonly findings: readonly Finding[]
  readonly window: Window
  readonly windowOrigin: WindowOrigin
  /** When the run was planned: "now" for its watermark. */
  readonly asOf?: IsoTime
  readonly parameters: { readonly [name: string]: Cell }
  readonly connection: string
  readonly copies?: Copies
  /** Of its queries and those of runs that its steps made. */
  readonly cost?: Cost
  /** SHA-256 of the canonical plan: what was run over what, before any answer. */
  readonly plan: string
  readonly steps: readonly StepResult[]
  /** What the runbook's `escalate` asks for; nothing is sent. */
  readonly escalations: readonly Todo[]
  readonly coverage: Coverage
}

export interface RunResult {
  readonly schema: 'trailbook.run/v1'
  readonly verdict: Verdict
  readonly complete: boolean
  readonly findings: readonly Finding[]
  readonly runs: readonly ToldRun[]
  readonly coverage: Coverage
  /** Runbooks of a folder that were left out: for want of a parameter, or for mistakes in them. */
  readonly skipped: readonly SkippedRunbook[]
  /** What all queries cost, on engines that charge. */
  readonly cost?: Cost
  /** Where several were asked: what each of them said over all runbooks. */
  readonly connections?: readonly AskedConnection[]
}

interface AskedConnection extends Judgement {
  readonly name: string
  readonly cost?: Cost
  /** Why it gave no whole answer. */
  readonly error?: StepError
}

/** A run of a whole result, where findings stand once for all runs. */
export interface ToldRun extends Omit<RunbookRun, 'findings'> {
  /** Fingerprints of its findings, those of runs that its steps made included. */
  readonly found: readonly string[]
}

export interface SkippedRunbook {
  /** Its id, or its path where not even that can be read. */
  readonly runbook: string
  readonly reason: string
  /** What is wrong in it: what it would have found is not known, so the answer over all is `failed`. */
  readonly mistakes?: readonly Mistake[]
}

type Mistake = Omit<Issue, 'fix'>

export const isBroken = ({ mistakes }: SkippedRunbook): boolean => mistakes !== undefined

export type RunParts = Omit<RunbookRun, 'verdict' | 'complete'>

/** Adds the judgement to what a run gathered. */
export function judgeRun(parts: RunParts): RunbookRun {
  const judgement = judge({
    failed: parts.steps.some((step) => step.status === 'failed'),
    findings: parts.findings.length,
    doubts: parts.doubts.length,
    coverageComplete: parts.coverage.complete,
  })
  return { ...parts, ...judgement, findings: bySeverity(parts.findings) }
}

const unknown = { verdict: 'failed', complete: false } as const

/**
 * One result over the runs of several runbooks, each on one connection or on several. Over several connections a failed one
 * leaves the answer open where another answered; an answer is complete only where each of them is.
 */
export function assembleResult(runs: readonly RunbookRun[], skipped: readonly SkippedRunbook[] = []): RunResult {
  const names = [...new Set(runs.map((run) => run.connection))]
  const several = names.length > 1
  const questions = [...new Set(runs.map((run) => run.runbook))]
  const judgements = several
    ? questions.map((runbook) => answerOf(runs.filter((run) => run.runbook === runbook)))
    : runs
  const findings = several ? runs.flatMap(seenOn) : runs.flatMap((run) => run.findings)
  const cost = costOf(runs.flatMap((run) => run.cost?.charges ?? []))
  return {
    schema: 'trailbook.run/v1',
    ...combine([...judgements, ...skipped.filter(isBroken).map(() => unknown)]),
    findings: bySeverity(mergeFindings(findings)),
    runs: runs.flatMap(withInnerRuns),
    coverage: mergeCoverage(runs.map((run) => run.coverage)),
    skipped,
    ...(cost !== undefined && { cost }),
    ...(several && { connections: names.map((name) => askedConnection(name, runs)) }),
  }
}

/** One runbook's answer over its connections: what one of them found stands, and what one of them could not say is missing. */
function answerOf(runs: readonly RunbookRun[]): Judgement {
  const answered = runs.filter((run) => run.verdict !== 'failed')
  if (answered.length === 0 || answered.length === runs.length) return combine(runs)
  const isFound = runs.some((run) => run.findings.length > 0)
  return { verdict: isFound ? 'findings' : 'inconclusive', complete: false }
}

const seenOn = (run: RunbookRun): readonly Finding[] =>
  run.findings.map((finding) => ({ ...finding, connections: [run.connection] }))

function askedConnection(name: string, runs: readonly RunbookRun[]): AskedConnection {
  const own = runs.filter((run) => run.connection === name)
  const cost = costOf(own.flatMap((run) => run.cost?.charges ?? []))
  const error = own.flatMap(({ steps }) => steps).find((step) => step.status === 'failed')?.error
  return { name, ...combine(own), ...(cost !== undefined && { cost }), ...(error !== undefined && { error }) }
}

/** A run, then the runs that its steps made, each as a run of its own. */
function withInnerRuns({ findings, ...parts }: RunbookRun): readonly ToldRun[] {
  const run = { ...parts, found: findings.map((finding) => finding.fingerprint) }
  const inner = run.steps.flatMap(({ id, runs = [] }) =>
    runs.map((one) => ({ ...one, calledBy: { runbook: run.runbook, step: id } })),
  )
  if (inner.length === 0) return [run]
  return [{ ...run, steps: run.steps.map(({ runs: __, ...step }) => step) }, ...inner.flatMap(withInnerRuns)]
}

const bases: readonly Coverage['basis'][] = ['none', 'probe', 'listing', 'ledger']

/** Whole only where each is whole; clear through the earliest; the weakest basis; hours added up. Equal gaps are told once. */
export function mergeCoverage(coverages: readonly Coverage[]): Coverage {
  const [first, ...others] = coverages
  if (first === undefined) return { complete: false, basis: 'none', through: null, window: null, gaps: [] }
  const gaps = new Map(coverages.flatMap((coverage) => coverage.gaps).map((gap) => [JSON.stringify(gap), gap]))
  const needs = coverages.flatMap((coverage) => coverage.needs ?? [])
  const expected = coverages.flatMap((coverage) => coverage.expected ?? [])
  const hours = totalHours(coverages)
  const limits = coverages.find((coverage) => coverage.limits !== undefined)?.limits
  return {
    ...others.reduce(
      (merged, next) => ({
        complete: merged.complete && next.complete,
        basis: bases.indexOf(next.basis) < bases.indexOf(merged.basis) ? next.basis : merged.basis,
        through: earlier(merged.through, next.through),
        window: widest(merged.window, next.window),
        gaps: [],
      }),
      first,
    ),
    gaps: [...gaps.values()],
    ...(needs.length > 0 && { needs: worstNeeds(needs) }),
    ...(hours !== undefined && { hours }),
    ...(limits !== undefined && { limits }),
    ...(expected.length > 0 && { expected: expected.includes('seen') ? ('seen' as const) : ('inventory' as const) }),
  }
}

/** Undefined where one of them does not tell: a sum without it would say too much. */
function totalHours(coverages: readonly Coverage[]): Coverage['hours'] {
  const all = coverages.flatMap(({ hours }) => (hours === undefined ? [] : [hours]))
  const [first] = all
  if (first === undefined || all.length < coverages.length) return undefined
  const states = Object.keys(first) as (keyof typeof first)[]
  const sum = (state: keyof typeof first) => all.reduce((total, hours) => total + hours[state], 0)
  return Object.fromEntries(states.map((state) => [state, Math.round(sum(state) * 100) / 100])) as typeof first
}

const earlier = (a: string | null, b: string | null): string | null => (a === null || b === null ? null : least(a, b))

const widest = (a: Window | null, b: Window | null): Window | null =>
  a === null || b === null ? (a ?? b) : { from: least(a.from, b.from), to: [a.to, b.to].sort()[1] as string }

// ISO texts: `Math.min` is for numbers.
const least = (a: string, b: string): string => [a, b].sort()[0] as string
