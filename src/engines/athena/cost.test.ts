import { describe, expect, it } from 'vitest'
import type { ListRequest } from '../../aws/bucket.ts'
import type { Scope } from '../../core/ports.ts'
import { coverageName } from '../../core/run/coverage-published.ts'
import { tableShape } from '../../core/sql/table-shape.ts'
import { createBudget } from './budget.ts'
import { estimateScan, type Objects } from './estimate.ts'
import { athenaPermissions } from './permissions.ts'
import { readProjection } from './projection.ts'
import { wantedTable } from './setup/wanted.ts'
import { ownTable } from './snapshot-statements.ts'
import type { EventsTable } from './table.ts'

const window = { from: '2026-01-02T00:00:00Z', to: '2026-01-03T00:00:00Z' }
const scope: Scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
const logs = 's3://trail-logs/pre/AWSLogs/'
const varchar = { base: 'varchar', parts: [] }
const column = (name: string) => ({ name, type: varchar })
const columns = ['eventtime', 'eventname', 'eventsource', 'awsregion', 'recipientaccountid'].map(column)

function rawTable(): EventsTable {
  const accounts = ['111122223333', '444455556666']
  const { parameters, partitions, location } = wantedTable({
    ...{ database: 'd', table: 't', workgroup: 'w', firstDay: '2020-01-01', cutoff: 1e9, keepResultsDays: 1 },
    ...{ logs, accounts, regions: ['us-east-1'] },
  })
  const keys = partitions.map(({ Name }) => ({ ...column(Name), isPartition: true }))
  const projection = readProjection({ keys, parameters, location }, {})
  const shape = tableShape('"t"', [...columns, ...keys], projection.partitions)
  if ('problem' in shape) throw new Error(shape.column)
  return { shape, projection, location, stored: 't' }
}

/** Keys of one bucket, listed as S3 does, a few at a time. */
function bucket(keys: Readonly<Record<string, number>>): Objects & { readonly asked: ListRequest[] } {
  const asked: ListRequest[] = []
  return {
    asked,
    async list(_name, request) {
      asked.push(request)
      const { prefix, startAfter = '', token } = request
      const after = token ?? startAfter
      const all = Object.keys(keys)
        .sort()
        .filter((key) => key.startsWith(prefix) && key > after)
      const page = all.slice(0, 2)
      const objects = page.map((key) => ({ key, size: keys[key]!, etag: '' }))
      return { objects, folders: [], token: all.length > 2 ? page.at(-1) : undefined }
    },
  }
}

const key = (account: string, day: string, name = 'a.json.gz') =>
  `pre/AWSLogs/${account}/CloudTrail/us-east-1/${day}/${name}`

it('a column of names of accounts is none that a scope could narrow', () => {
  const keys = [{ ...column('account'), isPartition: true }]
  const read = (values: string) => {
    const parameters = {
      'projection.enabled': 'true',
      'projection.account.type': 'enum',
      'projection.account.values': values,
    }
    return readProjection({ keys, parameters, location: undefined }, {}).partitions.account
  }
  expect(read('111122223333, 444455556666')).toBe('account')
  expect(read('production,sandbox')).toBe(undefined)
})

describe('the estimate', () => {
  const keys = {
    [key('111122223333', '2025/12/31')]: 1,
    [key('111122223333', '2026/01/01')]: 10,
    [key('111122223333', '2026/01/02')]: 100,
    [key('111122223333', '2026/01/02', '_hidden')]: 1e9,
    [key('111122223333', '2026/01/04')]: 1000,
    [key('111122223333', '2026/01/05')]: 10_000,
    [key('444455556666', '2026/01/03')]: 100_000,
  }

  it('is what lies in the days of the scope, and one more on both sides', async () => {
    const objects = bucket(keys)
    const told = await estimateScan({ table: rawTable(), objects, registered: undefined, hasKmsKey: true }, scope)
    expect(told).toMatchObject({ bytes: 101_110, files: 4 })
    expect(told.basis).toBe(`from a listing of 4 objects by ${objects.asked.length} requests`)
    expect(told.charges.map(({ what, amount }) => [what, amount])).toEqual([
      ['scan', 10_000_000],
      // Our own requests, and one of Athena's for each partition: 2 accounts x 1 Region x 4 days.
      ['list', objects.asked.length + 8],
      ['get', 4],
      ['kms', 4],
    ])
  })

  it('looks into the folders of the accounts that are asked for', async () => {
    const objects = bucket(keys)
    const asked = { ...scope, accounts: ['444455556666'] }
    const told = await estimateScan({ table: rawTable(), objects, registered: undefined, hasKmsKey: false }, asked)
    expect([told.bytes, objects.asked.length]).toEqual([100_000, 1])
  })

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: they are Athena's
  it('is unknown where nobody knows which values a column has, and counts no folder twice', async () => {
    const at = (template: string, kind: string): EventsTable => {
      const table = rawTable()
      const parameters = {
        ...{ 'projection.enabled': 'true', 'projection.timestamp.format': 'yyyy/MM/dd' },
        'projection.account.type': kind,
        'projection.account.values': '111122223333,444455556666',
        'storage.location.template': template,
      }
      const keys = ['account', 'timestamp'].map((name) => ({ ...column(name), isPartition: true }))
      return { ...table, projection: readProjection({ keys, parameters, location: undefined }, {}) }
    }
    const told = (table: EventsTable) =>
      estimateScan({ table, objects: bucket(keys), registered: undefined, hasKmsKey: false }, scope)
    const usual = 's3://trail-logs/pre/AWSLogs/${account}/CloudTrail/us-east-1/${timestamp}'
    expect((await told(at(usual, 'enum'))).bytes).toBe(101_110)
    expect((await told(at(usual, 'integer'))).bytes).toBe(null)
    const dayFirst = 's3://trail-logs/pre/AWSLogs/111122223333/CloudTrail/us-east-1/${timestamp}/${account}'
    expect((await told(at(dayFirst, 'enum'))).bytes).toBe(1110)
  })

  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: they are Athena's
  it('of a snapshot is its days, wherever they lie', async () => {
    const snapshot: EventsTable = {
      shape: { eventsTable: '"t"', accountColumn: '_account', exactOnce: true, lacking: [] },
      projection: readProjection({ keys: [], parameters: {}, location: undefined }, {}),
      location: undefined,
      stored: 't',
    }
    const days = new Map([
      ['2026-01-02', ['s3://lake/snapshots/1/event_date=2026-01-02/']],
      ['2026-02-02', ['s3://lake/snapshots/1/event_date=2026-02-02/']],
    ])
    const objects = bucket({
      'snapshots/1/event_date=2026-01-02/x.parquet': 7,
      'snapshots/1/event_date=2026-02-02/x.parquet': 9,
    })
    const input = { table: snapshot, objects, hasKmsKey: false }
    expect(await estimateScan({ ...input, registered: async () => days }, scope)).toMatchObject({ bytes: 7, files: 1 })
    expect(await estimateScan({ ...input, registered: undefined }, scope)).toMatchObject({ bytes: null, charges: [] })
  })

  it.each([
    ['without partitions is the whole of it', [], {}, new Map(), 1110],
    ['with projected days is those', ['event_date'], { 'projection.event_date.format': 'yyyy-MM-dd' }, new Map(), 100],
    [
      'with projected days that no query narrows is the whole of it',
      ['day'],
      {
        'projection.day.format': 'yyyy-MM-dd',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Athena's
        'storage.location.template': 's3://lake/x/event_date=${day}',
      },
      new Map(),
      110,
    ],
    ['with partitions of which none is registered is what lies there', ['region'], {}, new Map(), 1110],
    ['by Region first is unknown', ['region', 'event_date'], {}, new Map([['us-east-1', ['s3://lake/x/']]]), null],
    [
      'by day first is all places of its days',
      ['event_date', 'region'],
      {},
      new Map([['2026-01-02', ['s3://lake/x/event_date=2026-01-02/', 's3://lake/x/a/']]]),
      1100,
    ],
  ] as const)('of a table of unique events %s', async (_what, names, parameters, days, bytes) => {
    const keys = names.map((name) => ({ ...column(name), isPartition: true }))
    const projected = Object.keys(parameters).length > 0 ? { 'projection.enabled': 'true', ...parameters } : {}
    const location = 's3://lake/x/'
    const table: EventsTable = {
      shape: { eventsTable: '"t"', accountColumn: '_account', exactOnce: true, lacking: [] },
      projection: readProjection({ keys, parameters: projected, location }, {}),
      location,
      stored: 't',
    }
    const objects = bucket({
      'x/a/b.parquet': 1000,
      'x/event_date=2025-10-02/a.parquet': 10,
      'x/event_date=2026-01-02/a.parquet': 100,
    })
    const told = await estimateScan({ table, objects, registered: async () => days, hasKmsKey: false }, scope)
    expect(told.bytes).toBe(bytes)
  })
})

describe('the budget', () => {
  it('refuses what would exceed it, before and after others', () => {
    const budget = createBudget('trail', 50_000_000)
    expect(() => budget.check(60_000_000)).toThrow(
      'is 50.0 MB for one run: 0 B are used, and the query would read up to 60.0 MB',
    )
    expect(() => budget.check(50_000_000)).not.toThrow()
    budget.spend(45_000_000)
    // Each query is billed as 10 MB at least.
    expect(() => budget.check(1)).toThrow('45.0 MB are used')
    expect([budget.exceededBy(5_000_000), budget.exceededBy(5_000_001)]).toEqual([false, true])
  })

  it('that nobody set refuses nothing', () => {
    const budget = createBudget('trail', undefined)
    budget.spend(1e15)
    expect(() => budget.check(1e15)).not.toThrow()
    expect(budget.exceededBy(1e15)).toBe(false)
  })
})

describe('the smallest policy', () => {
  const settings = {
    region: 'us-gov-west-1',
    catalog: 'AwsDataCatalog',
    database: 'security',
    table: 'logs',
    workgroup: 'wg',
  }

  it('names ARNs of the partition, and the bucket with its prefix', () => {
    const policy = athenaPermissions({
      ...settings,
      account: '111122223333',
      logs: ['s3://trail-logs/pre/AWSLogs/'],
      output: 's3://results/athena/',
    })
    const resources = Object.fromEntries(policy.map(({ Sid, Resource }) => [Sid, Resource]))
    expect(resources).toMatchObject({
      AskAthena: ['arn:aws-us-gov:athena:us-gov-west-1:111122223333:workgroup/wg'],
      ReadCatalog: [
        'arn:aws-us-gov:glue:us-gov-west-1:111122223333:catalog',
        'arn:aws-us-gov:glue:us-gov-west-1:111122223333:database/security',
        'arn:aws-us-gov:glue:us-gov-west-1:111122223333:table/security/logs',
        'arn:aws-us-gov:glue:us-gov-west-1:111122223333:table/security/logs_0*',
      ],
      ListLogs: ['arn:aws-us-gov:s3:::trail-logs'],
      ReadLogs: ['arn:aws-us-gov:s3:::trail-logs/pre/AWSLogs/*'],
      WriteResults: ['arn:aws-us-gov:s3:::results/athena/*'],
    })
    expect(policy.filter(({ Resource }) => Resource.includes('*')).map(({ Sid }) => Sid)).toEqual(['UseLakeFormation'])
    const actions = policy.flatMap(({ Action }) => Action)
    expect(actions.filter((action) => action.includes('*'))).toEqual([])
  })

  it('lets the catalog be asked for a snapshot that a view shows, and for its coverage, and for no other table', () => {
    const [catalog] = athenaPermissions(settings).filter(({ Sid }) => Sid === 'ReadCatalog')
    const isLet = (name: string): boolean =>
      catalog!.Resource.some((arn) => new RegExp(`^${arn.replaceAll('*', '.*')}$`).test(tableArn(name)))
    const tableArn = (name: string) => `arn:aws-us-gov:glue:us-gov-west-1:111122223333:table/security/${name}`
    const own = ownTable('logs', '0000000007-ab')
    expect(['logs', own, coverageName(own), 'logs_archive', 'others'].filter(isLet)).toEqual([
      'logs',
      own,
      coverageName(own),
    ])
  })

  it('takes what stands for others in policies at its word', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the policy language's
    const [location, written] = ['s3://b/a*?${aws:x}/', 'arn:aws-us-gov:s3:::b/a${*}${?}${$}{aws:x}/*']
    const policy = athenaPermissions({ ...settings, logs: [location] })
    expect(policy.find(({ Sid }) => Sid === 'ReadLogs')?.Resource).toEqual([written])
  })

  it('has keys only where there are some', () => {
    const sids = (more: object) => athenaPermissions({ ...settings, ...more }).map(({ Sid }) => Sid)
    const arn = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1'
    expect(sids({})).not.toContain('DecryptLogs')
    expect(sids({ logsKey: arn, encryption: { key: arn } })).toEqual(
      expect.arrayContaining(['DecryptLogs', 'EncryptResults']),
    )
  })
})
