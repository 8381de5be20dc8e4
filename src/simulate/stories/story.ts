/** An attack as a list of steps, told into the world event by event. */
import { isoTime, second } from '../../core/time.ts'
import type { Phase, StepTruth, StoryTruth } from '../ground-truth.ts'
import type { Account, Organisation } from '../organisation.ts'
import type { Caller } from '../principals.ts'
import { createRandom, type Random } from '../random.ts'
import type { Call } from '../record.ts'
import { homeRegion } from '../regions.ts'
import type { World } from '../world.ts'

export interface Story {
  readonly id: string
  readonly title: string
  /** Accounts that it touches. */
  readonly accounts: (organisation: Organisation) => readonly Account[]
  readonly tell: (teller: Teller) => void
}

interface StepHead {
  readonly id: string
  readonly title: string
  readonly phase: Phase
  readonly outcome: StepTruth['outcome']
  readonly runbook: string
}

interface Teller {
  readonly organisation: Organisation
  readonly random: Random
  /** The time the story has come to, in milliseconds. */
  now(): number
  /** Time passes: so many seconds, from low to high. */
  pause(low: number, high: number): void
  /** Begins a step: the events after it belong to it. */
  step(head: StepHead): void
  /** A call now; a second or so passes. */
  act(caller: Caller, call: Call, where: TellWhere): void
}

interface TellWhere {
  readonly account: string
  readonly region?: string
  readonly owner?: string
}

interface TellOptions {
  readonly world: World
  readonly organisation: Organisation
  readonly seed: string
  readonly start: number
}

export function tell(story: Story, { world, organisation, seed, start }: TellOptions): StoryTruth {
  const random = createRandom(seed, 'story', story.id)
  let now = Math.floor(start / second) * second
  let first = Number.NaN
  let last = now
  const steps: (StepHead & { eventIds: string[]; copies: string[] })[] = []
  story.tell({
    organisation,
    random,
    now: () => now,
    pause(low, high) {
      now += random.between(low, high) * second
    },
    step(head) {
      steps.push({ ...head, eventIds: [], copies: [] })
    },
    act(caller, call, { account, region = homeRegion, owner }) {
      const owned = owner === undefined ? {} : { owner }
      const [id, copy] = world.happen({ caller, call, account, region, at: now, ...owned }, random)
      const step = steps.at(-1)!
      if (id !== undefined) step.eventIds.push(id)
      if (copy !== undefined) step.copies.push(copy)
      if (Number.isNaN(first)) first = now
      last = now
      now += random.between(1, 3) * second
    },
  })
  return {
    id: story.id,
    title: story.title,
    accounts: story.accounts(organisation).map(({ id }) => id),
    from: isoTime(first),
    to: isoTime(last),
    steps,
  }
}
