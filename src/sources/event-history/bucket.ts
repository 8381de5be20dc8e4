/** The budget of one account and Region. Pure: the clock is given. */

interface BucketOptions {
  /** Requests a second; LookupEvents allows 2 for each account and Region (CloudTrail quotas). */
  readonly perSecond: number
  /** Requests that may go at once after a pause. */
  readonly burst?: number
}

export interface Bucket {
  /** Takes one request's share. @returns milliseconds to wait before it may be made */
  reserve(now: number): number
  /** Nobody asks before this time: AWS has said that it was too much. */
  pause(now: number, ms: number): void
}

export function createBucket({ perSecond, burst = 1 }: BucketOptions): Bucket {
  const step = 1000 / perSecond
  /** When the bucket would be full again if nobody asked any more. */
  let full = -Infinity
  let closedUntil = -Infinity
  return {
    reserve(now) {
      const earliest = Math.max(now, closedUntil)
      const at = Math.max(earliest, full - (burst - 1) * step)
      full = Math.max(full, at) + step
      return at - now
    },
    pause(now, ms) {
      closedUntil = Math.max(closedUntil, now + ms)
    },
  }
}
