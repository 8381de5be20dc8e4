import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Published } from '../core/event/published.ts'
import type { Connection } from '../core/ports.ts'
import { inventorySchema } from '../core/run/inventory.ts'
import { hour, isoTime, milliseconds, minute } from '../core/time.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { connectLake } from '../engines/duckdb/connection.ts'
import type { FindSnapshot } from '../session/published-ledger.ts'
import { withCoverage } from '../session/with-coverage.ts'
import { createRandom } from '../simulate/random.ts'
import { fileSource } from '../sources/files/file-source.ts'
import { ingest } from './ingest.ts'
import { openLake } from './lake.ts'
import { localSnapshots } from './local-snapshots.ts'
import { publish } from './publish.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-published-coverage-'))
})
afterAll(() => rm(folder, { recursive: true }))

const start = milliseconds('2026-01-20T00:00:00Z')
const hours = 40
const places = [
  ['111122223333', 'us-east-1', 12],
  ['111122223333', 'eu-west-1', 3],
  ['444455556666', 'us-east-1', 1],
] as const
const bucket = 'arn:aws:s3:::amzn-s3-demo-documents'
const inventory = inventorySchema.parse({
  accounts: [{ id: '111122223333' }, { id: '444455556666', resources: [bucket] }],
  regions: ['us-east-1', 'eu-west-1'],
  trails: [{ name: 'main', data: [{ service: 's3' }] }],
})

/** A lake of a small organisation of which some hours are gone; with a damaged file, a stopped trail, or neither. */
async function makeLake(seed: number): Promise<{ lake: string; target: string }> {
  const random = createRandom('published-coverage', String(seed))
  const own = join(folder, String(seed))
  const logs = join(own, 'logs')
  await mkdir(logs, { recursive: true })
  let made = 0
  for (const [account, region, calls] of places) {
    const gone = random.below(hours)
    const length = random.below(6)
    for (let at = 0; at < hours; at++) {
      if (at >= gone && at < gone + length) continue
      const Records = Array.from({ length: calls }, (_, call) => {
        const isData = call % 4 === 3
        const isStop = seed % 3 === 0 && at === 20 && call === 0
        return {
          eventVersion: '1.11',
          eventID: `00000000-0000-4000-8000-${String(made++).padStart(12, '0')}`,
          eventTime: isoTime(start + at * hour + Math.floor(((call + random.below(90) / 100) * 60) / calls) * minute),
          eventSource: isData ? 's3.amazonaws.com' : 'cloudtrail.amazonaws.com',
          eventName: isData ? 'GetObject' : isStop ? 'StopLogging' : 'GetTrail',
          eventCategory: isData ? 'Data' : 'Management',
          readOnly: call % 2 === 0,
          awsRegion: region,
          recipientAccountId: account,
          ...(isStop && { requestParameters: { name: 'main' } }),
          ...(isData && { resources: [{ ARN: `${bucket}/a/key`, type: 'AWS::S3::Object' }] }),
        }
      })
      const delivered = isoTime(start + (at + 1) * hour)
        .replace(/[-:]/g, '')
        .slice(0, 13)
      const name = `${account}_CloudTrail_${region}_${delivered}Z_Example${String(made).padStart(9, '0')}.json`
      const isBroken = seed % 2 === 0 && at === 12 && account === '444455556666'
      await writeFile(join(logs, name), isBroken ? '{"Records": [' : JSON.stringify({ Records }))
    }
  }
  const lake = join(own, 'lake')
  await ingest(await openLake(lake), fileSource([logs]))
  return { lake, target: join(own, 'target') }
}

const published = async (target: string): Promise<Published> =>
  JSON.parse(await readFile(join(target, 'published.json'), 'utf8'))

/** An engine that sees the published files and nothing else. */
async function overPublished(target: string, find?: FindSnapshot): Promise<Connection> {
  const bare = await connectLake(
    { folder: target, snapshot: async () => ({ events: [], files: [], coverage: [] }) },
    { threads: 1 },
  )
  const { id, coverage } = await published(target)
  const relation = readParquet([join(target, coverage!.folder, coverage!.name)])
  const ledger = find ?? (async () => ({ relation, snapshot: id }))
  return withCoverage(bare, { basis: 'none', clock: { now: () => 0 }, inventory, ledger })
}

describe('a published snapshot', () => {
  test('answers what it covers as its lake did', { timeout: 180_000 }, async () => {
    const verdicts = new Set<boolean>()
    for (const seed of [1, 2, 3, 6]) {
      const { lake, target } = await makeLake(seed)
      await publish(await openLake(lake), await localSnapshots(target, lake))
      const own = await connectLake(await openLake(lake), { inventory, threads: 1 })
      const other = await overPublished(target)
      const random = createRandom('questions', String(seed))
      for (let asked = 0; asked < 12; asked++) {
        const from = random.below(hours) - 2
        const scope = {
          window: { from: isoTime(start + from * hour), to: isoTime(start + (from + 1 + random.below(6)) * hour) },
          earliest: isoTime(start + (from - random.below(4)) * hour),
          accounts: random.chance(0.5) ? [] : [random.pick(places)[0]],
          regions: random.chance(0.7) ? [] : [random.pick(places)[1]],
          services: [],
        }
        const needs = random.pick([[], ['data:s3'], ['management:read', 'data:s3']])
        const expected = await own.coverage(scope, needs)
        expect(await other.coverage(scope, needs)).toEqual(expected)
        expect(expected.basis).toBe('ledger')
        verdicts.add(expected.complete)
      }
      await own.close()
      await other.close()
    }
    expect(verdicts.size).toBe(2)
  })

  const day = {
    window: { from: isoTime(start), to: isoTime(start + 24 * hour) },
    earliest: isoTime(start),
    accounts: [],
    regions: [],
    services: [],
  }

  test('is made anew where only the ledger changed, and stays where nothing did', { timeout: 60_000 }, async () => {
    const { lake, target } = await makeLake(7)
    const go = async () => publish(await openLake(lake), await localSnapshots(target, lake))
    const first = await go()
    expect((await go()).changed).toBe(false)
    const broken = join(folder, 'broken.json')
    await writeFile(broken, '{"Records": [')
    await ingest(await openLake(lake), fileSource([broken]))
    const second = await go()
    expect(second).toMatchObject({ changed: true, newDays: 0, rows: first.rows })
    const { gaps } = await (await overPublished(target)).coverage(day, [])
    expect(gaps[0]?.reason).toMatch(/^The file .*broken\.json could not be read/)
    await rm(join(target, (await published(target)).coverage!.folder), { recursive: true })
    expect(await go()).toMatchObject({ changed: true, newDays: 0 })
  })

  test('that is replaced while it is being asked covers nothing', { timeout: 60_000 }, async () => {
    const { lake, target } = await makeLake(8)
    await publish(await openLake(lake), await localSnapshots(target, lake))
    const { id, coverage } = await published(target)
    const relation = readParquet([join(target, coverage!.folder, coverage!.name)])
    const told = async (...shown: (string | undefined)[]) => {
      const connection = await overPublished(target, async () => {
        const snapshot = shown.length > 1 ? shown.shift() : shown[0]
        return snapshot === undefined ? undefined : { relation, snapshot }
      })
      const { complete, basis, gaps } = await connection.coverage(day, [])
      return [complete, basis, gaps[0]?.reason]
    }
    expect(await told(id, 'another')).toMatchInlineSnapshot(`
      [
        false,
        "none",
        "The table was pointed at another snapshot while it was being asked: run it again.",
      ]
    `)
    expect(await told('another')).toMatchInlineSnapshot(`
      [
        false,
        "none",
        "The table of its coverage is that of another snapshot: publish the lake again.",
      ]
    `)
    expect(await told(undefined)).toMatchInlineSnapshot(`
      [
        false,
        "none",
        "Nobody looked at what this table holds: \`coverage: probe\` of the connection in trailbook.yaml counts its events.",
      ]
    `)
  })
})
