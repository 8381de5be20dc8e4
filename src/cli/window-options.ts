import type { OptionSpec } from './command.ts'

/** Options of every command that asks something of events. */
export const windowOptions: readonly OptionSpec[] = [
  { flags: '--since <when>', description: 'events since then: 24h, 7d, or a time; the end is 20 minutes ago' },
  { flags: '--from <time>', description: 'start of the window (UTC, included), e.g. 2026-01-31T09:00:00Z' },
  { flags: '--to <time>', description: 'end of the window (UTC, excluded)' },
]

/** Of runs: a young lake holds less than a runbook would like to compare with. */
export const lookbackOption: OptionSpec = {
  flags: '--lookback <duration>',
  description: 'look no further back before the window than this, e.g. 7d, also where a runbook asks for more',
}

export const scopeOptions: readonly OptionSpec[] = [
  { flags: '--account <id>', description: 'only events of this account; may be given several times', repeatable: true },
  {
    flags: '--region <region>',
    description: 'only events of this Region; may be given several times',
    repeatable: true,
  },
]

export const logsOption: OptionSpec = {
  flags: '--logs <path...>',
  description: 'log files or folders to read first; without --lake nothing of them is kept',
}
