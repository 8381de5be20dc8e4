/** Tells what a plan would do, step by step, without doing it: texts are printed, and estimated where a connection is open. */
import { TrailbookError } from '../core/errors.ts'
import type { Abortable, Capabilities, Cell, Connection, Estimate, Scope } from '../core/ports.ts'
import { canonicalJson } from '../core/run/canonical.ts'
import { asStepError, copiesOf } from '../core/run/connections.ts'
import { stepTitle } from '../core/run/describe-step.ts'
import { bindingValues, type Plan, planDigest, planRecord, type Values } from '../core/run/plan.ts'
import { type PlannedStep, type PlanOutline, sumEstimates } from '../core/run/plan-outline.ts'
import type { Json } from '../core/runbook/json.ts'
import type { QueryStep, RunStep, Step } from '../core/runbook/schema-step.ts'
import type { CompiledQuery } from '../core/sql/compile.ts'
import type { Dialect } from '../core/sql/dialect.ts'
import { celExpressions } from './expressions.ts'
import { innerPlan } from './inner-plan.ts'
import { newState } from './run-runbook.ts'
import { checkText } from './send.ts'
import { contextOf, type RunState } from './state.ts'
import { stepScope } from './step-scope.ts'
import { mentions } from './todo-step.ts'

/** What is planned for: an open connection, or its dialect alone, which asks nobody. */
export interface PlannedFor {
  readonly name: string
  readonly dialect: Dialect
  readonly capabilities: Capabilities
  readonly estimate?: Connection['estimate']
  /** Nobody was asked what its table is like. */
  readonly offline?: boolean
}

interface Describing {
  readonly target: PlannedFor
  readonly estimates: Map<string, Promise<Estimate>>
  readonly abortable: Abortable
}

/** @throws TrailbookError RUN_INTERRUPTED */
export async function describePlan(plan: Plan, target: PlannedFor, options: Abortable = {}): Promise<PlanOutline> {
  const describing: Describing = { target, estimates: new Map(), abortable: options }
  const steps = await stepsOf(plan, describing)
  if (options.signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED')
  return {
    digest: planDigest(plan),
    plan: planRecord(plan),
    title: plan.runbook.title,
    windowOrigin: plan.windowOrigin,
    engine: target.dialect.name,
    billed: target.capabilities.billed,
    copies: target.offline === true ? null : copiesOf(target.capabilities),
    steps,
    estimate: sumEstimates(steps),
  }
}

async function stepsOf(plan: Plan, describing: Describing): Promise<readonly PlannedStep[]> {
  const steps: PlannedStep[] = []
  for (const step of plan.runbook.steps) steps.push(await describeStep(plan, step, describing))
  return steps
}

async function describeStep(plan: Plan, step: Step, describing: Describing): Promise<PlannedStep> {
  const { steps } = plan.runbook
  const earlier = steps.slice(0, steps.indexOf(step))
  const told: PlannedStep = {
    id: step.id,
    kind: step.kind,
    title: stepTitle(step),
    phase: step.phase,
    ...(step.when !== undefined && { when: step.when }),
    ...(step.each !== undefined && { each: step.each }),
    waitsFor: earlier.filter(({ id }) => mentions(step, id)).map(({ id }) => id),
  }
  if (step.kind === 'query') return { ...told, ...(await describeQuery(plan, step, describing)) }
  if (step.kind === 'run') return { ...told, ...(await describeInner(plan, step, describing)) }
  if (step.kind === 'ask') return { ...told, does: { question: step.ask.question } }
  return { ...told, does: deedOf(step), byHand: true }
}

/** The keys that only a step of its kind has. */
function deedOf(step: Exclude<Step, { kind: 'query' | 'run' | 'ask' }>): Readonly<Record<string, unknown>> {
  switch (step.kind) {
    case 'action':
      return { action: step.action, target: step.target }
    case 'verify':
      return { event: step.verify.event }
    case 'read':
      return { read: step.read }
    case 'trace':
      return { ...step.trace }
    case 'notify':
      return { ...step.notify }
    case 'watch':
      return { ...step.watch }
  }
}

async function describeQuery(plan: Plan, step: QueryStep, describing: Describing): Promise<Partial<PlannedStep>> {
  const query = plan.queries.get(step.id)
  if (query === undefined) return { sql: null }
  const { target } = describing
  const scope = knownScope(plan, step)
  const { values, open } = knownValues(plan, step)
  const within = scope ?? plan.scope
  const print = (more: Values): CompiledQuery =>
    query.compile({
      dialect: target.dialect,
      scope: within,
      parameters: { ...plan.parameters, ...values, ...more },
      lists: plan.lists,
    })
  let compiled: CompiledQuery
  try {
    const printed = printOpen(open, print)
    if (printed === undefined)
      return { scope, sql: null, placeholders: [...open.keys()], estimate: null, unknown: 'its values come from rows' }
    compiled = printed
    checkText(compiled, target)
  } catch (error) {
    return { scope, sql: null, refused: asStepError(error) }
  }
  return {
    scope,
    sql: compiled.text,
    parameters: bindingValues(compiled),
    ...(open.size > 0 && { placeholders: [...open.keys()] }),
    ...(await estimateOf(compiled, within, describing)),
  }
}

/**
 * The text with expressions in the place of values that only rows will tell. Whether such a value is a text or a list of texts
 * its query knows, so what fits is tried; undefined where it is neither.
 */
function printOpen(
  open: ReadonlyMap<string, string>,
  print: (more: Values) => CompiledQuery,
): CompiledQuery | undefined {
  const names = [...open.keys()].slice(0, mostOpen)
  for (let lists = 0; lists < 2 ** names.length; lists += 1) {
    const more = Object.fromEntries(
      names.map((name, at): [string, Cell] => {
        const text = withoutQuotes(open.get(name) ?? '')
        return [name, lists & (1 << at) ? text : [text]]
      }),
    )
    try {
      return print(more)
    } catch (error) {
      if (names.length === 0 || !(error instanceof TrailbookError) || error.code !== 'SQL_PARAMETER_VALUE') throw error
    }
  }
  return undefined
}

/** Some engines take no text with a single quote: an expression that has one stands for a value that may have none. */
const withoutQuotes = (expression: string): string => expression.replaceAll("'", '"')

/** Each doubles what is tried. */
const mostOpen = 6

/** Expressions that look at what only a run knows. */
const looksAtRows = (value: unknown): boolean => /\b(?:steps|row|findings)\b/.test(expressionsOf(value))

const expressionsOf = (value: unknown): string =>
  [...(JSON.stringify(value) ?? '').matchAll(/\{\{(.*?)\}\}/g)].map(([, inner]) => inner).join(' ')

/** Values of `with` that are known now, and the expressions of the others. */
function knownValues(plan: Plan, step: QueryStep | RunStep) {
  const open = new Map<string, string>()
  const values: Record<string, Cell> = {}
  const state = blank(plan)
  for (const [name, value] of Object.entries(step.with ?? {})) {
    const told = looksAtRows(value) ? undefined : state.effects.expressions.fill(value as Json, contextOf(state))
    if (told?.ok) values[name] = told.value as Cell
    else open.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return { values, open }
}

/** Null where rows decide. */
function knownScope(plan: Plan, step: Step): Scope | null {
  const { accounts, regions, services } = step.scope ?? {}
  if (looksAtRows([accounts, regions, services])) return null
  return stepScope(blank(plan), step, undefined) ?? null
}

function blank(plan: Plan): RunState {
  const effects = { expressions: celExpressions(), connection: plan.connection } as unknown as RunState['effects']
  return newState(plan, { effects, signal: undefined, innerRuns: { count: 0, coverage: new Map() } })
}

async function estimateOf(
  compiled: CompiledQuery,
  scope: Scope,
  { target, estimates, abortable }: Describing,
): Promise<Pick<PlannedStep, 'estimate' | 'unknown'>> {
  if (target.estimate === undefined)
    return {
      estimate: null,
      unknown: target.offline === true ? 'nobody was asked' : 'this connection tells nothing beforehand',
    }
  const bindings = compiled.bindings.map(({ name, value }) => [name, String(value)])
  const key = canonicalJson([compiled.text, bindings, { ...scope }])
  const asked = estimates.get(key) ?? target.estimate(compiled, scope, abortable)
  estimates.set(key, asked)
  try {
    return { estimate: await asked }
  } catch (error) {
    if (abortable.signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED', {}, { cause: error })
    return { estimate: null, unknown: asStepError(error).message }
  }
}

/** The steps of the runbook that a step runs, with what is known of its parameters. */
async function describeInner(plan: Plan, step: RunStep, describing: Describing): Promise<Partial<PlannedStep>> {
  const runnable = plan.runbooks?.get(step.run)
  if (runnable === undefined) return {}
  const { values, open } = knownValues(plan, step)
  const { runbook } = runnable
  const outer = knownScope(plan, step) ?? plan.scope
  const parameters = Object.fromEntries(
    Object.entries(runbook.parameters).map(([name, { type, default: usual }]): [string, Cell] => {
      const given = values[name] ?? (usual as Cell | undefined) ?? null
      const expression = open.get(name)
      return [name, expression === undefined ? given : type.endsWith('[]') ? [expression] : expression]
    }),
  )
  const inner = innerPlan(plan, { runnable, parameters, outer })
  return {
    scope: inner.scope,
    ...(open.size > 0 && { placeholders: [...open.keys()] }),
    inner: { runbook: runbook.id, steps: await stepsOf(inner, describing) },
  }
}
