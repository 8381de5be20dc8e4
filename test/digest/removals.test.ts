import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judgeCoverage } from '../../src/core/run/coverage.ts'
import { day, hour, isoTime, milliseconds, minute } from '../../src/core/time.ts'
import type { Delivered } from '../support/deliveries.ts'
import { digestWorld, type Harm, noHarm, type WorldDigest, type WorldLog } from '../support/digest-world.ts'

const start = milliseconds('2026-01-08T00:00:00Z')
const at = (time: number): string => isoTime(Math.round(time / 1000) * 1000)
const world = digestWorld({ events: 6000, days: 1, accounts: 5, seed: '5', stories: 'none' })
const whole = world.facts(noHarm)
const needs = [
  ['management:write'],
  ['management:read'],
  ['management:read', 'management:write'],
  ['data:s3'],
  ['management:write', 'data:s3'],
]

const question = fc.record({
  length: fc.integer({ min: 10, max: 8 * 60 }),
  needs: fc.constantFrom(...needs),
  scope: fc.constantFrom('place', 'account', 'everything'),
})
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never

/** Whether all is covered for a question around an event. */
function isClear(harm: Harm, event: Delivered, { length, needs, scope }: Question, shift: number): boolean {
  const middle = milliseconds(event.time)
  const from = Math.max(start, middle - Math.floor(length * shift) * minute)
  const window = { from: at(from), to: at(Math.min(start + day, Math.max(from + length * minute, middle + minute))) }
  return judgeCoverage(
    harm === noHarm ? whole : world.facts(harm),
    {
      window,
      accounts: scope === 'everything' ? [] : [event.account],
      regions: scope === 'place' ? [...new Set([event.region, 'us-east-1'])] : [],
    },
    needs,
  ).complete
}

const random = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.nat({ max: items.length - 1 }).map((one) => items[one]!)
const inPlace = <T extends { account: string; region: string }>(items: readonly T[], place: WorldDigest): T[] =>
  items.filter(({ account, region }) => account === place.account && region === place.region)
const logsOf = (digest: WorldDigest): WorldLog[] => world.logs.filter((log) => log.digest === digest)
const none = { cut: new Map<WorldLog, number>(), changed: new Set<WorldDigest>() }

/** What an attacker, a broken copy or a forgetful person may do to the files of one place. */
const anyHarm = fc.oneof(
  fc.array(random(world.logs), { minLength: 1, maxLength: 5 }).map((logs): Harm => ({ ...none, gone: new Set(logs) })),
  fc
    .tuple(random(world.logs), fc.nat())
    .map(([log, one]): Harm => ({ ...none, gone: new Set(), cut: new Map([[log, one % log.events.length]]) })),
  random(world.digests).map((digest): Harm => ({ ...none, gone: new Set([digest, ...logsOf(digest)]) })),
  fc.tuple(random(world.digests), fc.nat()).map(([digest, one]): Harm => {
    const logs = logsOf(digest)
    return { ...none, gone: new Set(logs.length === 0 ? [digest] : [digest, logs[one % logs.length]!]) }
  }),
  random(world.digests).map((digest): Harm => ({ ...none, gone: new Set(logsOf(digest)), changed: new Set([digest]) })),
  fc.tuple(random(world.digests), fc.integer({ min: 1, max: 12 })).map(([digest, hours]): Harm => {
    const until = milliseconds(digest.digest.from) + hours * hour
    const some = inPlace(world.digests, digest).filter(
      (one) => one.digest.from >= digest.digest.from && milliseconds(one.digest.from) < until,
    )
    return { ...none, gone: new Set(some.flatMap((one) => [one, ...logsOf(one)])) }
  }),
  random(world.digests).map((digest): Harm => ({ ...none, gone: new Set(inPlace(world.logs, digest)) })),
)

const shownFile = (one: WorldLog | WorldDigest): string => ('path' in one ? one.path : one.digest.object)
const harms = anyHarm.map((harm) => ({
  ...harm,
  [fc.toStringMethod]: () =>
    `gone ${[...harm.gone].map(shownFile)}, cut ${[...harm.cut.keys()].map(shownFile)}, changed ${[...harm.changed].map(shownFile)}`,
}))

/**
 * Events that are gone, and that somebody has to notice. Of a log file whose digest is gone or changed, too, nothing tells how late its
 * events came: those of the quarter of an hour before its digest's window count, and no older ones.
 */
const countedIn = ({ gone, cut, changed }: Harm): Delivered[] =>
  world.logs.flatMap((log) => {
    const lost = gone.has(log) ? log.events : log.events.filter((_, one) => cut.get(log) === one)
    const by = log.digest!
    if (!gone.has(by) && !changed.has(by)) return lost
    if (isEnd({ gone, cut, changed }, by)) return []
    const earliest = Math.max(milliseconds(by.digest.from) - 15 * minute, beginning({ gone, cut, changed }, by))
    return lost.filter(({ time }) => milliseconds(time) >= earliest)
  })

/** Digests of the last hours may not be there yet; only log files that were delivered two hours later tell that they should. */
function isEnd({ gone }: Harm, of: WorldDigest): boolean {
  const left = inPlace(world.digests, of).filter((one) => !gone.has(one))
  const end = Math.max(0, ...left.map(({ digest }) => milliseconds(digest.to)))
  if (end > milliseconds(of.digest.to)) return false
  return !inPlace(world.logs, of).some((log) => !gone.has(log) && milliseconds(log.delivered) > end + 2 * hour)
}

/**
 * A copy may begin anywhere. Of the digest before its first one it is known that it was there, and it counts where log files of its hour are
 * left; what a lake that begins later lost is told by its rhythm, or not at all.
 */
function beginning({ gone }: Harm, of: WorldDigest): number {
  const left = inPlace(world.digests, of).filter((one) => !gone.has(one))
  const first = Math.min(...left.map(({ digest }) => milliseconds(digest.from)))
  if (first < milliseconds(of.digest.from)) return 0
  const isLeft = inPlace(world.logs, of).some(
    (log) => !gone.has(log) && milliseconds(log.delivered) >= first - hour && milliseconds(log.delivered) < first,
  )
  return isLeft ? first - hour : first
}

describe('coverage of an organisation whose trail signs digests', () => {
  test('is whole while nothing is missing, up to a delivery before the digests end', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(question, random(world.logs), fc.double({ min: 0, max: 1, noNaN: true }), (asked, log, shift) => {
        expect(isClear(noHarm, log.events[0]!, asked, shift)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  test('is never clear where a log, a digest or an edit took away what is asked for', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(
        harms,
        question,
        fc.nat(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (harm, asked, which, shift) => {
          const counted = countedIn(harm).filter(({ eventClass }) => asked.needs.includes(eventClass))
          fc.pre(counted.length > 0)
          expect(isClear(harm, counted[which % counted.length]!, asked, shift)).toBe(false)
        },
      ),
      { numRuns: Number(process.env.TRAILBOOK_REMOVALS ?? 60) },
    )
  })
})
