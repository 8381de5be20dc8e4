/** What subcommands of `lake` have in common. */
import { TrailbookError } from '../../core/errors.ts'
import { parseDuration } from '../../core/time.ts'
import { type Given, text } from '../command.ts'

export const inWords = (count: number): string => count.toLocaleString('en-US')

/** @throws TrailbookError CLI_USAGE */
export function durationOf(given: Given, flag: string): number | undefined {
  const value = text(
    given,
    flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  )
  if (value === undefined) return undefined
  const duration = parseDuration(value)
  if (duration !== undefined) return duration
  throw new TrailbookError('CLI_USAGE', {
    reason: `--${flag} is "${value}", which is no duration`,
    advice: 'Durations are 90m, 24h, 400d and the like.',
  })
}
