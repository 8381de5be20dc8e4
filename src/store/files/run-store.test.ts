import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../core/evidence/run-store.ts'
import type { RunbookRun } from '../../core/run/result.ts'
import { fileRunStore, newRunId } from './run-store.ts'

let folder = ''
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'trailbook-runs-')), 'runs')
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const record = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  schema: 'trailbook.record/v1',
  id,
  actor: 'os:alice@laptop',
  started: '2026-01-15T12:00:00Z',
  finished: '2026-01-15T12:00:01Z',
  runbook: 'root-activity',
  title: 'Root',
  digest: '0',
  plan: '1',
  result: '2',
  verdict: 'clear',
  complete: true,
  findings: 0,
  highest: null,
  window: { from: '2026-01-14T12:00:00Z', to: '2026-01-15T12:00:00Z' },
  connection: 'duckdb',
  bundle: null,
  tool: '0.1.0',
  ...more,
})
const run = { runbook: 'root-activity', steps: [] } as unknown as RunbookRun
const ids = ['20260115T120001Z-00000001', '20260116T120001Z-00000002', '20260117T120001Z-00000003'] as const

describe('the store of runs', () => {
  test('gives back what was put, the newest first, and makes nothing when it is only read', async () => {
    const store = fileRunStore(folder)
    expect(await store.list()).toEqual({ runs: [], total: 0, unreadable: [] })
    await expect(stat(folder)).rejects.toThrow()
    for (const id of ids) await store.put(record(id), run)
    expect((await store.list()).runs.map(({ id }) => id)).toEqual(ids.toReversed())
    expect(await store.get(ids[1])).toEqual({ record: record(ids[1]), run })
    expect((await stat(join(folder, ids[0]))).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, ids[0], 'run.json'))).mode & 0o777).toBe(0o600)
  })

  test.each([
    [{ runbook: 'other' }, [2]],
    [{ verdict: 'findings' as const }, [1]],
    [{ since: '2026-01-16T00:00:00Z' }, [2, 1]],
    [{ limit: 1 }, [2]],
    [{}, [2, 1, 0]],
  ])('filters by %o', async (filter, expected) => {
    const store = fileRunStore(folder)
    await store.put(record(ids[0]), run)
    await store.put(record(ids[1], { verdict: 'findings', finished: '2026-01-16T12:00:01Z' }), run)
    await store.put(record(ids[2], { runbook: 'other', finished: '2026-01-17T12:00:01Z' }), run)
    const list = await store.list(filter)
    expect(list.runs.map(({ id }) => ids.indexOf(id as (typeof ids)[0]))).toEqual(expected)
    expect(list.total).toBe('limit' in filter ? 3 : expected.length)
  })

  test('finds a run by the beginning of its id where only one begins so', async () => {
    const store = fileRunStore(folder)
    for (const id of ids) await store.put(record(id), run)
    expect((await store.get('20260116')).record.id).toBe(ids[1])
    await expect(store.get('202601')).rejects.toMatchObject({
      code: 'RUN_RECORD_UNKNOWN',
      hint: `It begins several: ${ids.toReversed().join(', ')}.`,
    })
    for (const id of ['', '../runs', 'x'])
      await expect(store.get(id)).rejects.toMatchObject({ code: 'RUN_RECORD_UNKNOWN' })
  })

  test('lists what it can read and names the rest', async () => {
    const store = fileRunStore(folder)
    await store.put(record(ids[0]), run)
    await mkdir(join(folder, ids[1]))
    await writeFile(join(folder, ids[1], 'record.json'), '{"schema":')
    await mkdir(join(folder, `.partial-${ids[2]}`))
    const { runs, unreadable } = await store.list()
    expect([runs.length, unreadable]).toEqual([1, [ids[1]]])
    await expect(store.get(ids[1])).rejects.toThrow('record.json is no JSON')
  })

  test('keeps what several put at once', async () => {
    const made = Array.from({ length: 20 }, () => newRunId('2026-01-15T12:00:00Z'))
    await Promise.all(made.map((id) => fileRunStore(folder).put(record(id), run)))
    expect((await fileRunStore(folder).list()).runs.map(({ id }) => id)).toEqual(made.toSorted().reverse())
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([])
  })
})
