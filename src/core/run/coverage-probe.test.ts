import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Delivered, factsOf } from '../../../test/support/deliveries.ts'
import { type MemoryEngine, openMemoryEngine } from '../../engines/duckdb/memory-connection.ts'
import { probeOf } from '../../session/probe.ts'
import { eventClass } from '../event/event-class.ts'
import { isoTime, milliseconds, second } from '../time.ts'
import { countedHours, trailEventOf } from './coverage-probe.ts'

let engine: MemoryEngine
beforeAll(async () => {
  engine = await openMemoryEngine({ threads: 1 })
})
afterAll(() => engine.close())

const start = milliseconds('2026-01-08T00:00:00Z')
const bucket = 'arn:aws:s3:::amzn-s3-demo-bucket'
const optional = <T>(...values: readonly T[]) => fc.constantFrom(undefined, ...values)

/** Records of all ages: newer ones name their category, older ones do not. */
const record = fc.record({
  recipientAccountId: fc.constantFrom('111122223333', '444455556666'),
  awsRegion: fc.constantFrom('us-east-1', 'eu-west-1'),
  eventCategory: optional('Management', 'Data', 'NetworkActivity', 'Insight'),
  eventType: optional('AwsApiCall', 'AwsVpceEvents', 'AwsCloudTrailInsight'),
  managementEvent: optional(true, false),
  readOnly: optional(true, false),
  eventSource: fc.constantFrom('s3.amazonaws.com', 'lambda.amazonaws.com', 's3.amazonaws.com.cn', 'sts.amazonaws.com'),
  eventName: fc.constantFrom(
    'GetObject',
    'GetObjectTagging',
    'GetObjectLockConfiguration',
    'DeleteObjects',
    'Invoke20150331',
    'InvokeAsync',
    'ListBuckets',
    'Listen',
    'CreateUser',
    'GetCallerIdentity',
  ),
  named: fc.boolean(),
  at: fc.integer({ min: 0, max: 200_000 }),
})

type Drawn = typeof record extends fc.Arbitrary<infer T> ? T : never

function written({ named, at, ...event }: Drawn, index: number): Record<string, unknown> {
  return {
    eventVersion: '1.11',
    eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    eventTime: isoTime(start + at * second),
    ...JSON.parse(JSON.stringify(event)),
    ...(named && { resources: [{ ARN: `${bucket}/a/key`, type: 'AWS::S3::Object' }, { ARN: bucket }] }),
  }
}

function delivered({ named, at, ...event }: Drawn): Delivered {
  const text = (value: string | boolean | undefined) => (value === undefined ? null : String(value))
  const own = eventClass({
    eventCategory: text(event.eventCategory),
    eventType: text(event.eventType),
    managementEvent: text(event.managementEvent),
    readOnly: text(event.readOnly),
    eventSource: event.eventSource,
    eventName: event.eventName,
  })
  const isNamed =
    named && (event.eventCategory === 'Data' || event.managementEvent === false) && own.startsWith('data:')
  return {
    account: event.recipientAccountId,
    region: event.awsRegion,
    eventClass: own,
    time: isoTime(start + at * second),
    ...(isNamed && { resource: bucket }),
  }
}

test('what is counted in a table is what its events tell, class by class', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(record, { maxLength: 60 }), async (events) => {
      const connection = await engine.load(events.map(written))
      const probe = probeOf(connection, { clock: { now: () => start + 400_000 * second } })
      const window = { from: isoTime(start), to: isoTime(start + 200_001 * second) }
      const told = await probe.facts({ window, earliest: window.from, accounts: [], regions: [], services: [] })
      expect('facts' in told && told.facts.deliveries).toEqual(factsOf(events.map(delivered)).deliveries)
    }),
    { numRuns: 60 },
  )
})

test('calls that change a trail are read with their parameters', async () => {
  const call = {
    eventVersion: '1.11',
    eventTime: '2026-01-08T01:00:00Z',
    eventSource: 'cloudtrail.amazonaws.com',
    awsRegion: 'us-east-1',
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  }
  const connection = await engine.load([
    { ...call, eventID: 'a', eventName: 'StopLogging', requestParameters: { name: 'main' } },
    { ...call, eventID: 'b', eventName: 'StopLogging', errorCode: 'AccessDenied', requestParameters: { name: 'main' } },
    { ...call, eventID: 'c', eventName: 'GetTrail', requestParameters: { name: 'main' } },
  ])
  const window = { from: '2026-01-08T00:00:00Z', to: '2026-01-08T03:00:00Z' }
  const probe = probeOf(connection, { clock: { now: () => milliseconds(window.to) } })
  const told = await probe.facts({ window, earliest: window.from, accounts: [], regions: [], services: [] })
  expect('facts' in told && told.facts.trailEvents).toEqual([
    {
      id: 'a',
      account: '111122223333',
      region: 'us-east-1',
      time: '2026-01-08T01:00:00Z',
      name: 'StopLogging',
      request: { name: 'main' },
      response: null,
    },
  ])
})

test('rows that cannot be read count nowhere', () => {
  expect(countedHours({ first: 'soon', last: null })).toEqual([])
  expect(trailEventOf({ id: null, request: '{', response: ['x'] })).toMatchObject({
    id: '',
    request: null,
    response: ['x'],
  })
})
