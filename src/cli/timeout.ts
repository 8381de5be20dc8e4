import { TrailbookError } from '../core/errors.ts'
import { parseDuration } from '../core/time.ts'
import { type Given, type OptionSpec, text } from './command.ts'

export const timeoutOption: OptionSpec = {
  flags: '--timeout <duration>',
  description: 'stop a query that takes longer, e.g. 90s or 10m; without it none is stopped',
}

/** The longest time a timer of Node can wait: about 24 days. */
const longest = 2 ** 31 - 1

/**
 * The limit of --timeout in milliseconds, where it was given.
 *
 * @throws TrailbookError CLI_USAGE
 */
export function timeLimitOf(given: Given): number | undefined {
  const typed = text(given, 'timeout')
  if (typed === undefined) return undefined
  const limit = parseDuration(typed)
  if (limit !== undefined && limit > 0) return Math.min(limit, longest)
  throw new TrailbookError('CLI_USAGE', {
    reason: `--timeout takes a duration, and got "${typed}"`,
    advice: 'Write for example --timeout 90s or --timeout 10m.',
  })
}
