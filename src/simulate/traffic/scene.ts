import { minute } from '../../core/time.ts'
import type { Account, Bucket, Organisation } from '../organisation.ts'
import type { Caller } from '../principals.ts'
import type { Random } from '../random.ts'
import type { Call } from '../record.ts'
import type { Sessions } from './sessions.ts'

/** Where and when a source of events is called. */
export interface Scene {
  readonly organisation: Organisation
  readonly account: Account
  readonly random: Random
  readonly at: number
  readonly sessions: Sessions
  /** @returns the ids of the records, none when the account has no room left */
  happen(caller: Caller, call: Call, where?: Where): readonly string[]
}

interface Where {
  /** Else the organisation's home region. */
  readonly region?: string
  readonly at?: number
  /** The account whose trail records it, else the scene's. */
  readonly account?: string
  /** Another account that owns the resource and gets its own copy. */
  readonly owner?: string
}

/** A kind of ordinary event, drawn by weight. */
export interface Source {
  readonly name: string
  /** Share of the account's events at a busy time. */
  readonly share: (account: Account) => number
  /** Events of one call of `act`, on average: shares are of events. */
  readonly length: number
  /** From 0 to 1, how busy it is at a time of day; else always busy. */
  readonly busy?: (at: number, account: Account) => number
  readonly act: (scene: Scene) => void
}

/** A burst: calls one after another, with a pause before each. */
interface Burst {
  readonly caller: Caller
  readonly region?: string
  /** Average pause in milliseconds. */
  readonly pause: number
  /** Start, else the scene's time. */
  readonly at?: number
}

export function burst(scene: Scene, { caller, region, pause, at = scene.at }: Burst, calls: readonly Call[]): number {
  let time = at
  for (const call of calls) {
    scene.happen(caller, call, { at: time, ...(region !== undefined && { region }) })
    time += Math.round(scene.random.next() * 2 * pause)
  }
  return time
}

/** `count` of the items in a row, from anywhere in the list. */
export function stretch<Item>(random: Random, items: readonly Item[], count: number): Item[] {
  const start = random.below(items.length)
  return Array.from({ length: count }, (_, index) => items[(start + index) % items.length]!)
}

export const bucketFor = (account: Account, purpose: string): Bucket =>
  account.buckets.find((bucket) => bucket.purpose === purpose) ?? account.buckets[0]!

/** Customers of a European shop: busy by day and in the evening. */
export function daytime(at: number): number {
  const hour = (new Date(at).getUTCHours() + 1) % 24
  return daily[hour]!
}

const daily = [
  0.35, 0.28, 0.24, 0.22, 0.22, 0.26, 0.36, 0.5, 0.66, 0.78, 0.86, 0.92, 0.95, 0.92, 0.88, 0.87, 0.9, 0.95, 1, 1, 0.95,
  0.8, 0.62, 0.46,
] as const

/** Hours in which an office on Central European time deploys. */
export function workday(at: number): number {
  const local = new Date(at + 60 * minute)
  const hour = local.getUTCHours()
  if (local.getUTCDay() % 6 === 0) return 0.03
  return hour >= 8 && hour < 19 ? 1 : 0.08
}
