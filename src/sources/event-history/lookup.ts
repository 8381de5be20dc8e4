/** What the sweep asks of CloudTrail; the adapter over the SDK implements it. */
import type { LookupAttribute } from '../../core/event/history-slice.ts'

export interface LookupRequest {
  /** Whole seconds since 1970, both included. */
  readonly first: number
  readonly last: number
  readonly attribute?: LookupAttribute | undefined
  readonly token?: string | undefined
}

/** As LookupEvents answers; `CloudTrailEvent` is the record as JSON text. */
export interface HistoryEvent {
  readonly EventId?: string | undefined
  readonly EventTime?: Date | undefined
  readonly CloudTrailEvent?: string | undefined
  readonly [member: string]: unknown
}

export interface LookupPage {
  readonly events: readonly HistoryEvent[]
  readonly token?: string | undefined
}

/**
 * `throttled`: too many requests; `passing`: an error of the service or the network that may be gone next time; `expired`: the
 * credentials; `token`: the token of a page has expired.
 */
export type LookupFailureKind = 'throttled' | 'passing' | 'expired' | 'token' | 'final'

export class LookupFailure extends Error {
  readonly kind: LookupFailureKind
  /** The access key of the request, where it is known. */
  readonly accessKeyId: string | undefined
  constructor(kind: LookupFailureKind, cause: unknown, accessKeyId?: string) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'LookupFailure'
    this.kind = kind
    this.accessKeyId = accessKeyId
  }
}

export interface LookupApi {
  /** @throws LookupFailure */
  lookup(request: LookupRequest, signal?: AbortSignal): Promise<LookupPage>
  /** After credentials expired. @returns whether there are new ones */
  renew(accessKeyId: string | undefined): Promise<boolean>
  /** The failure in the words of the catalogue. */
  explain(failure: unknown): unknown
}
