import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection, Row, Scope } from '../../core/ports.ts'
import type { CompiledQuery } from '../../core/sql/compile.ts'
import { ingest } from '../../lake/ingest.ts'
import { openLake } from '../../lake/lake.ts'
import { fileSource } from '../../sources/files/file-source.ts'
import { connectLake, pruneParts } from './connection.ts'
import { openMemoryEngine } from './memory-connection.ts'

let folder = ''
let connection: Connection

const event = (time: string, members: object = {}) => ({
  eventVersion: '1.08',
  eventTime: time,
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'us-east-1',
  eventID: `${time}${JSON.stringify(members)}`,
  readOnly: false,
  eventCategory: 'Management',
  recipientAccountId: '111122223333',
  ...members,
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-engine-'))
  const Records = ['2026-01-29T09:00:00Z', '2026-01-30T09:00:00Z', '2026-01-31T09:00:00Z', '2026-01-31T10:30:00Z'].map(
    (time) => event(time),
  )
  await writeFile(join(folder, 'a.json'), JSON.stringify({ Records }))
  const lake = await openLake(join(folder, 'lake'))
  await ingest(lake, fileSource([join(folder, 'a.json')]))
  connection = await connectLake(await openLake(join(folder, 'lake')))
})
afterAll(async () => {
  await connection.close()
  await rm(folder, { recursive: true, force: true })
})

const scopeOf = (from: string, to: string, earliest = from): Scope => ({
  window: { from, to },
  earliest,
  accounts: [],
  regions: [],
  services: [],
})
const all = scopeOf('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')
const query = (text: string, bindings: CompiledQuery['bindings'] = []): CompiledQuery => ({
  text,
  bindings,
  columns: [],
})

async function rowsOf(
  text: string,
  options: { scope?: Scope; bindings?: CompiledQuery['bindings']; on?: Connection } = {},
): Promise<Row[]> {
  const run = await (options.on ?? connection).run(query(text, options.bindings), options.scope ?? all)
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  return rows
}

const spin = 'SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range = 7'

describe('the DuckDB connection', () => {
  test('reads the lake through trailbook.events', async () => {
    expect(
      await rowsOf('SELECT eventTime, "_account" AS account FROM "trailbook"."events" ORDER BY 1 LIMIT 1'),
    ).toEqual([{ eventTime: '2026-01-29T09:00:00Z', account: '111122223333' }])
  })

  test('reads only parts that may hold events of the scope, and says how much', async () => {
    const scope = scopeOf('2026-01-31T00:00:00Z', '2026-02-01T00:00:00Z')
    const run = await connection.run(query('SELECT count(*) AS n FROM "trailbook"."events"'), scope)
    for await (const batch of run.rows) expect(batch).toEqual([{ n: 2 }])
    const { bytesRead = 0, bytesTotal = 0, elapsedMs } = run.statistics()
    expect(bytesRead).toBeGreaterThan(0)
    expect(bytesRead).toBeLessThan(bytesTotal / 2)
    expect(elapsedMs).toBeGreaterThan(0)
  })

  test('reads an empty relation where no part is in scope', async () => {
    const scope = scopeOf('2020-01-01T00:00:00Z', '2020-02-01T00:00:00Z')
    expect(await rowsOf('SELECT userIdentity.type, resources, "_hash" FROM "trailbook"."events"', { scope })).toEqual(
      [],
    )
  })

  test('binds values by name', async () => {
    const bindings = [
      { name: 'a', value: "it's" },
      { name: 'b', value: null },
      { name: 'c', value: 5 },
      { name: 'd', value: 1.5 },
      { name: 'e', value: true },
      { name: 'f', value: 2n ** 70n },
    ]
    const select =
      'SELECT CAST($a AS VARCHAR) a, CAST($b AS VARCHAR) b, CAST($c AS BIGINT) c, CAST($d AS DOUBLE) d, CAST($e AS BOOLEAN) e, CAST($f AS VARCHAR) f'
    expect(await rowsOf(select, { bindings })).toEqual([
      { a: "it's", b: null, c: 5, d: 1.5, e: true, f: String(2n ** 70n) },
    ])
  })

  test("gives columns the author's names by position, and own ones that differ", async () => {
    const run = await connection.run(
      {
        text: 'SELECT 1 AS a, 2 AS a',
        bindings: [],
        columns: [
          { name: 'x', type: 'integer' },
          { name: 'y', type: 'integer' },
        ],
      },
      all,
    )
    for await (const batch of run.rows) expect(batch).toEqual([{ x: 1, y: 2 }])
    expect(Object.values((await rowsOf('SELECT 1 AS a, 2 AS a'))[0]!)).toEqual([1, 2])
  })

  test('makes rows as they are asked for', async () => {
    const run = await connection.run(query("SELECT range AS n, repeat('x', 100) AS x FROM range(1000000000)"), all)
    let rows = 0
    for await (const batch of run.rows) {
      rows += batch.length
      if (rows > 5000) break
    }
    expect(rows).toBeLessThan(20_000)
  })

  test('an abort stops the query itself, before and while it runs', async () => {
    await expect(connection.run(query(spin), all, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ENGINE_INTERRUPTED',
    })
    const started = performance.now()
    await expect(connection.run(query(spin), all, { signal: AbortSignal.timeout(100) })).rejects.toMatchObject({
      code: 'ENGINE_INTERRUPTED',
      exitCode: 130,
    })
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('an abort stops the rows', async () => {
    const abort = new AbortController()
    const run = await connection.run(query('SELECT range AS n FROM range(1000000000)'), all, { signal: abort.signal })
    const read = async () => {
      for await (const _ of run.rows) abort.abort()
    }
    await expect(read()).rejects.toMatchObject({ code: 'ENGINE_INTERRUPTED' })
  })

  test('a time limit stops the query', async () => {
    const limited = await connectLake(await openLake(join(folder, 'lake')), { timeLimitMs: 100 })
    await expect(limited.run(query(spin), all)).rejects.toThrow('The query was stopped after 0.1 s, its time limit.')
    await limited.close()
  })

  test('a memory limit stops the query, and the connection goes on', async () => {
    const limited = await connectLake(await openLake(join(folder, 'lake')), { memoryLimit: '100MB' })
    await expect(
      rowsOf('SELECT count(*) FROM (SELECT range, random() r FROM range(50000000) ORDER BY r, range)', { on: limited }),
    ).rejects.toMatchObject({ code: 'ENGINE_MEMORY' })
    expect(await rowsOf('SELECT 1 AS a', { on: limited })).toEqual([{ a: 1 }])
    await limited.close()
  })

  test.each([
    ['SELECT trino_divide(1, 0)', 'ENGINE_RUNTIME: The query failed on a value: Division by zero.'],
    [
      "SELECT CAST('x' AS BIGINT)",
      "ENGINE_RUNTIME: The query failed on a value: Could not convert string 'x' to INT64.",
    ],
    [
      'SELECT 1; SELECT 2',
      'ENGINE_NOT_ONE_SELECT: The engine was given 2 statements where exactly one SELECT is allowed.',
    ],
    ['SELECT * FROM nothing', 'ENGINE_FAILED: The engine refused the query: Table with name nothing does not exist.'],
    ["SELECT * FROM read_text('/etc/passwd')", 'ENGINE_FAILED'],
  ])('%s fails in our words', async (text, expected) => {
    const failure = await rowsOf(text).catch(
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    )
    expect(failure).toContain(expected)
  })

  test('queries of different scopes at once do not meet', async () => {
    const days = ['2026-01-29', '2026-01-30', '2026-01-31', '2020-01-01']
    const counts = await Promise.all(
      Array.from({ length: 40 }, (_, at) => {
        const day = days[at % 4]!
        return rowsOf('SELECT count(*) AS n FROM "trailbook"."events"', {
          scope: scopeOf(`${day}T00:00:00Z`, `${day}T23:59:59Z`),
        })
      }),
    )
    expect(counts.map(([row]) => row!.n)).toEqual(Array.from({ length: 40 }, (_, at) => [1, 1, 2, 0][at % 4]))
  })

  test('knows its span and its coverage', async () => {
    expect(await connection.span()).toEqual({ from: '2026-01-29T09:00:00Z', to: '2026-01-31T10:30:01Z' })
    const covered = await connection.coverage(scopeOf('2026-01-31T09:00:00Z', '2026-01-31T10:30:01Z'), [
      'management:write',
    ])
    expect(covered).toMatchObject({ complete: true, basis: 'ledger', through: '2026-01-31T10:30:01Z', gaps: [] })
    const gap = await connection.coverage(scopeOf('2026-01-31T09:00:00Z', '2026-01-31T13:00:00Z'), ['management:write'])
    expect(gap).toMatchObject({ complete: false, through: '2026-01-31T10:30:01Z' })
  })

  test('of a lake that is not there everything is unknown', async () => {
    const nothing = await connectLake(await openLake(join(folder, 'none')))
    expect(await nothing.span()).toBeUndefined()
    expect(await rowsOf('SELECT count(*) AS n FROM "trailbook"."events"', { on: nothing })).toEqual([{ n: 0 }])
    expect(await nothing.coverage(all, [])).toMatchObject({
      complete: false,
      basis: 'ledger',
      gaps: [{ account: '*', region: '*', state: 'unknown' }],
    })
    await nothing.close()
  })

  test('does not see what another ingest adds while it is open, nor speaks for it', async () => {
    const before = { coverage: await connection.coverage(all, []), span: await connection.span() }
    await writeFile(join(folder, 'b.json'), JSON.stringify({ Records: [event('2026-01-15T09:00:00Z')] }))
    await ingest(await openLake(join(folder, 'lake')), fileSource([join(folder, 'b.json')]))
    const count = 'SELECT count(*) AS n FROM "trailbook"."events"'
    expect(await rowsOf(count)).toEqual([{ n: 4 }])
    expect({ coverage: await connection.coverage(all, []), span: await connection.span() }).toEqual(before)
    const next = await connectLake(await openLake(join(folder, 'lake')))
    expect(await rowsOf(count, { on: next })).toEqual([{ n: 5 }])
    await next.close()
  })

  test('a snapshot that could not be read is looked for again', async () => {
    const lake = await openLake(join(folder, 'lake'))
    let looks = 0
    const snapshot = () => (looks++ === 0 ? Promise.reject(new Error('busy')) : lake.snapshot())
    const again = await connectLake({ folder: lake.folder, snapshot })
    await expect(again.span()).rejects.toThrow('busy')
    expect(await again.span()).toMatchObject({ to: '2026-01-31T10:30:01Z' })
    await again.close()
  })
})

describe('pruning', () => {
  const part = (first: string, last: string) => ({ path: first, rows: 1, bytes: 1, first, last })
  test.each([
    ['2026-01-31T09:00:00Z', '2026-01-31T10:00:00Z', true],
    ['2026-01-31T07:00:00Z', '2026-01-31T08:00:00Z', true],
    ['2026-01-31T11:00:00Z', '2026-01-31T12:00:00Z', false],
    ['2026-01-31T10:59:59Z', '2026-01-31T12:00:00Z', true],
    ['2026-01-31T06:00:00Z', '2026-01-31T07:59:59Z', false],
    ['2026-01-01T00:00:00Z', '2026-12-31T00:00:00Z', true],
  ])('a part from %s to %s is kept: %s', (first, last, kept) => {
    const scope = scopeOf('2026-01-31T09:00:00Z', '2026-01-31T11:00:00Z', '2026-01-31T08:00:00Z')
    expect(pruneParts([part(first, last)], scope)).toHaveLength(kept ? 1 : 0)
  })
})

describe('the engine in memory', () => {
  test('holds exactly the last records, once each', async () => {
    const engine = await openMemoryEngine()
    const one = event('2026-01-31T09:00:00Z', { userIdentity: { type: 'Root' } })
    const select = 'SELECT eventTime AS t, userIdentity.type AS type FROM "trailbook"."events"'
    const first = await engine.load([one, one, event('2026-01-30T09:00:00Z')])
    expect(await rowsOf(select, { on: first })).toHaveLength(2)
    const second = await engine.load([one])
    expect(await rowsOf(select, { on: second })).toEqual([{ t: '2026-01-31T09:00:00Z', type: 'Root' }])
    expect(await second.span()).toEqual({ from: '2026-01-31T09:00:00Z', to: '2026-01-31T09:00:01Z' })
    await engine.load([])
    expect(await rowsOf(select, { on: second })).toEqual([])
    await expect(engine.load([{ eventName: 'X' }])).rejects.toMatchObject({ code: 'RECORD_EVENT_TIME' })
    await engine.close()
  })
})
