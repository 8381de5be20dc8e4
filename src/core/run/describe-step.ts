import type { Step } from '../runbook/schema-step.ts'
import type { StepResult } from './result.ts'

export const stepTitle = (step: Step): string => step.title ?? step.id.replaceAll('_', ' ')

/** The part of a result that comes from the runbook alone; everything else is empty. */
export function describeStep(step: Step): Omit<StepResult, 'status'> {
  return {
    id: step.id,
    kind: step.kind,
    title: stepTitle(step),
    phase: step.phase,
    ...(step.why !== undefined && { why: step.why }),
    ...('expect' in step && step.expect !== undefined && { expect: step.expect }),
    ...('reading' in step && step.reading !== undefined && { reading: step.reading }),
    sql: null,
    parameters: {},
    columns: [],
    rowCount: 0,
    excluded: 0,
    rows: [],
    truncated: false,
  }
}
