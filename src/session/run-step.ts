/** Carries out another runbook over the same connection, once per occasion; what it finds this run has found. */
import { TrailbookError } from '../core/errors.ts'
import type { Row } from '../core/ports.ts'
import { describeStep } from '../core/run/describe-step.ts'
import { mergeFindings } from '../core/run/findings.ts'
import type { Plan, Runnable, Values } from '../core/run/plan.ts'
import type { RunbookRun } from '../core/run/result.ts'
import type { Json } from '../core/runbook/json.ts'
import { resolveParameters } from '../core/runbook/parameters.ts'
import type { RunStep } from '../core/runbook/schema-step.ts'
import { type Occasion, occasionColumns, occasionsOf } from './each.ts'
import { innerPlan } from './inner-plan.ts'
import { contextOf, doubt, type Events, type RunState, type StepOutcome } from './state.ts'
import { stepScope } from './step-scope.ts'

/** Carries out the plan of a runbook that a step runs; its events are the inner run's own. */
type CarryOut = (plan: Plan) => Events<RunbookRun>

/** Runs within runs multiply: five deep, a hundred rows each would make ten thousand million of them. */
const maxInnerRuns = 2000

export async function* runStep(state: RunState, step: RunStep, carryOut: CarryOut): Events<StepOutcome> {
  const runnable = state.plan.runbooks?.get(step.run)
  if (runnable === undefined)
    throw new TrailbookError('RUN_STEP_FAILED', { step: step.id, reason: `the plan lacks the runbook ${step.run}` })
  const occasions = occasionsOf(state, step, { acts: false })
  const rows: Row[] = []
  const runs: RunbookRun[] = []
  const said = new Map<string, Readonly<Record<string, unknown>>>()
  for (const occasion of occasions.list) {
    if (state.innerRuns.count >= maxInnerRuns) {
      const message = `The run made ${maxInnerRuns} runs of other runbooks, and no more: the step "${step.id}" is left undone`
      doubt(state, { code: 'overflow', step: step.id, message })
      break
    }
    const plan = planFor(state, step, { runnable, occasion })
    if (plan === undefined) continue
    state.innerRuns.count++
    const run = yield* withFindings(carryOut(plan))
    runs.push(run)
    const answer = { verdict: run.verdict, complete: run.complete, findings: run.findings.length }
    const row = { ...occasionColumns(step, occasion), ...answer }
    rows.push(row)
    said.set(occasion.key, { result: answer, rows: [row], count: 1 })
    gather(state, step, run)
  }
  if (rows.length > 0) yield { type: 'rows', step: step.id, rows }
  const failed = runs.find((run) => run.verdict === 'failed')
  const [only] = runs.length === 1 ? runs : []
  return {
    result: {
      ...describeStep(step),
      status: failed ? 'failed' : occasions.list.length === 0 ? 'skipped' : 'done',
      columns: [
        ...(step.each?.by ?? []).map((name) => ({ name, type: 'varchar' })),
        { name: 'verdict', type: 'varchar' },
        { name: 'complete', type: 'boolean' },
        { name: 'findings', type: 'bigint' },
      ],
      rowCount: rows.length,
      rows,
      ...(runs.length > 0 && { runs }),
      ...(failed && { error: { code: 'RUN_STEP_FAILED', message: `The runbook "${failed.runbook}" failed` } }),
      ...(occasions.overflow && { overflow: occasions.overflow }),
    },
    each: step.each,
    skipped: occasions.skipped,
    said,
    whole: { result: only ? { verdict: only.verdict, complete: only.complete, findings: only.findings.length } : null },
  }
}

/** Of the inner run's events only findings are this run's too. */
async function* withFindings(events: Events<RunbookRun>): Events<RunbookRun> {
  for (;;) {
    const next = await events.next()
    if (next.done) return next.value
    if (next.value.type === 'finding') yield next.value
  }
}

function gather(state: RunState, step: RunStep, run: RunbookRun): void {
  const merged = mergeFindings([...state.findings, ...run.findings])
  state.findings.splice(0, state.findings.length, ...merged)
  state.coverages.push(run.coverage)
  state.charges.push(...(run.cost?.charges ?? []))
  for (const { message } of run.doubts)
    doubt(state, { code: 'inner-run', step: step.id, message: `The runbook "${run.runbook}": ${message}` })
}

interface Part {
  readonly runnable: Runnable
  readonly occasion: Occasion
}

/** Undefined where the scope leaves nothing, or a row's values do not fit: that row is a doubt, and others go on. */
function planFor(state: RunState, step: RunStep, { runnable, occasion }: Part): Plan | undefined {
  const { plan } = state
  const outer = stepScope(state, step, occasion.value)
  if (outer === undefined) return undefined
  const parameters = parametersOf(state, step, { runnable, occasion })
  if (parameters === undefined) return undefined
  const answers = plan.answers && answersFor(runnable.runbook.id, plan.answers)
  return innerPlan(plan, { runnable, parameters, outer, answers })
}

function parametersOf(state: RunState, step: RunStep, { runnable, occasion }: Part): Values | undefined {
  const told = state.effects.expressions.fill((step.with ?? {}) as Json, contextOf(state, occasion.value))
  if (!told.ok) throw new TrailbookError('RUN_TEMPLATE', { step: step.id, reason: told.reason })
  try {
    return resolveParameters(runnable.runbook.parameters, told.value as Values, { from: 'json' })
  } catch (error) {
    if (!(error instanceof TrailbookError)) throw error
    const row = occasion.row === undefined ? '' : ` for ${JSON.stringify(occasionColumns(step, occasion))}`
    const message = `The step "${step.id}" could not run "${step.run}"${row}: ${error.message}`
    doubt(state, { code: 'not-run', step: step.id, message })
    return undefined
  }
}

/** Answers to questions of a runbook that is run by another are given as `<runbook>.<step>`, however deep it stands. */
const answersFor = <Answer>(runbook: string, answers: Readonly<Record<string, Answer>>): Record<string, Answer> =>
  Object.fromEntries(
    Object.entries(answers).flatMap(([name, answer]) =>
      name.startsWith(`${runbook}.`)
        ? [[name.slice(runbook.length + 1), answer]]
        : name.includes('.')
          ? [[name, answer]]
          : [],
    ),
  )
