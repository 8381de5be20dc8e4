import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Budget, Charge, Connection, Estimate, Scope } from '../core/ports.ts'
import { inventorySchema } from '../core/run/inventory.ts'
import { day, hour, isoTime, milliseconds, minute } from '../core/time.ts'
import { type MemoryEngine, openMemoryEngine } from '../engines/duckdb/memory-connection.ts'
import type { ListDelivered } from './listing.ts'
import { budgetOf, send } from './send.ts'
import { type CoverageOptions, withCoverage } from './with-coverage.ts'

let engine: MemoryEngine
beforeAll(async () => {
  engine = await openMemoryEngine({ threads: 1 })
})
afterAll(() => engine.close())

const start = milliseconds('2026-01-08T00:00:00Z')
const at = (hours: number): string => isoTime(start + hours * hour)
const now = start + 30 * hour
const clock = { now: () => now }

const inventory = inventorySchema.parse({
  accounts: [{ id: '111122223333', regions: ['us-east-1'] }],
  trails: [{ name: 'main', data: [{ service: 's3' }] }],
})

/** As `collect inventory` writes it. */
const collected = inventorySchema.parse({
  accounts: [{ id: '111122223333', regions: ['us-east-1'] }],
  trails: [
    {
      name: 'main',
      selectors: {
        eventSelectors: [
          {
            ReadWriteType: 'All',
            IncludeManagementEvents: true,
            DataResources: [],
            ExcludeManagementEventSources: [],
          },
        ],
      },
    },
  ],
})

const record = (time: number, index: number): Record<string, unknown> => ({
  eventVersion: '1.11',
  eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  eventTime: isoTime(time),
  eventSource: 'sts.amazonaws.com',
  eventName: index % 2 === 0 ? 'GetCallerIdentity' : 'AssumeRole',
  eventCategory: 'Management',
  readOnly: index % 2 === 0,
  awsRegion: 'us-east-1',
  recipientAccountId: '111122223333',
})

/** A call every five minutes, for thirty hours. */
const events = Array.from({ length: 360 }, (_, index) => record(start + index * 5 * minute, index))

const scope = (from: number, to: number, more: Partial<Scope> = {}): Scope => ({
  window: { from: at(from), to: at(to) },
  earliest: at(from),
  accounts: [],
  regions: [],
  services: [],
  ...more,
})

let asked: string[] = []
beforeEach(() => {
  asked = []
})

/** Tells each statement. */
async function over(records: readonly unknown[], more: Partial<Connection> = {}): Promise<Connection> {
  const connection = await engine.load(records)
  return {
    ...connection,
    run(query, ...rest) {
      const what = query.text.includes('StopLogging') ? 'trails' : query.text.includes('min(') ? 'counts' : 'others'
      asked.push(what)
      return connection.run(query, ...rest)
    },
    ...more,
  }
}

const options: CoverageOptions = { basis: 'probe', clock, inventory }
const billed = { exactOnce: false, billed: true, bindsParameters: false }
const estimated = (bytes: number | null, usd: number) => async (): Promise<Estimate> => ({
  bytes,
  files: null,
  basis: '',
  charges: [{ what: 'scan', amount: bytes ?? 0, usd }],
})

describe('a probe', () => {
  test('calls a time clear that has events all along', async () => {
    const connection = withCoverage(await over(events), options)
    expect(await connection.coverage(scope(2, 20), [])).toMatchObject({
      complete: true,
      basis: 'probe',
      expected: 'inventory',
      through: at(20),
      limits: `counted from 2025-12-31T02:00:00Z to 2026-01-09T06:00:00Z: a file that is lost or unreadable in an hour that has others does not show`,
    })
  })

  test('does not call clear what lacks an hour, what is not there yet, or a Region that nobody saw', async () => {
    const whole = withCoverage(await over(events.filter((_, index) => index < 60 || index >= 72)), options)
    const { complete, gaps } = await whole.coverage(scope(2, 20), [])
    expect([complete, gaps.map(({ from, to }) => [from, to])]).toEqual([
      false,
      [['2026-01-08T04:55:01Z', '2026-01-08T06:00:00Z']].flatMap((one) => [one, one]),
    ])
    expect((await whole.coverage(scope(20, 29.9), [])).complete).toBe(true)
    expect((await whole.coverage(scope(20, 31), [])).gaps[0]).toMatchObject({
      state: 'unknown',
      reason: "The table's management events of account 111122223333 in us-east-1 end at 2026-01-09T05:55:01Z.",
    })
    const other = inventorySchema.parse({ accounts: [{ id: '111122223333', regions: ['us-east-1', 'eu-west-1'] }] })
    const wide = withCoverage(await over(events), { ...options, inventory: other })
    expect((await wide.coverage(scope(2, 20), [])).gaps.map(({ region }) => region)).toEqual(['eu-west-1', 'eu-west-1'])
  })

  test('sees a stopped trail and one that leaves calls out', async () => {
    const stop = {
      ...record(start + 6 * hour, 9999),
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'PutEventSelectors',
      requestParameters: {
        trailName: 'main',
        eventSelectors: [{ readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }],
      },
    }
    const connection = withCoverage(await over([...events, stop]), options)
    expect((await connection.coverage(scope(2, 20), [])).gaps[0]).toMatchObject({
      state: 'partial',
      from: at(6),
      reason: expect.stringContaining('nothing of kms.amazonaws.com (PutEventSelectors of 2026-01-08T06:00:00Z)'),
    })
  })

  test('of a table by days of delivery sees no more of a time than its queries do', async () => {
    const raw = await over(events, { capabilities: { ...billed, billed: false } })
    const punctual = events.filter((_, index) => index < 60 || index >= 72)
    // An hour of them came a day late: who asks for a time that ends before does not look there.
    const run: Connection['run'] = async (query, scope, ...rest) =>
      (await engine.load(scope.window.to > at(24) ? events : punctual)).run(query, scope, ...rest)
    const connection = withCoverage({ ...raw, run }, options)
    const { complete, gaps } = await connection.coverage(scope(2, 20), [])
    expect([complete, gaps.map(({ from, to }) => [from, to])]).toEqual([
      false,
      Array.from({ length: 2 }, () => ['2026-01-08T04:55:01Z', '2026-01-08T06:00:00Z']),
    ])
  })

  test('is made once, before the first query, for all scopes within the same time', async () => {
    const connection = withCoverage(await over(events), options)
    const query = { text: 'SELECT 1', bindings: [], columns: [] }
    for (const one of [scope(2, 20), scope(4, 8, { accounts: ['111122223333'] }), scope(2, 20)]) {
      const run = await connection.run(query, one)
      for await (const _ of run.rows);
      await connection.coverage(one, [])
    }
    // Calls that change trails are asked for from the beginning of the table on.
    expect(asked).toEqual(['counts', 'trails', 'trails', 'others', 'others', 'others'])
    // Only what lies before is counted for a wider one.
    await connection.coverage(scope(-24, 20), [])
    expect(asked.slice(6)).toEqual(['counts', 'trails'])
  })

  test('events that come between a query and the question for its coverage are not taken for seen', async () => {
    const early = events.filter((_, index) => index < 60 || index >= 72)
    const connection = withCoverage(await over(early), options)
    const run = await connection.run({ text: 'SELECT 1', bindings: [], columns: [] }, scope(2, 20))
    for await (const _ of run.rows);
    await engine.load(events)
    expect((await connection.coverage(scope(2, 20), [])).complete).toBe(false)
  })

  test('without an inventory goes by what the whole table has, or says that it cannot', async () => {
    const free = { ...options, inventory: undefined }
    expect(await withCoverage(await over(events), free).coverage(scope(2, 20), [])).toMatchObject({
      complete: true,
      expected: 'seen',
    })
    const old = record(start - 20 * day, 5000)
    expect(await withCoverage(await over([...events, old]), free).coverage(scope(2, 20), [])).toMatchObject({
      complete: false,
      through: null,
      gaps: [
        {
          state: 'unknown',
          reason:
            'The inventory does not name every account with its Regions, so only what was seen from 2025-12-31T02:00:00Z to 2026-01-09T06:00:00Z is expected: what fell silent before would not be missed. `trailbook collect inventory` writes one.',
        },
      ],
    })
    const paid = withCoverage(await over(events, { capabilities: billed, estimate: estimated(1e6, 0.01) }), free)
    expect((await paid.coverage(scope(2, 20), [])).complete).toBe(false)
    expect(asked.filter((what) => what === 'others')).toHaveLength(3)
  })

  test.each([
    ['within its budget', estimated(1e9, 0.005), { usd: 0.04 }, undefined],
    ['over its budget', estimated(2e9, 0.01), { bytes: 3e9 }, 'counting would read 12000 MB for about 0.06 USD'],
    ['over the usual budget', estimated(2e11, 1), undefined, 'counting would read 1200000 MB for about 6.00 USD'],
    ['of which nobody knows the cost', estimated(null, 0), undefined, undefined],
  ])('%s is made, or not', async (_, estimate, budget, refusal) => {
    const connection = withCoverage(await over(events, { capabilities: billed, estimate }), {
      ...options,
      inventory: collected,
      budget,
    })
    const told = await connection.coverage(scope(2, 20), [])
    expect(told).toMatchObject(
      refusal === undefined
        ? { complete: true, basis: 'probe' }
        : { complete: false, basis: 'none', gaps: [{ reason: expect.stringContaining(refusal) }] },
    )
    expect(asked.length > 0).toBe(refusal === undefined)
  })

  /** A query of one's own, at most 0.01 USD, and the coverage of what it saw. */
  const paidFor = async (connection: Connection, budget: Budget | undefined) => {
    const charges: Charge[] = []
    const asking = { spending: { budget, charges } }
    const run = await send(connection, { text: 'SELECT 1', bindings: [], columns: [] }, scope(2, 20), asking)
    for await (const _ of run.rows);
    const told = await connection.coverage(scope(2, 20), [], asking)
    return { told, charges, spent: budget?.spent }
  }

  /** Estimated at 0.01 USD each, charged half of it. */
  const charging = async (records: readonly unknown[], more: Partial<Connection> = {}): Promise<Connection> => {
    const connection = await over(records, { capabilities: billed, estimate: estimated(2e9, 0.01), ...more })
    return {
      ...connection,
      async run(...given) {
        const run = await connection.run(...given)
        const charges = [{ what: 'scan', amount: 1e9, usd: 0.005 }] as const
        return { ...run, statistics: () => ({ ...run.statistics(), charges }) }
      },
    }
  }

  test('is paid from the budget of the command, and its charges are told', async () => {
    const { told, charges, spent } = await paidFor(
      withCoverage(await charging(events), { ...options, inventory: collected }),
      budgetOf(0.08),
    )
    expect(told).toMatchObject({ complete: true, basis: 'probe' })
    // Three parts of the time, because copies lie apart; counts and trails of each.
    expect(charges).toEqual(Array(6).fill({ what: 'scan', amount: 1e9, usd: 0.005, for: 'coverage' }))
    expect(spent).toBeCloseTo(7 * 0.005)
  })

  test.each([
    [
      'beyond the budget of the command',
      estimated(2e9, 0.01),
      'The events of the table could not be counted: counting would cost up to $0.06, and of the $0.05 of --max-cost $0.01 are spent.',
    ],
    [
      'at a price that nobody knows',
      async ({ text }: { text: string }) => (text === 'SELECT 1' ? estimated(2e9, 0.01)() : estimated(null, 0)()),
      'The events of the table could not be counted: nothing tells what counting would cost, and --max-cost allows only so much.',
    ],
  ])('%s is not made, and the query is', async (_, estimate, reason) => {
    const { told, charges, spent } = await paidFor(
      withCoverage(await charging(events, { estimate }), options),
      budgetOf(0.05),
    )
    expect([asked, charges, told]).toMatchObject([
      ['others'],
      [],
      { basis: 'none', complete: false, gaps: [{ reason }] },
    ])
    expect(spent).toBeCloseTo(0.005)
  })

  test('gives back what was taken for queries that were not sent', async () => {
    const connection = await charging(events)
    const run: Connection['run'] = (query, ...rest) =>
      query.text.includes('min(') ? Promise.reject(new Error('no such column')) : connection.run(query, ...rest)
    const { told, spent } = await paidFor(withCoverage({ ...connection, run }, options), budgetOf(0.08))
    expect(told.gaps[0]?.reason).toBe('The events of the table could not be counted: no such column.')
    // The one that failed may be charged for.
    expect(spent).toBeCloseTo(0.005 + 0.01)
  })

  test('that fails is told, and fails no query', async () => {
    const broken = await over(events)
    const connection = withCoverage(
      {
        ...broken,
        run: (query, ...rest) =>
          query.text === 'SELECT 1' ? broken.run(query, ...rest) : Promise.reject(new Error('no such column.')),
      },
      options,
    )
    const run = await connection.run({ text: 'SELECT 1', bindings: [], columns: [] }, scope(2, 20))
    for await (const _ of run.rows);
    expect(await connection.coverage(scope(2, 20), [])).toMatchObject({
      complete: false,
      basis: 'none',
      through: null,
      gaps: [{ reason: 'The events of the table could not be counted: no such column.' }],
    })
  })

  const leavesOut = (time: number) => ({
    ...record(time, 9998),
    eventSource: 'cloudtrail.amazonaws.com',
    eventName: 'PutEventSelectors',
    readOnly: false,
    requestParameters: {
      trailName: 'main',
      eventSelectors: [{ readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }],
    },
  })
  const named = inventorySchema.parse({ accounts: inventory.accounts, trails: [{ name: 'main' }] })

  test.each([
    ['an inventory without trails', { ...inventory, trails: [] }],
    ['one that names the trail', named],
  ])('sees a trail that was told to leave calls out long before, with %s', async (_, told) => {
    const table = await over([...events, leavesOut(start - 40 * day)])
    const { complete, gaps } = await withCoverage(table, { ...options, inventory: told }).coverage(scope(2, 20), [])
    expect([complete, gaps[0]?.state, gaps[0]?.reason]).toEqual([
      false,
      'partial',
      expect.stringContaining('nothing of kms.amazonaws.com (PutEventSelectors of 2025-11-29T00:00:00Z)'),
    ])
  })

  test.each([
    ['names the trail alone', named, false],
    ['has its selectors', collected, true],
  ])('where reading is billed knows nothing of trails before, unless the inventory %s', async (_, told, complete) => {
    const table = await over(events, { capabilities: billed, estimate: estimated(1e6, 0.001) })
    const coverage = await withCoverage(table, { ...options, inventory: told }).coverage(scope(2, 20), [])
    expect([coverage.complete, coverage.gaps.map(({ reason }) => reason)]).toEqual([
      complete,
      complete
        ? []
        : [
            'What trails were told before 2025-12-31T02:00:00Z is not known (reading all of the table costs money), and the inventory does not name them with their selectors: they may leave events out. `trailbook collect selectors` writes them.',
          ],
    ])
    expect(coverage.limits).toContain('; changes of trails before 2025-12-31T02:00:00Z are not known')
  })

  test('says so where nobody can read what trails were told before', async () => {
    const table = await over(events)
    const run: Connection['run'] = (query, scope, ...rest) =>
      scope.window.from.startsWith('1970') ? Promise.reject(new Error('too long.')) : table.run(query, scope, ...rest)
    const { complete, gaps } = await withCoverage({ ...table, run }, { ...options, inventory: named }).coverage(
      scope(2, 20),
      [],
    )
    expect([complete, gaps[0]?.reason]).toEqual([
      false,
      expect.stringMatching(/^What trails were told before \S+ is not known \(too long\), and/),
    ])
  })

  test('of a table by days of delivery counts anew for a question that ends earlier than one before', async () => {
    const raw = await over(events, { capabilities: { ...billed, billed: false } })
    const punctual = events.filter((_, index) => index < 60 || index >= 72)
    const run: Connection['run'] = async (query, scope, ...rest) =>
      (await engine.load(scope.window.to > at(24) ? events : punctual)).run(query, scope, ...rest)
    const alone = await withCoverage({ ...raw, run }, options).coverage(scope(3, 7.5), [])
    const connection = withCoverage({ ...raw, run }, options)
    expect((await connection.coverage(scope(2, 29), [])).complete).toBe(true)
    const { complete, gaps } = await connection.coverage(scope(3, 7.5), [])
    expect([complete, gaps]).toEqual([false, alone.gaps])
    // And the wider one still holds.
    expect((await connection.coverage(scope(2, 29), [])).complete).toBe(true)
  })

  test('looks at its budget before each query where nobody knows the cost of one', async () => {
    const table = await charging(events, { estimate: estimated(null, 0) })
    const told = await withCoverage(table, { ...options, budget: { usd: 0.008 } }).coverage(scope(2, 20), [])
    expect([asked, told.gaps[0]?.reason]).toEqual([
      ['counts', 'trails'],
      'The events of the table could not be counted: counting has cost about 0.01 USD so far, and coverageBudget allows no more.',
    ])
  })

  test.each([
    ['Nothing tells which events this event data store should hold.', false],
    ['Nothing tells which events this table should hold.', true],
  ])('of what a connection says of itself, "%s" may be mended by counting: %s', async (reason, complete) => {
    const table = await over(events, {
      coverage: async ({ window }) => ({
        complete: false,
        basis: 'none',
        through: null,
        window,
        gaps: [{ account: '*', region: '*', eventClass: '*', ...window, state: 'unknown', reason }],
      }),
    })
    const told = await withCoverage(table, options).coverage(scope(2, 20), [])
    expect([told.complete, told.gaps.map((gap) => gap.reason)]).toEqual([complete, complete ? [] : [reason]])
  })

  test('keeps what the connection itself lacks', async () => {
    const lacking = { account: '*', region: '*', eventClass: '*', ...scope(2, 20).window } as const
    const connection = await over(events, {
      coverage: async ({ window }) => ({
        complete: false,
        basis: 'none',
        through: null,
        window,
        gaps: [{ ...lacking, state: 'partial', reason: 'The table lacks userIdentity.inScopeOf.' }],
      }),
    })
    expect(await withCoverage(connection, options).coverage(scope(2, 20), [])).toMatchObject({
      complete: false,
      basis: 'probe',
      gaps: [{ reason: 'The table lacks userIdentity.inScopeOf.' }],
    })
  })
})

describe('a listing', () => {
  const name = (time: number, folder = 'CloudTrail'): string => {
    const digits = isoTime(time).replace(/[-:]/g, '').slice(0, 13)
    const path = isoTime(time).slice(0, 10).replaceAll('-', '/')
    return `AWSLogs/111122223333/${folder}/us-east-1/${path}/111122223333_${folder}_us-east-1_${digits}Z_ExampleExample.json.gz`
  }
  const keys = events.map((_, index) => ({ key: name(start + (index * 5 + 6) * minute), size: 900 }))
  let listings = 0
  const lists = (list: readonly { key: string; size: number }[]): ListDelivered =>
    async function* () {
      listings++
      yield list
    }
  const told = async (
    list: readonly { key: string; size: number }[],
    asking: Scope,
    more: Partial<CoverageOptions> = {},
  ) =>
    withCoverage(await over(events), { ...options, basis: 'listing', listing: lists(list), ...more }).coverage(
      asking,
      [],
    )

  test('calls a time clear in which files were delivered all along, and says what it goes by', async () => {
    expect(await told(keys, scope(2, 20))).toMatchObject({
      complete: true,
      basis: 'listing',
      window: scope(2, 20).window,
      through: at(20),
      limits:
        '360 names of log files, listed for about 0.00 USD: what is in the files is taken from the trails of the inventory',
    })
  })

  test('an hour without deliveries is a gap from a quarter of an hour before', async () => {
    const { gaps } = await told(
      keys.filter((_, index) => index < 60 || index >= 72),
      scope(2, 20),
    )
    expect(gaps.map(({ from, to }) => [from, to])[0]).toEqual(['2026-01-08T04:46:01Z', '2026-01-08T06:06:00Z'])
  })

  test('events at the end count when their delivery is due', async () => {
    expect((await told(keys.slice(0, 240), scope(2, 19.5))).complete).toBe(true)
    expect((await told(keys.slice(0, 240), scope(2, 20))).through).toBe('2026-01-08T19:46:01Z')
  })

  test('an empty file is a gap; digests and strangers count for nothing', async () => {
    const digests = events.map((_, index) => ({
      key: name(start + index * 5 * minute, 'CloudTrail-Digest'),
      size: 900,
    }))
    expect((await told([...digests, { key: 'readme.txt', size: 1 }], scope(2, 20))).complete).toBe(false)
    const empty = keys.map((one, index) => (index === 50 ? { ...one, size: 0 } : one))
    expect((await told(empty, scope(2, 20))).gaps[0]?.reason).toMatch(/^The log file \S+ is empty/)
  })

  test('what is in the files must be told by the inventory', async () => {
    const { gaps } = await told(keys, scope(2, 20), {
      inventory: inventorySchema.parse({ accounts: inventory.accounts }),
    })
    expect(gaps.map(({ reason }) => reason)).toEqual([
      'Names of log files do not tell which events are in them, and the inventory names no trail that records them.',
    ])
    const reads = inventorySchema.parse({ ...inventory, trails: [{ name: 'main', management: 'write' }] })
    expect((await told(keys, scope(2, 20), { inventory: reads })).gaps[0]).toMatchObject({
      eventClass: 'management:read',
      reason: 'The trail main does not record management:read events (the inventory).',
    })
  })

  test('is paid from the budget of the command', async () => {
    const list = (budget: Budget) => {
      const charges: Charge[] = []
      return over(events).then(async (table) => {
        const connection = withCoverage(table, { ...options, basis: 'listing', listing: lists(keys) })
        const told = await connection.coverage(scope(2, 20), [], { spending: { budget, charges } })
        return { told, charges, spent: budget.spent }
      })
    }
    expect(await list(budgetOf(1))).toMatchObject({
      told: { complete: true },
      charges: [{ what: 'list', amount: 1, usd: 0.000005, for: 'coverage' }],
      spent: 0.000005,
    })
    const { told, charges, spent } = await list(budgetOf(0.000001))
    expect([told.gaps[0]?.reason, charges, spent]).toEqual([
      'The log files could not be listed: asking for their names costs more than --max-cost leaves of $0.000001.',
      [],
      0,
    ])
  })

  test('what is charged are the requests, not the names, and the budget ends them', async () => {
    let requests = 0
    const listing: ListDelivered = async function* (_window, { onRequest }) {
      for (; requests < 40; requests++) onRequest?.()
      yield keys
    }
    const list = async (usd: number) => {
      requests = 0
      const budget = budgetOf(usd)
      const charges: Charge[] = []
      const connection = withCoverage(await over(events), { ...options, basis: 'listing', listing })
      const { complete } = await connection.coverage(scope(2, 20), [], { spending: { budget, charges } })
      return [complete, requests, charges.map(({ amount }) => amount)]
    }
    expect(await list(1)).toEqual([true, 40, [40]])
    expect(await list(0.000051)).toEqual([false, 10, [10]])
  })

  test('files that the engine passes over are a gap with its reason', async () => {
    const unread = 'Log files are archived (GLACIER), and Athena passes over them.'
    const archived = keys.map((one, index) => (index >= 60 && index < 72 ? { ...one, unread } : one))
    const { complete, gaps } = await told(archived, scope(2, 20))
    expect([complete, gaps.some(({ reason }) => reason.includes(unread))]).toEqual([false, true])
  })

  test('one listing serves all scopes within its time', async () => {
    listings = 0
    const connection = withCoverage(await over(events), { ...options, basis: 'listing', listing: lists(keys) })
    for (const one of [scope(2, 20), scope(3, 10)]) await connection.coverage(one, [])
    expect([listings, asked]).toEqual([1, ['trails', 'trails']])
  })
})

describe('who is interrupted while it looks', () => {
  const query = { text: 'SELECT 1', bindings: [], columns: [] }
  const interrupted = async (more: Partial<CoverageOptions>) => {
    const connection = withCoverage(await over(events), { ...options, ...more })
    const abort = new AbortController()
    const first = connection.run(query, scope(2, 20), { signal: abort.signal })
    abort.abort()
    await expect(first).rejects.toThrow()
    return connection.coverage(scope(2, 20), [])
  }
  /** Fails at once for who is interrupted. */
  const stopped = async ({ signal }: { readonly signal?: AbortSignal }): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    signal?.throwIfAborted()
  }

  test('leaves a listing to the next one', async () => {
    let listings = 0
    const told = await interrupted({
      basis: 'listing',
      async *listing(_, asking) {
        listings++
        await stopped(asking)
        yield []
      },
    })
    expect([listings, told.basis]).toEqual([2, 'listing'])
  })

  test('leaves the look at a published snapshot to the next one', async () => {
    let looks = 0
    const told = await interrupted({
      basis: 'none',
      ledger: async (asking) => {
        looks++
        await stopped(asking)
        return undefined
      },
    })
    expect([looks, told.gaps[0]?.reason]).toEqual([2, expect.stringMatching(/^Nobody looked/)])
  })

  test('but a listing that failed before a query is not made after it', async () => {
    let listings = 0
    const connection = withCoverage(await over(events), {
      ...options,
      basis: 'listing',
      // biome-ignore lint/correctness/useYield: it fails before it has anything
      async *listing() {
        listings++
        throw new Error('access denied')
      },
    })
    const run = await connection.run(query, scope(2, 20))
    for await (const _ of run.rows);
    const told = await connection.coverage(scope(2, 20), [])
    expect([listings, told.gaps[0]?.reason]).toEqual([1, 'The log files could not be listed: access denied.'])
  })
})

test('the ledger of a snapshot is not read beyond the budget of the command', async () => {
  const connection = withCoverage(await over(events, { capabilities: billed, estimate: estimated(2e9, 0.01) }), {
    ...options,
    basis: 'none',
    ledger: async () => ({ relation: 'coverage', snapshot: 's' }),
  })
  const spending = { budget: budgetOf(0.005), charges: [] }
  const told = await connection.coverage(scope(2, 20), [], { spending })
  expect([told.basis, told.gaps[0]?.reason, asked, spending]).toEqual([
    'none',
    expect.stringMatching(/^What the snapshot covers could not be read: A query on ".*" would cost up to \$0.01, and/),
    [],
    { budget: { usd: 0.005, spent: 0 }, charges: [] },
  ])
})

test('where nobody looks, nothing is clear', async () => {
  for (const basis of ['none', 'listing'] as const)
    expect(await withCoverage(await over(events), { ...options, basis }).coverage(scope(2, 20), [])).toMatchObject({
      complete: false,
      basis: 'none',
      through: null,
    })
  expect(asked).toEqual([])
})
