/** What really happened, for whoever checks what was found. */
import type { Window } from '../core/time.ts'
import type { SimulateOptions } from './options.ts'
import type { Account, Organisation } from './organisation.ts'

export interface GroundTruth {
  readonly schema: 'trailbook.groundtruth/v1'
  readonly seed: string
  readonly options: Omit<SimulateOptions, 'seed'>
  readonly window: Window
  readonly events: number
  readonly files: number
  readonly organisation: {
    readonly id: string
    readonly accounts: readonly TruthAccount[]
  }
  readonly stories: readonly StoryTruth[]
}

export interface TruthAccount {
  readonly id: string
  readonly name: string
  readonly organizationalUnit: string
  readonly regions: readonly string[]
  readonly selectors: Selectors
  readonly buckets: readonly string[]
  readonly criticalBuckets: readonly string[]
}

/** What the organisation's trail records in an account. */
interface Selectors {
  readonly management: readonly ('read' | 'write')[]
  /** Calls on objects of all buckets. */
  readonly s3: 'all'
  /** Invocations of functions. */
  readonly lambda: 'all' | 'none'
}

export interface StoryTruth {
  readonly id: string
  readonly title: string
  readonly accounts: readonly string[]
  readonly from: string
  readonly to: string
  readonly steps: readonly StepTruth[]
}

export type Phase =
  | 'initial-access'
  | 'discovery'
  | 'persistence'
  | 'privilege-escalation'
  | 'defense-evasion'
  | 'credential-access'
  | 'lateral-movement'
  | 'collection'
  | 'exfiltration'
  | 'impact'

export interface StepTruth {
  readonly id: string
  readonly title: string
  readonly phase: Phase
  readonly outcome: 'succeeded' | 'denied' | 'failed'
  /** All events of the step, in order; of a cross-account call the caller's. */
  readonly eventIds: readonly string[]
  /** The resource owners' copies of cross-account calls: events of the step, too, that tell nothing more. */
  readonly copies: readonly string[]
  /** The runbook that should tell of it. */
  readonly runbook: string
}

export const selectorsOf = ({ kind }: Account): Selectors => ({
  management: ['read', 'write'],
  s3: 'all',
  lambda: kind === 'production' ? 'all' : 'none',
})

const accountTruth = (account: Account): TruthAccount => ({
  id: account.id,
  name: account.name,
  organizationalUnit: account.organizationalUnit,
  regions: account.regions,
  selectors: selectorsOf(account),
  buckets: account.buckets.map(({ name }) => name),
  criticalBuckets: account.buckets.filter(({ critical }) => critical).map(({ name }) => name),
})

export const organisationTruth = (organisation: Organisation): GroundTruth['organisation'] => ({
  id: organisation.id,
  accounts: organisation.accounts.map(accountTruth),
})
