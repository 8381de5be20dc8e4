import { spawn } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRecords } from '../../compose.ts'
import type { Deed } from '../../core/ledger/entry.ts'
import { isSigned } from './signing-key.ts'

let folder = ''
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'trailbook-ledger-')), 'records')
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const deed = (sql: string): Deed => ({
  time: '2026-01-15T12:00:00Z',
  actor: 'os:alice@laptop',
  action: 'query',
  details: { sql },
})
const open = async () => (await openRecords(folder)).ledger
const path = () => join(folder, 'ledger.ndjson')
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: { code: string }) => error.code,
  )

describe('the ledger of a folder', () => {
  test('begins with its own name, grows by an entry a deed, and is for its owner alone', async () => {
    const ledger = await open()
    expect(await codeOf(ledger.verify())).toBe('LEDGER_MISSING')
    await ledger.append([deed('one')])
    await (await open()).append([deed('two'), deed('three')])
    expect(await ledger.verify()).toMatchObject({ entries: 4, head: { seq: 4 }, faults: [] })
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('keeps every entry when several write at once', async () => {
    const ledgers = await Promise.all(Array.from({ length: 6 }, open))
    await Promise.all(
      ledgers.flatMap((ledger, at) => [ledger.append([deed(`${at}a`)]), ledger.append([deed(`${at}b`)])]),
    )
    expect(await ledgers[0]!.verify()).toMatchObject({ entries: 13, faults: [] })
  })

  test('says so when its last entry was changed, and adds nothing behind it', async () => {
    const ledger = await open()
    await ledger.append([deed('one')])
    const text = await readFile(path(), 'utf8')
    await writeFile(path(), text.replace('"one"', '"two"'))
    expect(await codeOf(ledger.append([deed('three')]))).toBe('LEDGER_DAMAGED')
    expect((await readFile(path(), 'utf8')).length).toBe(text.length)
  })
})

describe('a torn end', () => {
  test('at any byte is told, mended by the next entry, and never takes a complete entry with it', async () => {
    const ledger = await open()
    await ledger.append([deed('one')])
    await ledger.append([deed('two')])
    const whole = await readFile(path(), 'utf8')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: whole.length - 1 }), async (length) => {
        await writeFile(path(), whole.slice(0, length))
        const complete = whole.slice(0, length).split('\n').length - 1
        const torn = !whole.slice(0, length).endsWith('\n')
        expect((await ledger.verify()).faults.map(({ kind }) => kind)).toEqual(torn ? ['torn'] : [])
        await ledger.append([deed('three')])
        const lines = (await readFile(path(), 'utf8')).split('\n')
        expect(lines.slice(0, complete)).toEqual(whole.split('\n').slice(0, complete))
        const actions = lines.slice(0, -1).map((line) => JSON.parse(line).action)
        expect(actions.filter((action) => action === 'ledger.mended')).toHaveLength(torn ? 1 : 0)
        expect((await ledger.verify()).faults).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('that lacks nothing but its line end is kept', async () => {
    const ledger = await open()
    await ledger.append([deed('one')])
    await truncate(path(), (await stat(path())).size - 1)
    await ledger.append([deed('two')])
    const entries = (await readFile(path(), 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(entries.map(({ action, details }) => [action, details.sql ?? details.kept ?? ''])).toEqual([
      ['ledger.opened', ''],
      ['query', 'one'],
      ['ledger.mended', true],
      ['query', 'two'],
    ])
  })

  test('says in the ledger what was taken away', async () => {
    const ledger = await open()
    await ledger.append([deed('one')])
    await appendFile(path(), '{"action":"que')
    await ledger.append([deed('two')])
    const mended = JSON.parse((await readFile(path(), 'utf8')).split('\n')[2]!)
    expect(mended).toMatchObject({
      action: 'ledger.mended',
      details: { bytes: 14, kept: false, removed: '{"action":"que' },
    })
  })
})

describe('a checkpoint', () => {
  test('is signed, and tells later whether all of it is still there', async () => {
    const ledger = await open()
    await ledger.append([deed('one'), deed('two')])
    const checkpoint = await ledger.checkpoint('2026-01-15T13:00:00Z')
    expect(isSigned(checkpoint)).toBe(true)
    expect((await stat(join(folder, 'ledger-key.pem'))).mode & 0o777).toBe(0o600)
    expect((await ledger.checkpoint('2026-01-15T14:00:00Z')).key).toBe(checkpoint.key)
    await ledger.append([deed('three')])
    expect((await ledger.verify({ checkpoint })).faults).toEqual([])
    const lines = (await readFile(path(), 'utf8')).split('\n')
    await writeFile(path(), `${lines.slice(0, 2).join('\n')}\n`)
    expect((await ledger.verify()).faults).toEqual([])
    expect((await ledger.verify({ checkpoint })).faults).toMatchObject([{ kind: 'truncated', entry: 3 }])
  })

  test('with any member changed has no sound signature', async () => {
    const ledger = await open()
    await ledger.append([deed('one')])
    const checkpoint = await ledger.checkpoint('2026-01-15T13:00:00Z')
    const other = await mkdtemp(join(tmpdir(), 'trailbook-ledger-'))
    const stranger = (await openRecords(other)).ledger
    await stranger.append([deed('one')])
    const { key } = await stranger.checkpoint('2026-01-15T13:00:00Z')
    await rm(other, { recursive: true })
    for (const changed of [
      { seq: 3 },
      { hash: '0'.repeat(64) },
      { time: '' },
      { ledger: 'x' },
      { key },
      { signature: '' },
    ])
      expect(isSigned({ ...checkpoint, ...changed })).toBe(false)
  })

  test('is refused of a ledger that was tampered with', async () => {
    const ledger = await open()
    await ledger.append([deed('one'), deed('two')])
    await writeFile(path(), (await readFile(path(), 'utf8')).replace('"one"', '"1"'))
    expect(await codeOf(ledger.checkpoint('2026-01-15T13:00:00Z'))).toBe('LEDGER_DAMAGED')
  })
})

test('an entry that cannot be written is told with the reason', async () => {
  await writeFile(join(folder, '..', 'file'), '')
  const { ledger } = await openRecords(join(folder, '..', 'file', 'records'))
  await expect(ledger.append([deed('one')])).rejects.toThrow('could not be written: a part of the path is a file')
})

test('a writer that is killed leaves a lock that nobody waits for', async () => {
  await (await open()).append([deed('one')])
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
  const pid = child.pid!
  await writeFile(join(folder, 'locks', `${(await import('node:os')).hostname()}_${pid}_0_0123456789ab.lock`), '')
  child.kill('SIGKILL')
  await new Promise((done) => child.once('exit', done))
  await (await open()).append([deed('two')])
  expect(await (await open()).verify()).toMatchObject({ entries: 3, faults: [] })
})
