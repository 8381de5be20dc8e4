/** One page, however often it has to be asked for. */
import type { Bucket } from './bucket.ts'
import { type LookupApi, LookupFailure, type LookupPage, type LookupRequest } from './lookup.ts'

/** Time as the sweep meets it; tests have their own. */
export interface SweepClock {
  now(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface AskOptions {
  readonly api: LookupApi
  readonly bucket: Bucket
  readonly clock: SweepClock
  readonly signal?: AbortSignal | undefined
  /** Told of every request that was made. */
  readonly onRequest?: (() => void) | undefined
}

/** In a row. Others use the same budget: somebody's dashboard may take it for minutes. */
const mostThrottles = 20
const mostFailures = 6
const mostRenewals = 2
const longest = 20_000

const backoff = (attempt: number): number => Math.min(longest, 500 * 2 ** attempt)

/** @throws LookupFailure `token` for the sweep to start anew; else what `explain` makes of it */
export async function ask(
  request: LookupRequest,
  { api, bucket, clock, signal, onRequest }: AskOptions,
): Promise<LookupPage> {
  let [throttles, failures, renewals] = [0, 0, 0]
  for (;;) {
    const wait = bucket.reserve(clock.now())
    if (wait > 0) await clock.sleep(wait, signal)
    signal?.throwIfAborted()
    onRequest?.()
    try {
      return await api.lookup(request, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof LookupFailure)) throw error
      if (error.kind === 'throttled' && throttles < mostThrottles) bucket.pause(clock.now(), backoff(throttles++))
      else if (error.kind === 'passing' && failures < mostFailures) await clock.sleep(backoff(failures++), signal)
      else if (error.kind === 'expired' && renewals++ < mostRenewals && (await api.renew(error.accessKeyId))) continue
      else if (error.kind === 'token') throw error
      else throw api.explain(error.cause)
    }
  }
}
