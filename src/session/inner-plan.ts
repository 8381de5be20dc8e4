import type { Scope } from '../core/ports.ts'
import { type GivenAnswers, makePlan, type Plan, type Runnable, type Values } from '../core/run/plan.ts'
import { earliestOf } from '../core/run/window.ts'
import { listValues } from '../core/runbook/lists.ts'

interface Inner {
  readonly runnable: Runnable
  readonly parameters: Values
  /** What the step that runs it may see. */
  readonly outer: Scope
  readonly answers?: GivenAnswers | undefined
}

/** The plan of a runbook that a step runs: its own lookback, within everything that its caller may see. */
export function innerPlan(plan: Plan, { runnable, parameters, outer, answers }: Inner): Plan {
  const inner = makePlan({
    ...runnable,
    parameters,
    listValues: Object.fromEntries(Object.entries(runnable.lists).map(([name, list]) => [name, listValues(list)])),
    window: outer.window,
    windowOrigin: plan.windowOrigin,
    now: plan.now,
    connection: plan.connection,
    rowLimit: plan.rowLimit,
    ...(plan.runbooks && { runbooks: plan.runbooks }),
    ...(answers && { answers }),
  })
  return { ...inner, scope: { ...outer, earliest: earliestOf(outer.window, runnable.runbook.scope.lookback) } }
}
