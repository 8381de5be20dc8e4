import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CoverageFacts, judgeCoverage } from './coverage.ts'

const A = '111122223333'
const B = '444455556666'
const day = '2026-01-31T'
const clock = (hour: number, rest = '00:00'): string => `${day}${String(hour).padStart(2, '0')}:${rest}Z`

/** Deliveries as `account region class hours`, e.g. `9-11,13`; the first event at :10 of the first hour, the last at :37:50. */
function facts(
  deliveries: readonly [string, string, string, string][],
  others: Partial<CoverageFacts> = {},
): CoverageFacts {
  const hoursOf = (text: string): number[] =>
    text.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number) as [number, number?]
      return Array.from({ length: to! - from + 1 }, (_, at) => from + at)
    })
  const all = deliveries.map(([account, region, eventClass, text]) => ({
    account,
    region,
    eventClass,
    hours: hoursOf(text),
  }))
  return {
    seen: all.map(({ hours, ...row }) => ({
      ...row,
      first: clock(Math.min(...hours), '10:00'),
      last: clock(Math.max(...hours), '37:50'),
    })),
    present: all.flatMap(({ hours, ...row }) => hours.map((hour) => ({ ...row, hour: clock(hour) }))),
    delivered: [],
    damaged: [],
    ...others,
  }
}

const window = (from: string, to: string) => ({ from: `${day}${from}:00Z`, to: `${day}${to}:00Z` })

interface Asked {
  readonly needs?: string[]
  readonly accounts?: string[]
  readonly regions?: string[]
  readonly lookback?: string
}

function judge(
  given: CoverageFacts,
  [from, to]: readonly [string, string],
  { needs = ['management:write'], accounts = [], regions = [], lookback }: Asked = {},
) {
  const scope = {
    window: window(from, to),
    accounts,
    regions,
    ...(lookback !== undefined && { earliest: `${day}${lookback}:00Z` }),
  }
  const { complete, through, gaps } = judgeCoverage(given, scope, needs)
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
const read = 'management:read'
const east = 'us-east-1'

describe('coverage', () => {
  test.each<[string, CoverageFacts, [string, string], Asked, ReturnType<typeof judge>]>([
    [
      'every hour is there',
      facts([[A, east, write, '9-12']]),
      ['09:10', '12:30'],
      {},
      { complete: true, through: '12:30', gaps: [] },
    ],
    [
      'the window ends after the last event of the last hour',
      facts([[A, east, write, '9-12']]),
      ['09:10', '12:38'],
      {},
      { complete: false, through: '12:37:51', gaps: [`unknown ${A} ${east} ${write} 12:37:51-12:38`] },
    ],
    [
      'the window lies behind the last event, in its hour',
      facts([[A, east, write, '11-12']]),
      ['12:40', '12:59'],
      {},
      { complete: false, through: null, gaps: [`unknown ${A} ${east} ${write} 12:40-12:59`] },
    ],
    [
      'the window lies before the first event, in its hour',
      facts([[A, east, write, '11-12']]),
      ['11:00', '11:09'],
      {},
      { complete: false, through: null, gaps: [`unknown ${A} ${east} ${write} 11:00-11:09`] },
    ],
    [
      'a delivery after the last event',
      facts([[A, east, write, '11-12']], { delivered: [{ account: A, region: east, at: clock(13, '05:00') }] }),
      ['12:40', '13:05'],
      {},
      { complete: true, through: '13:05', gaps: [] },
    ],
    [
      'a delivery long after the last event proves nothing of the time between',
      facts([[A, east, write, '11-12']], { delivered: [{ account: A, region: east, at: clock(14, '05:00') }] }),
      ['12:40', '13:05'],
      {},
      { complete: false, through: null, gaps: [`unknown ${A} ${east} ${write} 12:40-13:05`] },
    ],
    [
      'a delivery of another region proves nothing beyond the hour',
      facts(
        [
          [A, east, write, '11-12'],
          [A, 'eu-west-1', write, '11-12'],
        ],
        { delivered: [{ account: A, region: east, at: clock(13, '05:00') }] },
      ),
      ['12:30', '13:05'],
      {},
      { complete: false, through: '12:37:51', gaps: [`unknown ${A} eu-west-1 ${write} 12:37:51-13:05`] },
    ],
    [
      'an hour is missing between others',
      facts([[A, east, write, '9-10,13']]),
      ['09:10', '13:30'],
      {},
      { complete: false, through: '11:00', gaps: [`gap ${A} ${east} ${write} 11:00-13:00`] },
    ],
    [
      'the window reaches before and after the data',
      facts([[A, east, write, '9-10']]),
      ['07:30', '12:15'],
      {},
      {
        complete: false,
        through: null,
        gaps: [`unknown ${A} ${east} ${write} 07:30-09:10`, `unknown ${A} ${east} ${write} 10:37:51-12:15`],
      },
    ],
    [
      'each account is expected in its own regions and in that of the global services',
      facts([
        [A, east, write, '9'],
        [B, 'eu-west-1', write, '9'],
      ]),
      ['09:10', '09:30'],
      {},
      { complete: false, through: null, gaps: [`unknown ${B} ${east} ${write} 09:10-09:30`] },
    ],
    [
      'other partitions have other regions for global services',
      facts([
        [A, 'us-gov-east-1', write, '9'],
        [B, 'cn-northwest-1', write, '9'],
      ]),
      ['09:10', '09:30'],
      {},
      {
        complete: false,
        through: null,
        gaps: [`unknown ${A} us-gov-west-1 ${write} 09:10-09:30`, `unknown ${B} cn-north-1 ${write} 09:10-09:30`],
      },
    ],
    [
      'a scope without the region of the global services',
      facts([
        [A, east, write, '9'],
        [B, 'eu-west-1', write, '9'],
      ]),
      ['09:10', '09:30'],
      { accounts: [B], regions: ['eu-west-1'] },
      { complete: false, through: null, gaps: [`unknown ${B} ${east} management:* 09:10-09:30`] },
    ],
    [
      'it is not needed for data events',
      facts([[B, 'eu-west-1', 'data:s3', '9']]),
      ['09:10', '09:30'],
      { needs: ['data:s3'] },
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'the scope names an account that was never seen',
      facts([[A, east, write, '9']]),
      ['09:10', '09:30'],
      { accounts: [B] },
      { complete: false, through: null, gaps: [`unknown ${B} ${east} ${write} 09:10-09:30`] },
    ],
    [
      'so too for data events, of which no region is known',
      facts([[A, east, 'data:s3', '9']]),
      ['09:10', '09:30'],
      { accounts: [B], needs: ['data:s3'] },
      { complete: false, through: null, gaps: [`unknown ${B} * data:s3 09:10-09:30`] },
    ],
    [
      'the scope names a region that was never seen',
      facts([[A, east, write, '9']]),
      ['09:10', '09:30'],
      { regions: [east, 'eu-west-1'] },
      { complete: false, through: null, gaps: [`unknown ${A} eu-west-1 ${write} 09:10-09:30`] },
    ],
    [
      'a class that was never seen',
      facts([[A, east, write, '9']]),
      ['09:10', '09:30'],
      { needs: [write, 'data:s3'] },
      { complete: false, through: null, gaps: [`unknown ${A} ${east} data:s3 09:10-09:30`] },
    ],
    [
      'one management class does not speak for the other',
      facts([[A, east, read, '9']]),
      ['09:10', '09:30'],
      {},
      { complete: false, through: null, gaps: [`unknown ${A} ${east} ${write} 09:10-09:30`] },
    ],
    [
      'but shows that the trail delivered, where both were seen',
      facts([
        [A, east, read, '9-11'],
        [A, east, write, '10'],
      ]),
      ['09:10', '11:30'],
      { needs: [] },
      { complete: true, through: '11:30', gaps: [] },
    ],
    [
      'an hour of data events alone does not show that management events were delivered',
      facts([
        [A, east, write, '9,11'],
        [A, east, 'data:s3', '9-11'],
      ]),
      ['09:10', '11:30'],
      { needs: [write, 'data:s3'] },
      { complete: false, through: '10:00', gaps: [`gap ${A} ${east} ${write} 10:00-11:00`] },
    ],
    [
      'nor the other way round',
      facts([
        [A, east, write, '9-11'],
        [A, east, 'data:s3', '9,11'],
      ]),
      ['09:10', '11:30'],
      { needs: [write, 'data:s3'] },
      { complete: false, through: '10:00', gaps: [`gap ${A} ${east} data:s3 10:00-11:00`] },
    ],
    [
      'without needs both management classes are',
      facts([[A, east, write, '9,11']]),
      ['09:10', '11:30'],
      { needs: [] },
      {
        complete: false,
        through: null,
        gaps: [`unknown ${A} ${east} ${read} 09:10-11:30`, `gap ${A} ${east} ${write} 10:00-11:00`],
      },
    ],
    [
      'events without an account do not count beside others',
      facts([
        [A, east, write, '9'],
        ['', 'eu-west-1', write, '9'],
      ]),
      ['09:10', '09:30'],
      {},
      { complete: true, through: '09:30', gaps: [] },
    ],
    [
      'but do alone',
      facts([['', east, write, '9']]),
      ['09:10', '09:30'],
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
      'a lookback within the data',
      facts([[A, east, write, '9-12']]),
      ['11:00', '12:30'],
      { lookback: '09:30' },
      { complete: true, through: '12:30', gaps: [] },
    ],
    [
      'a lookback before the data',
      facts([[A, east, write, '9-12']]),
      ['09:10', '12:30'],
      { lookback: '08:00' },
      { complete: false, through: '12:30', gaps: [`unknown ${A} ${east} ${write} 08:00-09:10`] },
    ],
    [
      'a gap that reaches from the lookback into the window',
      facts([[A, east, write, '9,12']]),
      ['11:00', '12:30'],
      { lookback: '09:30' },
      {
        complete: false,
        through: null,
        gaps: [`gap ${A} ${east} ${write} 10:00-11:00`, `gap ${A} ${east} ${write} 11:00-12:00`],
      },
    ],
    [
      'a file that could not be read',
      facts([[A, east, write, '9-10']], {
        damaged: [{ account: A, region: east, from: clock(9, '50:00'), to: clock(10, '05:00'), reason: 'r' }],
      }),
      ['09:10', '10:30'],
      {},
      { complete: false, through: '09:50', gaps: [`gap ${A} ${east} ${write} 09:50-10:05`] },
    ],
    [
      'files that could not be read in overlapping times, and in a gap',
      facts([[A, east, write, '9,12']], {
        damaged: [
          { account: A, region: east, from: clock(9, '50:00'), to: clock(10, '05:00'), reason: 'r' },
          { account: A, region: east, from: clock(11, '10:00'), to: clock(11, '25:00'), reason: 's' },
        ],
      }),
      ['09:10', '12:30'],
      {},
      { complete: false, through: '09:50', gaps: [`gap ${A} ${east} ${write} 09:50-12:00`] },
    ],
    [
      'a file of which nothing is known but the time',
      facts([[A, east, write, '9']], {
        damaged: [{ account: null, region: null, from: clock(8, '50:00'), to: clock(9, '15:00'), reason: 'r' }],
      }),
      ['09:10', '09:30'],
      {},
      { complete: false, through: null, gaps: [`gap ${A} ${east} ${write} 09:10-09:15`] },
    ],
    [
      'a file of which nothing is known',
      facts([[A, east, write, '9']], { damaged: [{ account: null, region: null, from: null, to: null, reason: 'r' }] }),
      ['09:10', '09:30'],
      {},
      { complete: false, through: null, gaps: ['gap * * * 09:10-09:30'] },
    ],
  ])('%s', (_, given, span, options, expected) => {
    expect(judge(given, span, options)).toEqual(expected)
  })

  test('says why in a sentence', () => {
    const { gaps } = judgeCoverage(
      facts(
        [
          [A, east, write, '9,11'],
          [B, 'eu-west-1', write, '9,11'],
        ],
        {
          damaged: [{ account: B, region: 'eu-west-1', from: clock(10), to: clock(10, '15:00'), reason: 'Bad file.' }],
        },
      ),
      { window: window('08:00', '13:00'), earliest: `${day}07:00:00Z`, accounts: [], regions: [] },
      [write, 'data:s3'],
    )
    expect([...new Set(gaps.map(({ reason }) => reason))]).toMatchInlineSnapshot(`
      [
        "This lies in the lookback, before the window, where queries look too. The lake's management events of account 111122223333 in us-east-1 begin at 2026-01-31T09:10:00Z.",
        "The lake's management events of account 111122223333 in us-east-1 begin at 2026-01-31T09:10:00Z.",
        "No management events of account 111122223333 in us-east-1 were delivered here, though there are some before and after.",
        "The lake's management events of account 111122223333 in us-east-1 end at 2026-01-31T11:37:51Z.",
        "This lies in the lookback, before the window, where queries look too. The lake holds no data:s3 event of account 111122223333 in us-east-1; the trail may not record them.",
        "The lake holds no data:s3 event of account 111122223333 in us-east-1; the trail may not record them.",
        "This lies in the lookback, before the window, where queries look too. The lake's management events of account 444455556666 in eu-west-1 begin at 2026-01-31T09:10:00Z.",
        "The lake's management events of account 444455556666 in eu-west-1 begin at 2026-01-31T09:10:00Z.",
        "Bad file. No management events of account 444455556666 in eu-west-1 were delivered here, though there are some before and after.",
        "The lake's management events of account 444455556666 in eu-west-1 end at 2026-01-31T11:37:51Z.",
        "This lies in the lookback, before the window, where queries look too. The lake holds no data:s3 event of account 444455556666 in eu-west-1; the trail may not record them. Bad file.",
        "The lake holds no data:s3 event of account 444455556666 in eu-west-1; the trail may not record them. Bad file.",
        "This lies in the lookback, before the window, where queries look too. The lake holds nothing of account 444455556666 in us-east-1, where IAM, STS, sign-in, Organizations, CloudFront and Route 53 are logged.",
        "The lake holds nothing of account 444455556666 in us-east-1, where IAM, STS, sign-in, Organizations, CloudFront and Route 53 are logged.",
      ]
    `)
    const narrowed = { window: window('09:10', '09:30'), accounts: [], regions: ['eu-west-1'] }
    expect(
      judgeCoverage(facts([[B, 'eu-west-1', write, '9']]), narrowed, [write]).gaps.map(({ reason }) => reason),
    ).toMatchInlineSnapshot(`
      [
        "IAM, STS, sign-in, Organizations, CloudFront and Route 53 log in us-east-1, which the scope leaves out.",
      ]
    `)
  })

  test('a year of hours for many accounts takes little time', () => {
    const accounts = Array.from({ length: 50 }, (_, at) => String(100000000000 + at))
    const present = accounts.flatMap((account) =>
      Array.from({ length: 8760 }, (_, at) => ({
        account,
        region: east,
        eventClass: write,
        hour: `${new Date(Date.UTC(2025, 0, 1, at)).toISOString().slice(0, 19)}Z`,
      })),
    )
    const seen = accounts.map((account) => ({
      account,
      region: east,
      eventClass: write,
      first: '2025-01-01T00:00:00Z',
      last: '2025-12-31T23:59:59Z',
    }))
    const scope = { window: { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, accounts: [], regions: [] }
    const started = performance.now()
    expect(judgeCoverage({ seen, present, delivered: [], damaged: [] }, scope, [write]).complete).toBe(true)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

describe('coverage of any deliveries', () => {
  const classes = [read, write, 'data:s3'] as const
  interface Event {
    readonly account: string
    readonly region: string
    readonly eventClass: string
    readonly hour: number
  }

  /** What a lake would say of events at :00:00 and :59:59 of their hours. */
  function factsOf(events: readonly Event[], damaged: CoverageFacts['damaged'] = []): CoverageFacts {
    const seen = new Map<string, CoverageFacts['seen'][number]>()
    for (const { hour, ...cell } of events) {
      const known = seen.get(JSON.stringify(cell))
      const [first, last] = [clock(hour), clock(hour, '59:59')]
      seen.set(JSON.stringify(cell), {
        ...cell,
        first: known === undefined || first < known.first ? first : known.first,
        last: known === undefined || last > known.last ? last : known.last,
      })
    }
    const present = events.map(({ hour, ...cell }) => ({ ...cell, hour: clock(hour) }))
    return { seen: [...seen.values()], present, delivered: [], damaged }
  }

  const world = fc.record({
    accounts: fc.subarray([A, B, '123456789012'], { minLength: 1 }),
    further: fc.subarray(['eu-west-1', 'ap-south-1']),
    from: fc.integer({ min: 1, max: 10 }),
    hours: fc.integer({ min: 1, max: 6 }),
    lookback: fc.integer({ min: 0, max: 1 }),
    /** Hours that the lake holds beyond what is asked for. */
    around: fc.boolean(),
    needs: fc.subarray([...classes], { minLength: 1 }),
    pick: fc.nat(),
    part: fc.constantFrom('account', 'region', 'hour', 'class', 'file', 'place') as fc.Arbitrary<
      'account' | 'region' | 'hour' | 'class' | 'file' | 'place'
    >,
  })

  test('nothing removed is complete; anything removed is not', () => {
    fc.assert(
      fc.property(world, ({ accounts, further, from, hours, lookback, around, needs, pick, part }) => {
        const regions = [east, ...further]
        const begin = from - lookback - (around ? 1 : 0)
        const end = from + hours + (around ? 1 : 0)
        fc.pre(begin >= 0)
        const asked = Array.from({ length: hours + lookback }, (_, at) => from - lookback + at)
        const events = accounts.flatMap((account) =>
          regions.flatMap((region) =>
            classes.flatMap((eventClass) =>
              Array.from({ length: end - begin }, (_, at) => ({ account, region, eventClass, hour: begin + at })),
            ),
          ),
        )
        const scope = {
          window: { from: clock(from), to: clock(from + hours) },
          earliest: clock(from - lookback),
          accounts,
          regions,
        }
        expect(judgeCoverage(factsOf(events), scope, needs)).toMatchObject({
          complete: true,
          through: scope.window.to,
          gaps: [],
        })
        const chosen = <T>(list: readonly T[]): T => list[pick % list.length]!
        const one: Event = {
          account: chosen(accounts),
          region: chosen(regions),
          eventClass: chosen(needs),
          hour: chosen(asked),
        }
        const kindOf = (eventClass: string): string => eventClass.split(':')[0]!
        const here = (event: Event): boolean => event.account === one.account && event.region === one.region
        const removed: Record<typeof part, (event: Event) => boolean> = {
          account: (event) => event.account === one.account,
          region: (event) => event.region === one.region,
          hour: (event) =>
            here(event) && event.hour === one.hour && kindOf(event.eventClass) === kindOf(one.eventClass),
          class: (event) => here(event) && event.eventClass === one.eventClass,
          file: () => false,
          place: () => false,
        }
        const damaged =
          part === 'file'
            ? [
                {
                  account: one.account,
                  region: one.region,
                  from: clock(one.hour, '10:00'),
                  to: clock(one.hour, '25:00'),
                  reason: 'r',
                },
              ]
            : part === 'place'
              ? [{ account: null, region: null, from: null, to: null, reason: 'r' }]
              : []
        const judged = judgeCoverage(
          factsOf(
            events.filter((event) => !removed[part](event)),
            damaged,
          ),
          scope,
          needs,
        )
        expect(judged.complete).toBe(false)
        expect(judged.gaps.length).toBeGreaterThan(0)
        for (const gap of judged.gaps) {
          expect(gap.from < gap.to && gap.from >= scope.earliest && gap.to <= scope.window.to).toBe(true)
          expect(gap.reason).not.toBe('')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('without names in the scope, a missing account or region shows where the global services log', () => {
    const events = [A, B].map((account) => ({ account, region: 'eu-west-1', eventClass: write, hour: 9 }))
    const scope = { window: { from: clock(9), to: clock(10) }, accounts: [], regions: [] }
    expect(judgeCoverage(factsOf(events), scope, [write]).complete).toBe(false)
  })
})
