import { TrailbookError } from '../core/errors.ts'
import type { Cell, Charge, Row, Scope } from '../core/ports.ts'
import { costOf } from '../core/run/cost.ts'
import { describeStep } from '../core/run/describe-step.ts'
import { bindingValues, type PreparedQuery, type Values } from '../core/run/plan.ts'
import { createSettler, type SettleOptions } from '../core/run/row-order.ts'
import type { Json } from '../core/runbook/json.ts'
import type { QueryStep } from '../core/runbook/schema-step.ts'
import { type Occasion, occasionsOf } from './each.ts'
import { excluder } from './exclusions.ts'
import { findingsOf } from './judge-rows.ts'
import { send } from './send.ts'
import { askingOf, contextOf, doubt, type Events, type RunState, type StepOutcome } from './state.ts'
import { stepScope } from './step-scope.ts'

/** Carries out a query step, once per occasion; rows come one after the other. */
export async function* queryStep(state: RunState, step: QueryStep): Events<StepOutcome> {
  const query = state.plan.queries.get(step.id)
  if (query === undefined)
    throw new TrailbookError('RUN_STEP_FAILED', { step: step.id, reason: 'it has no checked query' })
  const occasions = occasionsOf(state, step, { acts: false })
  const collected = collector(state, step)
  const { rowLimit } = state.plan
  const { columns, sortedBy } = query.texts?.[state.effects.connection.dialect.name] ?? query
  const said = new Map<string, Readonly<Record<string, unknown>>>()
  let sql: string | null = null
  let parameters: Values = {}
  const started = state.effects.clock.now()
  const read = { queries: 0, bytes: 0, of: 0 }
  // The engine gave as many rows as it gives at most.
  let cut = false
  const charged: Charge[] = []
  for (const occasion of occasions.list) {
    const scope = stepScope(state, step, occasion.value)
    if (scope === undefined) continue
    state.scopes.push(scope)
    const run = await start(state, step, query, occasion, scope)
    sql ??= run.compiled.text
    if (parameters === undefined || Object.keys(parameters).length === 0) parameters = bindingValues(run.compiled)
    const own: Row[] = []
    const before = collected.rowCount()
    const names = columns.map(({ name }) => name)
    try {
      for await (const batch of settledBatches(run.rows, { columns: names, sortedBy, most: rowLimit })) {
        const { kept, beyond } = collected.add(batch)
        own.push(...kept)
        if (kept.length > 0) yield { type: 'rows', step: step.id, rows: kept }
        if (beyond.length > 0) await state.effects.beyond?.({ runbook: state.plan.runbook.id, step: step.id }, beyond)
        state.signal?.throwIfAborted()
      }
    } finally {
      // What a query read before it failed is charged for all the same.
      state.charges.push(...(run.statistics().charges ?? []))
    }
    const { bytesRead = 0, bytesTotal = 0, charges = [], truncated = false } = run.statistics()
    cut ||= truncated
    charged.push(...charges)
    Object.assign(read, { queries: read.queries + 1, bytes: read.bytes + bytesRead, of: Math.max(read.of, bytesTotal) })
    said.set(occasion.key, { rows: own, count: collected.rowCount() - before })
  }
  const cost = costOf(charged)
  const findings = findingsOf(state, step, collected.rows)
  for (const finding of findings) {
    state.findings.push(finding)
    yield { type: 'finding', finding }
  }
  if (cut || collected.truncated()) {
    doubt(state, {
      code: 'truncated',
      step: step.id,
      message: `The step "${step.id}" gave ${collected.rowCount()} rows; findings were looked for in the first ${state.plan.rowLimit}`,
    })
  }
  return {
    result: {
      ...describeStep(step),
      status: occasions.list.length === 0 ? 'skipped' : 'done',
      sql,
      parameters,
      columns: query.columns,
      rowCount: collected.rowCount(),
      excluded: collected.excluded(),
      rows: collected.rows,
      truncated: cut || collected.truncated(),
      elapsedMs: state.effects.clock.now() - started,
      ...((read.of > 0 || read.bytes > 0 || cost) && { read: { ...read, ...(cost && { charges: cost.charges }) } }),
      ...(occasions.overflow && { overflow: occasions.overflow }),
    },
    each: step.each,
    skipped: occasions.skipped,
    said,
  }
}

async function* settledBatches(
  batches: AsyncIterable<readonly Row[]>,
  options: SettleOptions,
): AsyncGenerator<readonly Row[]> {
  const settler = createSettler(options)
  for await (const batch of batches) yield settler.add(batch)
  yield settler.end()
}

async function start(state: RunState, step: QueryStep, query: PreparedQuery, occasion: Occasion, scope: Scope) {
  const { plan, effects } = state
  const parameters = { ...plan.parameters, ...withValues(state, step, occasion) }
  const compiled = query.compile({ dialect: effects.connection.dialect, scope, parameters, lists: plan.lists })
  effects.asked?.({ runbook: plan.runbook.id, step: step.id }, { scope, parameters })
  const run = await send(effects.connection, compiled, scope, askingOf(state))
  return { compiled, rows: run.rows, statistics: () => run.statistics() }
}

/** The values of `with`; one that cannot be filled in fails the step, for NULL would change the question. */
function withValues(state: RunState, step: QueryStep, occasion: Occasion): Values {
  if (step.with === undefined) return {}
  const told = state.effects.expressions.fill(step.with as Json, contextOf(state, occasion.value))
  if (!told.ok) throw new TrailbookError('RUN_TEMPLATE', { step: step.id, reason: told.reason })
  return told.value as { readonly [name: string]: Cell }
}

/** Keeps the first rows up to the limit, without the excluded ones, and counts all. */
function collector(state: RunState, step: QueryStep) {
  const isExcluded = excluder(state, step.id)
  const rows: Row[] = []
  let rowCount = 0
  let excluded = 0
  return {
    rows,
    rowCount: () => rowCount,
    excluded: () => excluded,
    truncated: () => rowCount > rows.length,
    add(batch: readonly Row[]): { readonly kept: readonly Row[]; readonly beyond: readonly Row[] } {
      const passed = batch.filter((row) => !isExcluded(row))
      excluded += batch.length - passed.length
      rowCount += passed.length
      const room = Math.max(0, state.plan.rowLimit - rows.length)
      const kept = passed.slice(0, room)
      rows.push(...kept)
      return { kept, beyond: passed.slice(room) }
    },
  }
}
