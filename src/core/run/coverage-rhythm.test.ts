import { describe, expect, test } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { hour, isoTime, milliseconds, minute } from '../time.ts'
import { judgeCoverage } from './coverage.ts'
import { inventorySchema } from './inventory.ts'

const account = '111122223333'
const region = 'us-east-1'
const start = milliseconds('2026-01-01T00:00:00Z')
const at = (hours: number): string => isoTime(start + hours * hour)
const write = 'management:write'

/** Events at these hours, with fractions, and hours that are judged. */
function judge(hours: readonly number[], [from, to]: readonly [number, number], eventClass = write) {
  const events = hours.map((time) => ({ account, region, eventClass, time: isoTime(start + time * hour) }))
  const {
    complete,
    hours: states,
    gaps,
  } = judgeCoverage(factsOf(events), { window: { from: at(from), to: at(to) }, accounts: [], regions: [] }, [
    eventClass,
  ])
  return { complete, inferred: states?.inferred, gap: states?.gap, gaps: gaps.length }
}

const every = (hours: number, until: number, from = 0): number[] =>
  Array.from({ length: Math.floor((until - from) / hours) + 1 }, (_, index) => from + index * hours)

describe('the rhythm of a place', () => {
  test.each<[string, number[], [number, number], ReturnType<typeof judge>]>([
    [
      'every twelve hours: the time between is inferred',
      every(12, 240),
      [100, 130],
      { complete: true, inferred: 28, gap: 0, gaps: 0 },
    ],
    [
      'every twelve hours, once missing',
      every(12, 240).filter((time) => time !== 120),
      [100, 130],
      { complete: false, inferred: 8, gap: 21, gaps: 1 },
    ],
    [
      'every twelve hours, seen too seldom to know that',
      every(12, 60),
      [14, 22],
      { complete: false, inferred: 0, gap: 8, gaps: 1 },
    ],
    [
      'every thirty hours: more than a day is never inferred',
      every(30, 600),
      [302, 320],
      { complete: false, inferred: 0, gap: 18, gaps: 1 },
    ],
    [
      'now and then: an hour without events may be one that is missing',
      [0, 3, 4, 9, 11, 12, 20, 26, 27, 34, 41, 43, 50, 55, 61, 70],
      [21, 26],
      { complete: false, inferred: 0, gap: 5, gaps: 1 },
    ],
    [
      'every twelve hours, and once somebody worked for an hour and a half',
      [...every(12, 240), 50, 50.5, 51, 51.5],
      [100, 107],
      { complete: false, inferred: 0, gap: 7, gaps: 1 },
    ],
    ['every five minutes', every(1 / 12, 100), [40, 50], { complete: true, inferred: 0, gap: 0, gaps: 0 }],
    [
      'every five minutes, and an hour that begins at any minute is missing',
      every(1 / 12, 100).filter((time) => time < 45.4 || time >= 46.4),
      [40, 50],
      { complete: false, inferred: 0, gap: 1.08, gaps: 1 },
    ],
    [
      'once an hour, more or less: pauses of more than an hour are natural',
      Array.from({ length: 100 }, (_, index) => index + (index % 2 === 0 ? 0.1 : 0.3)),
      [40, 50],
      { complete: true, inferred: 0, gap: 0, gaps: 0 },
    ],
    [
      'once an hour, and one is missing',
      Array.from({ length: 100 }, (_, index) => index + 0.2).filter((_, index) => index !== 45),
      [40, 50],
      { complete: false, inferred: 0, gap: 2, gaps: 1 },
    ],
  ])('%s', (_, hours, span, expected) => {
    expect(judge(hours, span)).toEqual(expected)
  })

  test('a bucket that is always busy may not fall silent, one that is not may', () => {
    const busy = 'arn:aws:s3:::busy'
    const idle = 'arn:aws:s3:::idle'
    const events = every(1 / 6, 120).flatMap((time) => [
      { account, region, eventClass: write, time: isoTime(start + time * hour) },
      ...(time < 80
        ? [{ account, region, eventClass: 'data:s3', resource: busy, time: isoTime(start + time * hour) }]
        : []),
      ...(time % 7 < 0.1
        ? [{ account, region, eventClass: 'data:s3', resource: idle, time: isoTime(start + time * hour + minute) }]
        : []),
    ])
    const inventory = inventorySchema.parse({
      accounts: [{ id: account, regions: [region], resources: ['arn:aws:s3:::never'] }],
      trails: [{ name: 'main', data: [{ service: 's3' }] }],
    })
    const judged = judgeCoverage(
      factsOf(events, { inventory }),
      { window: { from: at(10), to: at(100) }, accounts: [], regions: [] },
      ['data:s3'],
    )
    expect(judged.gaps.map(({ from, to, state, reason }) => `${state} ${from}-${to} ${reason}`)).toMatchInlineSnapshot(`
      [
        "partial 2026-01-01T10:00:00Z-2026-01-05T04:00:00Z The lake holds no events of arn:aws:s3:::never, which the inventory names. No events of arn:aws:s3:::busy were delivered here, which its own past speaks against.",
      ]
    `)
    expect(judged.needs).toMatchInlineSnapshot(`
      [
        {
          "need": "data:s3",
          "reason": "The lake holds no events of arn:aws:s3:::never, which the inventory names. No events of arn:aws:s3:::busy were delivered here, which its own past speaks against.",
          "state": "partial",
        },
      ]
    `)
  })
})

describe('coverage against an inventory', () => {
  const events = every(0.5, 48).map((time) => ({
    account,
    region,
    eventClass: write,
    time: isoTime(start + time * hour),
  }))
  const told = (inventory: object, accounts: readonly string[] = []) => {
    const { complete, gaps, expected } = judgeCoverage(
      factsOf(events, { inventory: inventorySchema.parse(inventory) }),
      { window: { from: at(10), to: at(40) }, accounts, regions: [] },
      [write],
    )
    return {
      complete,
      expected,
      gaps: gaps.map(
        (gap) => `${gap.state} ${gap.account} ${gap.region} ${gap.from.slice(8, 13)}-${gap.to.slice(8, 13)}`,
      ),
    }
  }

  test.each<[string, object, readonly string[], ReturnType<typeof told>]>([
    [
      'everything is here',
      { accounts: [{ id: account, regions: [region] }] },
      [],
      { complete: true, expected: 'inventory', gaps: [] },
    ],
    [
      'an enabled region of which nothing is here',
      { regions: [region, 'eu-west-1'], accounts: [{ id: account }] },
      [],
      { complete: false, expected: 'inventory', gaps: [`unknown ${account} eu-west-1 01T10-02T16`] },
    ],
    [
      'an account of which nothing is here',
      {
        accounts: [
          { id: account, regions: [region] },
          { id: '444455556666', regions: [region] },
        ],
      },
      [],
      { complete: false, expected: 'inventory', gaps: [`unknown 444455556666 ${region} 01T10-02T16`] },
    ],
    [
      'an account without regions is expected where the global services log',
      { accounts: [{ id: account, regions: [region] }, { id: '444455556666' }] },
      [],
      { complete: false, expected: 'inventory', gaps: [`unknown 444455556666 ${region} 01T10-02T16`] },
    ],
    [
      'an account that came later is expected from then on',
      {
        accounts: [
          { id: account, regions: [region] },
          { id: '444455556666', regions: [region], from: '2026-01-02T12:00:00Z' },
        ],
      },
      [],
      { complete: false, expected: 'inventory', gaps: [`unknown 444455556666 ${region} 02T12-02T16`] },
    ],
    [
      'an account that had gone before is not expected',
      {
        accounts: [
          { id: account, regions: [region] },
          { id: '444455556666', regions: [region], to: '2026-01-01T05:00:00Z' },
        ],
      },
      [],
      { complete: true, expected: 'inventory', gaps: [] },
    ],
    [
      'a scope of which nothing is expected is not covered for that',
      {
        accounts: [
          { id: account, regions: [region] },
          { id: '444455556666', regions: [region], to: '2026-01-01T05:00:00Z' },
        ],
      },
      ['444455556666'],
      { complete: false, expected: 'inventory', gaps: ['unknown * * 01T10-02T16'] },
    ],
  ])('%s', (_, inventory, accounts, expected) => {
    expect(told(inventory, accounts)).toEqual(expected)
  })
})
