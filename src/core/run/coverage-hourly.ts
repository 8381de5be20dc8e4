/** Deliveries out of counts by the hour, as engines can give them that keep no ledger. */
import { hour, isoTime, second } from '../time.ts'
import type { Deliveries } from './coverage-facts.ts'

interface Series {
  readonly account: string
  readonly region: string
  /** As in `Deliveries`. */
  readonly eventClass: string
}

/** Events of one hour of the clock; times in milliseconds. */
export interface CountedHour extends Series {
  readonly first: number
  readonly last: number
}

interface Bounds extends Series {
  readonly first: number
  readonly last: number
}

const keyOf = ({ account, region, eventClass }: Series): string => [account, region, eventClass].join(' ')

/** The hour of an event, and the same for all management events together, and for its bucket, function or table. */
export function seriesOf(eventClass: string, resource: string | null): string[] {
  if (eventClass.startsWith('management:')) return [eventClass, 'management']
  return resource === null || !eventClass.startsWith('data:') ? [eventClass] : [eventClass, `${eventClass} ${resource}`]
}

/**
 * Hours of the same series are put together, in whatever order they come.
 *
 * @param bounds first and last event of each series where the hours do not reach as far
 */
export function deliveriesOf(hours: Iterable<CountedHour>, bounds: readonly Bounds[] = []): Deliveries[] {
  const all = new Map<string, { series: Series; hours: Map<number, { first: number; last: number }> }>()
  for (const { first, last, ...series } of hours) {
    const key = keyOf(series)
    const own = all.get(key) ?? { series, hours: new Map() }
    all.set(key, own)
    const at = Math.floor(first / hour)
    const known = own.hours.get(at)
    if (known === undefined) own.hours.set(at, { first, last })
    else {
      known.first = Math.min(known.first, first)
      known.last = Math.max(known.last, last)
    }
  }
  const reach = new Map(bounds.map((row) => [keyOf(row), row]))
  for (const row of bounds) if (!all.has(keyOf(row))) all.set(keyOf(row), { series: row, hours: new Map() })
  return [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, own]) => {
      const { account, region, eventClass } = own.series
      const inOrder = [...own.hours.values()].sort((a, b) => a.first - b.first)
      const { first, last } = reach.get(key) ?? { first: inOrder[0]!.first, last: inOrder.at(-1)!.last }
      return { account, region, eventClass, first: isoTime(first), last: isoTime(last), ...rhythmOf(inOrder) }
    })
}

const rare = 0.95

function rhythmOf(
  hours: readonly { readonly first: number; readonly last: number }[],
): Pick<Deliveries, 'steps' | 'usual' | 'pauses'> {
  const steps: number[] = []
  const pauses: Deliveries['pauses'][number][] = []
  for (let at = 1; at < hours.length; at++) {
    const { last } = hours[at - 1]!
    const { first } = hours[at]!
    if (Math.floor(first / hour) === Math.floor(last / hour) + 1) steps.push((first - last) / second)
    if (first - last >= hour) pauses.push({ from: isoTime(last), to: isoTime(first) })
  }
  steps.sort((a, b) => a - b)
  return { steps: steps.length, usual: steps[Math.max(0, Math.ceil(steps.length * rare) - 1)] ?? 0, pauses }
}
