import { day, hour } from '../core/time.ts'
import type { Account, Organisation } from './organisation.ts'
import { createRandom, type Random } from './random.ts'
import { homeRegion } from './regions.ts'
import type { Scene, Source } from './traffic/scene.ts'
import { fillers } from './traffic/services.ts'
import { createSessions } from './traffic/sessions.ts'
import { trafficOf } from './traffic/traffic.ts'
import type { World } from './world.ts'

interface ActorOptions {
  readonly account: Account
  readonly organisation: Organisation
  readonly world: World
  readonly seed: string
  readonly quota: number
}

/** Draws without an event after which an account has enough for now: nobody is there, say. */
const patience = 30

/** One account's ordinary life: brings as many events as its time of day asks for, in whole acts. */
export function createActor({ account, organisation, world, seed, quota }: ActorOptions): { until(end: number): void } {
  const traffic = trafficOf(account)
  const sessions = createSessions(`${seed} ${account.id}`)
  const share = cumulated(world, traffic.activity)
  let dayOf = Number.NaN
  let random: Random = createRandom(seed)
  let from = world.from

  const act = (source: Source, to: number): void => {
    const at = Math.floor((from + random.next() * (to - from)) / 1000) * 1000
    source.act(sceneAt(Math.max(at, world.from)))
  }
  const sceneAt = (at: number): Scene => ({
    organisation,
    account,
    random,
    at,
    sessions,
    happen: (caller, call, where = {}) =>
      world.happen(
        {
          caller,
          call,
          account: where.account ?? account.id,
          region: where.region ?? homeRegion,
          at: where.at ?? at,
          ...(where.owner !== undefined && { owner: where.owner }),
        },
        random,
      ),
  })

  return {
    until(end) {
      const to = Math.min(end, world.to)
      const today = Math.floor(from / day)
      // A stream for each account and day.
      if (today !== dayOf) {
        dayOf = today
        random = createRandom(seed, 'ordinary', account.id, today)
      }
      const target = to >= world.to ? quota : Math.floor(quota * share(to))
      for (let idle = 0; quota - world.room(account.id) < target && idle < patience; ) {
        const before = world.room(account.id)
        act(traffic.choose(random, from), to)
        idle = world.room(account.id) < before ? 0 : idle + 1
      }
      // The end owes nobody anything: what is left is filled with what needs no future.
      while (to >= world.to && world.room(account.id) > 0) act(fillers, to)
      from = to
    },
  }
}

/** What part of all activity lies before a time. */
function cumulated({ from, to }: World, activity: (at: number) => number): (time: number) => number {
  const sums = [0]
  for (let at = from; at < to; at += hour) sums.push(sums.at(-1)! + activity(at))
  const all = sums.at(-1)!
  return (time) => {
    const index = Math.floor((time - from) / hour)
    const within = (time - from) / hour - index
    const start = sums[Math.max(index, 0)] ?? all
    return (start + within * ((sums[index + 1] ?? start) - start)) / all
  }
}
