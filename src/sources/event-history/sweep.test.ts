import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrailbookError } from '../../core/errors.ts'
import { createBucket } from './bucket.ts'
import {
  type HistoryEvent,
  type LookupApi,
  LookupFailure,
  type LookupFailureKind,
  type LookupRequest,
} from './lookup.ts'
import { sweepPlace } from './place.ts'
import { type SecondSpan, type SweptSlice, sweep } from './sweep.ts'

/** Event history in memory: events by second, a page of `size` at a time, tokens that count. */
function history(times: readonly number[], size = 3) {
  const events = times.map((time, at) => ({ EventId: `id-${at}`, EventTime: new Date(time * 1000) }))
  const requests: LookupRequest[] = []
  const failures: (LookupFailureKind | 'repeat' | undefined)[] = []
  let before: Awaited<ReturnType<LookupApi['lookup']>> | undefined
  const api: LookupApi = {
    async lookup(request) {
      requests.push(request)
      const failure = failures.shift()
      if (failure === 'repeat' && before !== undefined) return before
      // Only a token can have expired.
      const isNone = failure === 'token' && request.token === undefined
      if (failure !== undefined && failure !== 'repeat' && !isNone) throw new LookupFailure(failure, new Error(failure))
      const fitting = events
        .filter(({ EventTime }) => +EventTime / 1000 >= request.first && +EventTime / 1000 <= request.last)
        .sort((a, b) => +b.EventTime - +a.EventTime)
      const at = Number(request.token ?? 0)
      before = {
        events: fitting.slice(at, at + size),
        ...(at + size < fitting.length && { token: String(at + size) }),
      }
      return before
    },
    renew: async () => true,
    explain: (error) => error,
  }
  return {
    api,
    requests,
    failures,
    add: (event: HistoryEvent & { EventId: string; EventTime: Date }) => events.push(event),
  }
}

const clock = () => {
  let now = 0
  return {
    now: () => now,
    async sleep(ms: number) {
      now += ms
    },
  }
}

const options = (api: LookupApi, pagesPerSlice = 2) => ({
  api,
  bucket: createBucket({ perSecond: 2 }),
  clock: clock(),
  pagesPerSlice,
})

async function all(slices: AsyncIterable<SweptSlice>): Promise<SweptSlice[]> {
  const list: SweptSlice[] = []
  for await (const slice of slices) list.push(slice)
  return list
}

const question = (span: SecondSpan) => ({ account: '111122223333', region: 'us-east-1', ...span })
const idsOf = (slices: readonly SweptSlice[]) => slices.flatMap(({ events }) => events.map(({ EventId }) => EventId))

describe('sweeping Event history', () => {
  it('gives slices that lie end to end and hold every event once, in its own slice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 80 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 5 }),
        async (times, size, pages) => {
          const { api } = history(times, size)
          const slices = await all(sweep(question({ from: 100, to: 900 }), options(api, pages)))
          expect(slices[0]!.to).toBe(900)
          expect(slices.at(-1)!.from).toBe(100)
          for (const [at, slice] of slices.slice(1).entries()) expect(slice.to).toBe(slices[at]!.from)
          for (const { from, to, events } of slices)
            for (const event of events) {
              expect(+event.EventTime! / 1000).toBeGreaterThanOrEqual(from)
              expect(+event.EventTime! / 1000).toBeLessThan(to)
            }
          const wanted = times.flatMap((time, at) => (time >= 100 && time < 900 ? [`id-${at}`] : []))
          expect(idsOf(slices).sort()).toEqual(wanted.sort())
        },
      ),
    )
  })

  it('loses and doubles nothing whatever fails on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 999 }), { minLength: 10, maxLength: 60 }),
        fc.array(
          fc.constantFrom('throttled', 'passing', 'expired', 'token', 'repeat', undefined, undefined, undefined),
          {
            maxLength: 25,
          },
        ),
        async (times, failures) => {
          const world = history(times)
          // More of one kind in a row than is borne ends the sweep, which other cases show.
          world.failures.push(
            ...failures.flatMap((failure) => [failure as LookupFailureKind | 'repeat' | undefined, undefined]),
          )
          const slices = await all(sweep(question({ from: 0, to: 1000 }), options(world.api)))
          expect([...new Set(idsOf(slices))].sort()).toEqual(times.map((_, at) => `id-${at}`).sort())
          expect(idsOf(slices)).toHaveLength(times.length)
        },
      ),
    )
  })

  it('asks to a fixed end, so that events which arrive meanwhile change nothing', async () => {
    const world = history([10, 20, 30, 40, 50, 60, 70])
    const taken: SweptSlice[] = []
    for await (const slice of sweep(question({ from: 0, to: 80 }), options(world.api, 1))) {
      taken.push(slice)
      world.add({ EventId: 'new', EventTime: new Date(90_000) })
    }
    expect(idsOf(taken)).toHaveLength(7)
    expect(new Set(world.requests.map(({ last }) => last))).toEqual(new Set([79]))
  })

  it('asks anew from its last slice when the token of a page has expired', async () => {
    const world = history([900, 800, 700, 600, 500, 400, 300, 200])
    world.failures.push(undefined, 'token')
    const slices = await all(sweep(question({ from: 0, to: 1000 }), options(world.api, 1)))
    expect(idsOf(slices).sort()).toHaveLength(8)
    expect(world.requests.some(({ token, last }) => token === undefined && last < 999)).toBe(true)
  })

  it('loses nothing where a new chain of pages begins with a stale one', async () => {
    const world = history([900, 800, 700, 600, 500, 400, 300, 200, 100])
    world.failures.push(undefined, undefined, 'token', 'repeat')
    const slices = await all(sweep(question({ from: 0, to: 1000 }), options(world.api, 9)))
    expect(idsOf(slices).sort()).toEqual(Array.from({ length: 9 }, (_, at) => `id-${at}`))
  })

  it.each([
    ['another time', { EventTime: new Date(5_000_000) }],
    ['another attribute', { EventName: 'ListUsers' }],
  ])('takes no page with events of %s', async (_, other) => {
    const stale = { events: [{ EventId: 'x', EventName: 'CreateUser', EventTime: new Date(5000), ...other }] }
    const good = { events: [{ EventId: 'y', EventName: 'CreateUser', EventTime: new Date(5000) }] }
    const pages = [stale, good]
    const api: LookupApi = {
      lookup: async () => pages.shift() ?? stale,
      renew: async () => false,
      explain: (error) => error,
    }
    const asked = { ...question({ from: 0, to: 10 }), attribute: { key: 'EventName', value: 'CreateUser' } as const }
    expect(idsOf(await all(sweep(asked, options(api))))).toEqual(['y'])
    await expect(all(sweep(asked, options(api)))).rejects.toThrow('were not asked for')
  })

  it('takes no page of another account, and bears a record that names one', async () => {
    const record = (id: string, recipientAccountId: string) => ({
      EventId: id,
      EventTime: new Date(5000),
      CloudTrailEvent: JSON.stringify({ recipientAccountId }),
    })
    const own = { events: [record('own', '111122223333'), record('odd', '444455556666')] }
    const foreign = { events: [record('foreign', '444455556666'), { EventId: 'bare', EventTime: new Date(5000) }] }
    const pages = [foreign, own]
    const api: LookupApi = {
      lookup: async () => pages.shift() ?? foreign,
      renew: async () => false,
      explain: (error) => error,
    }
    const asked = question({ from: 0, to: 10 })
    expect(idsOf(await all(sweep(asked, options(api))))).toEqual(['own', 'odd'])
    await expect(all(sweep(asked, options(api)))).rejects.toThrow('were not asked for')
  })

  it.each([
    ['a page that comes again for ever', ['repeat'], 'the same page comes again and again'],
    ['a token that never lasts', ['token'], 'tokens expire before they can be used'],
  ] as const)('ends with a reason: %s', async (_, [kind], reason) => {
    const world = history([9, 8, 7, 6, 5, 4, 3, 2, 1])
    world.failures.push(
      ...Array.from({ length: 40 }, (_each, at) => (kind === 'token' && at % 2 === 0 ? undefined : kind)),
    )
    const failure = (await all(sweep(question({ from: 0, to: 10 }), options(world.api, 9))).catch(
      (error: unknown) => error,
    )) as TrailbookError
    expect([failure.code, failure.message]).toEqual(['EVENT_HISTORY_PAGES', expect.stringContaining(reason)])
  })

  it('refuses an event that came after older ones, beyond a slice that is closed', async () => {
    const pages = [[500, 400, 300], [450], []]
    const api: LookupApi = {
      async lookup({ token }) {
        const at = Number(token ?? 0)
        return {
          events: pages[at]!.map((time) => ({ EventId: `${time}`, EventTime: new Date(time * 1000) })),
          token: String(at + 1),
        }
      },
      renew: async () => false,
      explain: (error) => error,
    }
    await expect(all(sweep(question({ from: 0, to: 1000 }), options(api, 1)))).rejects.toThrow('came after older ones')
  })

  it('keeps to the budget, and waits longer when AWS says that it was too much', async () => {
    const world = history([5, 4, 3, 2, 1], 1)
    world.failures.push(undefined, 'throttled', 'throttled')
    const sweeping = options(world.api, 9)
    await all(sweep(question({ from: 0, to: 10 }), sweeping))
    // Seven requests at 2 a second, and pauses of 0.5 and 1 s.
    expect(world.requests).toHaveLength(7)
    expect(sweeping.clock.now()).toBeGreaterThanOrEqual(3500)
  })

  it('stops where the credentials are over and nobody signs in', async () => {
    const world = history([1])
    world.failures.push('expired')
    const api = { ...world.api, renew: async () => false, explain: () => new Error('expired for good') }
    await expect(all(sweep(question({ from: 0, to: 10 }), options(api)))).rejects.toThrow('expired for good')
  })
})

describe('attributes of a place', () => {
  const attributes = ['A', 'B', 'C'].map((value) => ({ key: 'EventName' as const, value }))

  it('are not asked for one by one where a look at all events is enough', async () => {
    const world = history([1, 2, 3])
    const place = { account: '111122223333', region: 'us-east-1', spans: [{ from: 0, to: 10 }], attributes }
    const slices = await all(sweepPlace(place, options(world.api)))
    expect(slices).toHaveLength(1)
    expect(world.requests.map(({ attribute }) => attribute)).toEqual([undefined])
  })

  it('are asked for, each over all that the look has left', async () => {
    const world = history(Array.from({ length: 100 }, (_, at) => at * 100))
    const place = { account: '111122223333', region: 'us-east-1', spans: [{ from: 0, to: 10_000 }], attributes }
    const slices = await all(sweepPlace(place, options(world.api, 60)))
    const looked = slices[0]!
    expect(looked.to).toBe(10_000)
    for (const attribute of attributes) {
      const own = slices.filter((slice) => (slice as { attribute?: unknown }).attribute === attribute)
      expect([own[0]!.to, own.at(-1)!.from]).toEqual([looked.from, 0])
    }
  })
})
