import type { Row } from '../core/ports.ts'
import { pick } from '../core/run/findings.ts'
import type { Step } from '../core/runbook/schema-step.ts'
import { contextOf, doubt, type RunState, rowKey, rowValue } from './state.ts'

/** One time that a step is to be carried out: for a row, or (without `each`) for the run as a whole. */
export interface Occasion {
  readonly row?: Row
  readonly value?: Readonly<Record<string, unknown>>
  readonly key: string
}

export interface Occasions {
  readonly list: readonly Occasion[]
  /** Keys of rows that did not call for it: for each of them `when` was false. */
  readonly skipped: ReadonlySet<string>
  readonly overflow?: { readonly rows: number; readonly max: number }
  /** A condition could not be evaluated, so occasions may be missing. */
  readonly error?: string
}

/**
 * When a step is due: the rows of `each` for which `when` holds, then distinct by `by`, then at most `max`.
 * In this order, because rows that share the `by` columns may differ in what `when` looks at.
 *
 * Where `when` cannot be evaluated, a step that only looks goes ahead; one that acts (`acts`) does not.
 */
export function occasionsOf(state: RunState, step: Step, options: { readonly acts: boolean }): Occasions {
  const { each } = step
  if (each === undefined) {
    const holds = conditionHolds(state, step, undefined, options)
    const list = holds.go ? [{ key: '{}' }] : []
    return { list, skipped: new Set(), ...(holds.error !== undefined && { error: holds.error }) }
  }
  const base = state.outcomes.get(each.rows)?.result
  const distinct = new Map<string, Occasion>()
  const skipped = new Set<string>()
  let error: string | undefined
  for (const row of base?.rows ?? []) {
    const key = rowKey(row, each.by)
    if (distinct.has(key)) continue
    const value = rowValue(state, each.rows, row)
    const holds = conditionHolds(state, step, value, options)
    error ??= holds.error
    if (holds.go) distinct.set(key, { row, value, key })
    else if (holds.error === undefined) skipped.add(key)
  }
  for (const key of distinct.keys()) skipped.delete(key)
  const all = [...distinct.values()]
  const overflow = all.length > each.max ? { rows: all.length, max: each.max } : undefined
  if (overflow) {
    doubt(state, {
      code: 'overflow',
      step: step.id,
      message: `${overflow.rows} rows called for the step "${step.id}"; it was done for the first ${overflow.max}`,
    })
  }
  return { list: all.slice(0, each.max), skipped, ...(overflow && { overflow }), ...(error !== undefined && { error }) }
}

function conditionHolds(
  state: RunState,
  step: Step,
  value: Readonly<Record<string, unknown>> | undefined,
  { acts }: { readonly acts: boolean },
): { readonly go: boolean; readonly error?: string } {
  if (step.when === undefined) return { go: true }
  const told = state.effects.expressions.test(step.when, contextOf(state, value))
  if (told.ok) return { go: told.value }
  doubt(state, {
    code: 'condition',
    step: step.id,
    message: `The condition of step "${step.id}" could not be evaluated: ${told.reason}`,
  })
  return { go: !acts, error: told.reason }
}

/** The columns that tell occasions apart, for results that list them. */
export const occasionColumns = (step: Step, occasion: Occasion): Row =>
  step.each === undefined || occasion.row === undefined ? {} : pick(occasion.row, step.each.by)
