import { describe, expect, test } from 'vitest'
import type { LogFile } from '../../core/event/source.ts'
import { hour, isoTime, milliseconds } from '../../core/time.ts'
import { isLogGroup, parseLogGroup } from './location.ts'
import { hoursOf } from './slices.ts'
import { type LogGroup, logGroupSource } from './source.ts'

const now = milliseconds('2026-01-31T12:30:00Z')

function fakeGroup(pages: readonly { messages: string[]; token?: string }[], options: Partial<LogGroup> = {}) {
  const asked: string[] = []
  const group: LogGroup = {
    group: 'trail/logs',
    region: 'us-east-1',
    account: '111122223333',
    created: 0,
    retentionDays: undefined,
    async page({ from, to, token }) {
      asked.push(`${isoTime(from)} ${isoTime(to)} ${token ?? '-'}`)
      const page = pages[token === undefined ? 0 : Number(token)]!
      return { messages: page.messages, token: page.token }
    },
    close: () => {},
    ...options,
  }
  return { group, asked }
}

async function listed(group: LogGroup, window?: { from?: string; to?: string }): Promise<LogFile[]> {
  const files: LogFile[] = []
  for await (const some of logGroupSource(group, { now: () => now, window }).list()) files.push(...some)
  return files
}

describe('a log group as files', () => {
  test('each hour is one, and one that is over for a day does not change any more', async () => {
    const files = await listed(fakeGroup([]).group, { from: '2026-01-30T11:20:00Z', to: '2026-01-30T13:00:00Z' })
    expect(files.map(({ location, modified }) => [location, modified])).toEqual([
      ['cloudwatch:111122223333/us-east-1/trail/logs/2026-01-30T11:00:00Z/2026-01-30T12:00:00Z', 'settled'],
      [
        'cloudwatch:111122223333/us-east-1/trail/logs/2026-01-30T12:00:00Z/2026-01-30T13:00:00Z',
        'until 2026-01-31T12:30:00Z',
      ],
    ])
  })

  test.each([
    ['seven days without a window', {}, undefined, '2026-01-24T12:00:00Z'],
    ['what is kept', { retentionDays: 1 }, { from: '2026-01-01T00:00:00Z' }, '2026-01-30T12:00:00Z'],
    [
      'from a fortnight before the group was made',
      { created: now - 10 * hour },
      { from: '2020-01-01T00:00:00Z' },
      '2026-01-17T02:00:00Z',
    ],
  ])('it has %s', async (_, options, window, first) => {
    const files = await listed(fakeGroup([], options).group, window)
    expect([files[0]!.name, files.at(-1)!.name]).toEqual([
      `cloudwatch:trail/logs@us-east-1 ${first}`,
      'cloudwatch:trail/logs@us-east-1 2026-01-31T12:00:00Z',
    ])
  })

  test('all pages of an hour are read, empty ones in the middle, too', async () => {
    const { group, asked } = fakeGroup([
      { messages: ['{"a":1}'], token: '1' },
      { messages: [], token: '2' },
      { messages: ['{"b":"x"}'] },
    ])
    const source = logGroupSource(group, { now: () => now, window: { from: '2026-01-31T12:00:00Z' }, perSecond: 1e6 })
    let text = ''
    for await (const some of source.list())
      for (const file of some) for await (const part of (await source.open(file)).bytes) text += Buffer.from(part)
    expect(text).toBe('{"message":"{\\"a\\":1}"}\n{"message":"{\\"b\\":\\"x\\"}"}\n')
    expect(asked).toEqual([0, 1, 2].map((at) => `2026-01-31T12:00:00Z 2026-01-31T13:00:00Z ${at || '-'}`))
  })

  test('requests are spaced', async () => {
    const { group } = fakeGroup([{ messages: [], token: '1' }, { messages: [], token: '2' }, { messages: [] }])
    const source = logGroupSource(group, { now: Date.now, window: { from: isoTime(Date.now()) }, perSecond: 20 })
    const started = performance.now()
    for await (const some of source.list())
      for (const file of some) for await (const _ of (await source.open(file)).bytes);
    expect(performance.now() - started).toBeGreaterThan(90)
  })

  test('a server that gives the same token again is not asked for ever', async () => {
    const { group, asked } = fakeGroup([
      { messages: ['{}'], token: '1' },
      { messages: ['{}'], token: '1' },
    ])
    const source = logGroupSource(group, { now: () => now, window: { from: '2026-01-31T12:00:00Z' }, perSecond: 1e6 })
    const read = async (): Promise<void> => {
      for await (const some of source.list())
        for (const file of some) for await (const _ of (await source.open(file)).bytes);
    }
    await expect(read()).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: 'logs:FilterLogEvents failed: the server says that there is more, and not how to go on.',
    })
    expect(asked).toHaveLength(2)
  })

  describe('many hours opened at once', () => {
    const perHour = 5
    /** Answers after so long, and notes how many requests are under way. */
    const slowGroup = (milliseconds: number) => {
      const asked: number[] = []
      const most = { atOnce: 0 }
      let running = 0
      const { group } = fakeGroup([], {
        async page({ from, token = '0' }) {
          asked.push((from - now) / hour)
          most.atOnce = Math.max(most.atOnce, ++running)
          await new Promise((resolve) => setTimeout(resolve, milliseconds))
          running--
          return { messages: [token], token: Number(token) < perHour - 1 ? String(Number(token) + 1) : undefined }
        },
      })
      return { group, asked, most }
    }
    const opened = async (group: LogGroup) => {
      const source = logGroupSource(group, {
        now: () => now,
        window: { from: isoTime(now - 10 * hour) },
        perSecond: 1000,
      })
      const files: LogFile[] = []
      for await (const some of source.list()) files.push(...some)
      return Promise.all(files.map((file) => source.open(file)))
    }
    const readAll = async (bytes: AsyncIterable<Uint8Array>): Promise<number> => {
      let pages = 0
      for await (const _ of bytes) pages++
      return pages
    }

    test.each([0, 8])('are read in order, two at a time, where an answer takes %i ms', async (milliseconds) => {
      const { group, asked, most } = slowGroup(milliseconds)
      const files = await opened(group)
      // Asked for in the wrong order.
      const pages = await Promise.all(files.toReversed().map(({ bytes }) => readAll(bytes)))
      expect(pages).toEqual(files.map(() => perHour))
      const first = Math.min(...asked)
      const early = asked.slice(0, asked.lastIndexOf(first) + 1).filter((at) => at !== first)
      expect(early.length).toBeLessThanOrEqual(perHour + 2)
      expect(most.atOnce).toBeLessThanOrEqual(2)
    })

    test('a reader who goes away in the middle keeps nobody waiting', async () => {
      const { group } = slowGroup(0)
      const [first, second, ...others] = await opened(group)
      for (const { bytes } of [first!, second!]) await bytes[Symbol.asyncIterator]().next()
      expect(await Promise.all(others.map(({ bytes }) => readAll(bytes)))).toEqual(others.map(() => perHour))
    })

    test('who waits for a turn ends at once with the rest', async () => {
      const stop = new AbortController()
      const { group, asked } = slowGroup(0)
      const source = logGroupSource(group, {
        now: () => now,
        window: { from: isoTime(now - 10 * hour) },
        perSecond: 0.1,
      })
      const reading: Promise<number>[] = []
      for await (const some of source.list())
        for (const file of some)
          reading.push(source.open(file, { signal: stop.signal }).then(({ bytes }) => readAll(bytes)))
      setTimeout(() => stop.abort(new Error('enough')), 20)
      const ended = await Promise.allSettled(reading)
      expect(ended.map((one) => one.status === 'rejected' && (one.reason as Error).message)).toEqual(
        reading.map(() => 'enough'),
      )
      expect(asked).toHaveLength(1)
    })
  })

  test('hours do not depend on the span that is asked for', () => {
    const wide = [...hoursOf({ from: now - 5 * hour, to: now, now })].map(({ from }) => from)
    const narrow = [...hoursOf({ from: now - 1.7 * hour, to: now, now })].map(({ from }) => from)
    expect(wide.slice(-narrow.length)).toEqual(narrow)
  })
})

describe('names of log groups', () => {
  test.each([
    ['cloudwatch:aws-cloudtrail-logs', 'aws-cloudtrail-logs', undefined],
    ['cloudwatch:/aws/trail_1.x#y@eu-west-1', '/aws/trail_1.x#y', 'eu-west-1'],
    ['cloudwatch://trail@us-gov-west-1', 'trail', 'us-gov-west-1'],
  ])('%s', (text, group, region) => {
    expect([isLogGroup(text), parseLogGroup(text)]).toEqual([true, { group, region }])
  })
  test.each(['cloudwatch:', 'cloudwatch:a b', 'cloudwatch:a@', 'cloudwatch:a@nowhere'])('%s is none', (text) => {
    expect(parseLogGroup(text)).toBeUndefined()
  })
  test('a file is none', () => {
    expect(isLogGroup('./cloudwatch:x')).toBe(false)
  })
})
