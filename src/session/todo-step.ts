import type { Cell, Row } from '../core/ports.ts'
import { describeStep, stepTitle } from '../core/run/describe-step.ts'
import { cellOf } from '../core/run/findings.ts'
import type { Todo } from '../core/run/result.ts'
import type { Json } from '../core/runbook/json.ts'
import type { Step } from '../core/runbook/schema-step.ts'
import { type Occasion, type Occasions, occasionColumns, occasionsOf } from './each.ts'
import { contextOf, doubt, type RunState, type StepOutcome } from './state.ts'

type TodoStep = Exclude<Step, { kind: 'query' | 'ask' | 'run' }>

/** Kinds that change something or call somebody: where a condition cannot be evaluated they are left alone. */
const acting: ReadonlySet<Step['kind']> = new Set(['action', 'notify', 'watch'])

const meanings: Record<TodoStep['kind'], string> = {
  trace:
    'Where these credentials came from and what they reached was not followed: the answer rests on the queries alone.',
  verify: 'Whether policy allowed these calls was not checked: the answer rests on the queries alone.',
  read: 'The live state was not read: the answer rests on the logs alone.',
  action: 'Nothing was changed: carry it out by hand if the findings call for it.',
  notify: 'Nobody was told: pass it on by hand.',
  watch: 'Nothing is being watched: run this again later to see whether it happens again.',
}

/** Shows what such a step would do, with its values filled in; carrying it out is left to people. */
export function todoStep(state: RunState, step: TodoStep): StepOutcome {
  const occasions = occasionsOf(state, step, { acts: acting.has(step.kind) })
  const fixture = fixtureOf(state, step)
  if (fixture !== undefined) return saidByFixture(step, occasions, fixture)
  const todo = occasions.list.map((occasion) => todoOf(state, step, occasion))
  if (todo.length > 0 && couldBringFindings(state, step)) {
    doubt(state, {
      code: 'not-run',
      step: step.id,
      message: `The step "${step.id}" (${step.kind}) was not carried out, and findings may depend on it`,
    })
  }
  const none = todo.length === 0
  return {
    result: {
      ...describeStep(step),
      status: none ? 'skipped' : 'not-run',
      ...(!none && { todo, meaning: meanings[step.kind] }),
      ...(occasions.overflow && { overflow: occasions.overflow }),
      ...(occasions.error !== undefined && { error: { code: 'RUN_CONDITION', message: occasions.error } }),
    },
    each: step.each,
    skipped: occasions.skipped,
    said: new Map(),
  }
}

/** What a case gives in the place of the world: the fields of `steps.<id>` for this kind. */
function fixtureOf(state: RunState, step: TodoStep): Row | undefined {
  const { fixtures } = state.plan
  if (step.kind === 'verify') return fixtures?.verify?.[step.id]
  const read = step.kind === 'read' ? fixtures?.read?.[step.id] : undefined
  return read === undefined ? undefined : { result: read }
}

function saidByFixture(step: TodoStep, occasions: Occasions, fixture: Row): StepOutcome {
  const rows = occasions.list.map((occasion) => ({ ...occasionColumns(step, occasion), ...fixture }))
  return {
    result: {
      ...describeStep(step),
      status: rows.length === 0 ? 'skipped' : 'done',
      columns: Object.keys(rows[0] ?? {}).map((name) => ({ name, type: 'varchar' })),
      rowCount: rows.length,
      rows,
      ...(occasions.overflow && { overflow: occasions.overflow }),
    },
    each: step.each,
    skipped: occasions.skipped,
    said: new Map(occasions.list.map((occasion) => [occasion.key, fixture])),
    whole: fixture,
  }
}

/** Whether a later step with findings, or one that runs another runbook, looks at it. */
export function couldBringFindings(state: RunState, step: Step): boolean {
  const { steps } = state.plan.runbook
  return steps
    .slice(steps.findIndex((other) => other.id === step.id) + 1)
    .some((later) => bringsFindings(later) && mentions(later, step.id))
}

const bringsFindings = (step: Step): boolean =>
  step.kind === 'run' || (step.kind === 'query' && step.finding !== undefined)

export function mentions(step: Step, id: string): boolean {
  return step.each?.rows === id || namesStep(JSON.stringify(step), id)
}

/** Whether a text of a runbook (or its JSON) names `steps.<id>`, also of a row. */
export const namesStep = (text: string, id: string): boolean =>
  new RegExp(`\\bsteps\\s*(?:\\.\\s*${id}\\b|\\[\\s*\\\\?["']${id}\\\\?["'])`).test(text)

/** Only the runbook's own texts are filled in: a row's cells are other people's words and stay as they are. */
function todoOf(state: RunState, step: TodoStep, occasion: Occasion): Todo {
  const texts = { title: stepTitle(step), values: ownTexts(step) }
  const cells = { ...occasionColumns(step, occasion), ...targetCell(state, step, occasion) }
  const told = state.effects.expressions.fill(texts as Json, contextOf(state, occasion.value))
  if (!told.ok) {
    doubt(state, {
      code: 'condition',
      step: step.id,
      message: `A text of step "${step.id}" could not be filled in: ${told.reason}`,
    })
  }
  const filled = told.ok ? (told.value as unknown as Todo) : texts
  return { title: filled.title, values: { ...cells, ...filled.values } }
}

function targetCell(state: RunState, step: TodoStep, { row }: Occasion): { readonly [name: string]: Cell } {
  if (!('target' in step) || step.target === undefined) return {}
  if (step.target.startsWith('params.'))
    return { target: state.plan.parameters[step.target.slice('params.'.length)] ?? null }
  return { target: row === undefined ? null : (cellOf(row, step.target) ?? null) }
}

function ownTexts(step: TodoStep): { readonly [name: string]: Cell } {
  return { ...ownKeys(step), ...(step.with !== undefined && { with: step.with as Cell }) } as {
    readonly [name: string]: Cell
  }
}

function ownKeys(step: TodoStep): object {
  switch (step.kind) {
    case 'trace':
      return step.trace
    case 'verify':
      return { event: step.verify.event }
    case 'read':
      return { read: step.read }
    case 'action':
      return { action: step.action }
    case 'notify':
      return step.notify
    case 'watch':
      return step.watch
  }
}
