import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { collectPolicy } from '../src/collect/permissions.ts'
import { type CollectCall, collectFrom } from '../src/compose-history.ts'
import { judgeCoverage } from '../src/core/run/coverage.ts'
import { inventoryFileSchema, inventoryOf } from '../src/core/run/inventory.ts'
import { configuredRules, recordingOf } from '../src/core/run/trail-selectors.ts'
import { type FakeAws, startFakeAws } from './fake-aws/server.ts'
import type { FakeWorld } from './fake-aws/world.ts'
import { factsOf } from './support/deliveries.ts'

const [management, production, sandbox, closed] = [
  '111122223333',
  '444455556666',
  '777788889999',
  '123456789012',
] as const

const world: FakeWorld = {
  organization: { id: 'o-exampleorgid', management },
  accounts: [
    {
      id: management,
      name: 'management',
      trails: [
        {
          name: 'organisation',
          home: 'us-east-1',
          bucket: 'trail-bucket',
          organization: true,
          advancedEventSelectors: [
            {
              Name: 'management without KMS',
              FieldSelectors: [
                { Field: 'eventCategory', Equals: ['Management'] },
                { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
              ],
            },
            {
              FieldSelectors: [
                { Field: 'eventCategory', Equals: ['Data'] },
                { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
                { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::customer-documents/'] },
              ],
            },
          ],
        },
      ],
    },
    {
      id: production,
      name: 'production',
      unit: 'Workloads/Production',
      joined: '2025-06-01T00:00:00Z',
      regions: ['us-east-1', 'eu-central-1', 'eu-west-1', 'eu-west-2'],
      trails: [
        {
          name: 'own',
          home: 'eu-central-1',
          bucket: 'own-bucket',
          multiRegion: false,
          logging: false,
          stopped: '2026-02-01T00:00:00Z',
          eventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true, DataResources: [] }],
          insightSelectors: [{ InsightType: 'ApiCallRateInsight' }],
        },
      ],
    },
    { id: sandbox, name: 'sandbox', unit: 'Sandbox', roles: ['another'] },
    { id: closed, name: 'closed', unit: 'Suspended', status: 'SUSPENDED' },
  ],
}

let fake: FakeAws
const environment = { ...process.env }
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
})
afterEach(async () => {
  await fake.close()
  process.env = { ...environment }
})

const now = Date.parse('2026-03-01T12:00:00Z')

async function collected(request: Partial<CollectCall> = {}, more: Partial<FakeWorld> = {}) {
  fake ??= await startFakeAws({ world: { ...world, ...more } })
  Object.assign(process.env, fake.env)
  const document = await collectFrom(
    { what: 'inventory', accounts: [], ...request },
    { now: () => now, onProgress: () => {} },
  )
  // What is written is what the configuration reads.
  return inventoryOf(inventoryFileSchema.parse(JSON.parse(JSON.stringify(document)))) as typeof document
}

const restart = async (more: Partial<FakeWorld> = {}): Promise<void> => {
  await fake?.close()
  fake = await startFakeAws({ world: { ...world, ...more } })
}

const role = { role: 'trailbook-reader' }

describe('collecting an inventory', () => {
  beforeEach(() => restart())

  it('has accounts with their units and Regions, and trails with their selectors', async () => {
    const {
      accounts,
      trails,
      collected: about,
    } = await collected({ accountRole: role, accounts: [management, production] })
    expect(accounts).toEqual([
      {
        id: management,
        name: 'management',
        regions: ['eu-central-1', 'us-east-1'],
        resources: [],
        from: '2020-01-01T00:00:00Z',
      },
      {
        id: production,
        name: 'production',
        unit: 'Workloads/Production',
        regions: ['eu-central-1', 'eu-west-1', 'eu-west-2', 'us-east-1'],
        resources: [],
        from: '2025-06-01T00:00:00Z',
      },
    ])
    expect(
      trails.map(({ name, accounts: own, regions, to, bucket, insights }) => ({
        name,
        own,
        regions,
        to,
        bucket,
        insights,
      })),
    ).toEqual([
      {
        name: 'own',
        own: [production],
        regions: ['eu-central-1'],
        to: '2026-02-01T00:00:00Z',
        bucket: 'own-bucket',
        insights: true,
      },
      {
        name: 'organisation',
        own: undefined,
        regions: undefined,
        to: undefined,
        bucket: 'trail-bucket',
        insights: false,
      },
    ])
    expect(about).toMatchObject({
      at: '2026-03-01T12:00:00Z',
      by: `arn:aws:iam::${management}:user/investigator`,
      organization: 'o-exampleorgid',
      problems: [],
    })
  })

  it('knows of selectors what the trail records', async () => {
    const { trails } = await collected({ accountRole: role })
    const organisation = configuredRules(trails.find(({ name }) => name === 'organisation')!)
    const answers = ['management:read', 'data:s3', 'data:lambda', 'insight'].map((one) =>
      recordingOf(organisation, one),
    )
    expect(answers).toEqual([
      { amount: 'part', limits: ['nothing of kms.amazonaws.com'] },
      { amount: 'part', limits: ['only arn:aws:s3:::customer-documents/'] },
      { amount: 'none', limits: [] },
      { amount: 'none', limits: [] },
    ])
    const own = configuredRules(trails.find(({ name }) => name === 'own')!)
    expect(['management:read', 'management:write', 'insight'].map((one) => recordingOf(own, one).amount)).toEqual([
      'none',
      'all',
      'all',
    ])
  })

  it('expects nothing of suspended accounts, and says which these are', async () => {
    const { accounts, collected: about } = await collected({ accountRole: role })
    expect(accounts.map(({ id }) => id)).not.toContain(closed)
    expect(about?.suspended).toEqual([closed])
  })

  it('leaves an account that denies itself unknown, names it, and reads the others', async () => {
    const { accounts, collected: about } = await collected({ accountRole: role })
    const denied = accounts.find(({ id }) => id === sandbox)
    expect(denied?.regions).toBeUndefined()
    expect(denied?.unknown).toContain(`The role arn:aws:iam::${sandbox}:role/trailbook-reader cannot be assumed`)
    expect(about?.problems).toEqual([{ account: sandbox, reason: denied?.unknown }])
    expect(accounts.filter(({ unknown }) => unknown === undefined)).toHaveLength(2)
  })

  it('takes no account for another one: a role of one account is asked there and nowhere else', async () => {
    const only = `arn:aws:iam::${production}:role/trailbook-reader`
    const { accounts, collected: about } = await collected({ accountRole: { role: only } })
    const reason = `The role ${only} belongs to account ${production}, and account ${sandbox} was to be read.`
    expect(about?.problems).toEqual([{ account: sandbox, reason }])
    expect(accounts.map(({ id, unknown }) => [id, unknown])).toEqual([
      [management, undefined],
      [production, undefined],
      [sandbox, reason],
    ])
  })

  it('names a list whose pages lead round in a circle, and does not follow it for ever', async () => {
    await fake.close()
    fake = await startFakeAws({
      world,
      services: [
        {
          name: 'organizations',
          protocol: 'json',
          operations: {
            ListAccounts: ({ input }) => ({ Accounts: [], NextToken: input.NextToken === 'a' ? 'b' : 'a' }),
          },
        },
      ],
    })
    const { accounts } = await collected()
    expect(accounts.map(({ id, unknown }) => [id, unknown])).toEqual([
      [
        management,
        'organizations:ListAccounts failed: its pages lead round in a circle. Only account 111122223333 was read.',
      ],
    ])
    expect(fake.calls.filter(({ operation }) => operation === 'ListAccounts')).toHaveLength(3)
  })

  it('makes no answer complete while an account is unknown', async () => {
    const inventory = await collected({ accountRole: role, accounts: [management, sandbox] })
    const events = Array.from({ length: 200 }, (_, at) => ({
      account: management,
      region: at % 2 === 0 ? 'us-east-1' : 'eu-central-1',
      eventClass: at % 3 === 0 ? 'management:read' : 'management:write',
      time: new Date(now - at * 300_000).toISOString(),
    }))
    const scope = { window: { from: '2026-03-01T00:00:00Z', to: '2026-03-01T11:00:00Z' }, accounts: [], regions: [] }
    const { trails: _, ...known } = inventory
    const { gaps } = judgeCoverage(factsOf(events, { inventory: { ...known, trails: [] } }), scope, [])
    expect(gaps.filter(({ account }) => account === sandbox).map(({ reason }) => reason)[0]).toContain(
      'The inventory does not know all of account 777788889999',
    )
  })

  it('asks the management account for Regions of members where no role is named', async () => {
    const { accounts, collected: about } = await collected()
    expect(accounts.map(({ regions }) => regions?.length)).toEqual([2, 4, 2])
    expect(about?.problems).toEqual([{ reason: expect.stringContaining('Trails of 2 member accounts were not read') }])
  })

  it('reads its own account where there is no organisation, or none that it may read', async () => {
    const { organization: _, ...alone } = world
    await fake.close()
    fake = await startFakeAws({ world: alone })
    expect((await collected()).accounts.map(({ id }) => id)).toEqual([management])
    await restart()
    fake.fail({ kind: 'denied', operation: 'ListAccounts' })
    const { accounts, collected: about } = await collected()
    expect(accounts.map(({ id }) => id)).toEqual([management])
    expect(about?.problems[0]?.reason).toMatch(/organizations:ListAccounts .*Only account 111122223333 was read\.$/)
    // A list of one account, where there may be hundreds, makes no answer complete.
    expect(accounts[0]?.unknown).toBe(about?.problems[0]?.reason)
    expect((await collected({ accounts: [management] })).accounts[0]?.unknown).toBeUndefined()
  })

  it('ends with a plain message where the credentials are no good', async () => {
    fake.fail({ kind: 'expired', service: 'sts' })
    await expect(collected()).rejects.toMatchObject({ code: 'AWS_CREDENTIALS_EXPIRED' })
  })
})

describe('permissions', () => {
  const used = (): string[] => [
    ...new Set(
      fake.calls
        .filter(({ operation }) => operation !== 'GetCallerIdentity')
        .map(({ service, operation }) => `${service}:${operation}`),
    ),
  ]
  const allowed = (what: 'inventory' | 'selectors'): string[] =>
    collectPolicy(what, 'arn:aws:iam::*:role/trailbook-reader').Statement.flatMap(({ Action }) => [...Action])

  it.each(['inventory', 'selectors'] as const)('of %s are exactly the calls that are made', async (what) => {
    await restart()
    await collected({ what, accountRole: role })
    expect(used().sort()).toEqual([...allowed(what)].sort())
  })
})
