/** What the fake's AWS consists of. Account ids are those of AWS's own documentation. */

export type LogRecord = Record<string, unknown>

export interface FakeTrail {
  readonly name: string
  readonly home: string
  readonly bucket: string
  readonly multiRegion?: boolean
  readonly organization?: boolean
  readonly logging?: boolean
  /** ISO text. */
  readonly stopped?: string
  readonly eventSelectors?: readonly LogRecord[]
  readonly advancedEventSelectors?: readonly LogRecord[]
  readonly insightSelectors?: readonly LogRecord[]
}

export interface FakeAccount {
  readonly id: string
  readonly name?: string
  readonly status?: 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE'
  /** ISO text. */
  readonly joined?: string
  /** Path of its organisational unit from the root, e.g. `Workloads/Production`. */
  readonly unit?: string
  readonly regions?: readonly string[]
  readonly trails?: readonly FakeTrail[]
  /** Roles that may be assumed, by name; any when left out. */
  readonly roles?: readonly string[]
  /** Whose credentials its roles get: something on the way mixes them up. */
  readonly leadsTo?: string
}

export interface FakeWorld {
  /** The first is the one that the credentials belong to. */
  readonly accounts: readonly FakeAccount[]
  /** Undefined: the account is in no organisation. */
  readonly organization?: { readonly id: string; readonly management: string }
}

export const rootKey = 'AKIAIOSFODNN7EXAMPLE'

export const defaultRegions: readonly string[] = ['us-east-1', 'eu-central-1']

export const trailArn = (account: string, { name, home }: FakeTrail): string =>
  `arn:aws:cloudtrail:${home}:${account}:trail/${name}`
