/** Which runs were asked for, and which of them their steps made. */
import type { RunResult, ToldRun } from '../run/result.ts'

/** Runs that were asked for themselves. */
export const topRuns = ({ runs }: Pick<RunResult, 'runs'>): readonly ToldRun[] =>
  runs.filter((run) => run.calledBy === undefined)

/** The run, then the runs that its steps made, and theirs: they stand right behind it. */
export function closureOf(run: ToldRun, { runs }: Pick<RunResult, 'runs'>): readonly ToldRun[] {
  const closure = [run]
  const names = new Set([run.runbook])
  for (const next of runs.slice(runs.indexOf(run) + 1)) {
    if (next.calledBy === undefined || !names.has(next.calledBy.runbook)) break
    names.add(next.runbook)
    closure.push(next)
  }
  return closure
}
