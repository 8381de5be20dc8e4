import { describe, expect, test } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { hour, isoTime, milliseconds, minute } from '../time.ts'
import { judgeCoverage } from './coverage.ts'
import type { CoverageFacts, TrailEvent } from './coverage-facts.ts'
import { inventorySchema } from './inventory.ts'

const account = '111122223333'
const region = 'us-east-1'
const start = milliseconds('2026-01-31T00:00:00Z')
const at = (hours: number): string => isoTime(start + hours * hour)

/** Twenty-four hours of events every ten minutes, but in the silent hours. */
const events = (eventClass: string, silent: (time: number) => boolean = () => false) =>
  Array.from({ length: 144 }, (_, index) => index / 6)
    .filter((time) => !silent(time))
    .map((time) => ({ account, region, eventClass, time: isoTime(start + time * hour + minute) }))

const classes = ['management:read', 'management:write', 'data:s3']
const all = (silent?: (time: number) => boolean) => classes.flatMap((eventClass) => events(eventClass, silent))

let count = 0
const call = (name: string, time: number, request: object = {}, response: unknown = null): TrailEvent => ({
  id: String(count++),
  account,
  region,
  time: at(time),
  name,
  request: { name: 'main', ...request },
  response,
})

const put = (time: number, selector: object): TrailEvent =>
  call('PutEventSelectors', time, { trailName: 'main', eventSelectors: [selector] })

interface Told {
  readonly trailEvents?: readonly TrailEvent[]
  readonly trails?: readonly object[]
  readonly silent?: (time: number) => boolean
  readonly needs?: readonly string[]
  readonly window?: readonly [number, number]
}

function told({ trailEvents = [], trails, silent, needs = ['management:write'], window = [2, 22] }: Told): string[] {
  const inventory = trails === undefined ? undefined : inventorySchema.parse({ trails })
  const facts = factsOf(all(silent), { trailEvents, inventory })
  const scope = { window: { from: at(window[0]), to: at(window[1]) }, accounts: [], regions: [] }
  return judgeCoverage(facts, scope, needs).gaps.map(
    ({ state, eventClass, from, to, reason }) =>
      `${state} ${eventClass} ${from.slice(11, 16)}-${to.slice(11, 16)} ${reason.replaceAll(/20\d\d-\d\d-\d\dT/g, '')}`,
  )
}

const whole = { data: [{ service: 's3' }] }

describe('coverage by what trails recorded', () => {
  test.each<[string, Told, string[]]>([
    ['nothing is known of trails: management events are judged by deliveries', {}, []],
    [
      'nothing is known of trails: which objects are recorded nobody knows',
      { needs: ['data:s3'] },
      ['partial data:s3 02:00-22:00 Nothing tells which data:s3 events the trail records.'],
    ],
    ['a configured trail records all objects', { needs: ['data:s3'], trails: [{ name: 'main', ...whole }] }, []],
    [
      'a configured trail records one bucket',
      { needs: ['data:s3'], trails: [{ name: 'main', data: [{ service: 's3', resources: ['arn:aws:s3:::one/'] }] }] },
      [
        'partial data:s3 02:00-22:00 The trail main records data:s3 events in part: only arn:aws:s3:::one/ (the inventory).',
      ],
    ],
    [
      'a configured trail leaves keys out',
      { trails: [{ name: 'main', exclude: ['kms.amazonaws.com'] }] },
      [
        'partial management:write 02:00-22:00 The trail main records management:write events in part: nothing of kms.amazonaws.com (the inventory).',
      ],
    ],
    [
      'a second trail records what the first leaves out',
      {
        trails: [
          { name: 'main', exclude: ['kms.amazonaws.com'] },
          { name: 'keys', management: 'all' },
        ],
      },
      [],
    ],
    [
      'the trail was stopped for a moment',
      { trailEvents: [call('StopLogging', 10), call('StartLogging', 10.2)] },
      ['gap management:write 10:00-10:12 The trail main was stopped (StopLogging of 10:00:00Z).'],
    ],
    [
      'the trail was stopped, and nothing came',
      { trailEvents: [call('StopLogging', 10), call('StartLogging', 12)], silent: (time) => time >= 10 && time < 12 },
      [
        'gap management:write 09:51-12:01 No management events of account 111122223333 in us-east-1 were delivered here, though there are some before and after. The trail main was stopped (StopLogging of 10:00:00Z).',
      ],
    ],
    [
      'a trail was stopped for hours in which events came: another one feeds the lake',
      { trailEvents: [call('StopLogging', 10), call('StartLogging', 14)] },
      [],
    ],
    ['a trail was deleted for good, and events went on', { trailEvents: [call('DeleteTrail', 10)] }, []],
    [
      'a trail whose making is in the lake is not what the lake is fed with',
      {
        trailEvents: [
          call('CreateTrail', 9),
          call('StartLogging', 9.1),
          call('StopLogging', 10),
          call('StartLogging', 10.2),
        ],
      },
      [],
    ],
    [
      'the trail left keys out from a time on, and took them back',
      {
        trailEvents: [
          put(10, { readWriteType: 'All', excludeManagementEventSources: ['kms.amazonaws.com'] }),
          put(15, { readWriteType: 'All' }),
        ],
      },
      [
        'partial management:write 10:00-15:00 The trail main records management:write events in part: nothing of kms.amazonaws.com (PutEventSelectors of 10:00:00Z).',
      ],
    ],
    [
      'a configured trail lost a bucket from a time on',
      {
        needs: ['data:s3'],
        trails: [{ name: 'main', ...whole }],
        trailEvents: [put(10, { dataResources: [{ type: 'AWS::S3::Object', values: ['arn:aws:s3:::one/'] }] })],
      },
      [
        'partial data:s3 10:00-22:00 The trail main records data:s3 events in part: only arn:aws:s3:::one/ (PutEventSelectors of 10:00:00Z).',
      ],
    ],
    [
      'where trails are configured, calls about others say nothing',
      {
        trails: [{ name: 'organisation', ...whole }],
        trailEvents: [call('StopLogging', 10), call('StartLogging', 10.2)],
      },
      [],
    ],
    [
      'a configured trail that began later',
      { trails: [{ name: 'main', from: at(12) }], silent: (time) => time < 12, window: [10, 14] },
      [
        "gap management:write 10:00-12:01 The inventory names no trail for this time. The lake's management events of account 111122223333 in us-east-1 begin at 12:01:00Z.",
      ],
    ],
  ])('%s', (_, given, expected) => {
    expect(told(given)).toEqual(expected)
  })

  test('a digest speaks for a time without deliveries, but not for what could not be read', () => {
    const facts = factsOf(all((time) => time >= 10 && time < 13))
    const scope = { window: { from: at(8), to: at(14) }, accounts: [], regions: [] }
    const quiet = { account, region, from: at(9), to: at(13.5), state: 'quiet' as const, trails: ['main'] }
    expect(judgeCoverage(facts, scope, ['management:write']).complete).toBe(false)
    const told = judgeCoverage({ ...facts, attested: [quiet] }, scope, ['management:write'])
    expect(told).toMatchObject({ complete: true, hours: { quiet: 4.5, present: 1.5, gap: 0 } })
    const damaged = [{ account, region, from: at(11), to: at(12), reason: 'Bad file.' }]
    expect(judgeCoverage({ ...facts, attested: [quiet], damaged }, scope, ['management:write'])).toMatchObject({
      complete: false,
      gaps: [{ from: at(11), to: at(12), reason: 'Bad file.' }],
    })
  })

  test('a digest speaks for a class that nobody saw only where no selectors can have changed unseen', () => {
    const trail = `${account}/${region}/main`
    const away = { account, region: 'eu-west-1' }
    const events = all().flatMap((event) => [
      event,
      // Elsewhere reading calls pause while writing ones go on.
      ...(event.eventClass === 'management:read' && event.time >= at(10) && event.time < at(13)
        ? []
        : [{ ...event, region: 'eu-west-1' }]),
    ])
    const attested = (places: readonly { account: string; region: string }[], trails: readonly string[]) =>
      places.map((place) => ({ ...place, from: at(0), to: at(24), state: 'verified' as const, trails }))
    const told = (rows: CoverageFacts['attested']) =>
      judgeCoverage(
        factsOf(events, { attested: rows }),
        { window: { from: at(9), to: at(14) }, accounts: [account], regions: ['eu-west-1', region] },
        ['management:read'],
      ).gaps
    const isClear = (rows: CoverageFacts['attested']): boolean => told(rows).length === 0
    const home = { account, region }
    expect(isClear([])).toBe(false)
    expect(isClear(attested([away], [trail]))).toBe(false)
    expect(told(attested([home, away], [trail]))).toEqual([])
    expect(isClear(attested([home, away], [trail, `${account}/ap-east-1/second`]))).toBe(false)
    expect(isClear(attested([home, away], [`o-exampleorg1/${region}/main`]))).toBe(false)
  })

  test('a digest says nothing of a class that its trail is not known to record', () => {
    const trail = `${account}/${region}/main`
    const facts = factsOf(all().filter(({ eventClass }) => eventClass === 'management:write'))
    const attested = [{ account, region, from: at(0), to: at(24), state: 'verified' as const, trails: [trail] }]
    const told = (needs: string) =>
      judgeCoverage({ ...facts, attested }, { window: { from: at(9), to: at(14) }, accounts: [], regions: [] }, [needs])
    expect(told('management:write').gaps).toEqual([])
    expect(told('management:read').gaps[0]?.reason).toContain('the trail may not record them')
    expect(told('data:s3').gaps[0]?.reason).toContain('the trail may not record them')
  })

  describe('events of a trail may take away, and never add', () => {
    const other = '444455556666'
    const everything = {
      trailName: 'main',
      eventSelectors: [{ dataResources: [{ type: 'AWS::S3::Object', values: ['arn:aws:s3'] }] }],
    }
    const management = classes
      .slice(0, 2)
      .flatMap((eventClass) =>
        [account, other].flatMap((owner) => events(eventClass).map((event) => ({ ...event, account: owner }))),
      )
    const judged = (
      trailEvents: readonly TrailEvent[],
      trails: readonly object[] | undefined,
      needs: readonly string[],
    ): boolean =>
      judgeCoverage(
        factsOf(management, {
          trailEvents,
          inventory: trails === undefined ? undefined : inventorySchema.parse({ trails }),
        }),
        { window: { from: at(2), to: at(22) }, accounts: [account], regions: [] },
        needs,
      ).complete

    test.each<[string, TrailEvent[], object[] | undefined]>([
      [
        "another account's trail of the same name",
        [{ ...call('PutEventSelectors', 1, everything), account: other }],
        [{ name: 'main' }],
      ],
      [
        'the trail itself, beyond what the inventory says',
        [call('PutEventSelectors', 1, everything)],
        [{ name: 'main', accounts: [account] }],
      ],
      [
        'a second trail that does not feed this lake',
        [call('PutEventSelectors', 1, { ...everything, trailName: 'second' })],
        undefined,
      ],
    ])('%s cannot make data events of which none was ever seen complete', (_, trailEvents, trails) => {
      expect(judged(trailEvents, trails, ['data:s3'])).toBe(false)
    })

    test("another account's StartLogging does not undo a StopLogging", () => {
      const stopped = { ...call('StopLogging', 4), account }
      const started = { ...call('StartLogging', 5), account: other }
      expect(
        told({
          trailEvents: [stopped, started],
          trails: [{ name: 'main' }],
          silent: (time) => time >= 4,
        }).join(),
      ).toContain('was stopped')
    })
  })
})
