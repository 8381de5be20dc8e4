import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { openDatabase } from '../duckdb/open.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { checkLake } from './check.ts'
import { compact } from './compact.ts'
import { writeSortedPart } from './sorted-part.ts'
import { lakeStatus } from './status.ts'
import { tidy } from './tidy.ts'
import { vacuum } from './vacuum.ts'

const { lake, open, write, run, rows, inFolder } = useLakeFolder()

const hour = 60 * 60 * 1000
const all = 'eventID, eventTime, eventSource, _file, _ordinal, _hash, _kind, _account'

/** Three days, a file and a commit at a time. */
async function manyParts(): Promise<void> {
  for (let file = 0; file < 4; file++) {
    const records = ['2026-01-29', '2026-01-30', '2026-01-31'].flatMap((date) =>
      ['s3.amazonaws.com', 'iam.amazonaws.com'].map((eventSource) =>
        event({ eventTime: `${date}T09:0${file}:00Z`, eventSource, readOnly: file % 2 === 0 }),
      ),
    )
    await run([await write(`logs/${file}.json`, records)])
  }
}

describe('compact', () => {
  test('makes one part of each day and of each ledger, and changes no event and no coverage', async () => {
    await manyParts()
    const [before, seen] = [await rows(all), (await lakeStatus(await open())).coverage]
    const report = await compact(await open())
    expect(report).toMatchObject({
      interrupted: false,
      days: ['2026-01-29', '2026-01-30', '2026-01-31'].map((date) => ({
        date,
        before: { parts: 4 },
        after: { parts: 1 },
      })),
      events: { before: { parts: 12 }, after: { parts: 3 } },
      files: { before: { parts: 4 }, after: { parts: 1 } },
      coverage: { before: { parts: 4 }, after: { parts: 1 } },
    })
    expect(await rows(all)).toEqual(before)
    expect((await lakeStatus(await open())).coverage).toEqual(seen)
    expect((await checkLake(await open(), { deep: true })).findings).toEqual([])
  })

  test('a lake that is compact is not touched, and neither is one in a dry run', async () => {
    await manyParts()
    expect(await compact(await open(), { dryRun: true })).toMatchObject({ days: [{}, {}, {}], events: { after: null } })
    expect((await (await open()).manifest()).events).toHaveLength(12)
    await compact(await open())
    const { id } = await (await open()).manifest()
    expect(await compact(await open())).toMatchObject({ days: [], retired: 0 })
    expect((await (await open()).manifest()).id).toBe(id)
  })

  test('only the days that grew are written anew', async () => {
    await manyParts()
    await compact(await open())
    await run([await write('late.json', [event({ eventTime: '2026-01-30T10:00:00Z' })])])
    expect((await compact(await open())).days.map(({ date }) => date)).toEqual(['2026-01-30'])
  })

  test('a reader keeps the parts it has for an hour; then vacuum takes them', async () => {
    await manyParts()
    const held = await (await open()).snapshot()
    await compact(await open())
    await vacuum(await open())
    const names = (await readdir(lake(), { recursive: true })).map((name) => join(lake(), name))
    for (const { path } of held.events) expect(names).toContain(path)
    const report = await vacuum(await open(), { now: () => Date.now() + hour + 1 })
    expect(report).toMatchObject({ retired: { files: 20 }, kept: { files: 0 } })
    const left = (await readdir(lake(), { recursive: true })).filter((name) => name.endsWith('.parquet'))
    expect(left).toHaveLength(5)
    expect((await checkLake(await open())).clean).toBe(true)
  })

  test('an interrupt ends it between two days; the next one goes on', async () => {
    await manyParts()
    const stop = new AbortController()
    const first = await compact(await open(), { signal: stop.signal, onProgress: () => stop.abort() })
    expect(first).toMatchObject({ interrupted: true, days: [{ date: '2026-01-29' }] })
    expect((await compact(await open())).days.map(({ date }) => date)).toEqual(['2026-01-30', '2026-01-31'])
  })

  test('an ingest of many small commits leaves crowds that tidy makes one; fewer stay', async () => {
    await manyParts()
    await tidy(await open())
    expect((await (await open()).manifest()).events).toHaveLength(12)
    for (let file = 0; file < 64; file++) await write(`more/${file}.json`, [event(), event()])
    await run([inFolder('more')], { batchRows: 2 })
    const before = await rows(all)
    const parts = async () => {
      const { events, files, coverage } = await (await open()).manifest()
      return [events.filter(({ date }) => date === '2026-01-31').length, events.length, files.length, coverage.length]
    }
    expect((await parts())[0]).toBeGreaterThan(64)
    await tidy(await open())
    expect(await parts()).toEqual([1, 9, 1, 1])
    expect(await rows(all)).toEqual(before)
    expect((await checkLake(await open())).findings).toEqual([])
  })

  test('a damaged part ends it, and the lake stays as it was', async () => {
    await manyParts()
    const { events, id } = await (await open()).manifest()
    await rm(join(lake(), events[0]!.path))
    await expect(compact(await open())).rejects.toMatchObject({ code: 'LAKE_DAMAGED' })
    expect((await (await open()).manifest()).id).toBe(id)
  })
})

test('sorting in runs gives the same rows in the same order as sorting at once', async () => {
  const records = Array.from({ length: 300 }, (_, n) =>
    event({
      eventTime: `2026-01-31T09:00:0${n % 3}Z`,
      eventSource: ['a', 'b', 'é', '￿', '😀'][n % 5],
      eventName: `name-${n % 7}`,
    }),
  )
  await run([await write('1.json', records.slice(0, 150))])
  await run([await write('2.json', records.slice(150))])
  const { events } = await (await open()).snapshot()
  const from = events.map(({ path }) => path)
  const database = await openDatabase({ folders: [lake()] })
  const connection = await database.connect()
  try {
    const idsOf = async (runRows: number): Promise<unknown[][]> => {
      const path = `tmp/${runRows}/0000000001-0a.parquet`
      await writeSortedPart(connection, { lake: lake(), path, from, rows: 300, runRows })
      const reader = await connection.runAndReadAll(`SELECT eventID FROM ${readParquet([inFolder('lake', path)])}`)
      return reader.getRowsJson()
    }
    const whole = await idsOf(1000)
    expect(new Set(whole.flat()).size).toBe(300)
    for (const runRows of [7, 64, 299, 300]) expect(await idsOf(runRows)).toEqual(whole)
  } finally {
    connection.closeSync()
    database.close()
  }
})
