import { describe, expect, it } from 'vitest'
import { TrailbookError } from '../../core/errors.ts'
import type { LogFile } from '../../core/event/source.ts'
import type { LookupApi } from './lookup.ts'
import { eventHistorySource, type HistoryPlace, type SweepProgress } from './source.ts'

/** One event a second, newest first, ten a page. */
const api = (): LookupApi => ({
  async lookup({ first, last, token }) {
    const newest = token === undefined ? last : Number(token)
    const times = Array.from({ length: Math.min(10, newest - first + 1) }, (_, at) => newest - at)
    const oldest = times.at(-1) ?? first
    return {
      events: times.map((time) => ({ EventId: `id-${time}`, EventTime: new Date(time * 1000), CloudTrailEvent: '{}' })),
      ...(oldest > first && { token: String(oldest - 1) }),
    }
  },
  renew: async () => false,
  explain: (error) => error,
})

const place = (region: string, connect: HistoryPlace['connect'] = async () => api()): HistoryPlace => ({
  account: '111122223333',
  region,
  spans: [{ from: 0, to: 1000 }],
  attributes: [],
  connect,
})

/** Time goes on with every look at the clock. */
function ticking(step: number) {
  let now = 0
  return {
    now: () => {
      now += step
      return now
    },
    sleep: async () => {},
  }
}

async function text(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('Event history as a source', () => {
  it('lists in legs that follow one another, and each slice opens as what LookupEvents answered', async () => {
    const source = eventHistorySource([place('us-east-1'), place('eu-west-1')], {
      clock: ticking(1),
      perSecond: 1000,
      pagesPerSlice: 20,
      legMs: 30,
    })
    const legs: LogFile[][] = []
    const ids: string[] = []
    while (!source.done()) {
      const leg: LogFile[] = []
      for await (const [file] of source.list()) {
        leg.push(file!)
        const { bytes } = await source.open(file!)
        const { Events } = JSON.parse(await text(bytes)) as { Events: { EventId: string }[] }
        ids.push(...Events.map(({ EventId }) => `${file!.location.split('/')[1]} ${EventId}`))
      }
      legs.push(leg)
    }
    expect(legs.length).toBeGreaterThan(1)
    expect(new Set(ids).size).toBe(2000)
    expect(ids).toHaveLength(2000)
    const locations = legs.flat().map(({ location }) => location)
    expect(new Set(locations).size).toBe(locations.length)
    expect(locations[0]).toMatch(
      /^event-history:111122223333\/(us-east-1|eu-west-1)\/1970-01-01T00:\d\d:\d\dZ\/1970-01-01T00:16:40Z$/,
    )
    expect(legs.flat().every(({ modified }) => /^asked 1970/.test(modified))).toBe(true)
  })

  it('names a place that fails as one file, which does not open, and goes on with the others', async () => {
    const denied = new TrailbookError('AWS_ACCESS_DENIED', {
      permission: 'cloudtrail:LookupEvents',
      resource: 'it',
      who: '',
    })
    const refuse = async (): Promise<LookupApi> => {
      throw denied
    }
    const told: SweepProgress[] = []
    const source = eventHistorySource([place('us-east-1', refuse), place('eu-west-1')], {
      clock: ticking(0.001),
      perSecond: 1000,
      onProgress: (progress) => told.push(progress),
    })
    const failed: string[] = []
    let good = 0
    for await (const [file] of source.list())
      await source.open(file!).then(
        () => good++,
        (error: { code: string }) => failed.push(`${file!.location} ${error.code}`),
      )
    expect(failed).toEqual([
      'event-history:111122223333/us-east-1/1970-01-01T00:00:00Z/1970-01-01T00:16:40Z INPUT_HISTORY',
    ])
    expect([good > 0, source.failures().map(({ region, error }) => [region, error]), source.done()]).toEqual([
      true,
      [['us-east-1', denied]],
      true,
    ])
    expect(told.at(-1)).toMatchObject({ all: 2000, places: 2 })
  })

  it('ends at once where nobody could go on', async () => {
    const refuse = async (): Promise<LookupApi> => {
      throw new TrailbookError('AWS_CREDENTIALS_EXPIRED', { reason: 'over', profile: '' })
    }
    const source = eventHistorySource([place('us-east-1', refuse), place('eu-west-1')], {
      clock: ticking(1),
      perSecond: 1,
    })
    await expect(source.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'AWS_CREDENTIALS_EXPIRED',
    })
  })

  it('ends quietly when it is told to', async () => {
    const stop = new AbortController()
    const source = eventHistorySource([place('us-east-1')], { clock: ticking(1), perSecond: 1000, pagesPerSlice: 2 })
    let files = 0
    for await (const _ of source.list({ signal: stop.signal })) if (++files === 3) stop.abort()
    expect(files).toBeLessThan(20)
    expect(source.done()).toBe(true)
  })
})
