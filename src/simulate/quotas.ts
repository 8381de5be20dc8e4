/** How many events are given out: stories and the hourly pulse first, ordinary traffic has what is left. */
import { TrailbookError } from '../core/errors.ts'
import { hour } from '../core/time.ts'
import type { SimulateOptions } from './options.ts'
import type { Organisation } from './organisation.ts'
import { pulse, pulseLength } from './traffic/rhythm.ts'
import type { World } from './world.ts'

interface Rhythm {
  /** Events of all pulses. */
  readonly total: number
  /** Puts into the world what is due before this time. */
  until(time: number): void
}

/**
 * Hours between pulses. Below an hour, an hour that is missing is always longer than any pause; beyond half a day, coverage could
 * no longer tell a quiet account from a missing one.
 */
const spacings = [0.5, 0.75, 1.5, 3, 6, 12] as const
/** Share of the events that pulses may take before they become rarer. */
const most = 0.4

/** @throws TrailbookError SIMULATE_TOO_FEW */
export function rhythmOf({ organisation, world, options }: RhythmContext): Rhythm {
  const { accounts } = organisation
  const length = accounts.reduce((sum, account) => sum + pulseLength(account), 0)
  const hours = (world.to - world.from) / hour
  const left = options.events - world.count()
  const total = (every: number): number => Math.ceil(hours / every) * length
  const every = spacings.find((one) => total(one) <= left * most)
  if (every === undefined)
    throw new TrailbookError('SIMULATE_TOO_FEW', {
      events: options.events,
      accounts: accounts.length,
      days: options.days,
      least: world.count() + Math.ceil(total(spacings.at(-1)!) / most),
    })
  let next = world.from
  return {
    total: total(every),
    until(time) {
      for (; next < Math.min(time, world.to); next += every * hour)
        for (const account of accounts) pulse(world, next, { seed: options.seed, account })
    },
  }
}

interface RhythmContext {
  readonly organisation: Organisation
  readonly world: World
  readonly options: SimulateOptions
}

/** Whole events by weight; what rounding leaves goes to the heaviest. */
export function quotasOf({ accounts }: Organisation, events: number): Map<string, number> {
  const all = accounts.reduce((sum, { weight }) => sum + weight, 0)
  const quotas = new Map(accounts.map(({ id, weight }) => [id, Math.floor((events * weight) / all)]))
  const given = [...quotas.values()].reduce((sum, quota) => sum + quota, 0)
  const heaviest = accounts.toSorted((a, b) => b.weight - a.weight)[0]!
  quotas.set(heaviest.id, (quotas.get(heaviest.id) ?? 0) + events - given)
  return quotas
}
