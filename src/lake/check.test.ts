import { readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { openDatabase } from '../duckdb/open.ts'
import { checkLake } from './check.ts'
import type { Manifest } from './manifest.ts'
import { vacuum } from './vacuum.ts'

const { lake, open, write, run } = useLakeFolder()

beforeEach(async () => {
  await run([await write('1.json', [event(), event({ eventTime: '2026-01-30T09:00:00Z' })])])
  await run([await write('2.json', [event()])])
})

const manifestPath = (id: number): string => join(lake(), 'manifest', `${String(id).padStart(10, '0')}.json`)

/** Changes the newest manifest where it lies. */
async function changed(change: (manifest: Manifest) => unknown): Promise<void> {
  const manifest = await (await open()).manifest()
  await writeFile(manifestPath(manifest.id), JSON.stringify({ ...manifest, ...(change(manifest) as object) }))
}

/** Writes an event part anew with other rows, so that only its content is wrong. */
async function rewritten(select: (path: string) => string): Promise<void> {
  const { events } = await (await open()).manifest()
  const path = join(lake(), events[0]!.path)
  const database = await openDatabase({ folders: [lake()] })
  const connection = await database.connect()
  await connection.run(`CREATE TABLE t AS ${select(`'${path}'`)}`)
  await connection.run(`COPY t TO '${path}' (FORMAT parquet)`)
  connection.closeSync()
  database.close()
  const { size } = await stat(path)
  await changed((manifest) => ({
    events: manifest.events.map((part, at) => (at === 0 ? { ...part, bytes: size } : part)),
  }))
}

const first = async (): Promise<string> => (await (await open()).manifest()).events[0]!.path

describe('lake check', () => {
  test('a lake as it was written is clean, and is not changed', async () => {
    const before = await readFile(manifestPath(3), 'utf8')
    expect(await checkLake(await open(), { deep: true })).toMatchObject({
      clean: true,
      rows: 3,
      days: 2,
      files: 2,
      findings: [],
    })
    expect(await readFile(manifestPath(3), 'utf8')).toBe(before)
  })

  const harm: readonly [string, string, RegExp, () => Promise<unknown>][] = [
    ['a part that is gone', 'part', /is not there/, async () => rm(join(lake(), await first()))],
    [
      'a part that was cut off',
      'part',
      /has 100 bytes instead of/,
      async () => truncate(join(lake(), await first()), 100),
    ],
    [
      'bytes of a part overwritten',
      'part',
      /cannot be read/,
      async () => {
        const path = join(lake(), await first())
        const bytes = await readFile(path)
        await writeFile(path, bytes.fill(0, 4, bytes.length - 4))
      },
    ],
    [
      'other rows than the manifest says',
      'part',
      /has 1 rows instead of 7/,
      () => changed(({ events }) => ({ events: events.map((part, at) => (at === 0 ? { ...part, rows: 7 } : part)) })),
    ],
    [
      'a first time that is not so',
      'rows',
      /the manifest says 2026-01-30T00:00:00Z/,
      () =>
        changed(({ events }) => ({
          events: events.map((part, at) => (at === 0 ? { ...part, first: '2026-01-30T00:00:00Z' } : part)),
        })),
    ],
    [
      'an event of another day',
      'rows',
      /of another time than/,
      () => rewritten((path) => `SELECT * REPLACE ('2026-02-27T00:00:00Z' AS eventTime) FROM ${path}`),
    ],
    [
      'an event of an unknown file',
      'ledger',
      /from a file that the ledger does not know/,
      () => rewritten((path) => `SELECT * REPLACE (CAST(99 AS BIGINT) AS _file) FROM ${path}`),
    ],
    [
      'an event twice',
      'double',
      /1 event of 2026-01-31 are there more than once|1 event of 2026-01-30 are there more than once/,
      async () => {
        await rewritten((path) => `FROM ${path} UNION ALL FROM ${path}`)
        await changed(({ events }) => ({ events: events.map((part, at) => (at === 0 ? { ...part, rows: 2 } : part)) }))
      },
    ],
    [
      'a part that left the manifest',
      'ledger',
      /By the file ledger 3 events came in; there are 2 in the lake/,
      () => changed(({ events }) => ({ events: events.slice(1) })),
    ],
    [
      'a number of the file ledger that was given before',
      'ledger',
      /the next would be 1/,
      () => changed(() => ({ nextFile: 1 })),
    ],
    ['a manifest in between that is gone', 'manifest', /is followed by number 3/, () => rm(manifestPath(2))],
    ['a manifest before that is no JSON', 'manifest', /is no JSON/, () => writeFile(manifestPath(2), '{')],
    [
      'a marker of another format',
      'marker',
      /names format 1, the manifest 2/,
      () => writeFile(join(lake(), 'trailbook-lake.json'), '{"kind":"trailbook-lake","format":1}'),
    ],
    [
      'a part that no manifest names',
      'orphan',
      /is named by no manifest/,
      () => writeFile(join(lake(), 'files', '0000000003-aa.parquet'), ''),
    ],
    [
      'a replaced part that is gone too early',
      'retired',
      /was replaced less than an hour ago/,
      () => changed(() => ({ retired: [{ path: 'files/0000000001-aa.parquet', at: Date.now() }] })),
    ],
  ]
  test.each(harm)('finds %s', async (_, kind, message, damage) => {
    await damage()
    const { clean, findings } = await checkLake(await open())
    expect(clean).toBe(false)
    const found = findings.filter((finding) => finding.kind === kind)
    expect(found.map((finding) => finding.message).join('\n')).toMatch(message)
    for (const finding of findings) expect(finding.advice).not.toBe('')
  })

  test('reads every column when it is asked to, and then finds pages that were overwritten', async () => {
    await rewritten((path) => `SELECT * REPLACE (repeat(md5(eventID), 20) AS userAgent) FROM ${path}`)
    const path = join(lake(), await first())
    const bytes = await readFile(path)
    // The pages of the first columns, which tell no rows apart.
    for (let byte = 40; byte < 240; byte++) bytes[byte] = bytes[byte]! ^ 0xff
    await writeFile(path, bytes)
    expect((await checkLake(await open())).clean).toBe(true)
    expect((await checkLake(await open(), { deep: true })).findings).toMatchObject([
      { kind: 'part', path: await first() },
    ])
  })

  test('what is left over goes with vacuum', async () => {
    await writeFile(join(lake(), 'files', '0000000003-aa.parquet'), 'x')
    expect(await vacuum(await open(), { dryRun: true })).toMatchObject({ orphans: { files: 1, bytes: 1 } })
    expect((await checkLake(await open())).clean).toBe(false)
    expect(await vacuum(await open())).toMatchObject({ orphans: { files: 1, bytes: 1 } })
    expect((await checkLake(await open())).clean).toBe(true)
  })
})
