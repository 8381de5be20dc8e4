import { describe, expect, test } from 'vitest'
import { event, type FakeOptions, fakeConnection, fakeQuery, now, window } from '../../test/support/session-fakes.ts'
import type { Connection, Scope } from '../core/ports.ts'
import { type QueryRequest, runQuery } from './query.ts'

const ask = async (request: Partial<QueryRequest> = {}, options: FakeOptions = {}) => {
  const scopes: Scope[] = []
  const inner = fakeConnection({ answers: { q: [event('e1'), event('e2'), event('e3')] }, ...options })
  const connection: Connection = {
    ...inner,
    run: (query, scope, more) => {
      scopes.push(scope)
      return inner.run(query, scope, more)
    },
  }
  const result = await runQuery(
    { query: fakeQuery('q', ['eventID']), ...request },
    { connection, clock: { now: () => now } },
  )
  return { result, scope: scopes[0] }
}

describe('a query', () => {
  test('asks the whole of the data unless a window is given', async () => {
    expect((await ask()).scope).toMatchObject({ window, earliest: window.from })
    expect((await ask({ explicit: { since: '1d' } })).scope?.window.from).toBe('2026-01-14T12:00:00Z')
    expect((await ask({ explicit: { to: '2026-01-10' } })).scope?.window).toEqual({
      from: window.from,
      to: '2026-01-10T00:00:00Z',
    })
  })

  test('keeps rows up to the limit and counts all', async () => {
    const { result } = await ask({ rowLimit: 2 })
    expect(result).toMatchObject({
      schema: 'trailbook.query/v1',
      rowCount: 3,
      truncated: true,
      statistics: { elapsedMs: 1 },
    })
    expect(result.rows.map((row) => row.eventID)).toEqual(['e1', 'e2'])
  })

  test('is cut off where the engine gives no more rows, also within the limit', async () => {
    const inner = fakeConnection({ answers: { q: [event('e1')] } })
    const connection: Connection = {
      ...inner,
      async run(...given) {
        const run = await inner.run(...given)
        return { ...run, statistics: () => ({ ...run.statistics(), truncated: true }) }
      },
    }
    const result = await runQuery({ query: fakeQuery('q', ['eventID']) }, { connection, clock: { now: () => now } })
    expect(result).toMatchObject({ rowCount: 1, truncated: true })
  })

  test('needs a window where reading costs money', async () => {
    const billed = { capabilities: { billed: true } }
    await expect(ask({}, billed)).rejects.toMatchObject({ code: 'RUN_WINDOW_NEEDED', exitCode: 64 })
    expect((await ask({ explicit: { since: '1d' } }, billed)).result.rowCount).toBe(3)
  })

  test('can be stopped while the span of the data is looked for', async () => {
    const { signal } = new AbortController()
    const told: unknown[] = []
    const connection: Connection = {
      ...fakeConnection({ answers: { q: [] } }),
      span: async (options) => void told.push(options?.signal),
    }
    await runQuery({ query: fakeQuery('q', ['eventID']) }, { connection, clock: { now: () => now } }, { signal })
    expect(told).toEqual([signal])
  })

  test('stops when it is asked to', async () => {
    const running = runQuery(
      { query: fakeQuery('q', []) },
      { connection: fakeConnection(), clock: { now: () => now } },
      { signal: AbortSignal.abort() },
    )
    await expect(running).rejects.toMatchObject({ code: 'RUN_INTERRUPTED' })
  })
})
