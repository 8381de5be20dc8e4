import { beforeEach, describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { connectLake } from '../engines/duckdb/connection.ts'
import { checkLake } from './check.ts'
import { addHold, releaseHold } from './hold.ts'
import { type Hold, writeManifest } from './manifest.ts'
import { retain } from './retention.ts'
import { lakeStatus } from './status.ts'
import { vacuum } from './vacuum.ts'

const { lake, open, write, run, rows } = useLakeFolder()

const day = 24 * 60 * 60 * 1000
const now = (): number => Date.parse('2026-02-10T12:00:00Z')
/** Everything before 2026-01-31. */
const tenDays = { olderThanMs: 10 * day, now }
const [mine, other] = ['111122223333', '444455556666']

const hold = (members: Partial<Hold> = {}): Omit<Hold, 'at'> => ({
  name: 'case-17',
  from: '2026-01-30',
  to: '2026-01-30',
  accounts: [],
  reason: 'case 17',
  by: 'os:alice@laptop',
  ...members,
})

/** Each quarter of an hour of three days, of two accounts. */
beforeEach(async () => {
  for (const account of [mine, other])
    for (const [file, date] of ['2026-01-29', '2026-01-30', '2026-01-31'].entries()) {
      const records = Array.from({ length: 192 }, (_, n) =>
        event({
          eventTime: `${new Date(Date.parse(date) + Math.floor(n / 2) * 15 * 60 * 1000).toISOString().slice(0, 19)}Z`,
          recipientAccountId: account,
          readOnly: n % 2 === 0,
        }),
      )
      await write(`logs/${account}-${file}.json`, records)
    }
  await run()
})

const perDay = async (): Promise<Record<string, number>> => {
  const result: Record<string, number> = {}
  for (const [date, account] of await rows('eventTime[:10], _account')) {
    const key = `${date} ${account}`
    result[key] = (result[key] ?? 0) + 1
  }
  return result
}

describe('retention', () => {
  test('takes out whole event days of that age, in one commit, and says so', async () => {
    const { id } = await (await open()).manifest()
    const report = await retain(await open(), tenDays)
    expect(report).toMatchObject({ before: '2026-01-31', rows: 768, held: [] })
    expect(report.days).toEqual(['2026-01-29', '2026-01-30'].map((date) => ({ date, rows: 384, kept: [] })))
    expect(await perDay()).toEqual({ [`2026-01-31 ${mine}`]: 192, [`2026-01-31 ${other}`]: 192 })
    const manifest = await (await open()).manifest()
    expect(manifest.id).toBe(id + 1)
    expect(manifest.removed).toEqual([
      { from: '2026-01-29', to: '2026-01-30', accounts: null, rows: 768, at: '2026-02-10T12:00:00Z' },
    ])
    expect((await checkLake(await open())).findings).toEqual([])
  })

  test("removed events without an account may have been anybody's", async () => {
    await write('logs/nobody.json', [event({ eventTime: '2026-01-29T12:00:00Z', recipientAccountId: undefined })])
    await run()
    await addHold(await open(), hold({ from: null, accounts: [mine, other] }), { now })
    expect((await retain(await open(), tenDays)).rows).toBe(1)
    const { removed } = await (await open()).snapshot()
    expect(removed?.map(({ from, account }) => [from, account])).toEqual([['2026-01-29T00:00:00Z', null]])
  })

  test('a lake of which everything is gone still tells that, and is clear of nothing', async () => {
    await retain(await open(), { olderThanMs: day, now })
    expect(await rows('eventID')).toEqual([])
    const { lake: held, coverage } = await lakeStatus(await open())
    expect(held).toMatchObject({ events: 0, first: null, removed: [{ from: '2026-01-29', to: '2026-01-31' }] })
    expect(coverage.complete).toBe(false)
    expect(coverage.gaps.some(({ reason }) => reason.includes('removed by retention'))).toBe(true)
  })

  test('a second time there is nothing to do, and a dry run does nothing', async () => {
    expect(await retain(await open(), { ...tenDays, dryRun: true })).toMatchObject({ dryRun: true, rows: 768 })
    expect(Object.keys(await perDay())).toHaveLength(6)
    await retain(await open(), tenDays)
    const { id } = await (await open()).manifest()
    expect(await retain(await open(), tenDays)).toMatchObject({ days: [], rows: 0, bytes: 0 })
    expect((await (await open()).manifest()).id).toBe(id)
  })

  test('what is held stays: whole days, or accounts in them, also when vacuum comes', async () => {
    await addHold(await open(), hold({ accounts: [mine] }), { now })
    await addHold(await open(), hold({ name: 'all', from: null, to: '2026-01-29' }), { now })
    const report = await retain(await open(), tenDays)
    expect(report.days).toEqual([{ date: '2026-01-30', rows: 192, kept: [mine] }])
    expect(report.held).toEqual([
      { date: '2026-01-29', holds: ['all'] },
      { date: '2026-01-30', holds: ['case-17'] },
    ])
    await vacuum(await open(), { now, olderThanMs: 0 })
    expect(await perDay()).toEqual({
      [`2026-01-29 ${mine}`]: 192,
      [`2026-01-29 ${other}`]: 192,
      [`2026-01-30 ${mine}`]: 192,
      [`2026-01-31 ${mine}`]: 192,
      [`2026-01-31 ${other}`]: 192,
    })
    expect((await (await open()).manifest()).removed).toMatchObject([{ accounts: [other], rows: 192 }])
    expect((await checkLake(await open(), { deep: true })).findings).toEqual([])
  })

  test('after the hold is released, the rest goes with the next one', async () => {
    await addHold(await open(), hold({ accounts: [mine] }), { now })
    await retain(await open(), tenDays)
    expect(await releaseHold(await open(), 'case-17')).toMatchObject({ accounts: [mine], by: 'os:alice@laptop' })
    expect(await retain(await open(), tenDays)).toMatchObject({ rows: 192, held: [] })
    expect(Object.keys(await perDay())).toHaveLength(2)
    expect((await checkLake(await open())).findings).toEqual([])
  })

  test('events that come again are taken out again', async () => {
    await retain(await open(), tenDays)
    await run([await write('again.json', [event({ eventTime: '2026-01-29T10:00:00Z' })])])
    expect(await retain(await open(), tenDays)).toMatchObject({ rows: 1 })
    expect((await (await open()).manifest()).removed).toMatchObject([
      { from: '2026-01-29', to: '2026-01-30', rows: 769 },
    ])
    expect((await checkLake(await open())).findings).toEqual([])
  })
})

describe('what was removed is never clear', () => {
  const gapsOf = async (from: string, to: string, accounts: readonly string[]) => {
    const connection = await connectLake(await open())
    try {
      const window = { from, to }
      const scope = { window, earliest: from, accounts, regions: ['us-east-1'], services: [] }
      const coverage = await connection.coverage(scope, [])
      return [...new Set(coverage.gaps.map(({ account, state, reason }) => `${account} ${state}: ${reason}`))]
    } finally {
      await connection.close()
    }
  }
  const quiet = ['2026-01-30T06:00:00Z', '2026-01-30T12:00:00Z'] as const
  const reason = 'gap: Its events were removed by retention on 2026-02-10.'

  test('a time that was clear is a gap with the reason, the days after it stay clear', async () => {
    expect(await gapsOf(...quiet, [])).toEqual([])
    await retain(await open(), tenDays)
    expect(await gapsOf(...quiet, [])).toEqual([`${mine} ${reason}`, `${other} ${reason}`])
    expect(await gapsOf('2026-01-31T06:00:00Z', '2026-01-31T12:00:00Z', [])).toEqual([])
  })

  test('of a held account it stays clear, of the others it is a gap', async () => {
    await addHold(await open(), hold({ accounts: [mine] }), { now })
    await retain(await open(), tenDays)
    expect(await gapsOf(...quiet, [mine])).toEqual([])
    expect(await gapsOf(...quiet, [other])).toEqual([`${other} ${reason}`])
    expect(await gapsOf(...quiet, [])).toEqual([`${other} ${reason}`])
  })
})

describe('holds', () => {
  test('have a name of their own, and are only released by it', async () => {
    expect(await addHold(await open(), hold(), { now })).toMatchObject({ at: '2026-02-10T12:00:00Z' })
    await expect(addHold(await open(), hold())).rejects.toMatchObject({ code: 'LAKE_HOLD_EXISTS' })
    await expect(releaseHold(await open(), 'case-18')).rejects.toMatchObject({ code: 'LAKE_HOLD_UNKNOWN' })
  })

  test('stay through every other commit', async () => {
    await addHold(await open(), hold(), { now })
    await run([await write('more.json', [event()])])
    expect((await (await open()).manifest()).holds).toMatchObject([{ name: 'case-17' }])
  })

  test('are not written into a lake of a format that would forget them', async () => {
    const manifest = await (await open()).manifest()
    await writeManifest(lake(), { ...manifest, format: 1, id: manifest.id + 1 })
    await expect(addHold(await open(), hold())).rejects.toThrow('has format 1; this needs format 2')
    await expect(retain(await open(), tenDays)).rejects.toMatchObject({ code: 'LAKE_OLD_FORMAT' })
  })
})
