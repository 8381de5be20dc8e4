/** Carries out a plan, step by step, and tells what happens as it happens. */
import { TrailbookError } from '../core/errors.ts'
import type { Abortable, Scope } from '../core/ports.ts'
import { canonicalJson } from '../core/run/canonical.ts'
import { copiesDoubt, copiesOf } from '../core/run/connections.ts'
import { costOf } from '../core/run/cost.ts'
import type { Coverage } from '../core/run/coverage.ts'
import { describeStep, stepTitle } from '../core/run/describe-step.ts'
import type { RunEvent } from '../core/run/events.ts'
import { type Plan, planDigest } from '../core/run/plan.ts'
import {
  judgeRun,
  mergeCoverage,
  type RunbookRun,
  type RunParts,
  type StepError,
  type Todo,
} from '../core/run/result.ts'
import type { Step } from '../core/runbook/schema-step.ts'
import { askStep } from './ask-step.ts'
import { queryStep } from './query-step.ts'
import { runStep } from './run-step.ts'
import { askingOf, contextOf, doubt, type Events, type RunEffects, type RunState, type StepOutcome } from './state.ts'
import { mentions, namesStep, todoStep } from './todo-step.ts'

/**
 * Runs a plan and yields its events in order; the last one, `run-finished`, carries the judged run.
 *
 * A step that fails makes the run failed; steps that build on it are skipped, others are still carried out.
 *
 * @throws TrailbookError RUN_INTERRUPTED when the signal is aborted; RUN_ANSWER_INVALID for a given answer.
 */
export async function* runRunbook(
  plan: Plan,
  effects: RunEffects,
  options: Abortable = {},
): AsyncGenerator<RunEvent, RunbookRun> {
  const events = carryOut(
    newState(plan, { effects, signal: options.signal, innerRuns: { count: 0, coverage: new Map() } }),
  )
  let sequence = 0
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    sequence += 1
    yield { sequence, ...next.value }
  }
}

/** A run of which nothing has been carried out yet. */
export const newState = (
  plan: Plan,
  { effects, signal, innerRuns }: Pick<RunState, 'effects' | 'signal' | 'innerRuns'>,
): RunState => ({
  plan,
  effects,
  signal,
  innerRuns,
  outcomes: new Map(),
  findings: [],
  doubts: [],
  scopes: [],
  coverages: [],
  charges: [],
})

/** The run without its events. */
export async function finishRun(events: AsyncGenerator<RunEvent, RunbookRun>): Promise<RunbookRun> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
  }
}

async function* carryOut(state: RunState): Events<RunbookRun> {
  const { plan, effects } = state
  const { runbook, window } = plan
  stopIfAborted(state)
  yield {
    type: 'run-started',
    runbook: runbook.id,
    connection: plan.connection.name,
    window,
    steps: runbook.steps.length,
  }
  for (const step of runbook.steps) {
    yield { type: 'step-started', step: step.id, kind: step.kind, title: stepTitle(step) }
    const outcome = waiting(state, step, yield* oneStep(state, step))
    stopIfAborted(state)
    state.outcomes.set(step.id, outcome)
    yield { type: 'step-finished', result: outcome.result }
  }
  const coverage = await coverageOf(state)
  stopIfAborted(state)
  const copies = copiesOf(effects.connection.capabilities)
  if (copies === 'counted') doubt(state, copiesDoubt(effects.connection.name))
  const cost = costOf(state.charges)
  const parts = (): RunParts => ({
    runbook: runbook.id,
    title: runbook.title,
    ...(runbook.objective !== undefined && { objective: runbook.objective }),
    doubts: state.doubts,
    findings: state.findings,
    window,
    windowOrigin: plan.windowOrigin,
    asOf: plan.now,
    parameters: plan.parameters,
    connection: effects.connection.name,
    copies,
    ...(cost !== undefined && { cost }),
    plan: planDigest(plan),
    steps: [...state.outcomes.values()].map((outcome) => outcome.result),
    escalations: [],
    coverage,
  })
  const escalations = escalationsOf(state, judgeRun(parts()))
  const run = { ...judgeRun(parts()), escalations }
  yield { type: 'run-finished', run }
  return run
}

async function* oneStep(state: RunState, step: Step): Events<StepOutcome> {
  const broken = state.plan.runbook.steps.find(
    (other) => mentions(step, other.id) && isBroken(state.outcomes.get(other.id)),
  )
  if (broken) {
    return failure(step, 'skipped', {
      code: 'RUN_STEP_FAILED',
      message: `It builds on the step "${broken.id}", which failed`,
    })
  }
  try {
    if (step.kind === 'query') return yield* queryStep(state, step)
    if (step.kind === 'ask') return yield* askStep(state, step)
    if (step.kind === 'run') return yield* runStep(state, step, (plan) => carryOut(newState(plan, state)))
    return todoStep(state, step)
  } catch (cause) {
    stopIfAborted(state)
    if (cause instanceof TrailbookError && cause.code === 'RUN_ANSWER_INVALID') throw cause
    const error =
      cause instanceof TrailbookError
        ? cause
        : new TrailbookError('RUN_STEP_FAILED', { step: step.id, reason: reasonOf(cause) }, { cause })
    return failure(step, 'failed', { code: error.code, message: error.message, hint: error.hint })
  }
}

/** A step that is left out by a condition over an unanswered question may still be needed: it says so. */
function waiting(state: RunState, step: Step, outcome: StepOutcome): StepOutcome {
  const { result } = outcome
  if (result.status !== 'skipped' || result.error !== undefined || step.when === undefined) return outcome
  const { when } = step
  const open = state.plan.runbook.steps.find(
    (other) => state.outcomes.get(other.id)?.result.status === 'unanswered' && namesStep(when, other.id),
  )
  return open === undefined ? outcome : { ...outcome, result: { ...result, waitsFor: open.id } }
}

/** Failed, or skipped because of a failure further up. */
const isBroken = (outcome: StepOutcome | undefined): boolean =>
  outcome?.result.status === 'failed' || outcome?.result.error?.code === 'RUN_STEP_FAILED'

const failure = (step: Step, status: 'failed' | 'skipped', error: StepError): StepOutcome => ({
  result: { ...describeStep(step), status, error },
  each: step.each,
  said: new Map(),
})

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

function stopIfAborted(state: RunState): void {
  if (state.signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED')
}

/** Coverage of everything that queries looked through; an engine that cannot tell leaves the answer incomplete. */
async function coverageOf(state: RunState): Promise<Coverage> {
  const { plan, effects } = state
  try {
    const answers: Coverage[] = [...state.coverages]
    const scopes = state.scopes.length === 0 && answers.length === 0 ? [plan.scope] : state.scopes
    for (const scope of distinctScopes(scopes)) {
      const key = canonicalJson([{ ...scope }, plan.runbook.needs])
      const known = state.innerRuns.coverage
      const answer = known.get(key) ?? (await effects.connection.coverage(scope, plan.runbook.needs, askingOf(state)))
      known.set(key, answer)
      answers.push(answer)
    }
    return mergeCoverage(answers)
  } catch (cause) {
    stopIfAborted(state)
    doubt(state, { code: 'coverage', message: `What the logs cover could not be told: ${reasonOf(cause)}` })
    return { complete: false, basis: 'none', through: null, window: plan.window, gaps: [] }
  }
}

/**
 * Scopes that differ only in the accounts they name are asked about together. Services stay apart: what trails leave out counts
 * only for who asks about it.
 */
function distinctScopes(scopes: readonly Scope[]): readonly Scope[] {
  const found = new Map<string, Scope>()
  for (const scope of scopes) {
    const { accounts, services, ...rest } = scope
    const key = canonicalJson([rest, [...services].sort(), accounts.length === 0])
    const known = found.get(key)?.accounts ?? []
    found.set(key, { ...scope, accounts: [...new Set([...known, ...accounts])] })
  }
  return [...found.values()]
}

function escalationsOf(state: RunState, run: RunbookRun): readonly Todo[] {
  return state.plan.runbook.escalate.flatMap((escalation) => {
    if (escalation.when !== undefined) {
      const told = state.effects.expressions.test(escalation.when, contextOf(state, undefined, run))
      if (told.ok && !told.value) return []
      if (!told.ok) {
        doubt(state, {
          code: 'condition',
          message: `The condition for telling ${escalation.notify} could not be evaluated: ${told.reason}`,
        })
      }
    }
    const { notify, within, then } = escalation
    const values = { notify, ...(within !== undefined && { within }), ...(then !== undefined && { then }) }
    return [{ title: `Tell ${notify}${within === undefined ? '' : ` within ${within}`}`, values }]
  })
}
