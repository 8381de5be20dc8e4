import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeAws, startFakeAws } from '../../../test/fake-aws/server.ts'
import { type FakeLogs, type FakeLogsOptions, logs } from '../../../test/fake-aws/services/logs.ts'
import type { Connection, Row, Scope } from '../../core/ports.ts'
import type { CompiledQuery } from '../../core/sql/compile.ts'
import { decodeCell } from './cells.ts'
import type { InsightsClient } from './client.ts'
import { connectLogsInsights, logsInsightsPermissions } from './connection.ts'
import { runQuery } from './run-query.ts'

const scope: Scope = {
  window: { from: '2026-01-01T12:00:00Z', to: '2026-01-01T13:00:00Z' },
  earliest: '2026-01-01T10:00:00Z',
  ...{ accounts: [], regions: [], services: [] },
}
const columns = [
  { name: 'eventName', type: 'varchar' },
  { name: 'calls', type: 'bigint' },
]
const sql: CompiledQuery = {
  text: "SELECT 1 FROM `logGroups(logGroupIdentifier: ['trail'])` AS e1",
  bindings: [],
  columns,
}
const own: CompiledQuery = { text: 'filter eventName = "A"\n| display eventName, calls', bindings: [], columns }

describe('a connection to Logs Insights', () => {
  let aws: FakeAws
  let service: FakeLogs
  let connection: Connection
  const before = { ...process.env }

  async function open(options: Partial<FakeLogsOptions> = {}, timeLimitMs?: number) {
    service = logs({
      groups: () => [
        { name: 'trail', events: [{ timestamp: Date.parse('2026-01-01T12:30:00Z'), message: '{"eventName":"A"}' }] },
        { name: 'seldom', class: 'INFREQUENT_ACCESS', events: [] },
      ],
      execute: async (): Promise<Record<string, string>[]> => [{ eventName: 'A', calls: '3' }, { calls: '4' }],
      perSecond: 1000,
      ...options,
    })
    aws = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [service] })
    Object.assign(process.env, aws.env)
    connection = await connectLogsInsights(
      { name: 'insights', logGroups: ['trail'], timeLimitMs },
      { aws: { endpoint: aws.url }, pollMs: 5, waitsMs: [20, 20, 20] },
    )
  }
  beforeEach(() => open())
  afterEach(async () => {
    await connection.close()
    await aws.close()
    process.env = { ...before }
  })

  async function rowsOf(query: CompiledQuery, options = {}): Promise<Row[]> {
    const run = await connection.run(query, scope, options)
    const rows: Row[] = []
    for await (const batch of run.rows) rows.push(...batch)
    return rows
  }
  const code = async (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: { code?: string }) => error.code,
    )
  const operations = () => aws.calls.filter(({ service: name }) => name === 'logs').map(({ operation }) => operation)

  it('rows are typed, and a field that is not there is NULL', async () => {
    expect(await rowsOf(sql)).toEqual([
      { eventName: 'A', calls: 3 },
      { eventName: null, calls: 4 },
    ])
  })

  it('SQL names its groups itself, the own language has them beside the text; the range is wider by a quarter of an hour', async () => {
    await rowsOf(sql)
    await rowsOf(own)
    const [first, second] = aws.calls.filter(({ operation }) => operation === 'StartQuery').map(({ input }) => input)
    expect([first?.queryLanguage, first?.logGroupIdentifiers, first?.limit]).toEqual(['SQL', undefined, 100_000])
    expect([second?.queryLanguage, second?.logGroupIdentifiers]).toEqual(['CWLI', ['trail']])
    expect([first?.startTime, first?.endTime]).toEqual(
      ['2026-01-01T09:45:00Z', '2026-01-01T13:15:00Z'].map((time) => Date.parse(time) / 1000),
    )
  })

  it('rows of a running query are not taken for its answer', async () => {
    await connection.close()
    await aws.close()
    await open({ looks: 3 })
    expect(await rowsOf(sql)).toHaveLength(2)
    expect(operations().filter((name) => name === 'GetQueryResults').length).toBeGreaterThan(3)
  })

  it('pages are read to the end, and as many rows as there are at most are told as cut', async () => {
    await connection.close()
    await aws.close()
    await open({
      execute: async () => Array.from({ length: 120_000 }, (_, i) => ({ eventName: 'A', calls: String(i) })),
    })
    const run = await connection.run(sql, scope)
    let count = 0
    for await (const batch of run.rows) count += batch.length
    expect([count, run.statistics().truncated]).toEqual([100_000, true])
  })

  it('charges are those of the bytes scanned', async () => {
    const run = await connection.run(sql, scope)
    for await (const _ of run.rows);
    expect(run.statistics()).toMatchObject({ bytesRead: 17, charges: [{ what: 'scan', amount: 17 }] })
    expect(run.statistics().truncated).toBeUndefined()
  })

  it('an abort stops the query itself', async () => {
    await connection.close()
    await aws.close()
    await open({ execute: () => new Promise(() => {}) })
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    expect(await code(rowsOf(sql, { signal: stop.signal }))).toBe('ENGINE_INTERRUPTED')
    expect(service.queries[0]?.status).toBe('Cancelled')
  })

  it('so does the time limit', async () => {
    await connection.close()
    await aws.close()
    await open({ execute: () => new Promise(() => {}) }, 60)
    expect(await code(rowsOf(sql))).toBe('ENGINE_TIME_LIMIT')
    expect(service.queries[0]?.status).toBe('Cancelled')
  })

  it('it waits while an account runs as many queries as it may', async () => {
    await connection.close()
    await aws.close()
    const slow = () => new Promise<never[]>((done) => setTimeout(() => done([]), 200))
    await open({ atOnce: { sql: 1, cwli: 1 }, looks: 0, execute: slow })
    await Promise.all([connection.run(sql, scope), connection.run(sql, scope)])
    expect(operations().filter((name) => name === 'StartQuery').length).toBeGreaterThan(2)
  })

  it.each([
    ['a group that is not there', { text: 'SELECT 1 FROM `gone`' }, 'INSIGHTS_NO_GROUP'],
    ['SQL over the Infrequent Access class', { text: 'SELECT 1 FROM `seldom`' }, 'INSIGHTS_CLASS'],
    ['a text without a group', { text: 'SELECT 1' }, 'INSIGHTS_TEXT'],
    ['a text that is too long', { text: `SELECT 1 FROM \`trail\`${' '.repeat(10_000)}` }, 'INSIGHTS_TEXT'],
  ])('%s', async (_, query, expected) => {
    expect(await code(rowsOf({ ...sql, ...query }))).toBe(expected)
  })

  it('a query that fails is told with its state', async () => {
    await connection.close()
    await aws.close()
    await open({ execute: () => Promise.reject(new Error('no such function')) })
    expect(await code(rowsOf(sql))).toBe('INSIGHTS_FAILED')
  })

  it.each([
    ['denied', 'AWS_ACCESS_DENIED'],
    ['expired', 'AWS_CREDENTIALS_EXPIRED'],
  ] as const)('credentials that are %s', async (kind, expected) => {
    aws.fail({ operation: 'StartQuery', kind, times: 99 })
    expect(await code(rowsOf(sql))).toBe(expected)
  })

  it.each(['throttle', 'broken', 'reset'] as const)(
    'it goes on after a failure of kind %s of each call',
    async (kind) => {
      for (const operation of ['StartQuery', 'GetQueryResults']) aws.fail({ operation, kind, times: 1 })
      expect(await rowsOf(sql)).toHaveLength(2)
    },
  )

  it('a throttling that does not end is named', async () => {
    aws.fail({ operation: 'GetQueryResults', kind: 'throttle' })
    expect(await code(rowsOf(sql))).toBe('AWS_THROTTLED')
  }, 60_000)
})

describe('cells', () => {
  it.each([
    ['varchar', 'x', 'x'],
    ['bigint', '9007199254740993', '9007199254740993'],
    ['bigint', '3.0', 3],
    ['double', '1.5', 1.5],
    ['boolean', 'true', true],
    ['boolean', '0', false],
    ['timestamp(3) with time zone', '2026-01-01 12:00:00', '2026-01-01T12:00:00.000Z'],
    ['array(varchar)', '[{"n":false,"v":"a"},{"n":true}]', ['a', null]],
    ['array(varchar)', '[{"k0":"t","v":[{"v":"a"},{"v":"b"}]}]', ['a', 'b']],
    ['array(varchar)', 'only', ['only']],
    ['bigint', undefined, null],
  ])('%s of %s', (type, value, cell) => {
    expect(decodeCell(value, { name: 'x', type })).toEqual(cell)
  })

  it('a list deeper than any query asks for is an error of ours', () => {
    const deep = `[${'{"v":['.repeat(20_000)}${']}'.repeat(20_000)}]`
    expect(() => decodeCell(deep, { name: 'calls', type: 'array(varchar)' })).toThrow('the column calls holds "[{')
  })

  it('a text that is no number is an error and no 0', () => {
    expect(() => decodeCell('many', { name: 'calls', type: 'bigint' })).toThrow('the column calls holds "many"')
  })
})

it('permissions name the log groups', () => {
  const of = { partition: 'aws', region: 'us-east-1' }
  expect(
    logsInsightsPermissions(['trail', 'arn:aws:logs:us-east-1:444455556666:log-group:other'], of)[0]?.Resource,
  ).toEqual(['arn:aws:logs:us-east-1:*:log-group:trail:*', 'arn:aws:logs:us-east-1:444455556666:log-group:other:*'])
})

it.each(['Unknown', undefined] as const)('a query whose status stays %s is ended after a while', async (status) => {
  const told: string[] = []
  const client: InsightsClient = {
    settings: { name: 'insights', logGroups: ['trail'] },
    start: async () => 'q1',
    results: async () => {
      told.push('look')
      return { $metadata: {}, ...(status !== undefined && { status }) }
    },
    stop: async (id) => void told.push(`stop ${id}`),
    close: () => {},
  }
  await expect(runQuery(client, sql, scope, { pollMs: 0 })).rejects.toMatchObject({ code: 'INSIGHTS_FAILED' })
  expect([told.length, told.at(-1)]).toEqual([122, 'stop q1'])
})
