import { TrailbookError } from '../core/errors.ts'

/** From so much on the SDK corrects it. */
const mostSkew = 5 * 60_000

/**
 * The SDK corrects a wrong clock in silence. What has settled is told by the clock, so that it must be right: one that is
 * ahead would call times complete that are not over.
 *
 * @param client after it had an answer
 * @throws TrailbookError AWS_CLOCK
 */
export function checkClock({ config }: { readonly config: { readonly systemClockOffset: number } }): void {
  const skew = Math.abs(config.systemClockOffset)
  if (skew > mostSkew)
    throw new TrailbookError('AWS_CLOCK', { reason: `it is ${Math.round(skew / 60_000)} minutes off` })
}
