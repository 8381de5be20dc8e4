import { TrailbookError } from '../core/errors.ts'
import { day, type IsoTime, isoTime, milliseconds, type Window } from '../core/time.ts'
import { maxAccounts } from './ids.ts'

export interface SimulateOptions {
  /** Events in all, those of the stories included. */
  readonly events: number
  readonly seed: string
  readonly days: number
  /** Start of the window. */
  readonly start: IsoTime
  /** Days at its start in which no attack happens: what runbooks with a lookback compare with. */
  readonly history: number
  readonly accounts: number
  /** Ids of attack stories, or all, or none. */
  readonly stories: 'all' | 'none' | readonly string[]
  /** Files lie as an organisation trail delivers them: one more level, the organisation's id. */
  readonly organization: boolean
}

/** Fixed, so that the same options give the same bytes on any day. */
export const simulateDefaults: Omit<SimulateOptions, 'events' | 'seed'> = {
  days: 7,
  start: '2026-01-08T00:00:00Z',
  history: 0,
  accounts: 6,
  stories: 'all',
  organization: false,
}

/** Stories go from account to account: management, production, security, shared, development. */
const fewestAccounts = 5

/** @throws TrailbookError SIMULATE_OPTION where a value cannot be used */
export function checkOptions(options: SimulateOptions): void {
  const whole = (name: string, value: number, low: number, high: number): void => {
    if (!Number.isInteger(value) || value < low || value > high)
      throw new TrailbookError('SIMULATE_OPTION', {
        option: `--${name}`,
        value,
        reason: `must be a whole number from ${low} to ${high}`,
      })
  }
  whole('events', options.events, 1, 1_000_000_000)
  whole('days', options.days, 1, 366)
  whole('history', options.history, 0, options.days - 1)
  whole('accounts', options.accounts, fewestAccounts, maxAccounts)
  if (Number.isNaN(milliseconds(options.start)))
    throw new TrailbookError('SIMULATE_OPTION', {
      option: '--start',
      value: options.start,
      reason: 'must be a time such as 2026-01-08T00:00:00Z',
    })
}

export function windowOf({ start, days }: Pick<SimulateOptions, 'start' | 'days'>): Window {
  const from = milliseconds(start)
  return { from: isoTime(from), to: isoTime(from + days * day) }
}
