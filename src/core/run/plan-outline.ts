/** What a run would do, told before it does it: the machine output of `trailbook plan`. */
import type { Estimate, Scope } from '../ports.ts'
import type { Copies } from './connections.ts'
import { costOf } from './cost.ts'
import type { PlanRecord, Values } from './plan.ts'
import type { StepError } from './result.ts'
import type { WindowOrigin } from './window.ts'

export interface PlannedStep {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly phase: string
  readonly when?: string
  /** Once for each row of these, at most `max` times. */
  readonly each?: { readonly rows: string; readonly by: readonly string[]; readonly max: number }
  /** Steps whose rows or answers must be known first. */
  readonly waitsFor: readonly string[]
  /** What its query may read; null where rows decide and nothing narrower than the plan's scope is known. */
  readonly scope?: Scope | null
  /** The text that the engine would get; null where it cannot be printed yet, or ever. */
  readonly sql?: string | null
  readonly parameters?: Values
  /** Parameters in whose place the text shows the expression that will give their values. */
  readonly placeholders?: readonly string[]
  /** Null where the engine cannot tell. */
  readonly estimate?: Estimate | null
  /** Why there is no estimate. */
  readonly unknown?: string
  /** Why the engine would not carry it out. */
  readonly refused?: StepError
  /** Of a step that changes, asks or calls something: what, as the runbook says it. */
  readonly does?: Readonly<Record<string, unknown>>
  /** Not carried out by this version: people do it. */
  readonly byHand?: true
  /** Of a step that runs another runbook: its steps. */
  readonly inner?: { readonly runbook: string; readonly steps: readonly PlannedStep[] }
}

/** Sums over steps, each carried out once. A step `each` may be carried out up to its `max` times. */
export interface PlanEstimate {
  readonly queries: number
  /** Null where not one of them is known. */
  readonly bytes: number | null
  readonly files: number | null
  readonly usd: number
  /** Queries of which nothing is known beforehand. */
  readonly unknown: number
  /** The same where each step is carried out as often as it may be. */
  readonly atMost: { readonly queries: number; readonly bytes: number | null; readonly usd: number }
}

/** One runbook on one connection. */
export interface PlanOutline {
  /** SHA-256 of the canonical `plan`: what an approval is bound to. Estimates are no part of it. */
  readonly digest: string
  readonly plan: PlanRecord
  readonly title: string
  readonly windowOrigin: WindowOrigin
  readonly engine: string
  readonly billed: boolean
  /** Null where nobody was asked what the table is like. */
  readonly copies: Copies | null
  readonly steps: readonly PlannedStep[]
  readonly estimate: PlanEstimate
  /** More than --max-cost allows. */
  readonly overBudget?: { readonly usd: number; readonly budget: number }
}

/** Queries of steps, and of runbooks that steps run, with how often each may be sent. */
function* queriesOf(steps: readonly PlannedStep[], times = 1): Generator<{ step: PlannedStep; times: number }> {
  for (const step of steps) {
    const most = times * (step.each?.max ?? 1)
    if (step.kind === 'query') yield { step, times: most }
    if (step.inner !== undefined) yield* queriesOf(step.inner.steps, most)
  }
}

export function sumEstimates(steps: readonly PlannedStep[]): PlanEstimate {
  const all = [...queriesOf(steps)]
  const known = all.flatMap(({ step: { estimate }, times }) => (estimate ? [{ estimate, times }] : []))
  const usd = (factor: (times: number) => number): number =>
    costOf(
      known.flatMap(({ estimate, times }) => estimate.charges.map((one) => ({ ...one, usd: one.usd * factor(times) }))),
    )?.usd ?? 0
  const sum = (key: 'bytes' | 'files', factor: (times: number) => number): number | null => {
    const amounts = known.flatMap(({ estimate, times }) =>
      estimate[key] === null ? [] : [estimate[key] * factor(times)],
    )
    return amounts.length === 0 ? null : amounts.reduce((total, amount) => total + amount, 0)
  }
  const once = () => 1
  const often = (times: number) => times
  return {
    queries: all.length,
    bytes: sum('bytes', once),
    files: sum('files', once),
    usd: usd(once),
    unknown: all.filter(({ step }) => step.refused === undefined && (step.estimate?.bytes ?? null) === null).length,
    atMost: {
      queries: all.reduce((total, { times }) => total + times, 0),
      bytes: sum('bytes', often),
      usd: usd(often),
    },
  }
}

/** Steps that the engine would not carry out, however deep. */
export const refusals = (steps: readonly PlannedStep[]): readonly (PlannedStep & { readonly refused: StepError })[] =>
  steps.flatMap((step) => [
    ...(step.refused === undefined ? [] : [{ ...step, refused: step.refused }]),
    ...refusals(step.inner?.steps ?? []),
  ])
