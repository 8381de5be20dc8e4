import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from '@aws-sdk/client-cloudtrail'
import { afterEach, describe, expect, it } from 'vitest'
import { type FakeAws, type FakeAwsOptions, startFakeAws } from './server.ts'

/** The limits that CloudTrail documents, shown through the SDK itself. */
const now = Date.parse('2026-03-01T12:00:00Z')
const account = '111122223333'
let fake: FakeAws
let clock = now
afterEach(() => fake.close())

const record = (at: number, more: object = {}) => ({
  eventVersion: '1.08',
  eventTime: new Date(now - at * 60_000).toISOString().replace('.000Z', 'Z'),
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'us-east-1',
  eventID: `id-${at}`,
  readOnly: false,
  eventCategory: 'Management',
  managementEvent: true,
  recipientAccountId: account,
  userIdentity: { type: 'IAMUser', userName: 'alice', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  requestParameters: { userName: 'bob' },
  ...more,
})

async function start(options: Partial<FakeAwsOptions> = {}) {
  clock = now
  fake = await startFakeAws({
    world: { accounts: [{ id: account }] },
    now: () => clock,
    lookupsPerSecond: 100,
    ...options,
  })
  const client = new CloudTrailClient({
    region: 'us-east-1',
    endpoint: fake.url,
    maxAttempts: 1,
    credentials: { accessKeyId: fake.env.AWS_ACCESS_KEY_ID!, secretAccessKey: 'x' },
  })
  const lookup = (input: LookupEventsCommandInput = {}) => client.send(new LookupEventsCommand(input))
  const failure = async (input: LookupEventsCommandInput): Promise<string> =>
    lookup(input).then(
      () => 'none',
      (error: Error) => error.name,
    )
  return { lookup, failure }
}

describe('LookupEvents of the fake', () => {
  it('gives the newest first, at most 50, and tokens for the rest', async () => {
    const { lookup } = await start({ records: Array.from({ length: 120 }, (_, at) => record(at + 1)) })
    const first = await lookup()
    expect([first.Events?.length, first.Events?.[0]?.EventId]).toEqual([50, 'id-1'])
    const second = await lookup({ NextToken: first.NextToken! })
    const third = await lookup({ NextToken: second.NextToken! })
    expect([second.Events?.length, third.Events?.length, third.NextToken]).toEqual([50, 20, undefined])
  })

  it('gives the whole record as text, with booleans as text', async () => {
    const { lookup } = await start({ records: [record(1)] })
    const { Events } = await lookup()
    expect(Events?.[0]).toMatchObject({
      EventName: 'CreateUser',
      ReadOnly: 'false',
      Username: 'alice',
      Resources: [{ ResourceType: 'AWS::IAM::User', ResourceName: 'bob' }],
    })
    expect(JSON.parse(Events![0]!.CloudTrailEvent!)).toEqual({
      ...record(1),
      readOnly: 'false',
      managementEvent: 'true',
    })
  })

  it.each([
    ['EventName', 'CreateUser', 1],
    ['EventName', 'DeleteUser', 0],
    ['Username', 'alice', 1],
    ['ResourceName', 'bob', 1],
    ['ReadOnly', 'true', 0],
    ['AccessKeyId', 'AKIAIOSFODNN7EXAMPLE', 1],
  ] as const)('looks up by %s=%s', async (AttributeKey, AttributeValue, count) => {
    const { lookup } = await start({ records: [record(1)] })
    expect((await lookup({ LookupAttributes: [{ AttributeKey, AttributeValue }] })).Events).toHaveLength(count)
  })

  it('knows no data events, nothing older than 90 days, and insights only when asked', async () => {
    const { lookup } = await start({
      records: [
        record(1, { eventCategory: 'Data', managementEvent: false }),
        record(91 * 24 * 60),
        record(2, { eventCategory: 'Insight', eventID: 'insight' }),
      ],
    })
    expect((await lookup()).Events).toEqual([])
    expect((await lookup({ EventCategory: 'insight' })).Events).toHaveLength(1)
  })

  it.each([
    [
      'two attributes',
      {
        LookupAttributes: [
          { AttributeKey: 'EventName', AttributeValue: 'A' },
          { AttributeKey: 'ReadOnly', AttributeValue: 'true' },
        ],
      },
      'InvalidLookupAttributesException',
    ],
    [
      'an empty value',
      { LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: '' }] },
      'InvalidLookupAttributesException',
    ],
    ['51 results', { MaxResults: 51 }, 'InvalidMaxResultsException'],
    [
      'an end before the start',
      { StartTime: new Date(now - 1000), EndTime: new Date(now - 2000) },
      'InvalidTimeRangeException',
    ],
    ['a start before 90 days', { StartTime: new Date(now - 91 * 86_400_000) }, 'InvalidTimeRangeException'],
    ['a token that was made up', { NextToken: 'x' }, 'InvalidNextTokenException'],
    ['an unknown category', { EventCategory: 'data' as 'insight' }, 'InvalidEventCategoryException'],
  ] as const)('refuses %s', async (_, input, code) => {
    const { failure } = await start()
    expect(await failure(input as unknown as LookupEventsCommandInput)).toBe(code)
  })

  it('binds tokens to the other parameters, and lets them expire', async () => {
    const { lookup, failure } = await start({
      records: Array.from({ length: 60 }, (_, at) => record(at + 1)),
      tokenTtlMs: 60_000,
    })
    const { NextToken } = await lookup({ EndTime: new Date(now) })
    expect(await failure({ EndTime: new Date(now - 1000), NextToken: NextToken! })).toBe('InvalidNextTokenException')
    expect(await failure({ EndTime: new Date(now), NextToken: NextToken! })).toBe('none')
    clock += 61_000
    expect(await failure({ EndTime: new Date(now), NextToken: NextToken! })).toBe('InvalidNextTokenException')
  })

  it('allows two requests a second for each account and Region', async () => {
    const { failure } = await start({ lookupsPerSecond: 2 })
    const answers = [await failure({}), await failure({}), await failure({})]
    clock += 1000
    expect([...answers, await failure({})]).toEqual(['none', 'none', 'ThrottlingException', 'none'])
  })

  it('fails as it is told, and remembers every call', async () => {
    const { failure } = await start({ records: [record(1)] })
    fake.fail({ kind: 'throttle', operation: 'LookupEvents', after: 1, times: 1 })
    fake.fail({ kind: 'denied', region: 'eu-west-1' })
    expect([await failure({}), await failure({}), await failure({})]).toEqual(['none', 'ThrottlingException', 'none'])
    expect(fake.calls.map(({ operation, region, failed }) => [operation, region, failed])).toEqual([
      ['LookupEvents', 'us-east-1', undefined],
      ['LookupEvents', 'us-east-1', 'ThrottlingException'],
      ['LookupEvents', 'us-east-1', undefined],
    ])
  })
})
