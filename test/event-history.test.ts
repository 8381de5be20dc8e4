import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HistoryRequest } from '../src/compose-history.ts'
import { sweepHistory } from '../src/compose-history.ts'
import { attributeText } from '../src/core/event/history-slice.ts'
import type { Coverage } from '../src/core/run/coverage.ts'
import { isoTime } from '../src/core/time.ts'
import { connectLake } from '../src/engines/duckdb/connection.ts'
import { openLake } from '../src/lake/lake.ts'
import { lockLake } from '../src/lake/lock.ts'
import { simulate } from '../src/simulate/simulate.ts'
import { type FakeAws, type FakeAwsOptions, startFakeAws } from './fake-aws/server.ts'
import { event, useLakeFolder } from './support/lake-folder.ts'

/** Sweeps against the fake, with its clock and ours the same: 2026-03-01T12:00:00Z. */
const folder = useLakeFolder()
const now = Date.parse('2026-03-01T12:00:00Z')
const account = '111122223333'
const other = '444455556666'
const third = '777788889999'
const ago = (minutes: number): string => isoTime(now - minutes * 60_000)

let fake: FakeAws
const environment = { ...process.env }
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
})
afterEach(async () => {
  await fake?.close()
  process.env = { ...environment }
})

async function start(options: Partial<FakeAwsOptions> = {}): Promise<void> {
  fake = await startFakeAws({
    world: { accounts: [{ id: account }, { id: other }] },
    now: () => now,
    lookupsPerSecond: 1e9,
    ...options,
  })
  Object.assign(process.env, fake.env)
}

const record = (minutes: number, more: object = {}) =>
  event({
    eventTime: ago(minutes),
    userIdentity: { type: 'IAMUser', userName: 'alice', arn: `arn:aws:iam::${account}:user/alice`, accountId: account },
    ...more,
  })

/** Nobody waits for a budget or for AWS to recover: the clock stands still. */
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const day = { from: ago(24 * 60), to: ago(20) }

async function sweep(request: Partial<HistoryRequest> = {}, signal = new AbortController().signal) {
  return sweepHistory(
    folder.lake(),
    { window: day, accounts: [], regions: [], attributes: [], perSecond: 1000, ...request },
    { signal, now: () => now, sleep: soon, onProgress: () => {} },
  )
}

async function coverage(
  needs: readonly string[] = [],
  { attributes = [], window = day }: { attributes?: HistoryRequest['attributes']; window?: typeof day } = {},
): Promise<Coverage> {
  const connection = await connectLake(await openLake(folder.lake()), {
    lookupAttributes: attributes.map(attributeText),
  })
  try {
    return await connection.coverage({ window, earliest: window.from, accounts: [], regions: [], services: [] }, needs)
  } finally {
    await connection.close()
  }
}

const told = ({ gaps }: Coverage) =>
  gaps.map(({ account: own, region, eventClass, reason }) => `${own} ${region} ${eventClass}: ${reason}`)

const lookups = () => fake.calls.filter(({ operation }) => operation === 'LookupEvents')

describe('Event history in a lake', () => {
  it('holds every event once, and covers all that was swept, silence included', async () => {
    await start({ records: Array.from({ length: 130 }, (_, at) => record(30 + at * 10)) })
    const { report, places, requests } = await sweep()
    expect([report.events, report.quarantinedFiles, places, requests]).toEqual([130, 0, 2, 4])
    const { complete, through, hours } = await coverage()
    expect([complete, through, hours?.present]).toEqual([true, day.to, 94.67])
  })

  it('adds no event to those that a trail delivered', async () => {
    const records: Record<string, unknown>[] = []
    const files: [string, string[]][] = []
    simulate(
      { events: 1500, seed: 'both', days: 2, start: ago(3 * 24 * 60), stories: 'none' },
      {
        logFile: (file) => {
          files.push([file.path, [...file.records]])
          records.push(...file.records.map((one) => JSON.parse(one) as Record<string, unknown>))
        },
        document: () => {},
      },
    )
    for (const [path, texts] of files) await folder.write(path.replace(/\.gz$/, ''), `{"Records":[${texts.join(',')}]}`)
    await folder.run([folder.inFolder('AWSLogs')])
    const accounts = [...new Set(records.map(({ recipientAccountId }) => String(recipientAccountId)))]
    const regions = [...new Set(records.map(({ awsRegion }) => String(awsRegion)))]
    await start({ world: { accounts: accounts.map((id) => ({ id, regions })) }, records })
    const { report } = await sweep({
      accounts,
      window: { from: ago(4 * 24 * 60), to: ago(20) },
      accountRole: { role: 'reader' },
    })
    expect(report).toMatchObject({ events: 0, variants: 0, quarantinedRecords: 0 })
    expect(report.duplicates).toBeGreaterThan(1000)
  })

  it('goes on where an interrupted sweep stopped', async () => {
    await start({ records: Array.from({ length: 4000 }, (_, at) => record(30 + at / 3)) })
    const interrupt = new AbortController()
    const first = await sweepHistory(
      folder.lake(),
      { window: day, accounts: [], regions: ['us-east-1'], attributes: [], perSecond: 1000 },
      {
        signal: interrupt.signal,
        now: () => now,
        sleep: soon,
        onProgress: ({ requests }) => {
          if (requests === 70) interrupt.abort()
        },
      },
    )
    expect(first.report.interrupted).toBe(true)
    expect(first.report.events).toBeGreaterThan(2000)
    expect((await coverage()).complete).toBe(false)
    const before = lookups().length
    const { report } = await sweep({ regions: ['us-east-1'] })
    expect(report.events + first.report.events).toBe(4000)
    // Of 80 pages in all only those of the slice that was cut off come twice.
    expect(lookups().length - before).toBeLessThan(30)
    expect((await coverage()).complete).toBe(true)
    const after = lookups().length
    await sweep({ regions: ['us-east-1'] })
    expect(lookups()).toHaveLength(after)
  })

  it('asks again for what was too young to be final', async () => {
    await start({ records: [record(5), record(60)] })
    const whole = { from: day.from, to: ago(0) }
    await sweep({ window: whole })
    expect(told(await coverage([], { window: whole }))[0]).toContain(`is final up to ${ago(20)}`)
    fake.add(record(10))
    const { report } = await sweep({ window: whole })
    expect([report.events, report.duplicates]).toEqual([1, 1])
    expect(lookups().at(-1)?.input).toMatchObject({ StartTime: Date.parse(ago(20)) / 1000 })
  })

  it('reads other accounts by the role that is assumed there', async () => {
    await start({ records: [record(60), record(70, { recipientAccountId: other })] })
    const { report } = await sweep({ accounts: [account, other], accountRole: { role: 'reader' } })
    expect(report.events).toBe(2)
    expect(fake.calls.find(({ operation }) => operation === 'AssumeRole')?.input.RoleArn).toBe(
      `arn:aws:iam::${other}:role/reader`,
    )
    expect(new Set(lookups().map((call) => call.account))).toEqual(new Set([account, other]))
  })

  it('counts no account as swept where the role is that of another one', async () => {
    const accounts = [{ id: account }, { id: other }, { id: third }]
    await start({ world: { accounts }, records: [record(60, { recipientAccountId: third })] })
    const role = `arn:aws:iam::${other}:role/auditor`
    const asked = { accounts: [other, third], regions: ['us-east-1'], accountRole: { role } }
    const { failed, report } = await sweep(asked)
    expect(failed).toEqual([
      {
        account: third,
        region: 'us-east-1',
        reason: `The role ${role} belongs to account ${other}, and account ${third} was to be read.`,
      },
    ])
    expect(report.quarantinedFiles).toBe(1)
    expect(new Set(lookups().map((call) => call.account))).toEqual(new Set([other]))
    expect((await coverage()).complete).toBe(false)
    await expect(sweep({ ...asked, accounts: [third] })).rejects.toMatchObject({
      code: 'EVENT_HISTORY_ROLE_ACCOUNT',
      hint: 'Write {account} into the ARN where the account id stands, or name the role without an ARN.',
    })
    await sweep({ ...asked, accountRole: { role: 'arn:aws:iam::{account}:role/auditor' } })
    expect((await coverage()).complete).toBe(true)
  })

  it('counts no account as swept where the credentials turn out to be those of another one', async () => {
    const accounts = [{ id: account }, { id: other }, { id: third, leadsTo: other }]
    await start({ world: { accounts } })
    const asked = { accounts: [other, third], regions: ['us-east-1'], accountRole: { role: 'auditor' } }
    const { failed } = await sweep(asked)
    expect(failed).toEqual([
      {
        account: third,
        region: 'us-east-1',
        reason: expect.stringMatching(
          /^The credentials of \S+ belong to account 444455556666, and account 777788889999 /,
        ),
      },
    ])
    // The role is assumed once, and no page is asked for.
    expect(fake.calls.filter(({ operation }) => operation === 'AssumeRole')).toHaveLength(2)
    expect(lookups()).toHaveLength(1)
    expect((await coverage()).complete).toBe(false)
  })

  it('goes on with new credentials of the same account only', async () => {
    const [same, foreign] = ['AKIAI44QH8DHBEXAMPLE', 'AKIAIOSFODNN8EXAMPLE']
    for (const key of [foreign, same]) {
      await start({ keys: { [same]: account, [foreign]: other }, records: [record(60)] })
      fake.fail({ kind: 'expired', operation: 'LookupEvents', times: 1 })
      const asked = sweepHistory(
        folder.lake(),
        { window: day, accounts: [], regions: ['us-east-1'], attributes: [], perSecond: 1000 },
        {
          signal: new AbortController().signal,
          now: () => now,
          sleep: soon,
          onProgress: () => {
            process.env.AWS_ACCESS_KEY_ID = key
          },
        },
      )
      if (key === foreign) await expect(asked).rejects.toMatchObject({ code: 'AWS_CREDENTIALS_EXPIRED' })
      else expect((await asked).report.events).toBe(1)
      const keys = new Set(lookups().map(({ accessKeyId }) => accessKeyId))
      expect([keys.has(foreign), keys.has(same)]).toEqual([false, key === same])
      await fake.close()
    }
  })

  it('waits for a lake that somebody else is writing to', async () => {
    await start({ records: [record(60)] })
    await sweep({ regions: ['eu-central-1'] })
    const lock = await lockLake(folder.lake())
    const told: number[] = []
    const { report } = await sweepHistory(
      folder.lake(),
      { window: day, accounts: [], regions: ['us-east-1'], attributes: [], perSecond: 1000 },
      {
        signal: new AbortController().signal,
        now: () => now,
        sleep: soon,
        onProgress: () => {},
        onWait({ pid }) {
          told.push(pid)
          void lock.release()
        },
      },
    )
    expect([report.events, told]).toEqual([1, [process.pid]])
  })

  it('never speaks for another class of events, or for an account that nobody asked', async () => {
    await start({ records: [record(60)] })
    await sweep()
    expect((await coverage(['data:s3'])).needs).toEqual([
      { need: 'data:s3', state: 'unmet', reason: expect.stringContaining('Event history has management events only') },
    ])
    const connection = await connectLake(await openLake(folder.lake()))
    const scope = { window: day, earliest: day.from, accounts: [other], regions: [], services: [] }
    const answer = await connection.coverage(scope, [])
    await connection.close()
    expect(answer.complete).toBe(false)
    expect(told(answer)[0]).toContain('was not asked for')
  })

  it('says what lies beyond 90 days', async () => {
    await start({ records: [record(60)] })
    const old = { from: ago(100 * 24 * 60), to: day.to }
    const { window } = await sweep({ window: old })
    expect(window.from).toBe(isoTime(now - 90 * 86_400_000 + 600_000))
    const { through, gaps } = await coverage([], { window: old })
    expect([through, gaps[0]?.to]).toEqual([null, window.from])
    await expect(sweep({ window: { from: ago(200 * 1440), to: ago(91 * 1440) } })).rejects.toMatchObject({
      code: 'EVENT_HISTORY_TOO_OLD',
    })
  })
})

describe('a sweep for one question', () => {
  const attributes = [{ key: 'EventName' as const, value: 'CreateUser' }]
  const records = () =>
    Array.from({ length: 200 }, (_, at) =>
      record(30 + at * 5, at % 10 === 0 ? {} : { eventName: 'ListUsers', readOnly: true }),
    )

  it('fetches the events that it needs and no others', async () => {
    await start({ records: records() })
    const { report } = await sweep({ attributes })
    expect([report.events, lookups().length]).toEqual([20, 2])
  })

  it('covers that question, and no other', async () => {
    await start({ records: records() })
    await sweep({ attributes })
    expect((await coverage([], { attributes })).complete).toBe(true)
    for (const others of [
      [],
      [{ key: 'EventName' as const, value: 'DeleteUser' }],
      [...attributes, { key: 'EventName' as const, value: 'DeleteUser' }],
    ]) {
      const { complete, hours } = await coverage([], { attributes: others })
      expect([complete, hours?.present]).toEqual([false, 0])
    }
  })

  it('is no reason to leave out anything in a later sweep of all events', async () => {
    await start({ records: records() })
    await sweep({ attributes })
    const { report } = await sweep()
    expect([report.events, report.duplicates]).toEqual([180, 20])
  })
})

describe('what fails on the way', () => {
  const regions = ['us-east-1', 'eu-central-1']
  const records = () => Array.from({ length: 300 }, (_, at) => record(30 + at, { awsRegion: regions[at % 2] }))

  it.each([
    ['errors of the service', { kind: 'broken', times: 3 }],
    ['cut connections', { kind: 'reset', after: 2, times: 2 }],
    ['throttling', { kind: 'throttle', after: 1, times: 3 }],
    ['a page that comes twice', { kind: 'repeat', after: 2, times: 1 }],
    ['an expired token', { kind: 'token', times: 1 }],
  ] as const)('is borne: %s', async (_, failure) => {
    await start({ records: records() })
    fake.fail({ ...failure, operation: 'LookupEvents' })
    const { report, failed } = await sweep()
    expect([report.events, failed]).toEqual([300, []])
    expect((await coverage()).complete).toBe(true)
  })

  it('is named where it is one Region: the others go in, and nothing is called clear', async () => {
    await start({ records: records() })
    fake.fail({ kind: 'denied', operation: 'LookupEvents', region: 'eu-central-1' })
    const { report, failed } = await sweep()
    expect(report.events).toBe(150)
    expect(failed).toEqual([
      {
        account,
        region: 'eu-central-1',
        reason: expect.stringMatching(
          /^Access denied: cloudtrail:LookupEvents on account 111122223333 in eu-central-1/,
        ),
      },
    ])
    expect(report.quarantined[0]).toMatchObject({
      code: 'INPUT_HISTORY',
      file: expect.stringContaining('eu-central-1'),
    })
    expect(told(await coverage()).join()).toContain('Access denied: cloudtrail:LookupEvents')
    fake.heal()
    expect((await sweep()).report.events).toBe(150)
    expect((await coverage()).complete).toBe(true)
  })

  it.each([
    [
      'no Region may be read',
      [{ kind: 'denied', operation: 'LookupEvents' }],
      'AWS_ACCESS_DENIED',
      'cloudtrail:LookupEvents',
    ],
    [
      'Regions may not be listed',
      [{ kind: 'denied', operation: 'ListRegions' }],
      'EVENT_HISTORY_NO_REGIONS',
      'account:ListRegions',
    ],
    [
      'the credentials are over',
      [{ kind: 'expired', operation: 'LookupEvents' }],
      'AWS_CREDENTIALS_EXPIRED',
      'expired',
    ],
    ['the credentials are wrong', [{ kind: 'expired', service: 'sts' }], 'AWS_CREDENTIALS_EXPIRED', 'expired'],
  ] as const)('ends the sweep with a plain message: %s', async (_, failures, code, said) => {
    await start({ records: records() })
    for (const failure of failures) fake.fail(failure)
    await expect(sweep()).rejects.toMatchObject({ code, message: expect.stringContaining(said) })
  })

  it('keeps what was handed over when the credentials run out, says why it ended, and goes on from there', async () => {
    const many = Array.from({ length: 8000 }, (_, at) => record(30 + at / 6, { awsRegion: 'us-east-1' }))
    await start({ records: many })
    fake.fail({ kind: 'expired', operation: 'LookupEvents', after: 140 })
    const { report, failed } = await sweep({ regions: ['us-east-1'] })
    expect(report).toMatchObject({ interrupted: true, stopped: { code: 'AWS_CREDENTIALS_EXPIRED' } })
    expect(report.events).toBeGreaterThan(5000)
    expect(failed).toEqual([])
    expect((await coverage()).complete).toBe(false)
    fake.heal()
    const next = await sweep({ regions: ['us-east-1'] })
    expect(next.report.events).toBe(8000 - report.events)
    expect(next.report.stopped).toBeUndefined()
    expect((await coverage()).complete).toBe(true)
  })

  it('is refused where the clock is wrong: it tells which events have settled', async () => {
    await start({ skewMs: -3_600_000 })
    await expect(sweep()).rejects.toMatchObject({
      code: 'AWS_CLOCK',
      message: expect.stringContaining('60 minutes off'),
    })
  })

  it('is told at once where nobody said how to act in another account', async () => {
    await start()
    await expect(sweep({ accounts: [other] })).rejects.toMatchObject({ code: 'EVENT_HISTORY_ROLE' })
  })
})
