/** Arguments and options that say which runbooks, and what of them: of `run`, `plan` and `permissions`. */
import type { OptionSpec } from './command.ts'

export const whatArgument = {
  name: '[what...]',
  description: 'ids of runbooks, runbook files, or folders of them',
} as const

export const allOption: OptionSpec = { flags: '--all', description: 'every runbook that trailbook list shows' }

export const paramOption: OptionSpec = {
  flags: '--param <name=value>',
  description: 'a parameter of the runbook; may be given several times',
  repeatable: true,
}
