import type { Asking, Budget, Charge, Clock, Connection, Row, Scope } from '../core/ports.ts'
import { canonicalJson } from '../core/run/canonical.ts'
import type { Coverage } from '../core/run/coverage.ts'
import type { Doubt } from '../core/run/doubts.ts'
import type { RunEventBody } from '../core/run/events.ts'
import { cellOf, type Finding, pick } from '../core/run/findings.ts'
import type { Plan, Values } from '../core/run/plan.ts'
import type { StepResult } from '../core/run/result.ts'
import type { Each } from '../core/runbook/schema-step.ts'
import type { Context, Expressions } from './expressions.ts'

export interface Question {
  readonly step: string
  readonly title: string
  readonly question: string
  readonly type: 'choice' | 'text' | 'boolean' | 'number' | 'timestamp'
  readonly options: readonly string[]
  /** The row it is about, where it is about one. */
  readonly row?: Row
}

/** The world as a run meets it. */
export interface RunEffects {
  readonly connection: Connection
  readonly clock: Clock
  readonly expressions: Expressions
  /** What the queries may cost; without it no limit is set. */
  readonly budget?: Budget | undefined
  /** Asks a person and gives the answer as typed; undefined when it stays open. Absent when nobody is there. */
  readonly ask?: (question: Question, options: { readonly signal?: AbortSignal }) => Promise<string | undefined>
  /** Is told what each query was asked over and with. */
  readonly asked?: (step: { readonly runbook: string; readonly step: string }, asked: Asked) => void
  /** Gets the rows beyond the plan's `rowLimit`, which a result does not hold, as they come. */
  readonly beyond?: (step: { readonly runbook: string; readonly step: string }, rows: readonly Row[]) => Promise<void>
}

export interface Asked {
  readonly scope: Scope
  readonly parameters: Values
}

export interface StepOutcome {
  readonly result: StepResult
  readonly each?: Each | undefined
  /** What the step said of each row of `each.rows`, by the canonical text of its `by` columns. */
  readonly said: ReadonlyMap<string, Readonly<Record<string, unknown>>>
  /** Keys of rows that it was left out for, by its `when`. */
  readonly skipped?: ReadonlySet<string>
  /** What expressions see of the step as a whole, beside its rows. */
  readonly whole?: Readonly<Record<string, unknown>>
}

export interface RunState {
  readonly plan: Plan
  readonly effects: RunEffects
  readonly signal: AbortSignal | undefined
  readonly outcomes: Map<string, StepOutcome>
  readonly findings: Finding[]
  readonly doubts: Doubt[]
  /** Every scope that a query looked through: what coverage must answer for. */
  readonly scopes: Scope[]
  /** What the runbooks that steps ran say of coverage. */
  readonly coverages: Coverage[]
  /** Of its queries, of those of runbooks that steps ran, and of finding out what the events cover. */
  readonly charges: Charge[]
  /** Of the run and all that its steps run, however deep. */
  readonly innerRuns: {
    count: number
    /** What the logs cover, by scope and needs: runs of one runbook for a thousand rows mostly ask the same. */
    readonly coverage: Map<string, Coverage>
  }
}

/** How its connection is asked: until the signal, and within the budget. */
export const askingOf = ({ effects: { budget }, signal, charges }: RunState): Asking => ({
  ...(signal && { signal }),
  spending: { budget, charges },
})

export type Events<Result> = AsyncGenerator<RunEventBody, Result>

/** The same doubt for a hundred rows is one doubt. */
export function doubt(state: RunState, added: Doubt): void {
  const known = state.doubts.some(
    (other) => other.code === added.code && other.step === added.step && other.message === added.message,
  )
  if (!known) state.doubts.push(added)
}

export const rowKey = (row: Row, by: readonly string[]): string => canonicalJson(pick(row, by))

/** A row as expressions see it: its columns, and `steps`, what later steps said of it. */
export function rowValue(state: RunState, base: string | undefined, row: Row): Readonly<Record<string, unknown>> {
  if (base === undefined) return row
  const steps: Record<string, unknown> = {}
  for (const [id, outcome] of state.outcomes) {
    if (outcome.each?.rows !== base) continue
    const key = rowKey(row, outcome.each.by)
    const said = outcome.said.get(key)
    if (said !== undefined) steps[id] = { ...carriedOut, ...said }
    else if (outcome.skipped?.has(key)) steps[id] = leftOut
  }
  return { ...row, steps }
}

const carriedOut = { status: 'done', skipped: false, error: null }

/** A step that was not due says nothing of the row; one that could not be carried out is not there at all, which is an error. */
const leftOut = {
  status: 'skipped',
  skipped: true,
  error: null,
  count: 0,
  rows: [],
  answer: null,
  because: null,
  result: null,
}

/** What expressions see, by the names that `core/runbook/cel-scope.ts` promises. */
export function contextOf(
  state: RunState,
  row?: Readonly<Record<string, unknown>>,
  judgement?: { readonly verdict: string; readonly complete: boolean },
): Context {
  const { plan, effects } = state
  const steps = Object.fromEntries(
    [...state.outcomes].map(([id, { result, whole }]) => [
      id,
      {
        count: result.rowCount,
        status: result.status,
        skipped: result.status === 'skipped',
        error: result.error?.message ?? null,
        rows: result.rows,
        ...whole,
      },
    ]),
  )
  return {
    params: plan.parameters,
    lists: plan.listValues,
    steps,
    findings: state.findings,
    run: {
      runbook: plan.runbook.id,
      now: plan.now,
      window: plan.window,
      connection: effects.connection.name,
      ...judgement,
    },
    ...(row !== undefined && { row }),
    doubles: plan.doubles,
  }
}

export const matches = (row: Row, wanted: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(wanted).every(([name, value]) => canonicalJson(cellOf(row, name) ?? null) === canonicalJson(value))
