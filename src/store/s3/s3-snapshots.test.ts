import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { stubAwsEnvironment } from '../../../test/support/aws-environment.ts'
import { type MemoryS3, type MemoryS3Options, startMemoryS3 } from '../../../test/support/memory-s3.ts'
import { openWritableBucket, type WriterSettings } from '../../aws/bucket-writer.ts'
import { type Published, type PublishedDay, publishedColumns } from '../../core/event/published.ts'
import type { LeaseOptions, Processes } from './lease.ts'
import { type S3Snapshots, s3Snapshots } from './s3-snapshots.ts'

let s3: MemoryS3
let folder = ''
let open: S3Snapshots[] = []
let named = 0
const processes: Processes = {
  newName: () => `live-${named++}`,
  holderOf: (name) => ({ pid: 7, host: 'elsewhere', isGone: name.startsWith('dead') }),
}

beforeEach(async () => {
  s3 = await startMemoryS3()
  folder = await mkdtemp(join(tmpdir(), 'trailbook-s3-snapshots-'))
  stubAwsEnvironment()
})
afterEach(async () => {
  for (const store of open) store.close()
  open = []
  vi.unstubAllEnvs()
  await s3.close()
  await rm(folder, { recursive: true, force: true })
})

const store = async (prefix = 'lake/', options: LeaseOptions = {}, aws: WriterSettings = {}): Promise<S3Snapshots> => {
  const bucket = await openWritableBucket('published', { endpoint: s3.url, ...aws })
  const made = await s3Snapshots(bucket, prefix, { processes, ...options })
  open.push(made)
  return made
}
const locked = async (...given: Parameters<typeof store>): Promise<S3Snapshots & { release(): Promise<void> }> => {
  const made = await store(...given)
  const lock = await made.lock()
  await made.current()
  return Object.assign(made, lock)
}
const id = '0000000001-0a'
const day = (name = '0000000001-aa.parquet', bytes = 3, of = id): PublishedDay => ({
  date: '2026-01-31',
  folder: `snapshots/${of}/event_date=2026-01-31`,
  rows: 1,
  bytes,
  files: [{ name, rows: 1, bytes }],
})
const snapshot = (days: readonly PublishedDay[] = [day()], of = id): Published => ({
  schema: 'trailbook.published/v1',
  id: of,
  manifest: 1,
  at: '2026-02-01T00:00:00Z' as Published['at'],
  rows: 1,
  bytes: 3,
  days,
  columns: publishedColumns,
})
const file = async (name = '0000000001-aa.parquet', content: string | Buffer = 'abc'): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}
const keys = (): string[] => [...s3.objects.keys()].sort()
const with_ = (options: MemoryS3Options): void => {
  s3.options = options
}

describe('snapshots in S3', () => {
  test('files, description and pointer lie below the prefix, checked by SHA-256', async () => {
    const one = await locked()
    await one.put(day().folder, [await file()])
    await one.describe(snapshot())
    await one.point(snapshot())
    await one.release()
    expect(keys()).toEqual([
      'lake/locks/publisher.json',
      'lake/published.json',
      `lake/snapshots/${id}/event_date=2026-01-31/0000000001-aa.parquet`,
      `lake/snapshots/${id}/snapshot.json`,
    ])
    const put = s3.requests.find(({ method, key }) => method === 'PUT' && key.endsWith('.parquet'))
    expect(put?.headers['x-amz-checksum-sha256']).toBe('ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=')
    const again = await locked()
    expect(await again.current()).toEqual(snapshot())
    expect(await again.all()).toEqual([snapshot()])
    expect(await again.holds(day())).toBe(true)
    expect(await again.holds(day('0000000001-aa.parquet', 4))).toBe(false)
    await again.release()
  })

  test('a large file goes in pieces, each with its checksum', async () => {
    const one = await locked()
    const large = Buffer.alloc(40 * 1024 * 1024, 'trailbook')
    await one.put(day().folder, [await file('0000000001-aa.parquet', large)])
    expect(s3.objects.get(`lake/${day().folder}/0000000001-aa.parquet`)?.body.equals(large)).toBe(true)
    const pieces = s3.requests.filter(({ query }) => query.has('partNumber'))
    expect(pieces).toHaveLength(3)
    for (const { headers } of pieces) expect(headers['x-amz-checksum-sha256']).toBeDefined()
    await one.release()
  })

  test('the key and the expected owner go with every request', async () => {
    const aws = { kmsKey: 'alias/lake', expectedOwner: '111122223333' }
    const one = await locked('lake', {}, aws)
    await one.put(day().folder, [await file()])
    await one.release()
    expect(s3.objects.get(`lake/${day().folder}/0000000001-aa.parquet`)?.headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/lake',
    })
    const without = s3.requests.filter(
      ({ method, headers }) => method !== 'HEAD' && !headers['x-amz-expected-bucket-owner'],
    )
    expect(without).toEqual([])
    await expect(store('lake', {}, { expectedOwner: '444455556666' })).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
    })
  })

  test('old folders and descriptions go; what is somebody else’s stays', async () => {
    const one = await locked()
    await one.put(day().folder, [await file()])
    await one.put(day('', 0, '0000000002-0b').folder, [await file('0000000002-bb.parquet')])
    await one.describe(snapshot())
    s3.objects.set('lake/snapshots/mine/event_date=2026-01-31/a.parquet', s3.objects.get('lake/locks/publisher.json')!)
    expect(
      await one.removeOthers({ folders: new Set([`snapshots/0000000002-0b/event_date=2026-01-31`]), ids: new Set() }),
    ).toBe(1)
    expect(keys().filter((key) => key.includes('/snapshots/'))).toEqual([
      'lake/snapshots/0000000002-0b/event_date=2026-01-31/0000000002-bb.parquet',
      'lake/snapshots/mine/event_date=2026-01-31/a.parquet',
    ])
    await one.release()
  })

  test('uploads that a killed publisher began are ended', async () => {
    s3.uploads.set('old', { key: `lake/${day().folder}/x.parquet`, pieces: new Map() })
    s3.uploads.set('other', { key: 'elsewhere/x', pieces: new Map() })
    const one = await locked()
    await one.removeOthers({ folders: new Set(), ids: new Set() })
    expect([...s3.uploads.keys()]).toEqual(['other'])
    await one.release()
  })

  test('a prefix with other objects is refused', async () => {
    s3.objects.set('lake/notes.txt', { body: Buffer.from(''), etag: '"a"', modified: 0, headers: {} })
    await expect(store()).rejects.toMatchObject({
      code: 'LAKE_TARGET',
      message: 'A snapshot cannot be published to s3://published/lake: it holds other files, such as lake/notes.txt.',
    })
  })

  test('a snapshot whose files were removed meanwhile is not pointed at', async () => {
    const one = await locked()
    await one.put(day().folder, [await file()])
    s3.objects.delete(`lake/${day().folder}/0000000001-aa.parquet`)
    await expect(one.point(snapshot())).rejects.toMatchObject({ code: 'SNAPSHOT_TORN' })
    expect(keys()).not.toContain('lake/published.json')
    await one.release()
  })

  test.each([
    [
      'AccessDenied',
      'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: s3:PutObject',
      'Access denied: s3:PutObject on arn:aws:s3:::published/lake/snapshots/0000000001-0a/event_date=2026-01-31/0000000001-aa.parquet is not allowed to arn:aws:iam::111122223333:user/ana.',
    ],
    [
      'AccessDenied',
      'User: arn:aws:iam::111122223333:user/ana is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:111122223333:key/1',
      'Access denied: kms:GenerateDataKey and kms:Decrypt on the key arn:aws:kms:us-east-1:111122223333:key/1 is not allowed to arn:aws:iam::111122223333:user/ana.',
    ],
  ])('a refusal (%s) names the permission', async (code, message, said) => {
    const one = await locked()
    with_({
      fail: ({ method, key }) =>
        method === 'PUT' && key.endsWith('.parquet') ? { status: 403, code, message } : undefined,
    })
    await expect(one.put(day().folder, [await file()])).rejects.toMatchObject({
      code: 'SNAPSHOT_DENIED',
      message: said,
    })
    await one.release()
  })
})

describe('two publishers', () => {
  test('the second is told whom it would disturb', async () => {
    const first = await locked()
    await expect(locked()).rejects.toMatchObject({
      code: 'SNAPSHOT_LOCKED',
      message: 'Process 7 on elsewhere is publishing to s3://published/lake.',
    })
    await first.release()
    await (await locked()).release()
  })

  test('the second waits where it may, and says for whom, once', async () => {
    const first = await locked()
    const told: unknown[] = []
    const waiting = locked('lake', { onWait: (owner) => told.push(owner), leaseMs: 5000 })
    await new Promise((resolve) => setTimeout(resolve, 700))
    await first.release()
    await (await waiting).release()
    expect(told).toEqual([{ pid: 7, host: 'elsewhere', lock: 's3://published/lake/locks/publisher.json' }])
  })

  test('of those that begin at once one gets in', async () => {
    const stores = await Promise.all([1, 2, 3, 4].map(() => store()))
    const ended = await Promise.allSettled(stores.map((one) => one.lock()))
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    for (const one of ended) if (one.status === 'fulfilled') await one.value.release()
  })

  test('a lock without a sign of life is taken over, and its holder writes no more', async () => {
    const first = await locked('lake', { leaseMs: 400 })
    await first.put(day().folder, [await file()])
    with_({
      fail: ({ method, key }) =>
        method === 'PUT' && key.endsWith('publisher.json') ? { status: 403, code: 'AccessDenied' } : undefined,
    })
    await new Promise((resolve) => setTimeout(resolve, 1800))
    with_({})
    const second = await locked('lake', { leaseMs: 400 })
    await expect(first.point(snapshot())).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' })
    await expect(first.put(day().folder, [await file()])).rejects.toMatchObject({ code: 'SNAPSHOT_LOCK_LOST' })
    await second.release()
  })

  test('a machine that slept writes and removes no more, though its steady clock stood still', async () => {
    const first = await locked()
    await first.put(day().folder, [await file()])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 })
    try {
      const lost = { code: 'SNAPSHOT_LOCK_LOST' }
      await expect(first.removeOthers({ folders: new Set(), ids: new Set() })).rejects.toMatchObject(lost)
      await expect(first.point(snapshot())).rejects.toMatchObject(lost)
    } finally {
      vi.useRealTimers()
    }
    expect(keys().filter((key) => key.endsWith('.parquet'))).toHaveLength(1)
    await first.release()
  })

  test('a description that no memory holds is not read', async () => {
    s3.objects.set('lake/published.json', {
      body: Buffer.alloc(65 * 2 ** 20, 32),
      etag: '"1"',
      modified: 0,
      headers: {},
    })
    await expect((await store()).current()).rejects.toMatchObject({ code: 'LAKE_TARGET' })
  })

  test('a lock of a process that ended on this machine is taken at once', async () => {
    await (await locked()).release()
    const { etag, modified, headers } = s3.objects.get('lake/locks/publisher.json')!
    const body = Buffer.from(JSON.stringify({ holder: 'dead-1', state: 'held', turn: 0 }))
    s3.objects.set('lake/locks/publisher.json', { body, etag, modified, headers })
    await (await locked()).release()
  })

  test('what somebody published meanwhile is not overwritten', async () => {
    const first = await locked()
    await first.put(day().folder, [await file()])
    const other = JSON.stringify(snapshot([], '0000000009-0a'))
    s3.objects.set('lake/published.json', { body: Buffer.from(other), etag: '"other"', modified: 0, headers: {} })
    await expect(first.point(snapshot())).rejects.toMatchObject({
      code: 'SNAPSHOT_MOVED',
      message: 'Somebody else published to s3://published/lake at the same moment.',
    })
    expect(s3.objects.get('lake/published.json')?.body.toString()).toBe(other)
    await first.release()
  })

  test('an answer that was lost on the way is no other publisher', async () => {
    const lost = new Set<string>()
    with_({
      loseAnswer: ({ method, key }) => {
        if (method !== 'PUT' || lost.has(key)) return false
        lost.add(key)
        return true
      },
    })
    const one = await locked()
    await one.put(day().folder, [await file()])
    await one.describe(snapshot())
    await one.point(snapshot())
    await one.release()
    expect(await one.current()).toEqual(snapshot())
    expect(lost.size).toBe(4)
  })

  test.each([
    [
      'carries out what it should refuse',
      'ignore',
      'The server of s3://published/lake does not keep to the condition of a write (If-None-Match).',
    ],
    [
      'says that it does not know them',
      'refuse',
      'The server of s3://published/lake/locks/publisher.json does not keep to the condition of a write (If-None-Match).',
    ],
  ] as const)('a server without conditions that %s is found out', async (_, conditions, said) => {
    with_({ conditions })
    const error = await locked().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'SNAPSHOT_NO_CONDITIONS', message: said })
  })
})
