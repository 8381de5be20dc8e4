import { canonicalJson, digestOf } from '../run/canonical.ts'
import type { RunbookRun, StepResult } from '../run/result.ts'

/** A run without what differs when the same is asked twice: when it was asked, how long its steps took, how the events lay in files, and what that cost. */
export function sealedRun({ asOf: _, cost: __, ...run }: RunbookRun): RunbookRun {
  return { ...run, steps: run.steps.map(sealedStep) }
}

const sealedStep = ({ elapsedMs: _, read: __, runs, ...step }: StepResult): StepResult => ({
  ...step,
  ...(runs !== undefined && { runs: runs.map(sealedRun) }),
})

/** SHA-256 of the canonical run. */
export const runDigest = (run: RunbookRun): string => digestOf(canonicalJson(sealedRun(run)))
