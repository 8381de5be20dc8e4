import { describe, expect, test } from 'vitest'
import { type CoverageFacts, judgeCoverage } from './coverage.ts'

const A = '111122223333'
const B = '444455556666'
const day = '2026-01-31T'

/** Deliveries as `account region class hours`, e.g. `9-11,13`. */
function facts(
  deliveries: readonly [string, string, string, string][],
  others: Partial<CoverageFacts> = {},
): CoverageFacts {
  const hoursOf = (text: string): number[] =>
    text.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number) as [number, number?]
      return Array.from({ length: to! - from + 1 }, (_, at) => from + at)
    })
  const time = (hour: number) => `${day}${String(hour).padStart(2, '0')}:00:00Z`
  const all = deliveries.map(([account, region, eventClass, text]) => ({
    account,
    region,
    eventClass,
    hours: hoursOf(text),
  }))
  return {
    seen: all.map(({ hours, ...row }) => ({ ...row, first: time(Math.min(...hours)), last: time(Math.max(...hours)) })),
    present: all.flatMap(({ account, region, hours }) => hours.map((hour) => ({ account, region, hour: time(hour) }))),
    damaged: [],
    last:
      all.length === 0
        ? null
        : `${day}${String(Math.max(...all.flatMap(({ hours }) => hours))).padStart(2, '0')}:37:50Z`,
    ...others,
  }
}

const window = (from: string, to: string) => ({ from: `${day}${from}:00Z`, to: `${day}${to}:00Z` })

function judge(
  given: CoverageFacts,
  [from, to]: readonly [string, string],
  {
    needs = ['management:write'],
    accounts = [],
    regions = [],
  }: { needs?: string[]; accounts?: string[]; regions?: string[] } = {},
) {
  const { complete, through, gaps } = judgeCoverage(given, { window: window(from, to), accounts, regions }, needs)
  const short = (time: string | null) => time?.slice(11, 19).replace(/:00$/, '') ?? null
  return {
    complete,
    through: short(through),
    gaps: gaps.map(
      (gap) => `${gap.state} ${gap.account} ${gap.region} ${gap.eventClass} ${short(gap.from)}-${short(gap.to)}`,
    ),
  }
}

const write = 'management:write'

describe('coverage', () => {
  test.each<
    [string, ReturnType<typeof facts>, [string, string], Parameters<typeof judge>[2], ReturnType<typeof judge>]
  >([
    [
      'every hour is there',
      facts([[A, 'us-east-1', write, '9-12']]),
      ['09:10', '12:30'],
      {},
      { complete: true, through: '12:30', gaps: [] },
    ],
    [
      'data ends within the last hour',
      facts([[A, 'us-east-1', write, '9-12']]),
      ['09:10', '12:38'],
      {},
      { complete: true, through: '12:37:51', gaps: [] },
    ],
    [
      'the window ends on the hour',
      facts([[A, 'us-east-1', write, '9-11']]),
      ['09:00', '12:00'],
      {},
      { complete: true, through: '11:37:51', gaps: [] },
    ],
    [
      'an hour is missing between others',
      facts([[A, 'us-east-1', write, '9-10,13']]),
      ['09:10', '13:30'],
      {},
      { complete: false, through: '11:00', gaps: [`gap ${A} us-east-1 ${write} 11:00-13:00`] },
    ],
    [
      'the window reaches before and after the data',
      facts([[A, 'us-east-1', write, '9-10']]),
      ['07:30', '12:15'],
      {},
      {
        complete: false,
        through: null,
        gaps: [`unknown ${A} us-east-1 ${write} 07:30-09:00`, `unknown ${A} us-east-1 ${write} 11:00-12:15`],
      },
    ],
    [
      'a hole that reaches over the end of the data',
      facts([[A, 'us-east-1', write, '9,14']]),
      ['09:00', '13:00'],
      {},
      { complete: false, through: '10:00', gaps: [`gap ${A} us-east-1 ${write} 10:00-13:00`] },
    ],
    [
      'a region that another account has',
      facts([
        [A, 'us-east-1', write, '9'],
        [B, 'eu-west-1', write, '9'],
      ]),
      ['09:00', '09:30'],
      {},
      {
        complete: false,
        through: null,
        gaps: [`unknown ${A} eu-west-1 ${write} 09:00-09:30`, `unknown ${B} us-east-1 ${write} 09:00-09:30`],
      },
    ],
    [
      'the scope narrows',
      facts([
        [A, 'us-east-1', write, '9'],
        [B, 'eu-west-1', write, '9'],
      ]),
      ['09:00', '09:30'],
      { accounts: [B], regions: ['eu-west-1'] },
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'the scope names what was never seen',
      facts([[A, 'us-east-1', write, '9']]),
      ['09:00', '09:30'],
      { accounts: [B] },
      { complete: false, through: null, gaps: [`unknown ${B} us-east-1 ${write} 09:00-09:30`] },
    ],
    [
      'a class that was never seen',
      facts([[A, 'us-east-1', write, '9']]),
      ['09:00', '09:30'],
      { needs: [write, 'data:s3'] },
      { complete: false, through: null, gaps: [`unknown ${A} us-east-1 data:s3 09:00-09:30`] },
    ],
    [
      'one management class speaks for the other',
      facts([[A, 'us-east-1', 'management:read', '9']]),
      ['09:00', '09:30'],
      {},
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'a data class does not speak for management',
      facts([[A, 'us-east-1', 'data:s3', '9']]),
      ['09:00', '09:30'],
      {},
      { complete: false, through: null, gaps: [`unknown ${A} us-east-1 ${write} 09:00-09:30`] },
    ],
    [
      'any delivery in the hour counts for a class seen in another',
      facts([
        [A, 'us-east-1', write, '9'],
        [A, 'us-east-1', 'data:s3', '10'],
      ]),
      ['09:00', '10:30'],
      { needs: [write, 'data:s3'] },
      { complete: true, through: '10:30', gaps: [] },
    ],
    [
      'without needs both management classes are',
      facts([[A, 'us-east-1', write, '9,11']]),
      ['09:00', '11:30'],
      { needs: [] },
      {
        complete: false,
        through: '10:00',
        gaps: [`gap ${A} us-east-1 management:read 10:00-11:00`, `gap ${A} us-east-1 ${write} 10:00-11:00`],
      },
    ],
    [
      'events without an account do not count beside others',
      facts([
        [A, 'us-east-1', write, '9'],
        ['', 'eu-west-1', write, '9'],
      ]),
      ['09:00', '09:30'],
      {},
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'but do alone',
      facts([['', 'eu-west-1', write, '9']]),
      ['09:00', '09:30'],
      {},
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'nothing at all',
      facts([]),
      ['09:00', '09:30'],
      {},
      { complete: false, through: null, gaps: ['unknown * * * 09:00-09:30'] },
    ],
    [
      'a file that could not be read',
      facts([[A, 'us-east-1', write, '9-10']], {
        damaged: [{ account: A, region: 'us-east-1', from: `${day}09:50:00Z`, to: `${day}10:05:00Z`, reason: 'r' }],
      }),
      ['09:00', '10:30'],
      {},
      { complete: false, through: '09:50', gaps: [`gap ${A} us-east-1 ${write} 09:50-10:05`] },
    ],
    [
      'a file of which nothing is known but the time',
      facts([[A, 'us-east-1', write, '9']], {
        damaged: [{ account: null, region: null, from: `${day}08:50:00Z`, to: `${day}09:05:00Z`, reason: 'r' }],
      }),
      ['09:00', '09:30'],
      {},
      { complete: false, through: null, gaps: [`gap ${A} us-east-1 ${write} 09:00-09:05`] },
    ],
  ])('%s', (_, given, span, options, expected) => {
    expect(judge(given, span, options)).toEqual(expected)
  })

  test('says why in a sentence', () => {
    const reasons = judgeCoverage(
      facts([[A, 'us-east-1', write, '9,11']]),
      { window: window('08:00', '13:00'), accounts: [], regions: [] },
      [write, 'data:s3'],
    )
    expect([...new Set(reasons.gaps.map(({ reason }) => reason))]).toMatchInlineSnapshot(`
      [
        "The lake holds nothing of account 111122223333 in us-east-1 before 2026-01-31T09:00:00Z.",
        "Nothing of account 111122223333 in us-east-1 was delivered, though there is something before and after.",
        "The lake holds nothing of account 111122223333 in us-east-1 from 2026-01-31T12:00:00Z on.",
        "No data:s3 event of account 111122223333 in us-east-1 was ever delivered; its trail may not record them.",
      ]
    `)
  })

  test('a year of hours for many accounts takes little time', () => {
    const accounts = Array.from({ length: 50 }, (_, at) => String(100000000000 + at))
    const present = accounts.flatMap((account) =>
      Array.from({ length: 8760 }, (_, at) => ({
        account,
        region: 'us-east-1',
        hour: `${new Date(Date.UTC(2025, 0, 1, at)).toISOString().slice(0, 19)}Z`,
      })),
    )
    const seen = accounts.map((account) => ({
      account,
      region: 'us-east-1',
      eventClass: write,
      first: '2025-01-01T00:00:00Z',
      last: '2025-12-31T23:00:00Z',
    }))
    const scope = { window: { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, accounts: [], regions: [] }
    const started = performance.now()
    expect(judgeCoverage({ seen, present, damaged: [], last: '2025-12-31T23:59:59Z' }, scope, [write]).complete).toBe(
      true,
    )
    expect(performance.now() - started).toBeLessThan(5000)
  })
})
