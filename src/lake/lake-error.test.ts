import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { TrailbookError } from '../core/errors.ts'
import { connectLake } from '../engines/duckdb/connection.ts'
import { asLakeError } from './lake-error.ts'
import { lakeStatus } from './status.ts'

const { lake, open, write, run } = useLakeFolder()

const system = (code: string): Error => Object.assign(new Error(`${code}: it failed, write`), { code })

describe('failures in our words', () => {
  test.each<[Error, string]>([
    [system('ENOSPC'), 'LAKE_UNWRITABLE the disk is full'],
    [system('EACCES'), 'LAKE_UNWRITABLE permission denied'],
    [system('EROFS'), 'LAKE_UNWRITABLE the disk can only be read'],
    [system('EDQUOT'), 'LAKE_UNWRITABLE the quota of the disk is used up'],
    [new Error('IO Error: Could not write file "/l/x": No space left on device'), 'LAKE_UNWRITABLE the disk is full'],
    [new Error('IO Error: Cannot open file "/l/x": Permission denied'), 'LAKE_UNWRITABLE permission denied'],
    [
      new Error("Invalid Input Error: No magic bytes found at end of file '/l/files/0000000002-ab.parquet'"),
      'LAKE_DAMAGED the part files/0000000002-ab.parquet cannot be read',
    ],
    [
      new Error('IO Error: No files found that match the pattern "/l/files/0000000002-ab.parquet"'),
      'LAKE_DAMAGED the part files/0000000002-ab.parquet is gone',
    ],
    [new Error('Invalid Error: TProtocolException: Invalid data'), 'LAKE_DAMAGED a part cannot be read'],
    [
      new Error('Out of Memory Error: could not allocate block of size 256.0 KiB (399.9 MiB/400.0 MiB used)'),
      'LAKE_MEMORY (400.0 MiB)',
    ],
    [new Error('Invalid Error: std::bad_alloc'), 'LAKE_MEMORY what the machine has'],
  ])('%s', (error, expected) => {
    const ours = asLakeError(error, '/l')
    expect(ours).toBeInstanceOf(TrailbookError)
    const { code, message, cause } = ours as TrailbookError
    expect([code, message]).toEqual([
      expected.split(' ')[0],
      expect.stringContaining(expected.slice(expected.indexOf(' ') + 1)),
    ])
    expect(cause).toBe(error)
  })

  test.each([
    new TypeError('x is not a function'),
    new Error('Binder Error: Referenced column "parquet" not found'),
    new TrailbookError('LAKE_LOCK_LOST', { path: '/l' }),
    'text',
  ])('%s stays as it is', (error) => {
    expect(asLakeError(error, '/l')).toBe(error)
  })
})

test.each(['locks', 'events', 'manifest'])('a lake in which %s is a file cannot be written to', async (name) => {
  await write('1.json', [event()])
  await mkdir(lake())
  await writeFile(join(lake(), 'trailbook-lake.json'), '{"kind":"trailbook-lake","format":1}')
  await writeFile(join(lake(), name), '')
  await expect(run()).rejects.toMatchObject({ code: name === 'manifest' ? 'LAKE_DAMAGED' : 'LAKE_UNWRITABLE' })
})

describe('a damaged part', () => {
  const partOf = async (kind: string): Promise<string> => {
    const names = await readdir(join(lake(), kind), { recursive: true })
    return join(lake(), kind, names.find((name) => name.endsWith('.parquet'))!)
  }
  const damages: [string, (path: string) => Promise<void>][] = [
    ['overwritten', (path) => writeFile(path, 'not parquet at all, only text')],
    ['empty', (path) => writeFile(path, '')],
    ['gone', (path) => rm(path)],
  ]
  const cases = ['files', 'coverage'].flatMap((kind) => damages.map(([how, damage]) => [kind, how, damage] as const))

  test.each(cases)('of %s that is %s is named by status and by ingest, with what to do', async (kind, _, damage) => {
    await write('1.json', [event()])
    await run()
    await damage(await partOf(kind))
    const expected = { code: 'LAKE_DAMAGED', hint: expect.stringContaining('Restore the folder') }
    await expect(lakeStatus(await open())).rejects.toMatchObject(expected)
    await expect(run()).rejects.toMatchObject(expected)
  })

  test.each(damages)('of coverage that is %s ends a run with a code and a hint', async (_, damage) => {
    await write('1.json', [event()])
    await run()
    await damage(await partOf('coverage'))
    const connection = await connectLake(await open())
    const window = { from: '2026-01-31T00:00:00Z', to: '2026-02-01T00:00:00Z' }
    const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
    await expect(connection.coverage(scope, [])).rejects.toMatchObject({
      code: 'ENGINE_DATA_MISSING',
      hint: expect.stringMatching(/\w/),
    })
    await connection.close()
  })

  test.each(damages)('of events that is %s is named by an ingest of the same day', async (_, damage) => {
    await write('1.json', [event()])
    await run()
    await damage(await partOf('events'))
    await write('2.json', [event()])
    await expect(run()).rejects.toMatchObject({ code: 'LAKE_DAMAGED' })
  })
})

test('a lake of a single commit that lost its manifest is refused, and keeps its data', async () => {
  await write('1.json', [event()])
  await run()
  await rm(join(lake(), 'manifest'), { recursive: true })
  await expect(open()).rejects.toMatchObject({ code: 'LAKE_MANIFEST_LOST' })
  await expect(run()).rejects.toMatchObject({ code: 'LAKE_MANIFEST_LOST' })
  expect(await readdir(join(lake(), 'events'), { recursive: true })).toHaveLength(2)
})
