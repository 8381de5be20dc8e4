import { afterEach, describe, expect, test, vi } from 'vitest'
import { type FakeAws, startFakeAws } from '../../../test/fake-aws/server.ts'
import {
  cloudTrailLake,
  type FakeLakeOptions,
  type FakeLakeQuery,
} from '../../../test/fake-aws/services/cloudtrail-lake.ts'
import type { TrailbookError } from '../../core/errors.ts'
import type { Connection, ResultColumn, Row } from '../../core/ports.ts'
import type { LakeCalls } from './calls.ts'
import { connectCloudTrailLake } from './connection.ts'
import { lakePermissions } from './permissions.ts'
import { runQuery } from './run-query.ts'
import type { CloudTrailLakeSettings } from './settings.ts'

const store = '1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809'
const scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}
const fakes: FakeAws[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const fake of fakes.splice(0)) await fake.close()
})

interface Started {
  readonly fake: FakeAws
  readonly queries: readonly FakeLakeQuery[]
  readonly connection: Connection
  readonly pauses: readonly number[]
}

async function start(
  options: Partial<FakeLakeOptions> = {},
  settings: Partial<CloudTrailLakeSettings> = {},
): Promise<Started> {
  const service = cloudTrailLake({
    stores: [{ id: store }],
    execute: async () => ({ columns: ['a'], rows: [['=x']], bytesScanned: 2_000_000_000 }),
    ...options,
  })
  const fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [service] })
  fakes.push(fake)
  for (const [name, value] of Object.entries(fake.env)) vi.stubEnv(name, value)
  const pauses: number[] = []
  const connection = await connectCloudTrailLake(
    { name: 'lake', stores: [store], aws: { region: 'us-east-1' }, ...settings },
    {
      sleep: async (ms, signal) => {
        pauses.push(ms)
        await new Promise((resolve) => setTimeout(resolve, 2))
        signal.throwIfAborted()
      },
    },
  )
  return { fake, queries: service.queries, connection, pauses }
}

const one: readonly ResultColumn[] = [{ name: 'a', type: 'varchar' }]
const select = `SELECT 1 FROM ${store}`

async function ask(
  connection: Connection,
  {
    text = select,
    columns = one,
    signal,
  }: { text?: string; columns?: readonly ResultColumn[]; signal?: AbortSignal } = {},
) {
  const run = await connection.run({ text, columns, bindings: [] }, scope, signal ? { signal } : {})
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  return { rows, statistics: run.statistics() }
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: TrailbookError) => error.code,
  )

const never = () => new Promise<never>(() => {})

describe('rows', () => {
  test.each(['absent', 'empty', 'null'] as const)(
    'tell NULL from an empty text where the service gives NULL as %s',
    async (nulls) => {
      const { connection } = await start({
        nulls,
        execute: async () => ({
          columns: ['A', 'b'],
          rows: [
            ['=', null],
            [null, '=null'],
          ],
        }),
      })
      const columns = [one[0]!, { name: 'b', type: 'varchar' }]
      expect((await ask(connection, { columns })).rows).toEqual([
        { a: '', b: null },
        { a: null, b: 'null' },
      ])
    },
  )

  test('come by pages of 1000, all of them', async () => {
    const rows = Array.from({ length: 2500 }, (_, at) => [`=${at}`])
    const { connection, fake } = await start({ execute: async () => ({ columns: ['a'], rows }) })
    expect((await ask(connection)).rows).toHaveLength(2500)
    expect(fake.calls.filter(({ operation }) => operation === 'GetQueryResults')).toHaveLength(3)
  })

  test.each([
    ['boolean', '=true', true],
    ['bigint', '=9007199254740993', '9007199254740993'],
    ['double', '=1.5E300', 1.5e300],
    ['double', '=NaN', 'NaN'],
    ['decimal(3,1)', '=1.50', '1.50'],
    ['timestamp(3) with time zone', '=2026-01-01 10:00:00.000 UTC', '2026-01-01T10:00:00.000Z'],
    ['array(row(n bigint, s varchar))', '=[["1","x"],null,[null,""]]', [{ n: 1, s: 'x' }, null, { n: null, s: '' }]],
    ['map(varchar, boolean)', '={"k":"false"}', { k: false }],
  ])('of %s are decoded: %s', async (type, cell, value) => {
    const { connection } = await start({ execute: async () => ({ columns: ['a'], rows: [[cell]] }) })
    expect((await ask(connection, { columns: [{ name: 'a', type }] })).rows).toEqual([{ a: value }])
  })

  test('that do not come are no end of the answer', async () => {
    const { connection } = await start({
      forgets: 1,
      execute: async () => ({ columns: ['a'], rows: [['=1'], ['=2']] }),
    })
    await expect(ask(connection)).rejects.toThrow('it has 2 rows, and gave 1')
  })

  test('are charged for by what was scanned', async () => {
    const { connection } = await start()
    expect((await ask(connection)).statistics).toMatchObject({
      bytesRead: 2_000_000_000,
      charges: [{ what: 'scan', amount: 2_000_000_000, usd: 0.01 }],
    })
  })
})

describe('a query', () => {
  test('waits for one of the 10 places', async () => {
    const { connection, fake, pauses } = await start({ running: 0 })
    const asked = codeOf(ask(connection))
    expect(await asked).toBe('CLOUDTRAIL_LAKE_BUSY')
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(600_000)
    expect(fake.calls.every(({ operation }) => operation === 'StartQuery')).toBe(true)
  })

  test('is ended in CloudTrail Lake by an abort', async () => {
    const { connection, queries } = await start({ execute: never })
    const abort = new AbortController()
    const asked = codeOf(ask(connection, { signal: abort.signal }))
    await vi.waitFor(() => expect(queries[0]?.status).toBe('RUNNING'))
    abort.abort()
    expect(await asked).toBe('ENGINE_INTERRUPTED')
    expect(queries[0]?.status).toBe('CANCELLED')
  })

  test('is ended by a time limit', async () => {
    const { connection, queries } = await start({ execute: never }, { timeLimitMs: 200 })
    expect(await codeOf(ask(connection))).toBe('ENGINE_TIME_LIMIT')
    expect(queries[0]?.status).toBe('CANCELLED')
  })

  test('that has been answered is not ended by a reader who stops early', async () => {
    const { connection, fake } = await start()
    const run = await connection.run({ text: select, columns: one, bindings: [] }, scope)
    for await (const _ of run.rows) break
    expect(fake.calls.some(({ operation }) => operation === 'CancelQuery')).toBe(false)
  })

  test.each([
    ['of a store that is not there', {}, `SELECT 1 FROM ${store.replace('1', '2')}`, 'CLOUDTRAIL_LAKE_STORE_MISSING'],
    [
      'of a store that is being deleted',
      { stores: [{ id: store, status: 'PENDING_DELETION' }] },
      select,
      'CLOUDTRAIL_LAKE_STORE_INACTIVE',
    ],
    [
      'of the store of another account',
      { stores: [{ id: store, owner: '444455556666' }] },
      select,
      'CLOUDTRAIL_LAKE_STORE_MISSING',
    ],
    ['that is no SELECT', {}, `DROP TABLE x`, 'CLOUDTRAIL_LAKE_STATEMENT'],
    ['that is too long', {}, `${select} WHERE '${'x'.repeat(10_000)}' = ''`, 'CLOUDTRAIL_LAKE_STATEMENT'],
    [
      'that fails',
      { execute: async () => ({ error: 'GENERIC_INTERNAL_ERROR: no' }) },
      select,
      'CLOUDTRAIL_LAKE_FAILED',
    ],
    ['that fails on a value', { execute: async () => ({ error: 'Division by zero' }) }, select, 'ENGINE_RUNTIME'],
    ['that takes more than an hour', { execute: never, timeoutMs: 5 }, select, 'CLOUDTRAIL_LAKE_TIMED_OUT'],
  ] as const)('%s: %#', async (_, options, text, code) => {
    const { connection } = await start(options as Partial<FakeLakeOptions>)
    expect(await codeOf(ask(connection, { text }))).toBe(code)
  })

  test('of another account names its owner', async () => {
    const { connection, fake } = await start(
      { stores: [{ id: store, owner: '444455556666' }] },
      { owner: '444455556666' },
    )
    expect((await ask(connection)).rows).toEqual([{ a: 'x' }])
    expect(fake.calls.every(({ input }) => input.EventDataStoreOwnerAccountId === '444455556666')).toBe(true)
  })

  test.each([
    ['throttle', 2],
    ['broken', 2],
  ] as const)('goes on after %s', async (kind, times) => {
    const { connection, fake, queries } = await start()
    for (const operation of ['StartQuery', 'DescribeQuery', 'GetQueryResults']) fake.fail({ kind, operation, times })
    expect((await ask(connection)).rows).toEqual([{ a: 'x' }])
    expect(queries).toHaveLength(1)
  })

  test.each([
    ['expired', 'AWS_CREDENTIALS_EXPIRED'],
    ['denied', 'AWS_ACCESS_DENIED'],
  ] as const)('says what to do where it is %s', async (kind, code) => {
    const { connection, fake } = await start()
    fake.fail({ kind, operation: 'StartQuery' })
    expect(await codeOf(ask(connection))).toBe(code)
  })

  test('whose request was lost is not sent again: it may run, and cost', async () => {
    const { connection, fake } = await start()
    fake.fail({ kind: 'reset', operation: 'StartQuery' })
    expect(await codeOf(ask(connection))).toBe('AWS_UNREACHABLE')
    expect(fake.calls.filter(({ operation }) => operation === 'StartQuery')).toHaveLength(1)
  })

  test('that somebody else ended is not taken for an answer', async () => {
    const { connection, queries } = await start({ execute: never })
    const asked = codeOf(ask(connection))
    await vi.waitFor(() => expect(queries[0]?.status).toBe('RUNNING'))
    queries[0]!.status = 'CANCELLED'
    expect(await asked).toBe('CLOUDTRAIL_LAKE_CANCELLED')
  })
})

test('coverage of a store that nobody vouches for is none', async () => {
  const { connection } = await start()
  expect(await connection.coverage(scope, [])).toMatchObject({ complete: false, basis: 'none' })
  expect(connection.capabilities).toMatchObject({ billed: true, removesCopies: true, textLimit: { amount: 10_000 } })
})

test('permissions name the four actions and the stores', () => {
  expect(lakePermissions({ stores: [store], region: 'us-east-1', owner: '111122223333' })[0]).toMatchObject({
    Action: [
      'cloudtrail:StartQuery',
      'cloudtrail:DescribeQuery',
      'cloudtrail:GetQueryResults',
      'cloudtrail:CancelQuery',
    ],
    Resource: [`arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/${store}`],
  })
  expect(lakePermissions({ stores: [store], region: 'us-gov-west-1' })[0]?.Resource).toEqual([
    `arn:aws-us-gov:cloudtrail:us-gov-west-1:*:eventdatastore/${store}`,
  ])
})

test('as many rows are wanted as any page tells, though the last one tells none', async () => {
  const pages = [
    { QueryResultRows: [[{ a: '=1' }]], NextToken: 't', QueryStatistics: { TotalResultsCount: 3 } },
    { QueryResultRows: [[{ a: '=2' }]], QueryStatistics: {} },
  ]
  const calls: LakeCalls = {
    settings: { name: 'lake', stores: [store], aws: {} },
    start: async () => 'q',
    describe: async () => ({ QueryStatus: 'FINISHED' }),
    results: async (_id, token) => pages[token === undefined ? 0 : 1]!,
    cancel: async () => {},
    close: () => {},
  }
  const run = await runQuery(calls, { text: select, columns: one }, { sleep: async () => {} })
  const read = async () => {
    for await (const _ of run.rows);
  }
  await expect(read()).rejects.toMatchObject({
    code: 'CLOUDTRAIL_LAKE_ANSWER',
    message: expect.stringContaining('it has 3 rows, and gave 2'),
  })
})
