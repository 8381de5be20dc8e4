/** One question asked of several connections: how their answers become one. */
import { TrailbookError } from '../errors.ts'
import type { Capabilities } from '../ports.ts'
import { describeStep } from './describe-step.ts'
import type { Doubt } from './doubts.ts'
import { type Plan, planDigest } from './plan.ts'
import { judgeRun, type RunbookRun, type StepError } from './result.ts'

/**
 * Whether an event that was delivered twice counts twice: `none` where events are unique where they lie, `removed` where every
 * query takes copies out, `counted` where nobody does.
 */
export type Copies = 'none' | 'removed' | 'counted'

export const copiesOf = ({ exactOnce, removesCopies = false }: Capabilities): Copies =>
  exactOnce ? 'none' : removesCopies ? 'removed' : 'counted'

/** A copy can lift a count over a limit, so that what a query looks for below it is not found: no `clear` over copies. */
export const copiesDoubt = (connection: string): Doubt => ({
  code: 'copies',
  message: `The connection "${connection}" may hold an event twice, and its queries count it twice`,
})

/** The run with a doubt that says why its connection gave no whole answer; others are given back as they are. */
export function withConnectionDoubt(run: RunbookRun): RunbookRun {
  if (run.verdict !== 'failed') return run
  const failed = run.steps.find((step) => step.status === 'failed')
  const doubt = connectionDoubt(run.connection, failed?.error)
  return { ...judgeRun({ ...run, doubts: [...run.doubts, doubt] }), verdict: run.verdict, complete: false }
}

const connectionDoubt = (connection: string, error: StepError | undefined): Doubt => {
  const reason = error === undefined ? 'a step failed' : [error.message, error.hint].filter(Boolean).join(' ')
  return {
    code: 'connection',
    message: `The connection "${connection}" gave no whole answer: ${reason.replace(/\.$/, '')}`,
  }
}

/** The run of a plan on a connection that could not be asked at all: each of its steps failed for that. */
export function unansweredRun(plan: Plan, cause: unknown): RunbookRun {
  const error = asStepError(cause)
  return withConnectionDoubt(
    judgeRun({
      runbook: plan.runbook.id,
      title: plan.runbook.title,
      ...(plan.runbook.objective !== undefined && { objective: plan.runbook.objective }),
      doubts: [],
      findings: [],
      window: plan.window,
      windowOrigin: plan.windowOrigin,
      asOf: plan.now,
      parameters: plan.parameters,
      connection: plan.connection.name,
      plan: planDigest(plan),
      steps: plan.runbook.steps.map((step) => ({
        ...describeStep(step),
        status: step.kind === 'query' || step.kind === 'run' ? ('failed' as const) : ('skipped' as const),
        error,
      })),
      escalations: [],
      coverage: { complete: false, basis: 'none', through: null, window: plan.window, gaps: [] },
    }),
  )
}

export const asStepError = (cause: unknown): StepError =>
  cause instanceof TrailbookError
    ? { code: cause.code, message: cause.message, hint: cause.hint }
    : { code: 'CLI_UNEXPECTED', message: cause instanceof Error ? cause.message : String(cause) }
