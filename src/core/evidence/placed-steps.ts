import type { RunbookRun, StepResult } from '../run/result.ts'

/** A step of a run, or of a run that one of its steps made. */
export interface PlacedStep {
  /** Unique in the bundle: `01-changes`; `03-review.2.01-changes` for the second run that the third step made. */
  readonly name: string
  readonly runbook: string
  readonly step: StepResult
  /** It belongs to the run itself. */
  readonly outer: boolean
}

/** All steps in the order they were carried out; a step that ran other runbooks stands before theirs. */
export function placedSteps(run: RunbookRun, before = ''): readonly PlacedStep[] {
  return run.steps.flatMap((step, index) => {
    const name = `${before}${String(index + 1).padStart(2, '0')}-${step.id.replace(/[^A-Za-z0-9_-]/g, '_')}`
    const inner = (step.runs ?? []).flatMap((one, at) => placedSteps(one, `${name}.${at + 1}.`))
    return [{ name, runbook: run.runbook, step, outer: before === '' }, ...inner]
  })
}
