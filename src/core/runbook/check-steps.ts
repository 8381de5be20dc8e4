/** Checks across steps: ids, references to earlier steps, conditions, and what each kind of step needs. */
import type { ResultColumn } from '../ports.ts'
import type { Expression } from '../sql/tree.ts'
import { visitExpression } from '../sql/visit.ts'
import { parseDuration } from '../time.ts'
import type { CelChecker } from './cel-check.ts'
import type { CelScope, KnownStep } from './cel-scope.ts'
import { type Checks, checkCel, checkerOf, checkTemplate } from './check-context.ts'
import { checkQuery } from './check-query.ts'
import { suggest } from './did-you-mean.ts'
import type { DraftStep } from './draft.ts'
import { outputs } from './outputs.ts'
import { isTemplate } from './run-links.ts'
import { reservedStepIds } from './schema-case.ts'
import type { ActionStep, AskStep, Each, ReadStep, RunStep, Step, TraceStep, WatchStep } from './schema-step.ts'
import { valueAt } from './source.ts'
import type { Path } from './yaml-values.ts'

interface At {
  readonly path: Path
  readonly index: number
  readonly checker: CelChecker
}

export function checkSteps(checks: Checks): void {
  checkIds(checks)
  for (const [index, draft] of checks.draft.steps.entries()) {
    const { step, path } = draft
    if (!step) {
      if (draft.id !== undefined) checks.known.push({ id: draft.id, kind: draft.kind ?? 'query' })
      continue
    }
    const row = step.each ? checkEach(checks, step.each, { path, index }) : unreadableEach(checks, path)
    const checker = checkerOf(checks, { ...(row && { row }), findings: true, run: true })
    const columns = checkStep(checks, step, { path, index, checker })
    const known: KnownStep = {
      id: step.id,
      kind: step.kind,
      columns,
      ...(step.kind === 'ask' && { ask: step.ask.type }),
      ...(step.each && { eachOf: step.each.rows }),
    }
    if (draft.id !== undefined) checks.known.push(known)
  }
}

/** There is an `each`, but with a mistake: its row is there all the same. */
const unreadableEach = ({ draft: { source } }: Checks, path: Path): CelScope['row'] =>
  valueAt(source.file.value, [...path, 'each']) === undefined ? undefined : { of: '' }

function checkIds({ draft: { steps, source } }: Checks): void {
  const lines = new Map<string, number>()
  for (const { id, path } of steps) {
    if (id === undefined) continue
    const at = source.value([...path, 'id'])
    const line = lines.get(id)
    if (line !== undefined) source.report('RUNBOOK_STEP_DUPLICATE', { id, line }, at)
    else lines.set(id, source.place(at).line)
    if ((reservedStepIds as readonly string[]).includes(id)) source.report('RUNBOOK_RESERVED_NAME', { name: id }, at)
  }
}

/** Reports a name that is no earlier step. Yields the step when it is one. */
function earlier(
  { draft, known }: Checks,
  id: string,
  { path, index }: { path: Path; index: number },
): KnownStep | undefined {
  const { source } = draft
  const found = known.find((step) => step.id === id)
  if (found) return found
  const later = draft.steps.slice(index).some((step: DraftStep) => step.id === id)
  if (later) source.report('RUNBOOK_STEP_LATER', { id }, source.value(path))
  else
    source.report(
      'RUNBOOK_STEP_UNKNOWN',
      {
        id,
        hint: suggest(
          id,
          known.map((step) => step.id),
        ),
      },
      source.value(path),
    )
  return undefined
}

function checkEach(checks: Checks, each: Each, { path, index }: { path: Path; index: number }): CelScope['row'] {
  const { source } = checks.draft
  const at = [...path, 'each']
  const step = earlier(checks, each.rows, { path: [...at, 'rows'], index })
  const columns = step?.columns
  const names = columns?.map((column) => column.name)
  for (const [position, column] of each.by.entries())
    if (names && !names.includes(column))
      source.report(
        'RUNBOOK_COLUMN_UNKNOWN',
        { step: each.rows, column, hint: suggest(column, names) },
        source.value([...at, 'by', position]),
      )
  return { of: each.rows, columns }
}

function checkStep(checks: Checks, step: Step, at: At): readonly ResultColumn[] | undefined {
  const { path, checker } = at
  if (step.when !== undefined) checkCel(checks, { path: [...path, 'when'], text: step.when, checker, condition: true })
  for (const key of ['accounts', 'regions', 'services'] as const)
    checkTemplate(checks, { path: [...path, 'scope', key], value: step.scope?.[key], checker })
  if (step.kind === 'query') return checkQuery(checks, step, { path, checker })
  if (step.kind !== 'run') checkTemplate(checks, { path: [...path, 'with'], value: step.with, checker })
  // What is left to people is told by its title, filled in.
  if (step.kind !== 'run' && step.kind !== 'ask')
    checkTemplate(checks, { path: [...path, 'title'], value: step.title, checker })
  switch (step.kind) {
    case 'trace':
      checkTrace(checks, step, at)
      return undefined
    case 'verify':
      checkTemplate(checks, { path: [...path, 'verify', 'event'], value: step.verify.event, checker })
      return undefined
    case 'read':
    case 'action':
      checkTarget(checks, step, at)
      return undefined
    case 'ask':
      checkAsk(checks, step, at)
      return undefined
    case 'notify':
      checkTemplate(checks, { path: [...path, 'notify', 'message'], value: step.notify.message, checker })
      return undefined
    case 'run':
      checkRun(checks, step, at)
      return undefined
    case 'watch':
      return checkWatch(checks, step, at)
  }
}

function checkTrace(checks: Checks, { trace }: TraceStep, { path, checker }: At): void {
  const starts = (['accessKeyId', 'actor', 'event'] as const).filter((key) => trace[key] !== undefined)
  const { source } = checks.draft
  if (starts.length !== 1 && !source.broken(path))
    source.report('RUNBOOK_TRACE', { count: starts.length }, source.key([...path, 'trace']))
  for (const key of starts) checkTemplate(checks, { path: [...path, 'trace', key], value: trace[key], checker })
}

/** Log fields are partly the attacker's: a target is a column of evidence as it is, never a text put together. */
function checkTarget(checks: Checks, step: ActionStep | ReadStep, { path }: At): void {
  const { source } = checks.draft
  const { target } = step
  if (target === undefined) return
  const at = source.value([...path, 'target'])
  if (target.startsWith('params.')) {
    const name = target.slice('params.'.length)
    checks.used.params.add(name)
    if (!checks.draft.parameters.has(name))
      source.report('RUNBOOK_PARAMETER_UNKNOWN', { name, hint: suggest(name, checks.draft.parameters.keys()) }, at)
    return
  }
  if (!step.each && unreadableEach(checks, path)) return
  if (!step.each) {
    const hint = 'Add each: the rows whose column is the target; or params.<name>.'
    source.report('RUNBOOK_TARGET', { target, hint }, at)
    return
  }
  const columns = checks.known.find((known) => known.id === step.each?.rows)?.columns
  if (!columns) return
  const column = columns.find(({ name }) => name === target)
  if (column === undefined) {
    const hint = suggest(
      target,
      columns.map(({ name }) => name),
    )
    source.report('RUNBOOK_COLUMN_UNKNOWN', { step: step.each.rows, column: target, hint }, at)
    return
  }
  const hint = unfitTarget(checks, step.each.rows, column)
  if (hint !== undefined) source.report('RUNBOOK_TARGET', { target, hint }, at)
}

/** Text put together in SQL is no evidence any more: nobody can tell which part of it an attacker wrote. */
function unfitTarget({ queries }: Checks, of: string, { name, type }: ResultColumn): string | undefined {
  if (!/^varchar/.test(type)) return `It is ${type}; a target is the name or ARN of something, as a text.`
  const query = queries.get(of)
  const output = query && outputs(query).find((one) => one.name === name)
  if (!output || !isBuilt(output.item.expression)) return undefined
  return 'The query puts it together from parts; select the column of the event as it is.'
}

const builders = new Set(['concat', 'concat_ws', 'format', 'replace', 'regexp_replace', 'translate', 'lpad', 'rpad'])

function isBuilt(expression: Expression): boolean {
  let built = false
  visitExpression(expression, {
    expression(node) {
      if (node.kind === 'binary-op' && node.operator === '||') built = true
      if (node.kind === 'call' && builders.has(node.name)) built = true
    },
  })
  return built
}

function checkAsk(checks: Checks, { ask }: AskStep, { path, checker }: At): void {
  const { source } = checks.draft
  const at = [...path, 'ask']
  if (ask.type === 'choice' && !ask.options && !source.broken(at))
    source.report('RUNBOOK_ASK', { problem: 'has nothing to choose from', hint: 'Add options.' }, source.key(at))
  if (ask.type !== 'choice' && ask.options)
    source.report(
      'RUNBOOK_ASK',
      { problem: `of type ${ask.type} has options`, hint: 'Write type: choice.' },
      source.key([...at, 'options']),
    )
  checkTemplate(checks, { path: [...at, 'question'], value: ask.question, checker })
}

function checkRun(checks: Checks, step: RunStep, { path, checker }: At): void {
  const { knownRunbooks, draft } = checks
  const given = Object.entries(step.with ?? {}).map(([name, value]) => {
    const type = checkTemplate(checks, { path: [...path, 'with', name], value, checker })
    return [name, { value, ...(isTemplate(value) && { type: type ?? 'dyn' }) }] as const
  })
  checks.runs.push({ step: step.id, runbook: step.run, path, with: Object.fromEntries(given) })
  if (knownRunbooks && !knownRunbooks.includes(step.run))
    draft.source.report(
      'RUNBOOK_UNKNOWN',
      { name: step.run, hint: suggest(step.run, knownRunbooks) },
      draft.source.value([...path, 'run']),
    )
}

function checkWatch(checks: Checks, { watch }: WatchStep, { path, index }: At): readonly ResultColumn[] | undefined {
  const at = [...path, 'watch', 'step']
  const step = earlier(checks, watch.step, { path: at, index })
  const { source } = checks.draft
  if ((parseDuration(watch.every) ?? 0) > (parseDuration(watch.for) ?? Number.POSITIVE_INFINITY))
    source.report('RUNBOOK_WATCH', { for: watch.for, every: watch.every }, source.key([...path, 'watch']))
  if (step && step.kind !== 'query')
    source.report(
      'RUNBOOK_STEP_UNFIT',
      { id: step.id, kind: step.kind, hint: 'Only a query step can be watched.' },
      source.value(at),
    )
  return step?.columns
}
