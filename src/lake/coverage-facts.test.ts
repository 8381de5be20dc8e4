import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Delivered, factsOf } from '../../test/support/deliveries.ts'
import { inventorySchema } from '../core/run/inventory.ts'
import { hour, isoTime, milliseconds } from '../core/time.ts'
import { readCoverageFacts } from '../duckdb/coverage-facts.ts'
import { openDatabase } from '../duckdb/open.ts'
import { fileSource } from '../sources/files/file-source.ts'
import { ingest } from './ingest.ts'
import { openLake } from './lake.ts'
import { lakeStatus } from './status.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-coverage-'))
})
afterAll(() => rm(folder, { recursive: true }))

const start = milliseconds('2026-01-20T00:00:00Z')
const bucket = 'arn:aws:s3:::amzn-s3-demo-documents'
const request = { name: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/main' }

const record = ({ account, region, eventClass, time }: Delivered, index: number): object => ({
  eventVersion: '1.11',
  eventID: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  eventTime: time,
  eventSource: eventClass === 'data:s3' ? 's3.amazonaws.com' : 'cloudtrail.amazonaws.com',
  eventName: eventClass === 'data:s3' ? 'GetObject' : index === 3 ? 'StopLogging' : 'GetTrail',
  eventCategory: eventClass === 'data:s3' ? 'Data' : 'Management',
  managementEvent: eventClass !== 'data:s3',
  readOnly: eventClass !== 'management:write',
  awsRegion: region,
  recipientAccountId: account,
  requestParameters: index === 3 ? request : null,
  responseElements: null,
  ...(eventClass === 'data:s3' && {
    resources: [
      { ARN: `${bucket}/a/key`, type: 'AWS::S3::Object' },
      { ARN: bucket, type: 'AWS::S3::Bucket', accountId: account },
    ],
  }),
})

/** Twelve days, some of the time often, some of the time seldom. */
const events: Delivered[] = Array.from({ length: 700 }, (_, index) => {
  const eventClass = (['management:read', 'management:write', 'data:s3'] as const)[index % 3]!
  const time = isoTime(start + Math.floor((index ** 1.7 / 238) * hour))
  const [account, region] = [index % 7 < 4 ? '111122223333' : '444455556666', index % 5 < 3 ? 'us-east-1' : 'eu-west-1']
  return { account, region, eventClass, time, ...(eventClass === 'data:s3' && { resource: bucket }) }
})

describe('what the lake tells of its deliveries', () => {
  test('is what its events tell', async () => {
    // Three ingests: what belongs together lies in several parts of the ledger.
    for (const part of [0, 1, 2]) {
      const records = events.map(record).filter((_, index) => index % 3 === part)
      await writeFile(join(folder, `${part}.json`), JSON.stringify({ Records: records }))
      await ingest(await openLake(join(folder, 'lake')), fileSource([join(folder, `${part}.json`)]))
    }
    const lake = await openLake(join(folder, 'lake'))
    const database = await openDatabase({ folders: [lake.folder] })
    const connection = await database.connect()
    const span = { from: isoTime(start), to: isoTime(start + 12 * 24 * hour) }
    const facts = await readCoverageFacts(connection, await lake.snapshot(), span)
    expect(facts.deliveries).toEqual(factsOf(events).deliveries)
    expect(facts.trailEvents).toMatchObject([{ name: 'StopLogging', account: '111122223333', request, response: null }])

    // Far from the asked time a pause has its true ends all the same.
    const late = { from: isoTime(start + 400 * hour), to: isoTime(start + 500 * hour) }
    const told = await readCoverageFacts(connection, await lake.snapshot(), late)
    for (const row of told.deliveries) {
      const whole = facts.deliveries.find(
        (one) => one.eventClass === row.eventClass && one.account === row.account && one.region === row.region,
      )
      for (const pause of row.pauses) expect(whole?.pauses).toContainEqual(pause)
    }
    connection.closeSync()
    database.close()
  })

  test('that holds nothing but what could not be read, says so', async () => {
    await writeFile(join(folder, 'broken.json'), '{"Records": [')
    const report = await ingest(await openLake(join(folder, 'bad')), fileSource([join(folder, 'broken.json')]))
    expect(report.coverage).toMatchObject({ complete: false, through: null, window: null })
    const { coverage } = await lakeStatus(await openLake(join(folder, 'bad')))
    expect(coverage.gaps.map(({ account, state, reason }) => [account, state, reason])).toEqual([
      ['*', 'gap', expect.stringMatching(/^The file .*broken\.json could not be read/)],
      ['*', 'unknown', 'The lake holds no events.'],
    ])
  })

  test('that is damaged is not forgiven for a file of the same name elsewhere', async () => {
    const name = '111122223333_CloudTrail_us-east-1_20260120T0900Z_ExampleExample00.json'
    const records = [
      record(
        { account: '111122223333', region: 'us-east-1', eventClass: 'management:read', time: '2026-01-20T08:50:00Z' },
        1,
      ),
    ]
    const [bad, good] = [join(folder, 'a', name), join(folder, 'b', name)]
    for (const sub of ['a', 'b']) await mkdir(join(folder, sub))
    await writeFile(bad, '{"Records": [')
    await writeFile(good, JSON.stringify({ Records: records }))
    const run = async (path: string) => ingest(await openLake(join(folder, 'two')), fileSource([path]))
    await run(bad)
    expect((await run(good)).coverage.complete).toBe(false)
    await writeFile(bad, JSON.stringify({ Records: records }))
    expect((await run(bad)).coverage.gaps.map(({ reason }) => reason).join()).not.toContain('could not be read')
  })

  test('is judged against an inventory where one is given', async () => {
    const inventory = inventorySchema.parse({ accounts: [{ id: '123456789012', regions: ['us-east-1'] }] })
    const { coverage } = await lakeStatus(await openLake(join(folder, 'lake')), inventory)
    expect(coverage.expected).toBe('inventory')
    expect(coverage.gaps.map(({ account }) => account)).toContain('123456789012')
  })
})
