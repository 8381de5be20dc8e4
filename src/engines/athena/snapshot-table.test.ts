import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { carryOutDdl, entriesOf } from '../../../test/conformance/athena-ddl.ts'
import { type FakeAws, startFakeAws } from '../../../test/fake-aws/server.ts'
import { athena, type FakeAthena, type FakeResult } from '../../../test/fake-aws/services/athena.ts'
import { type FakeGlue, glue } from '../../../test/fake-aws/services/glue.ts'
import { type MemoryS3, startMemoryS3 } from '../../../test/support/memory-s3.ts'
import { publishedSnapshot } from '../../../test/support/published-snapshot.ts'
import type { Scope } from '../../core/ports.ts'
import { createBudget } from './budget.ts'
import { catalogTables } from './catalog-tables.ts'
import { type QueryClient, queryClient } from './client.ts'
import { connectAthena } from './connection.ts'
import type { AthenaSettings } from './settings.ts'
import { shownBy, snapshotOf, snapshotStatements } from './snapshot-statements.ts'
import { type AthenaSnapshotTable, athenaSnapshotTable } from './snapshot-table.ts'
import { statementsOf } from './statement.ts'

const pace = { firstMs: 1, mostMs: 5 }
const place = { database: 'sec', table: 'Logs', location: 's3://lake/published' }
const minute = 60_000
let now = Date.parse('2026-02-01T00:00:00Z')
let fake: FakeAws
let catalog: FakeGlue
let queries: FakeAthena
let s3: MemoryS3
let client: QueryClient
let settings: AthenaSettings
/** Looks behind the scenes after every statement; what it throws is what the statement failed with. */
let afterwards: (sql: string) => void
const counts: FakeResult = { columns: [{ name: 'kind', type: 'varchar' }], rows: [['hour']], bytesScanned: 40 }

beforeEach(async () => {
  afterwards = () => {}
  catalog = glue({ databases: ['sec'] })
  queries = athena({
    workgroups: [{ name: 'wg', outputLocation: 's3://results/' }],
    async execute(sql) {
      const done = await carryOutDdl(sql, { ask: async () => [], catalog, local: (text) => text })
      try {
        afterwards(sql)
      } catch (error) {
        return { error: (error as Error).message }
      }
      return done ?? counts
    },
  })
  fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [queries, catalog] })
  s3 = await startMemoryS3()
  for (const [name, value] of Object.entries(fake.env)) process.env[name] = value
  process.env.AWS_ENDPOINT_URL_S3 = s3.url
  settings = {
    name: 'lake',
    catalog: 'AwsDataCatalog',
    database: 'sec',
    table: 'Logs',
    workgroup: 'wg',
    aws: { region: 'us-east-1' },
  }
  client = await queryClient(settings, pace)
})
afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_S3
  client.close()
  await s3.close()
  await fake.close()
})

const view = (): AthenaSnapshotTable =>
  athenaSnapshotTable(place, {
    statements: statementsOf(client, { pace, budget: createBudget('lake', undefined) }),
    catalog: catalogTables(settings, client.clients, undefined),
    now: () => now,
  })

const names = (): string[] => [...catalog.tables.keys()].map((key) => key.replace('sec.', '')).sort()
const tablesOf = (...ids: number[]): string[] =>
  ['logs', ...ids.flatMap((n) => [`logs_000000000${n}_abc${n}`, `logs_000000000${n}_abc${n}_coverage`])].sort()

/** What the view shows: the snapshot, how many days of it are registered, and whether its coverage is. */
function shown(): string | undefined {
  const text = catalog.tables.get('sec.logs')?.ViewOriginalText as string | undefined
  if (text === undefined) return undefined
  const { originalSql } = JSON.parse(Buffer.from(text.split(' ')[3]!, 'base64').toString())
  const own = shownBy(originalSql, { database: 'sec', table: 'logs' })!
  const days = catalog.partitions.get(`sec.${own}`)?.length ?? 'without a table'
  return `${snapshotOf(own, 'logs')} ${days}${catalog.tables.has(`sec.${own}_coverage`) ? ' covered' : ''}`
}

describe('a view that is pointed at snapshots', () => {
  test('shows one whole snapshot, and its coverage is registered, after every statement', async () => {
    const seen: (string | undefined)[] = []
    afterwards = () => seen.push(shown())
    expect(await view().show(publishedSnapshot(1, 2, true))).toBe(true)
    expect(await view().show(publishedSnapshot(2, 3, true))).toBe(true)
    expect([...new Set(seen)]).toEqual([undefined, '0000000001-abc1 2 covered', '0000000002-abc2 3 covered'])
    const before = queries.executions.length
    expect(await view().show(publishedSnapshot(2, 3, true))).toBe(false)
    expect(queries.executions.length).toBe(before)
  })

  test('registers the coverage of a snapshot that an earlier version showed without', async () => {
    await view().show(publishedSnapshot(1, 2))
    expect(shown()).toBe('0000000001-abc1 2')
    expect(await view().show(publishedSnapshot(1, 2, true))).toBe(true)
    expect(shown()).toBe('0000000001-abc1 2 covered')
    expect(await view().show(publishedSnapshot(1, 2, true))).toBe(false)
  })

  test('lets tables go after the grace time, that of the coverage with them, and nothing of anybody else', async () => {
    entriesOf(catalog).set('sec.logs_archive_coverage', { Name: 'logs_archive_coverage', DatabaseName: 'sec' })
    const one = view()
    await one.show(publishedSnapshot(1, 2, true))
    await one.show(publishedSnapshot(2, 2, true))
    expect(await one.inUse(60 * minute)).toEqual(['0000000001-abc1', '0000000002-abc2'])
    expect(await one.letGo(new Set(['0000000001-abc1', '0000000002-abc2']))).toBe(0)
    now += 61 * minute
    expect(await one.inUse(60 * minute)).toEqual(['0000000002-abc2'])
    expect(await one.letGo(new Set(['0000000002-abc2']))).toBe(1)
    expect(names()).toEqual([...tablesOf(2), 'logs_archive_coverage'].sort())
  })

  test('killed after any statement shows a whole snapshot, and the next call mends it', async () => {
    await view().show(publishedSnapshot(1, 1, true))
    // Table, days, coverage, view and the mark on the table that it left; then both tables of that one go.
    for (let died = 1; died <= 7; died++) {
      const number = died + 1
      let left = died
      afterwards = () => {
        left--
        if (left <= 0) throw new Error('it died here')
      }
      const next = publishedSnapshot(number, 3, true)
      const whole = async (): Promise<void> => {
        const one = view()
        await one.show(next)
        now += 2 * minute
        await one.letGo(new Set(await one.inUse(minute)))
      }
      const before = shown()
      await expect(whole()).rejects.toThrow('it died here')
      expect(shown()).toBe(died < 4 ? before : `${next.id} 3 covered`)
      afterwards = () => {}
      await whole()
      expect(names()).toEqual(tablesOf(number))
    }
  })
})

const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-03T00:00:00Z' }
const scope: Scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
const query = { text: 'SELECT kind FROM x', bindings: [], columns: [{ name: 'kind', type: 'varchar' }] }

describe('coverage of the snapshot that is shown', () => {
  let opened: Awaited<ReturnType<typeof connectAthena>> | undefined
  afterEach(() => opened?.close())
  const open = async (more: Partial<AthenaSettings> = {}) => {
    opened = await connectAthena({ ...settings, ...more }, { pace })
    return opened
  }

  test('is found through the view, and is the one that is shown at that moment', async () => {
    await view().show(publishedSnapshot(1, 2, true))
    const connection = await open()
    expect(await connection.shown({})).toMatchObject({
      relation: '"AwsDataCatalog"."sec"."logs_0000000001_abc1_coverage"',
      snapshot: '0000000001-abc1',
    })
    await view().show(publishedSnapshot(2, 2, true))
    expect(await connection.shown({})).toMatchObject({ snapshot: '0000000002-abc2' })
  })

  test.each<[string, () => Promise<unknown>]>([
    ['a snapshot that was published without', () => view().show(publishedSnapshot(1, 2))],
    [
      'a table that is no view',
      async () => {
        const { StorageDescriptor, PartitionKeys } = await ownEntry()
        entriesOf(catalog).set('sec.logs', { Name: 'logs', StorageDescriptor, PartitionKeys })
      },
    ],
    [
      'a view of something else',
      async () => {
        await ownEntry()
        const text = Buffer.from(JSON.stringify({ originalSql: 'SELECT * FROM "sec"."other"' })).toString('base64')
        entriesOf(catalog).set('sec.logs', {
          ...catalog.tables.get('sec.logs'),
          ViewOriginalText: `/* Presto View: ${text} */`,
        })
      },
    ],
  ])('there is none of %s', async (_, make) => {
    await make()
    const connection = await open()
    expect(await connection.shown({})).toBe(undefined)
  })
  const ownEntry = async () => {
    await view().show(publishedSnapshot(1, 2, true))
    return catalog.tables.get('sec.logs_0000000001_abc1')!
  }

  test('costs what its own file is, read four times, and not what the events are', async () => {
    const object = (size: number) => ({ body: Buffer.alloc(size), etag: '"e"', modified: 0, headers: {} })
    s3.objects.set('published/snapshots/0000000001-abc1/coverage/0000000001-abc1.parquet', object(3_000_000))
    s3.objects.set('published/snapshots/0000000001-abc1/event_date=2026-01-01/x.parquet', object(9_000_000))
    await view().show(publishedSnapshot(1, 2, true))
    const connection = await open({ budgetBytes: 25_000_000 })
    const { asked } = (await connection.shown({}))!
    expect(await asked.estimate!(query, scope)).toMatchObject({
      bytes: 12_000_000,
      charges: [
        { what: 'scan', amount: 12_000_000 },
        { what: 'list', amount: 2 },
        { what: 'get', amount: 4 },
      ],
    })
    const rows = async () => {
      const run = await asked.run(query, scope)
      const found: unknown[] = []
      for await (const batch of run.rows) found.push(...batch)
      return [found, run.statistics().charges?.map(({ what, amount }) => [what, amount])]
    }
    // As one of the queries of a run: 10 MB are billed at least, and the budget is that of all of them.
    expect(await rows()).toEqual([[{ kind: 'hour' }], [['scan', 10_000_000]]])
    expect(await rows()).toEqual([[{ kind: 'hour' }], [['scan', 10_000_000]]])
    await expect(rows()).rejects.toMatchObject({ code: 'ATHENA_BUDGET' })
  })

  test('is a table of texts over the one file of the snapshot', () => {
    expect(snapshotStatements(publishedSnapshot(1, 1, true), place).coverage).toMatchInlineSnapshot(`
      "CREATE EXTERNAL TABLE IF NOT EXISTS \`sec\`.\`logs_0000000001_abc1_coverage\` (
        \`kind\` string,
        \`account\` string,
        \`region\` string,
        \`event_class\` string,
        \`hour\` string,
        \`first_event\` string,
        \`last_event\` string,
        \`body\` string
      )
      STORED AS PARQUET
      LOCATION 's3://lake/published/snapshots/0000000001-abc1/coverage/'
      TBLPROPERTIES ('trailbook.snapshot' = '0000000001-abc1')"
    `)
  })
})

test.each([
  ['SELECT * FROM "sec"."logs_0000000001_abc1"', 'logs_0000000001_abc1'],
  // As Presto writes a statement anew.
  ['SELECT *\nFROM\n  sec.logs_0000000001_abc1\n', 'logs_0000000001_abc1'],
  ['select * from AwsDataCatalog.sec.LOGS_0000000001_ABC1', 'logs_0000000001_abc1'],
  ['SELECT * FROM "sec"."logs_0000000001_abc1_coverage"', undefined],
  ['SELECT * FROM "sec"."other_0000000001_abc1"', undefined],
  ['SELECT * FROM "other"."logs_0000000001_abc1"', undefined],
  ['SELECT * FROM "othercatalog"."sec"."logs_0000000001_abc1"', undefined],
  ['SELECT * FROM "logs_0000000001_abc1"', undefined],
  ['SELECT * FROM sec.recent INTERSECT SELECT * FROM sec.logs_0000000001_abc1', undefined],
  ['SELECT * FROM "sec"."logs_0000000001_abc1" WHERE true', undefined],
  ['SELECT eventname FROM "sec"."logs_0000000001_abc1"', undefined],
])('the view %j shows %s', (text, own) => {
  expect(shownBy(text, { database: 'Sec', table: 'Logs' })).toBe(own)
})

test('a database that there is not is told as such', async () => {
  settings = { ...settings, database: 'nowhere' }
  await expect(view().check()).rejects.toMatchObject({ code: 'ATHENA_DATABASE_MISSING' })
})
