import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { isoTime, milliseconds } from '../time.ts'
import { type Coverage, judgeCoverage } from './coverage.ts'
import { type CoverageFacts, noFacts } from './coverage-facts.ts'
import type { SweptHistory, SweptPlace } from './coverage-history.ts'

const start = milliseconds('2026-01-31T00:00:00Z')
const at = (hours: number): string => isoTime(start + hours * 3_600_000)
const account = '111122223333'
const place = (
  region: string,
  spans: readonly (readonly [number, number])[],
  failed: SweptPlace['failed'] = [],
): SweptPlace => ({
  account,
  region,
  spans: spans.map(([from, to]) => ({ from: at(from), to: at(to) })),
  failed,
})
const only = (...places: readonly SweptPlace[]): CoverageFacts => ({
  ...noFacts,
  history: { only: true, attributes: [], places },
})
const judge = (facts: CoverageFacts, needs: readonly string[] = [], window = { from: at(0), to: at(24) }): Coverage =>
  judgeCoverage(facts, { window, accounts: [], regions: [] }, needs)
const told = ({ gaps }: Coverage) =>
  gaps.map((gap) => `${gap.region} ${gap.eventClass} ${gap.from.slice(11, 16)}-${gap.to.slice(11, 16)}: ${gap.reason}`)

describe('coverage of Event history', () => {
  it('is whole where every Region was swept, with or without events', () => {
    const { complete, through, limits } = judge(
      only(
        place('us-east-1', [[0, 24]]),
        place('eu-west-1', [
          [0, 10],
          [10, 24],
        ]),
      ),
    )
    expect([complete, through, limits]).toEqual([
      true,
      at(24),
      'from Event history: management events of the last 90 days of account 111122223333',
    ])
  })

  it('names what was not swept, what failed, and what is too young', () => {
    const failed = [{ from: at(0), to: at(24), reason: 'Access denied: cloudtrail:LookupEvents.' }]
    const facts = only(place('us-east-1', [[2, 23]]), place('eu-west-1', [], failed))
    expect(told(judge(facts, ['management:write']))).toMatchInlineSnapshot(`
      [
        "eu-west-1 management:write 00:00-00:00: Access denied: cloudtrail:LookupEvents.",
        "us-east-1 management:write 00:00-02:00: Event history of account 111122223333 in us-east-1 was not swept here; it goes back 90 days.",
        "us-east-1 management:write 23:00-00:00: Event history of account 111122223333 in us-east-1 is final up to 2026-01-31T23:00:00Z; later events may still come.",
      ]
    `)
  })

  it('counts a place as swept that failed once and was read later', () => {
    const failed = [{ from: at(0), to: at(24), reason: 'It failed.' }]
    expect(judge(only(place('us-east-1', [[0, 24]], failed))).complete).toBe(true)
  })

  it('speaks of management events alone', () => {
    const { needs } = judge(only(place('us-east-1', [[0, 24]])), ['management:write', 'data:s3', 'insight', 'network'])
    expect(needs?.map(({ need, state }) => `${need} ${state}`)).toEqual([
      'management:write met',
      'data:s3 unmet',
      'insight unmet',
      'network unmet',
    ])
  })

  it('never calls clear what was not swept, in any account, Region or hour', () => {
    const regions = ['us-east-1', 'eu-west-1', 'ap-south-1']
    const spans = fc.array(fc.tuple(fc.integer({ min: -5, max: 30 }), fc.integer({ min: 1, max: 30 })), {
      maxLength: 4,
    })
    fc.assert(
      fc.property(
        fc.array(spans, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        // Events that rhythm alone would call whole.
        fc.boolean(),
        (all, from, length, hasEvents) => {
          const places = regions.map((region, index) =>
            place(
              region,
              all[index]!.map(([a, b]) => [a, a + b] as const),
            ),
          )
          const events = hasEvents
            ? Array.from({ length: 400 }, (_, index) => ({
                account,
                region: regions[index % 3]!,
                eventClass: index % 2 === 0 ? 'management:read' : 'management:write',
                time: isoTime(start + index * 216_000),
              }))
            : []
          const history: SweptHistory = { only: true, attributes: [], places }
          const window = { from: at(from), to: at(from + length) }
          const isSwept = (region: number, hour: number): boolean =>
            all[region]!.some(([a, b]) => hour >= a && hour < a + b)
          const hours = Array.from({ length }, (_, index) => from + index)
          const asked = regions.map((_, index) => hasEvents || hours.some((hour) => isSwept(index, hour)))
          const whole = regions.every((_, index) => !asked[index] || hours.every((hour) => isSwept(index, hour)))
          // us-east-1 is expected in any case: global services log there.
          const isWhole = whole && asked.some(Boolean) && hours.every((hour) => isSwept(0, hour))
          expect(judge({ ...factsOf(events), history }, [], window).complete).toBe(isWhole)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('Event history beside a trail', () => {
  const events = Array.from({ length: 240 }, (_, index) => ({
    account,
    region: 'us-east-1',
    eventClass: index % 2 === 0 ? 'management:read' : 'management:write',
    time: isoTime(start + index * 360_000),
  }))
  const gappy = events.filter(({ time }) => time < at(8) || time >= at(12))
  const beside = (spans: readonly (readonly [number, number])[], more: Partial<CoverageFacts> = {}): CoverageFacts => ({
    ...factsOf(gappy, more),
    history: { only: false, attributes: [], places: [place('us-east-1', spans)] },
  })

  it('fills the holes of deliveries that it swept, and no others', () => {
    expect(judge(beside([])).complete).toBe(false)
    expect(judge(beside([[7, 10]]), ['management:write']).gaps[0]?.from).toBe(at(10))
    expect(
      judge(
        beside([
          [7, 13],
          [23, 24],
        ]),
      ).complete,
    ).toBe(true)
  })

  it('outweighs damaged files and stopped trails, of management events alone', () => {
    const damaged = [{ account, region: 'us-east-1', from: at(14), to: at(15), reason: 'A file could not be read.' }]
    expect(judge(beside([[7, 24]], { damaged })).complete).toBe(true)
    const facts = beside([[0, 24]], { damaged })
    expect(judge(facts, ['data:s3']).needs?.map(({ state }) => state)).toEqual(['unmet'])
  })

  it('asks for a Region that failed in this time, though no trail delivered there', () => {
    const failed = [{ from: at(0), to: at(24), reason: 'It failed.' }]
    const facts = beside([[0, 24]])
    const places = [...facts.history!.places, place('eu-west-1', [], failed)]
    const answer = judge({ ...facts, history: { only: false, attributes: [], places } })
    expect(new Set(answer.gaps.map(({ region }) => region))).toEqual(new Set(['eu-west-1']))
  })
})
