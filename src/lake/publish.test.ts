import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import {
  type Published,
  publishedColumns,
  readPublished,
  type SnapshotStore,
  type SnapshotTable,
} from '../core/event/published.ts'
import { compact } from './compact.ts'
import { localSnapshots } from './local-snapshots.ts'
import { lockLake } from './lock.ts'
import { type PublishOptions, type PublishReport, publish } from './publish.ts'

const { lake, open, write, run, inFolder } = useLakeFolder()

const target = (): string => inFolder('published')
const store = (): Promise<SnapshotStore> => localSnapshots(target(), lake())
const go = async (options: PublishOptions = {}): Promise<PublishReport> => publish(await open(), await store(), options)
const current = async (): Promise<Published> => JSON.parse(await readFile(join(target(), 'published.json'), 'utf8'))
let made = 0
const ingestDay = async (date: string): Promise<unknown> =>
  run([await write(`logs/${made++}.json`, [event({ eventTime: `${date}T09:00:00Z` })])])
const files = async (): Promise<string[]> =>
  (await readdir(target(), { recursive: true })).filter((name) => /event_date=.*\.parquet$/.test(name)).sort()

describe('publish', () => {
  test('writes every day into a folder of its own, and says what lies where', async () => {
    await ingestDay('2026-01-30')
    await ingestDay('2026-01-31')
    const report = await go()
    expect(report).toMatchObject({ changed: true, days: 2, newDays: 2, rows: 2, snapshots: 1, removedFolders: 0 })
    const published = await current()
    expect(published).toMatchObject({ schema: 'trailbook.published/v1', id: report.id, rows: 2 })
    expect(published.days.map(({ date, folder, rows }) => [date, folder, rows])).toEqual([
      ['2026-01-30', `snapshots/${report.id}/event_date=2026-01-30`, 1],
      ['2026-01-31', `snapshots/${report.id}/event_date=2026-01-31`, 1],
    ])
    for (const { folder, files: names } of published.days)
      for (const { name, bytes } of names) expect((await stat(join(target(), folder, name))).size).toBe(bytes)
    expect(published.columns.slice(0, 3).map(({ name }) => name)).toEqual(['eventVersion', 'userIdentity', 'eventTime'])
  })

  test('only days that changed get new folders', async () => {
    await ingestDay('2026-01-30')
    await ingestDay('2026-01-31')
    const first = await go()
    await ingestDay('2026-01-31')
    const second = await go()
    expect(second).toMatchObject({ newDays: 1, rows: 3 })
    expect((await current()).days.map(({ folder }) => folder.split('/')[1])).toEqual([first.id, second.id])
  })

  test('where nothing changed, the snapshot stays', async () => {
    await ingestDay('2026-01-31')
    const first = await go()
    const text = await readFile(join(target(), 'published.json'), 'utf8')
    expect(await go()).toMatchObject({ changed: false, id: first.id, newDays: 0 })
    expect(await readFile(join(target(), 'published.json'), 'utf8')).toBe(text)
  })

  test('old snapshots stay for an hour, and as many as were asked for; days that are still used stay, too', async () => {
    await ingestDay('2026-01-30')
    const start = Date.parse('2026-02-01T00:00:00Z')
    const hour = 60 * 60 * 1000
    await go({ now: () => start })
    for (let round = 1; round <= 3; round++) {
      await ingestDay('2026-01-31')
      await go({ keep: 1, now: () => start + round * 60_000 })
    }
    expect(await readdir(join(target(), 'snapshots'))).toHaveLength(4)
    await ingestDay('2026-01-31')
    expect(await go({ keep: 2, now: () => start + 3 * hour })).toMatchObject({ snapshots: 2, removedFolders: 2 })
    const kept = (await current()).days[0]!.folder
    await compact(await open())
    expect(await go({ keep: 1, now: () => start + 6 * hour })).toMatchObject({ snapshots: 2 })
    expect(await go({ keep: 1, now: () => start + 8 * hour })).toMatchObject({ changed: false, snapshots: 1 })
    expect((await current()).days[0]!.folder).toBe(kept)
    expect(await files()).toHaveLength(2)
  })

  test('what a killed publish left is no snapshot, and goes', async () => {
    await ingestDay('2026-01-31')
    await go()
    const half = join(target(), 'snapshots', '0000000009-00ff', 'event_date=2026-01-31')
    await mkdir(half, { recursive: true })
    await writeFile(join(half, '0000000009-aa.parquet'), 'half')
    await writeFile(join(target(), '.tmp-1-abc'), '{')
    await mkdir(join(target(), 'snapshots', 'mine'))
    expect(await go()).toMatchObject({ changed: false, removedFolders: 1 })
    expect(await files()).toHaveLength(1)
    expect(await readdir(join(target(), 'snapshots'))).toContain('mine')
  })

  test('a day whose files were lost is written again', async () => {
    await ingestDay('2026-01-31')
    const { id } = await go()
    await rm(join(target(), (await files())[0]!))
    const again = await go()
    expect(again).toMatchObject({ changed: true, newDays: 1 })
    expect(again.id).not.toBe(id)
  })

  test('on the same disk the files take no room twice', async () => {
    await ingestDay('2026-01-31')
    await go()
    const [name] = await files()
    const inTarget = await stat(join(target(), name!))
    const { events } = await (await open()).manifest()
    expect(inTarget.ino).toBe((await stat(join(lake(), events[0]!.path))).ino)
  })

  test('one publisher at a time', async () => {
    await ingestDay('2026-01-31')
    const lock = await lockLake(target())
    await expect(go()).rejects.toMatchObject({ code: 'LAKE_LOCKED' })
    await lock.release()
    expect(await go()).toMatchObject({ changed: true })
  })

  test('a folder of other files, and one inside the lake, are refused', async () => {
    await ingestDay('2026-01-31')
    await mkdir(inFolder('notes'))
    await writeFile(inFolder('notes', 'a.txt'), '')
    await expect(localSnapshots(inFolder('notes'), lake())).rejects.toThrow('it holds other files, such as a.txt')
    for (const path of [lake(), join(lake(), 'published')])
      await expect(localSnapshots(path, lake())).rejects.toThrow('it lies in the lake itself')
  })
})

describe('a description of a snapshot', () => {
  const good = {
    schema: 'trailbook.published/v1',
    id: '0000000001-0a',
    manifest: 1,
    at: '2026-02-01T00:00:00Z',
    rows: 1,
    bytes: 1,
    days: [
      {
        date: '2026-01-31',
        folder: 'snapshots/0000000001-0a/event_date=2026-01-31',
        rows: 1,
        bytes: 1,
        files: [{ name: '0000000001-aa.parquet', rows: 1, bytes: 1 }],
      },
    ],
    columns: publishedColumns,
    coverage: {
      folder: 'snapshots/0000000001-0a/coverage',
      name: '0000000001-0a.parquet',
      rows: 1,
      bytes: 1,
      source: 'a',
    },
    conversion: {
      source: 'd.t#1',
      deliveries: [{ first: '2026-01-31', last: '2026-01-31', at: '2026-02-01T00:00:00Z' }],
    },
  }
  const day = good.days[0]
  const read = (first: string, last: string) => ({ first, last, at: '2026-02-01T00:00:00Z' })
  test.each<[string, unknown]>([
    ['another schema', { ...good, schema: 'trailbook.published/v9' }],
    ['an id that is a path', { ...good, id: '../x' }],
    ['a folder outside', { ...good, days: [{ ...good.days[0], folder: 'snapshots/../../x/event_date=2026-01-31' }] }],
    ['a file outside', { ...good, days: [{ ...good.days[0], files: [{ name: '../x.parquet' }] }] }],
    ['no days', { ...good, days: undefined }],
    ['null', null],
    ['a day that is null', { ...good, days: [null] }],
    ['a file that is null', { ...good, days: [{ ...day, files: [null] }] }],
    ['a day that leaves its quotes', { ...good, days: [{ ...day, date: "2026-01-31') LOCATION 's3://else/' --" }] }],
    ['a day that is not that of its folder', { ...good, days: [{ ...day, date: '2026-02-01' }] }],
    ['rows that are text', { ...good, days: [{ ...day, rows: '1' }] }],
    ['a column of a name in backticks', { ...good, columns: [{ name: 'a` string) --', type: 'varchar' }] }],
    [
      'a type that ends the list',
      { ...good, columns: [{ name: 'a', type: "varchar) WITH (external_location = 's3://else')" }] },
    ],
    ['a type that closes too early', { ...good, columns: [{ name: 'a', type: 'varchar) AS (SELECT x FROM y' }] }],
    [
      'a type that never ends',
      { ...good, columns: [{ name: 'a', type: `${'array('.repeat(5000)}x${')'.repeat(5000)}` }] },
    ],
    ['no columns', { ...good, columns: undefined }],
    ['a time that is none', { ...good, at: 'now' }],
    ['coverage that is null', { ...good, coverage: null }],
    ['coverage outside', { ...good, coverage: { ...good.coverage, folder: 'snapshots/../coverage' } }],
    ['a conversion that is null', { ...good, conversion: null }],
    ['a conversion of no text', { ...good, conversion: { ...good.conversion, source: 1 } }],
    [
      'millions of days of delivery',
      { ...good, conversion: { source: 'x', deliveries: [read('0001-01-01', '9999-12-31')] } },
    ],
    [
      'days of delivery that come again',
      {
        ...good,
        conversion: { source: 'x', deliveries: [read('2026-01-01', '2026-01-03'), read('2026-01-02', '2026-01-02')] },
      },
    ],
  ])('with %s is none', (_, value) => {
    expect(readPublished(JSON.stringify(good))).toBeDefined()
    expect(readPublished(JSON.stringify(value))).toBeUndefined()
    expect(readPublished('{')).toBeUndefined()
  })

  test('removes nothing behind a link that somebody put among the snapshots', async () => {
    await ingestDay('2026-01-30')
    await go()
    await symlink(join(lake(), 'events'), join(target(), 'snapshots', '0000000001-aa'))
    await ingestDay('2026-01-31')
    await go({ keep: 1, graceMs: 0 })
    expect((await readdir(join(lake(), 'events'))).sort()).toEqual(['event_date=2026-01-30', 'event_date=2026-01-31'])
  })

  test('a link into the lake is no target', async () => {
    await ingestDay('2026-01-30')
    await symlink(lake(), inFolder('elsewhere'))
    await expect(localSnapshots(inFolder('elsewhere', 'published'), lake())).rejects.toMatchObject({
      code: 'LAKE_TARGET',
    })
  })
})

describe('tables of other engines that show snapshots', () => {
  const steps: string[] = []
  /** A table that notes when it was asked, and what the target held then. */
  const follower = (changed: Partial<SnapshotTable> = {}): SnapshotTable => ({
    name: 'a table',
    check: async () => void steps.push(`check: ${(await files().catch(() => [])).length} files`),
    show: async ({ id }) => {
      steps.push(`show: ${(await files()).length} files, published ${(await current()).id === id}`)
      return true
    },
    inUse: async () => [],
    letGo: async (kept) => {
      steps.push(`let go of all but ${kept.size}: ${(await files()).length} files`)
      return 1
    },
    ...changed,
  })
  const later = () => Date.now() + 48 * 60 * 60 * 1000

  test('follow after the files are there, and let go before files of old snapshots go', async () => {
    await ingestDay('2026-01-31')
    await go()
    await ingestDay('2026-01-31')
    steps.length = 0
    const told = await go({ keep: 1, tables: [follower()], graceMs: 0, now: later })
    expect(told.tables).toEqual([{ name: 'a table', changed: true, removed: 1 }])
    expect(steps).toEqual(['check: 1 files', 'show: 3 files, published true', 'let go of all but 1: 3 files'])
    expect(await files()).toHaveLength(2)
  })

  test('keep the files of what queries may be reading', async () => {
    await ingestDay('2026-01-31')
    const first = await go()
    await ingestDay('2026-01-31')
    const tables = [follower({ inUse: async () => [first.id] })]
    expect(await go({ keep: 1, tables, graceMs: 0, now: later })).toMatchObject({ snapshots: 2 })
    expect(await files()).toHaveLength(3)
  })

  test('that cannot be moved keep everything as it is', async () => {
    await ingestDay('2026-01-31')
    await go()
    await ingestDay('2026-01-31')
    const broken = follower({ show: () => Promise.reject(new Error('no')) })
    await expect(go({ keep: 1, tables: [broken], graceMs: 0, now: later })).rejects.toThrow('no')
    expect(await files()).toHaveLength(3)
    const refusing = follower({ check: () => Promise.reject(new Error('never')) })
    await ingestDay('2026-01-31')
    await expect(go({ tables: [refusing] })).rejects.toThrow('never')
    expect(await files()).toHaveLength(3)
  })
})
