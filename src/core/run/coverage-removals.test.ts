import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Delivered, factsOf } from '../../../test/support/deliveries.ts'
import { hour, isoTime, milliseconds, minute } from '../time.ts'
import { judgeCoverage } from './coverage.ts'
import { inventorySchema } from './inventory.ts'

const start = milliseconds('2026-01-08T00:00:00Z')
const hours = 30
const places = [
  ['111122223333', 'us-east-1', 'busy'],
  ['111122223333', 'eu-west-1', 'pulse'],
  ['444455556666', 'us-east-1', 'busy'],
  ['444455556666', 'eu-west-1', 'daily'],
  ['444455556666', 'ap-south-1', 'pulse'],
] as const
const bucket = 'arn:aws:s3:::amzn-s3-demo-documents'
const classes = ['management:read', 'management:write', 'data:s3'] as const

/** Repeatable, and even enough for this. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

/** Busy all the time, busy by day, or three calls an hour. */
function world(seed: number): Delivered[] {
  const next = random(seed)
  const events: Delivered[] = []
  for (const [account, region, kind] of places)
    for (let at = 0; at < hours; at++) {
      const isDay = at % 24 >= 8 && at % 24 < 18
      const calls = kind === 'busy' || (kind === 'daily' && isDay) ? 24 : 0
      for (const eventClass of classes)
        for (let call = 0; call < (eventClass === 'management:read' ? calls : calls / 4) + 1; call++)
          events.push({
            account,
            region,
            eventClass,
            ...(eventClass === 'data:s3' && { resource: bucket }),
            time: isoTime(
              start + at * hour + (call === 0 ? 5 * minute : 0) + Math.floor(next() * (call === 0 ? 8 : 60)) * minute,
            ),
          })
    }
  return events.sort((a, b) => (a.time < b.time ? -1 : 1))
}

const worlds = [1, 2, 3].map(world)

const inventory = inventorySchema.parse({
  accounts: [
    { id: '111122223333', regions: ['us-east-1', 'eu-west-1'] },
    { id: '444455556666', regions: ['us-east-1', 'eu-west-1', 'ap-south-1'], resources: [bucket] },
  ],
  trails: [{ name: 'main', data: [{ service: 's3' }] }],
})

const at = (offset: number): string => isoTime(start + offset * hour)

const question = fc.record({
  from: fc.integer({ min: 3, max: hours - 9 }),
  length: fc.integer({ min: 1, max: 7 }),
  lookback: fc.integer({ min: 0, max: 2 }),
  needs: fc.subarray([...classes], { minLength: 1 }),
  account: fc.constantFrom(undefined, '111122223333', '444455556666'),
})

type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

const judge = (events: readonly Delivered[], { from, length, lookback, needs, account }: Question) =>
  judgeCoverage(
    factsOf(events, { inventory }),
    {
      window: { from: at(from), to: at(from + length) },
      earliest: at(from - lookback),
      accounts: account === undefined ? [] : [account],
      regions: [],
    },
    needs,
  )

describe('coverage of an organisation', () => {
  test('that is whole is complete, whatever is asked', () => {
    fc.assert(
      fc.property(question, fc.nat({ max: worlds.length - 1 }), (asked, which) => {
        expect(judge(worlds[which]!, asked)).toMatchObject({ complete: true, gaps: [], expected: 'inventory' })
      }),
      { numRuns: 200 },
    )
  })

  test('is never complete where something that was asked for is missing', { timeout: 120_000 }, () => {
    const removal = fc.record({
      kind: fc.constantFrom('account', 'region', 'hours', 'reads', 'class'),
      place: fc.constantFrom(...places),
      eventClass: fc.constantFrom('management:read', 'management:write'),
      from: fc.integer({ min: 0, max: hours - 2 }),
      length: fc.integer({ min: 1, max: 12 }),
      whole: fc.boolean(),
    })
    fc.assert(
      fc.property(
        question,
        fc.nat({ max: worlds.length - 1 }),
        removal,
        (asked, which, { kind, place, eventClass, ...span }) => {
          const events = worlds[which]!
          const [account, region] = place
          const isGone = (event: Delivered): boolean => {
            const isThen =
              (span.whole && kind !== 'hours') ||
              (event.time >= at(span.from) && event.time < at(span.from + span.length))
            const isThere = event.account === account && (kind === 'account' || event.region === region)
            const isSuch =
              kind === 'reads'
                ? event.eventClass === 'management:read'
                : kind === 'class'
                  ? event.eventClass === eventClass
                  : true
            // A trail that lost writing calls for an hour and says nothing of it cannot be told from a quiet one.
            return isThen && isThere && isSuch && (kind !== 'class' || span.whole)
          }
          const asksFor = (event: Delivered): boolean =>
            asked.needs.includes(event.eventClass as (typeof classes)[number]) &&
            (asked.account === undefined || asked.account === event.account) &&
            event.time >= at(asked.from - asked.lookback) &&
            event.time < at(asked.from + asked.length)
          fc.pre(events.some((event) => isGone(event) && asksFor(event)))
          const judged = judge(
            events.filter((event) => !isGone(event)),
            asked,
          )
          expect(judged.complete).toBe(false)
          expect(judged.needs?.some(({ state }) => state !== 'met')).toBe(true)
          for (const gap of judged.gaps) {
            expect(
              gap.from < gap.to &&
                gap.from >= at(asked.from - asked.lookback) &&
                gap.to <= at(asked.from + asked.length),
            ).toBe(true)
            expect(gap.reason).toMatch(/\.$/)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })
})
