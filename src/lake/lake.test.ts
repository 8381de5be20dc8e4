import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removeOrphans } from './clean.ts'
import { createLake, openLake } from './lake.ts'
import { emptyManifest, type Manifest, pruneManifests, readManifest, writeManifest } from './manifest.ts'
import { lakeStatus } from './status.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-lake-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const manifest = (id: number, members: Partial<Manifest> = {}): Manifest => ({ ...emptyManifest, id, ...members })
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: { code: string }) => error.code,
  )

describe('opening a lake', () => {
  test('a missing and an empty folder read as an empty lake, and nothing is created', async () => {
    for (const path of [folder, join(folder, 'new')]) {
      const lake = await openLake(path)
      expect(lake.exists).toBe(false)
      expect(await lake.snapshot()).toEqual({ events: [], files: [], coverage: [] })
      expect(await codeOf(lakeStatus(lake))).toBe('LAKE_MISSING')
    }
    expect(await readdir(folder)).toEqual([])
  })

  test('a folder of other files, a file, and a lake of the future are refused', async () => {
    await writeFile(join(folder, 'notes.txt'), '')
    expect(await codeOf(openLake(folder))).toBe('LAKE_NOT_A_LAKE')
    expect(await codeOf(openLake(join(folder, 'notes.txt')))).toBe('LAKE_NOT_A_LAKE')
    const lake = join(folder, 'lake')
    await createLake(lake)
    await writeManifest(lake, manifest(1, { format: 3 }))
    expect(await codeOf(openLake(lake))).toBe('LAKE_NEWER')
    await writeFile(join(lake, 'trailbook-lake.json'), '{"format":99}')
    await expect(openLake(lake)).rejects.toThrow('has format 99; this version knows up to 2')
  })

  test('data without a manifest is a loss, not an empty lake', async () => {
    await createLake(folder)
    expect(await codeOf(openLake(folder))).toBe('fine')
    await mkdir(join(folder, 'files'))
    await writeFile(join(folder, 'files', '0000000001-0123456789.parquet'), '')
    expect(await codeOf(openLake(folder))).toBe('LAKE_MANIFEST_LOST')
  })

  test('a manifest that cannot be read is damage, not an empty lake', async () => {
    await createLake(folder)
    await writeManifest(folder, manifest(1))
    await writeFile(join(folder, 'manifest', '0000000002.json'), '{"form')
    expect(await codeOf(openLake(folder))).toBe('LAKE_DAMAGED')
    await writeFile(join(folder, 'manifest', '0000000002.json'), 'null')
    expect(await codeOf(openLake(folder))).toBe('LAKE_DAMAGED')
  })
})

describe('a manifest from elsewhere', () => {
  const part = { rows: 1, bytes: 1, date: '2026-01-31', first: '2026-01-31T09:00:00Z', last: '2026-01-31T09:00:00Z' }
  test.each([
    '../outside/0000000001-0123456789.parquet',
    'events/event_date=2026-01-31/../../../etc/0000000001-01.parquet',
    '/etc/passwd',
    'events/event_date=2026-01-31/../../x.parquet',
    'events/0000000001-0123456789.parquet',
    'files/0000000001-0123456789.parquet\n',
    'files\\0000000001-0123456789.parquet',
    "files/0000000001-01'.parquet",
    '',
  ])('that names %j is refused, under whichever key', async (path) => {
    await createLake(folder)
    for (const [at, key] of (['events', 'files', 'coverage', 'retired'] as const).entries()) {
      await writeManifest(folder, { ...manifest(at + 1), [key]: [{ ...part, path, at: 0 }] } as Manifest)
      await expect(openLake(folder)).rejects.toMatchObject({
        code: 'LAKE_DAMAGED',
        message: expect.stringContaining(`names no parts under "${key}"`),
      })
    }
  })

  test.each(['events', 'files', 'coverage', 'retired'])('without a list of %s is refused', async (key) => {
    await createLake(folder)
    await writeManifest(folder, { ...manifest(1), [key]: undefined } as unknown as Manifest)
    expect(await codeOf(openLake(folder))).toBe('LAKE_DAMAGED')
  })
})

describe('manifests', () => {
  test('the highest complete one counts; half-written ones are nothing', async () => {
    for (const id of [9, 10, 2]) await writeManifest(folder, manifest(id))
    await writeFile(join(folder, 'manifest', '.tmp-1-abc'), '{')
    expect((await readManifest(folder))?.id).toBe(10)
  })

  test('of writers of one number exactly one wins', async () => {
    const won = await Promise.all(
      Array.from({ length: 10 }, (_, at) => writeManifest(folder, manifest(1, { nextFile: at }))),
    )
    expect(won.filter(Boolean)).toHaveLength(1)
    expect((await readManifest(folder))?.nextFile).toBe(won.indexOf(true))
    expect(await readdir(join(folder, 'manifest'))).toEqual(['0000000001.json'])
  })

  test('old ones and leftovers are removed, the newest stay', async () => {
    for (let id = 1; id <= 6; id++) await writeManifest(folder, manifest(id))
    await writeFile(join(folder, 'manifest', '.tmp-1-abc'), '{')
    await pruneManifests(folder)
    expect(await readdir(join(folder, 'manifest'))).toEqual(['0000000004.json', '0000000005.json', '0000000006.json'])
  })
})

test('cleaning removes what no manifest names, and nothing else', async () => {
  const names = [
    'events/event_date=2026-01-31/a.parquet',
    'events/event_date=2026-01-31/orphan.parquet',
    'files/b.parquet',
    'files/orphan.parquet',
    'coverage/c.parquet',
    'events/event_date=2026-01-31/retired.parquet',
    'tmp/spill',
  ]
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), name)
  }
  const part = { rows: 1, bytes: 1 }
  await removeOrphans(
    folder,
    manifest(1, {
      events: [{ ...part, path: 'events/event_date=2026-01-31/a.parquet', date: '2026-01-31', first: '', last: '' }],
      files: [{ ...part, path: 'files/b.parquet' }],
      coverage: [{ ...part, path: 'coverage/c.parquet' }],
      retired: [{ path: 'events/event_date=2026-01-31/retired.parquet', at: 0 }],
    }),
  )
  const left = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
  expect(left.sort()).toEqual(['a.parquet', 'b.parquet', 'c.parquet', 'retired.parquet'])
  expect(await readFile(join(folder, 'files/b.parquet'), 'utf8')).toBe('files/b.parquet')
})

test.each([
  [{ removed: [{}] }, 'removed'],
  [{ removed: [{ from: '2026-01-01', to: 'soon', accounts: null, rows: 1, at: '2026-02-01T00:00:00Z' }] }, 'removed'],
  [{ holds: [{ name: 'case-17', from: null, to: null, reason: 'case 17' }] }, 'holds'],
])('a manifest that only half tells what is held or gone is refused: %j', async (members, list) => {
  await createLake(folder)
  await writeManifest(folder, manifest(1, members as unknown as Partial<Manifest>))
  await expect(openLake(folder)).rejects.toThrow(`manifest 0000000001.json has no list of ${list}`)
})

test('cleaning follows no link out of the lake', async () => {
  const outside = join(folder, 'outside')
  await mkdir(outside)
  await writeFile(join(outside, '0000000001-0123456789.parquet'), 'mine')
  const lake = join(folder, 'lake')
  await createLake(lake)
  await mkdir(join(lake, 'events'))
  await symlink(outside, join(lake, 'files'))
  await symlink(outside, join(lake, 'events', 'event_date=2026-01-31'))
  await removeOrphans(lake, manifest(1))
  expect(await readFile(join(outside, '0000000001-0123456789.parquet'), 'utf8')).toBe('mine')
})

test('cleaning stops where parts of later commits tell that manifests were lost, and removes nothing', async () => {
  await mkdir(join(folder, 'files'))
  for (const id of [6, 7]) await writeFile(join(folder, 'files', `000000000${id}-0123456789.parquet`), '')
  await expect(removeOrphans(folder, manifest(5))).rejects.toThrow(
    `The lake ${folder} has lost manifests: the newest is 5, and files/0000000007-0123456789.parquet belongs to a later one, while its data is still there. Nothing was changed.`,
  )
  expect(await readdir(join(folder, 'files'))).toHaveLength(2)
})
