/** One JSON object a line. */
import type { Row } from '../ports.ts'
import type { RunResult } from '../run/result.ts'
import { safeJson } from './json.ts'

export function* ndjsonLines(objects: Iterable<unknown>): Generator<string> {
  for (const object of objects) yield `${safeJson(object)}\n`
}

/** Rows as they are. */
export const rowsNdjson = (rows: readonly Row[]): Iterable<string> => ndjsonLines(rows)

/**
 * A run in lines that each say what they are (`type`) and whose (`runbook`, `step`): first the answer, then findings,
 * gaps, and each run followed by its steps and their rows.
 */
export const runNdjson = (result: RunResult): Iterable<string> => ndjsonLines(runObjects(result))

function* runObjects({ runs, findings, coverage, skipped, ...answer }: RunResult): Generator<object> {
  const several = answer.connections !== undefined
  const { gaps, ...covered } = coverage
  yield {
    type: 'answer',
    ...answer,
    coverage: covered,
    runs: runs.length,
    findings: findings.length,
    gaps: gaps.length,
  }
  for (const finding of findings) yield { type: 'finding', ...finding }
  for (const one of skipped) yield { type: 'skipped', ...one }
  for (const { steps, found, ...run } of runs) {
    const { gaps: ownGaps, ...own } = run.coverage
    const of = { runbook: run.runbook, ...(several && { connection: run.connection }) }
    yield { type: 'run', ...run, findings: found.length, coverage: own }
    for (const gap of ownGaps) yield { type: 'gap', ...of, ...gap }
    for (const { rows, ...step } of steps) {
      yield { type: 'step', ...of, ...step, step: step.id }
      for (const row of rows) yield { type: 'row', ...of, step: step.id, row }
    }
  }
}
