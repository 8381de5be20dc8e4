import { day, hour, type IsoTime, isoTime } from '../../core/time.ts'

export interface Slice {
  readonly from: IsoTime
  /** Excluded. */
  readonly to: IsoTime
  /** No event comes into it any more. */
  readonly settled: boolean
}

interface SliceOptions {
  /** In milliseconds; the last one is excluded. */
  readonly from: number
  readonly to: number
  readonly now: number
}

/** Delivery is a matter of minutes, and of hours when it was disturbed. */
const settling = day

/**
 * Whole hours of UTC that cover a span, early ones first. Their bounds do not depend on the span, so that a later reading
 * knows those that it has. The last one ends in the future where the span does.
 */
export function* hoursOf({ from, to, now }: SliceOptions): Generator<Slice, void> {
  const last = Math.min(to, now)
  for (let at = Math.floor(from / hour) * hour; at < last; at += hour)
    yield { from: isoTime(at), to: isoTime(at + hour), settled: at + hour + settling <= now }
}
