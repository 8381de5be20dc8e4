/** What coverage is judged from: a lake's ledgers, and what is expected of them. */
import type { IsoTime } from '../time.ts'
import type { SweptHistory } from './coverage-history.ts'
import type { Inventory } from './inventory.ts'

interface Place {
  readonly account: string
  readonly region: string
}

/** When events of one class came from one account and region. */
export interface Deliveries extends Place {
  /** An event class; `management` for both its classes taken together; a data class and the ARN of one bucket, function or table. */
  readonly eventClass: string
  /** Times of the first and the last event in the whole lake. */
  readonly first: IsoTime
  readonly last: IsoTime
  /**
   * The rhythm, from the steps between an hour with events and the next one, near the judged time: how many there were,
   * and the seconds from the last event of the one to the first of the other that 95 of 100 did not exceed.
   */
  readonly steps: number
  readonly usual: number
  /** Every hour or more without an event, near the judged time: from the last event before to the first one after. */
  readonly pauses: readonly Pause[]
}

interface Pause {
  readonly from: IsoTime
  readonly to: IsoTime
}

/** A call that changes what a trail records, as its event tells it. */
export interface TrailEvent {
  readonly id: string
  /** The account that logged it. */
  readonly account: string
  readonly region: string
  readonly time: IsoTime
  readonly name: string
  /** Parsed `requestParameters` and `responseElements`. */
  readonly request: unknown
  readonly response: unknown
}

/** A time for which checked digests say that nothing which their trails delivered is missing. */
export interface Attestation extends Place {
  readonly from: IsoTime
  readonly to: IsoTime
  /** `verified`: log files were delivered, and all are here unchanged; `quiet`: none was. */
  readonly state: 'verified' | 'quiet'
  /** The trails whose digests say so; a trail has the same name in all its Regions. */
  readonly trails: readonly string[]
  /**
   * Event classes of which log files that these digests list have events. Absent where the lake has no other files there, so that
   * whatever was seen is theirs.
   */
  readonly classes?: readonly string[]
}

export interface CoverageFacts {
  readonly deliveries: readonly Deliveries[]
  /** The latest delivery of a log file for each account and region whose files tell it by their names. */
  readonly delivered: readonly (Place & { readonly at: IsoTime })[]
  /** Times in which files or records are known to be unreadable, missing or changed; null stands for any account, any region, any time. */
  readonly damaged: readonly {
    readonly account: string | null
    readonly region: string | null
    readonly from: IsoTime | null
    readonly to: IsoTime | null
    readonly reason: string
    /** The events were here and were removed: nothing that is known of the time makes up for that. */
    readonly removed?: boolean
  }[]
  readonly trailEvents: readonly TrailEvent[]
  readonly attested: readonly Attestation[]
  readonly inventory?: Inventory | undefined
  /** What was asked of Event history; undefined where nothing was. */
  readonly history?: SweptHistory | undefined
  /** Deliveries were not looked into: their classes are guesses, and prove nothing of what a trail recorded. */
  readonly unopened?: boolean
  /** What holds the events, for messages; `lake` where it is left out. */
  readonly holder?: string
}

export const noFacts: CoverageFacts = { deliveries: [], delivered: [], damaged: [], trailEvents: [], attested: [] }
