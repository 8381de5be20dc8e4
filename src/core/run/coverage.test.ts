import { describe, expect, test } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { judgeCoverage } from './coverage.ts'
import { type CoverageFacts, noFacts } from './coverage-facts.ts'
import { inventorySchema } from './inventory.ts'

const A = '111122223333'
const B = '444455556666'
const day = '2026-01-31T'
const clock = (hour: number, rest = '00:00'): string => `${day}${String(hour).padStart(2, '0')}:${rest}Z`

/** Events as `account region class hours`, e.g. `9-11,13`; the first at :10 of the first hour, the last at :37:50. */
function facts(
  deliveries: readonly [string, string, string, string][],
  others: Partial<CoverageFacts> = {},
): CoverageFacts {
  const hoursOf = (text: string): number[] =>
    text.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number) as [number, number?]
      return Array.from({ length: to! - from + 1 }, (_, at) => from + at)
    })
  const events = deliveries.flatMap(([account, region, eventClass, text]) => {
    const hours = hoursOf(text)
    return hours.flatMap((hour, at) => [
      { account, region, eventClass, time: clock(hour, at === 0 ? '10:00' : '05:00') },
      { account, region, eventClass, time: clock(hour, at === hours.length - 1 ? '37:50' : '55:00') },
    ])
  })
  return factsOf(events, others)
}

const window = (from: string, to: string) => ({ from: `${day}${from}:00Z`, to: `${day}${to}:00Z` })

/** Trails that record everything, so that data events are not told as partial. */
const recorded: Partial<CoverageFacts> = {
  inventory: inventorySchema.parse({ trails: [{ name: 'all', data: [{ service: 's3' }] }] }),
}

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
      facts([[B, 'eu-west-1', 'data:s3', '9']], recorded),
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
      facts(
        [
          [A, east, write, '9,11'],
          [A, east, 'data:s3', '9-11'],
        ],
        recorded,
      ),
      ['09:10', '11:30'],
      { needs: [write, 'data:s3'] },
      { complete: false, through: '10:00', gaps: [`gap ${A} ${east} ${write} 10:00-11:00`] },
    ],
    [
      'nor the other way round, where nothing tells that the trail records them',
      facts([
        [A, east, write, '9-11'],
        [A, east, 'data:s3', '9,11'],
      ]),
      ['09:10', '11:30'],
      { needs: [write, 'data:s3'] },
      {
        complete: false,
        through: null,
        gaps: [`partial ${A} ${east} data:s3 09:10-11:30`, `gap ${A} ${east} data:s3 10:00-11:00`],
      },
    ],
    [
      'where a trail records all of them, an hour without any is a quiet one',
      facts(
        [
          [A, east, write, '9-11'],
          [A, east, 'data:s3', '9,11'],
        ],
        recorded,
      ),
      ['09:10', '11:30'],
      { needs: [write, 'data:s3'] },
      { complete: true, through: '11:30', gaps: [] },
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
      { complete: false, through: null, gaps: [`unknown ${A} ${east} ${write} 08:00-09:10`] },
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
    const pauses = Array.from({ length: 3000 }, (_, at) => ({
      from: new Date(Date.UTC(2025, 0, 1, at * 2)).toISOString().replace('.000', ''),
      to: new Date(Date.UTC(2025, 0, 1, at * 2 + 1)).toISOString().replace('.000', ''),
    }))
    const deliveries = Array.from({ length: 50 }, (_, at) => String(100000000000 + at)).flatMap((account) =>
      ['management', write].map((eventClass) => ({
        account,
        region: east,
        eventClass,
        first: '2025-01-01T00:00:00Z',
        last: '2025-12-31T23:59:59Z',
        steps: 8759,
        usual: 300,
        pauses,
      })),
    )
    const scope = { window: { from: '2025-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, accounts: [], regions: [] }
    const started = process.cpuUsage()
    expect(judgeCoverage({ ...noFacts, deliveries }, scope, [write]).gaps).toHaveLength(50 * 3000)
    // Of the processor, not of the clock: others may be at work on the same machine.
    expect(process.cpuUsage(started).user).toBeLessThan(5_000_000)
  })
})
