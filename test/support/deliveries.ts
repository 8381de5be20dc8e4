/** What a lake would tell coverage of given events: the same as `readCoverageFacts`, without a database. */
import type { CoverageFacts, Deliveries } from '../../src/core/run/coverage-facts.ts'
import { noFacts } from '../../src/core/run/coverage-facts.ts'
import { hour, isoTime, milliseconds } from '../../src/core/time.ts'

export interface Delivered {
  readonly account: string
  readonly region: string
  readonly eventClass: string
  /** Of data events: an ARN. */
  readonly resource?: string
  /** ISO text. */
  readonly time: string
}

export function factsOf(events: readonly Delivered[], others: Partial<CoverageFacts> = {}): CoverageFacts {
  const places = new Map<string, { account: string; region: string; eventClass: string; times: number[] }>()
  const add = (event: Delivered, eventClass: string): void => {
    const key = [event.account, event.region, eventClass].join(' ')
    const place = places.get(key) ?? { account: event.account, region: event.region, eventClass, times: [] }
    place.times.push(milliseconds(event.time))
    places.set(key, place)
  }
  for (const event of events) {
    add(event, event.eventClass)
    if (event.eventClass.startsWith('management:')) add(event, 'management')
    if (event.resource !== undefined) add(event, `${event.eventClass} ${event.resource}`)
  }
  const deliveries = [...places.values()]
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map(({ times, ...place }): Deliveries => ({ ...place, ...rhythmOf(times.sort((a, b) => a - b)) }))
  return { ...noFacts, deliveries, ...others }
}

const keyOf = (place: { account: string; region: string; eventClass: string }): string =>
  [place.account, place.region, place.eventClass].join(' ')

function rhythmOf(times: readonly number[]): Omit<Deliveries, 'account' | 'region' | 'eventClass'> {
  const hourOf = (time: number): number => Math.floor(time / hour)
  const pairs = times.slice(1).map((to, at) => ({ from: times[at]!, to }))
  const steps = pairs
    .filter(({ from, to }) => hourOf(to) === hourOf(from) + 1)
    .map(({ from, to }) => to - from)
    .sort((a, b) => a - b)
  return {
    first: isoTime(times[0]!),
    last: isoTime(times.at(-1)!),
    steps: steps.length,
    usual: (steps[Math.max(0, Math.ceil(steps.length * 0.95) - 1)] ?? 0) / 1000,
    pauses: pairs
      .filter(({ from, to }) => to - from >= hour)
      .map(({ from, to }) => ({ from: isoTime(from), to: isoTime(to) })),
  }
}
