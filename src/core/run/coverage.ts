import type { Window } from '../time.ts'

/**
 * One list of states per account, region, hour and event class.
 * Of the design's six, `present`, `gap` and `unknown` are told so far.
 */
export type CoverageState = 'verified' | 'quiet' | 'present' | 'inferred' | 'gap' | 'unknown'

export interface CoverageGap {
  readonly account: string
  readonly region: string
  readonly eventClass: string
  readonly from: string
  readonly to: string
  readonly state: 'gap' | 'unknown'
  readonly reason: string
}

export interface Coverage {
  /** Every expected cell of the window is covered. */
  readonly complete: boolean
  readonly basis: 'ledger' | 'listing' | 'probe' | 'none'
  /** The answer is clear through this time; null when nothing is covered. */
  readonly through: string | null
  readonly window: Window | null
  readonly gaps: readonly CoverageGap[]
}
