import type { CoverageFacts } from '../run/coverage-facts.ts'
import type { IsoTime } from '../time.ts'

/** One immutable Parquet file of events, all of one event day. */
export interface EventPart {
  /** Absolute path. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
  /** Times of the first and the last event in it, both included. */
  readonly first: IsoTime
  readonly last: IsoTime
}

/** What a lake holds at one moment. Its files stay readable for an hour after they were replaced. */
export interface LakeSnapshot {
  readonly events: readonly EventPart[]
  /** Absolute paths of the Parquet parts of the two ledgers. */
  readonly files: readonly string[]
  readonly coverage: readonly string[]
  /** What the lake held and holds no more; absent where nothing was removed. */
  readonly removed?: readonly RemovedTime[]
  /** What digests say of the events; absent where a store keeps none. */
  readonly attestation?: () => Promise<AttestedTimes>
}

/** Times of which digests say that nothing is missing, and those of which they say that something is lost. */
export interface AttestedTimes extends Pick<CoverageFacts, 'attested'> {
  readonly lost: CoverageFacts['damaged']
}

/** Events that retention took out: whole days of all accounts, or of some. */
export interface RemovedTime {
  readonly from: IsoTime
  /** Excluded. */
  readonly to: IsoTime
  readonly account: string | null
  readonly at: IsoTime
}

/** A lake as engines see it. */
export interface EventStore {
  /** Absolute path of the folder that holds everything a snapshot names. */
  readonly folder: string
  /** The newest complete snapshot; empty where the lake has none yet. */
  snapshot(): Promise<LakeSnapshot>
}

/** Technical columns of event parts, after the event columns. */
export const technicalColumns = {
  _time: 'TIMESTAMP',
  _file: 'BIGINT',
  _ordinal: 'INTEGER',
  _hash: 'UUID',
  _kind: 'VARCHAR',
  _account: 'VARCHAR',
} as const
