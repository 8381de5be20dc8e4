import { expect, test } from 'vitest'
import { fakeConnection, fakeEffects, fakePlan, fakeQuery, now, window } from '../../test/support/session-fakes.ts'
import type { Charge, Connection, Estimate } from '../core/ports.ts'
import { runQuery } from './query.ts'
import { finishRun, runRunbook } from './run-runbook.ts'
import { budgetOf, checkText, send } from './send.ts'

const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
const query = { text: 'calls', bindings: [], columns: [] }

const scan = (usd: number): readonly Charge[] => [{ what: 'scan', amount: usd * 2e11, usd }]
const costing = (usd: number, bytes: number | null = 1): Estimate => ({
  bytes,
  files: null,
  basis: 'by heart',
  charges: scan(usd),
})

/** An engine that charges `actual` for what it estimates at `estimate`. */
function charging(estimate: Estimate | undefined, actual: number, sent: string[] = []): Connection {
  const fake = fakeConnection({ capabilities: { billed: true } })
  return {
    ...fake,
    ...(estimate && { estimate: async () => estimate }),
    async run(compiled, within, options) {
      sent.push(compiled.text)
      const run = await fake.run(compiled, within, options)
      return { ...run, statistics: () => ({ elapsedMs: 1, bytesRead: 2e6, charges: scan(actual) }) }
    },
  }
}

const drain = async (connection: Connection, budget = budgetOf(1)) => {
  const run = await send(connection, query, scope, { spending: { budget, charges: [] } })
  for await (const _ of run.rows);
  return budget
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error) => error.code,
  )

test.each([
  ['bytes', 'ä', 1, 'ENGINE_TEXT_LIMIT'],
  ['bytes', 'ä', 2, 'fits'],
  ['characters', 'ä', 1, 'fits'],
  ['characters', 'ää', 1, 'ENGINE_TEXT_LIMIT'],
] as const)('counts %s of "%s" against a limit of %i: %s', (unit, text, amount, told) => {
  const limited = fakeConnection({ capabilities: { textLimit: { amount, unit } } })
  const said = () => {
    try {
      checkText({ text }, limited)
      return 'fits'
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect(said()).toBe(told)
})

test('a text that is too long is never sent, by a query or by a step', async () => {
  const sent: string[] = []
  const limited = {
    ...charging(undefined, 0, sent),
    capabilities: { ...fakeConnection().capabilities, textLimit: { amount: 2, unit: 'bytes' as const } },
  }
  const clock = { now: () => now }
  const asked = { query: fakeQuery('calls', []), explicit: { since: '1d' } }
  expect(await codeOf(runQuery(asked, { connection: limited, clock }))).toBe('ENGINE_TEXT_LIMIT')
  const run = await finishRun(
    runRunbook(fakePlan('steps: [{ id: calls, query: SELECT 1 }]'), { ...fakeEffects(), connection: limited }),
  )
  expect(run.steps[0]).toMatchObject({ status: 'failed', error: { code: 'ENGINE_TEXT_LIMIT' } })
  expect(sent).toEqual([])
})

test('a budget is charged with what a query cost, not with what it was thought to cost', async () => {
  const budget = await drain(charging(costing(0.6), 0.1))
  expect(budget.spent).toBeCloseTo(0.1)
  await drain(charging(costing(0.6), 0.6), budget)
  expect(budget.spent).toBeCloseTo(0.7)
  expect(await codeOf(drain(charging(costing(0.6), 0.1), budget))).toBe('RUN_BUDGET')
})

test('what an engine does not measure stays charged as it was estimated', async () => {
  const requests: Charge = { what: 'get', amount: 1e6, usd: 0.4 }
  const estimate = { ...costing(0.1), charges: [...scan(0.1), requests] }
  const budget = await drain(charging(estimate, 0.02))
  expect(budget.spent).toBeCloseTo(0.42)
  await drain(charging(estimate, 0.02), budget)
  expect(await codeOf(drain(charging(estimate, 0.02), budget))).toBe('RUN_BUDGET')
})

test('two queries at once cannot spend the same', async () => {
  const budget = budgetOf(1)
  const connection = charging(costing(0.6), 0.6)
  const ended = await Promise.all([codeOf(drain(connection, budget)), codeOf(drain(connection, budget))])
  expect(ended.sort()).toEqual(['RUN_BUDGET', 'done'])
})

test.each([
  ['no estimate', undefined],
  ['an estimate of nothing', costing(0, null)],
])('with a budget, a query is not sent on %s', async (_, estimate) => {
  const sent: string[] = []
  expect(await codeOf(drain(charging(estimate, 0.1, sent)))).toBe('RUN_BUDGET_UNKNOWN')
  expect(sent).toEqual([])
})

test('a free connection needs no estimate', async () => {
  const budget = await drain(fakeConnection(), budgetOf(0))
  expect(budget.spent).toBe(0)
})

test('a run tells what its steps cost, and fails at the step that would spend too much', async () => {
  const plan = fakePlan(
    'steps: [{ id: calls, query: SELECT 1 }, { id: more, query: SELECT 1 }, { id: last, query: SELECT 1 }]',
  )
  const connection = charging(costing(0.4), 0.4)
  const run = await finishRun(runRunbook(plan, { ...fakeEffects(), connection, budget: budgetOf(1) }))
  expect(run.steps.map(({ status, error }) => error?.code ?? status)).toEqual(['done', 'done', 'RUN_BUDGET'])
  expect(run.steps[0]?.read).toEqual({ queries: 1, bytes: 2e6, of: 0, charges: scan(0.4) })
  expect(run).toMatchObject({ verdict: 'failed', cost: { usd: 0.8, basis: 'list prices, an estimate' } })
})

/** What finding out the coverage costs, taken from the same purse. */
const withPaidCoverage = (inner: Connection, usd: number): Connection => ({
  ...inner,
  coverage(asked, needs, asking) {
    asking?.spending?.charges.push({ what: 'scan', amount: 1, usd, for: 'coverage' })
    return inner.coverage(asked, needs, asking)
  },
})

test('what finding out the coverage cost is in the cost of runs and queries, and told apart', async () => {
  const connection = withPaidCoverage(charging(costing(0.4), 0.4), 0.05)
  const cost = {
    usd: 0.45,
    charges: [
      { what: 'scan', amount: 8e10, usd: 0.4 },
      { what: 'scan', amount: 1, usd: 0.05, for: 'coverage' },
    ],
  }
  const run = await finishRun(
    runRunbook(fakePlan('steps: [{ id: calls, query: SELECT 1 }]'), { ...fakeEffects(), connection }),
  )
  expect(run.cost).toMatchObject(cost)
  const asked = { query: fakeQuery('calls', []), explicit: { since: '1d' } }
  const result = await runQuery(asked, { connection, clock: { now: () => now } })
  expect([result.cost, result.statistics.charges]).toMatchObject([cost, cost.charges.slice(0, 1)])
})

test('a run tells what a query cost that failed before its end', async () => {
  const plan = fakePlan('steps: [{ id: calls, query: SELECT 1 }]')
  const inner = charging(costing(0.4), 0.4)
  const connection: Connection = {
    ...inner,
    async run(...given) {
      const run = await inner.run(...given)
      // biome-ignore lint/correctness/useYield: it fails before its first row
      async function* rows(): typeof run.rows {
        throw new Error('the second part failed')
      }
      return { ...run, rows: rows() }
    },
  }
  const run = await finishRun(runRunbook(plan, { ...fakeEffects(), connection }))
  expect(run).toMatchObject({ verdict: 'failed', cost: { usd: 0.4 } })
})

test.each([
  [{ exactOnce: true }, 'none', 'clear'],
  [{ exactOnce: false, removesCopies: true }, 'removed', 'clear'],
  [{ exactOnce: false }, 'counted', 'inconclusive'],
] as const)('over %j copies are %s, and nothing found is %s', async (capabilities, copies, verdict) => {
  const plan = fakePlan('steps: [{ id: calls, query: SELECT 1 }]')
  expect(await finishRun(runRunbook(plan, fakeEffects({ capabilities })))).toMatchObject({ copies, verdict })
})
