/** Coverage by the names of delivered log files: they tell account, Region and minute of delivery, and nothing of what is in them. */
import { parseLogPath } from '../event/log-path.ts'
import { hour, type IsoTime, isoTime, milliseconds, minute, type Window } from '../time.ts'
import type { Coverage, CoverageScope } from './coverage.ts'
import { judgeCoverage } from './coverage.ts'
import { type CoverageFacts, noFacts } from './coverage-facts.ts'
import { type CountedHour, deliveriesOf } from './coverage-hourly.ts'
import type { Inventory } from './inventory.ts'

export interface ListedKey {
  readonly key: string
  /** Bytes; -1 where that is not known. */
  readonly size: number
  /** Why the engine passes over it, though it lies there; the same sentence for all files of a kind. */
  readonly unread?: string
}

/** Events lie so long before the delivery of their file. */
const lag = 15 * minute

const kinds: Readonly<Record<string, string>> = {
  CloudTrail: 'management',
  'CloudTrail-Insight': 'insight',
  'CloudTrail-NetworkActivity': 'network',
}

export interface Listing {
  /** Keys that are no log files, digests among them, count for nothing: what a digest says stands in it, and not in its name. */
  add(key: ListedKey): void
  readonly count: number
  facts(needs: readonly string[]): CoverageFacts
}

export function createListing(): Listing {
  const hours: CountedHour[] = []
  const damaged: CoverageFacts['damaged'][number][] = []
  const passedOver = new Set<string>()
  let count = 0
  return {
    get count() {
      return count
    },
    add({ key, size, unread }) {
      count++
      const { account, region, folder = '', delivered } = parseLogPath(key)
      const eventClass = kinds[folder]
      if (account === undefined || region === undefined || delivered === undefined || eventClass === undefined) return
      const at = milliseconds(delivered)
      if (unread !== undefined) {
        // Whole years of files may be archived: one entry for an hour of a place.
        const from = at - (at % hour)
        const place = `${account} ${region} ${from} ${unread}`
        if (passedOver.has(place)) return
        passedOver.add(place)
        damaged.push({ account, region, from: isoTime(from), to: isoTime(from + hour + lag), reason: unread })
        return
      }
      if (size === 0) {
        const reason = `The log file ${key.slice(key.lastIndexOf('/') + 1)} is empty: nobody knows which events it held.`
        damaged.push({ account, region, from: delivered, to: isoTime(at + lag), reason })
        return
      }
      hours.push({ account, region, eventClass, first: at, last: at })
    },
    facts(needs) {
      // A file may hold events of either management class and of any data class.
      const others = ['management:read', 'management:write', ...needs.filter((need) => need.startsWith('data:'))]
      const all = hours.flatMap((one) =>
        one.eventClass === 'management' ? [one, ...others.map((eventClass) => ({ ...one, eventClass }))] : [one],
      )
      return { ...noFacts, deliveries: deliveriesOf(all), damaged }
    },
  }
}

interface Judging {
  readonly inventory: Inventory | undefined
  readonly needs: readonly string[]
  readonly trailEvents: CoverageFacts['trailEvents']
}

/**
 * Judged is the time of delivery, a quarter of an hour later than that of the events: a hole in it is one in theirs from a
 * quarter of an hour before on.
 */
export function judgeListing(
  listing: Listing,
  scope: CoverageScope,
  { inventory, needs, trailEvents }: Judging,
): Coverage {
  const { window } = scope
  const earliest = scope.earliest ?? window.from
  const asked = { ...scope, window: { from: window.from, to: isoTime(milliseconds(window.to) + lag) } }
  const facts = { ...listing.facts(needs), trailEvents, inventory, holder: 'listing', unopened: true }
  const judged = judgeCoverage(facts, asked, needs)
  const from = [earliest, window.from].sort()[0]!
  const gaps = judged.gaps.flatMap((gap) => {
    const cut: Window = { from: later(from, earlierBy(gap.from)), to: gap.to < window.to ? gap.to : window.to }
    return cut.from < cut.to ? [{ ...gap, ...cut }] : []
  })
  const first = gaps.reduce((least, gap) => (gap.from < least ? gap.from : least), window.to)
  return {
    ...judged,
    basis: 'listing',
    window,
    gaps,
    complete: gaps.length === 0,
    through: first > window.from ? first : null,
  }
}

const earlierBy = (time: IsoTime): IsoTime => isoTime(milliseconds(time) - lag)
const later = (a: IsoTime, b: IsoTime): IsoTime => (a > b ? a : b)
