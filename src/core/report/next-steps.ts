/** What is left to people, the most pressing first and each thing once. */
import { cellOf, type Finding } from '../run/findings.ts'
import type { RunResult, Todo } from '../run/result.ts'
import { parseDuration } from '../time.ts'
import { topRuns } from './runs-tree.ts'
import { judgedRun, type NextStep, nextSteps, type Run } from './words.ts'

/** Whom to tell, by the shortest time that any runbook gives. */
interface Alarm {
  readonly title: string
  readonly runbooks: readonly string[]
}

export function alarmsOf({ runs }: Pick<RunResult, 'runs'>): readonly Alarm[] {
  const alarms = new Map<string, { readonly todo: Todo; readonly runbooks: Set<string> }>()
  for (const { runbook, escalations } of runs) {
    for (const todo of escalations) {
      const whom = JSON.stringify(todo.values.notify ?? todo.title)
      const known = alarms.get(whom)
      const first = known === undefined || within(todo) < within(known.todo) ? todo : known.todo
      alarms.set(whom, { todo: first, runbooks: (known?.runbooks ?? new Set()).add(runbook) })
    }
  }
  return [...alarms.values()].map(({ todo, runbooks }) => ({ title: todo.title, runbooks: [...runbooks] }))
}

const within = ({ values }: Todo): number =>
  (typeof values.within === 'string' ? parseDuration(values.within) : undefined) ?? Number.POSITIVE_INFINITY

export interface PressingSteps {
  readonly run: Run
  readonly steps: readonly (NextStep & { readonly todo?: Todo })[]
}

/** What stops harm comes before questions, and questions before what only adds to the answer. */
const order = ['action', 'notify', 'ask', 'watch', 'read', 'verify', 'trace']

const rank = ({ kind }: NextStep): number => (order.indexOf(kind) + order.length) % order.length

/** Runs in the order of their worst findings, each with its steps and the one thing that speaks of that finding. */
export function pressingSteps(result: RunResult): readonly PressingSteps[] {
  const runs = topRuns(result).flatMap((run) => {
    const { findings, runs: closure } = judgedRun(run, result)
    const steps = closure.flatMap(nextSteps).filter(({ kind }) => kind !== 'escalation')
    return findings.length === 0 || steps.length === 0 ? [] : [{ run, worst: findings[0]!, steps }]
  })
  const places = new Map(result.findings.map((finding, index) => [finding, index]))
  return runs
    .sort((a, b) => places.get(a.worst)! - places.get(b.worst)!)
    .map(({ run, worst, steps }) => ({
      run,
      steps: steps
        .toSorted((a, b) => rank(a) - rank(b))
        .map((step) => {
          const todo = closest(step.todos, worst)
          return { ...step, ...(todo !== undefined && { todo }) }
        }),
    }))
}

/** The one that has most values in common with the finding's row; the first of equals. */
function closest(todos: readonly Todo[], { row }: Finding): Todo | undefined {
  const alike = ({ values }: Todo): number =>
    Object.entries(values).filter(([name, value]) => value !== null && cellOf(row, name) === value).length
  return todos.reduce<Todo | undefined>(
    (best, todo) => (best === undefined || alike(todo) > alike(best) ? todo : best),
    undefined,
  )
}
