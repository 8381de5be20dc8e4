import { describe, expect, it } from 'vitest'
import type { Published } from '../../core/event/published.ts'
import { createBudget } from './budget.ts'
import type { QueryClient } from './client.ts'
import { type ConvertEffects, type ConvertRequest, convert } from './convert.ts'
import type { AthenaSettings } from './settings.ts'
import { statementsOf } from './statement.ts'

const pace = { firstMs: 1, mostMs: 1 }
const settings = { name: 'trail', catalog: 'c', database: 'd', table: 't', workgroup: 'w', aws: {} } as AthenaSettings

/** A client whose statements all ended so, having been started so many milliseconds ago. */
const clientOf = (State: 'SUCCEEDED' | 'FAILED', agoMs: number): QueryClient =>
  ({
    settings,
    start: async () => 'id',
    look: async () => ({
      Status: { State, StateChangeReason: 'it went wrong', SubmissionDateTime: new Date(Date.now() - agoMs) },
      Statistics: { DataScannedInBytes: 20_000_000 },
    }),
    page: async () => ({ names: ['a'], rows: [['a']], next: undefined }),
    stop: async () => {},
  }) as unknown as QueryClient

const made = (State: 'SUCCEEDED' | 'FAILED', agoMs: number) => {
  const budget = createBudget('trail', undefined)
  return { budget, statements: statementsOf(clientOf(State, agoMs), { pace, budget }) }
}

describe('a statement', () => {
  it('that fails is never taken for one of an earlier run by a clock that is ahead', async () => {
    const { statements } = made('FAILED', 10_000)
    await expect(statements.run('CREATE OR REPLACE VIEW v AS SELECT 1')).rejects.toMatchObject({
      code: 'ATHENA_FAILED',
    })
    await expect(statements.rows('SELECT 1')).rejects.toMatchObject({ code: 'ATHENA_FAILED' })
  })

  it('counts against the budget by whatever clock', async () => {
    const { statements, budget } = made('SUCCEEDED', 10_000)
    await statements.run('SELECT 1')
    expect(budget.spent).toBe(20_000_000)
  })

  it('of an earlier run says when it was started, and is paid already', async () => {
    const { statements, budget } = made('SUCCEEDED', 3_600_000)
    const ran = await statements.run('CREATE TABLE t AS SELECT 1', { isOnce: true })
    expect(Date.now() - ran!.earlier!).toBeGreaterThanOrEqual(3_600_000)
    expect(budget.spent).toBe(0)
    expect(await made('FAILED', 3_600_000).statements.run('CREATE TABLE t AS SELECT 1', { isOnce: true })).toBe(
      undefined,
    )
  })
})

it('a conversion that takes what a killed run had read reads its last days once more', async () => {
  const now = Date.parse('2026-01-20T12:00:00Z')
  const killed = Date.parse('2026-01-08T00:31:00Z')
  let committed: Published | undefined
  const effects = {
    store: {
      location: 's3://lake',
      lock: async () => ({ release: async () => {} }),
      current: async () => committed,
      all: async () => [],
      describe: async () => {},
      point: async (published: Published) => {
        committed = published
      },
      removeOthers: async () => 0,
      sizes: async () => new Map(),
    },
    statements: { run: async () => ({ id: 'id', scanned: 0, earlier: killed }), rows: async () => [] },
    catalog: { beginning: async () => [] },
    table: {
      name: 'd.v',
      check: async () => {},
      show: async () => true,
      inUse: async () => [],
      letGo: async () => 0,
      prepare: async () => 'own',
    },
    budget: createBudget('trail', undefined),
    estimate: async () => ({ bytes: 0, files: 0, basis: '', charges: [] }),
    now: () => now,
  } as unknown as ConvertEffects
  const day = { name: 'day', format: 'yyyy/MM/dd' as const }
  const request: ConvertRequest = {
    shape: { eventsTable: '"t"', accountColumn: '_account', partitions: { day }, exactOnce: false, lacking: [] },
    source: 'd.t',
    place: { database: 'd', table: 'v', location: 's3://lake' },
    graceMs: 0,
  }
  await convert({ ...request, from: '2026-01-01', to: '2026-01-07' }, effects)
  expect(committed?.conversion?.deliveries).toEqual([
    { first: '2026-01-01', last: '2026-01-07', at: '2026-01-08T00:31:00Z' },
  ])
  const { deliveries } = await convert({ ...request, to: '2026-01-07', dryRun: true }, effects)
  expect(deliveries).toEqual(['2026-01-07'])
})
