import type { OptionSpec } from './command.ts'

/** Options of every command, before or after its name. */
export const globalOptions: readonly OptionSpec[] = [
  { flags: '--lake <dir>', description: 'folder of the lake (TRAILBOOK_LAKE; default .trailbook/lake)' },
  {
    flags: '--format <format>',
    description: 'how to print the answer',
    choices: ['terminal', 'json'],
    default: 'terminal',
  },
  { flags: '--config <file>', description: 'configuration (default trailbook.yaml, where there is one)' },
  { flags: '--no-color', description: 'print without colours, as NO_COLOR does' },
  { flags: '--quiet', description: 'no progress and no notes on standard error' },
]

/** Global options that take a value: their next argument is no command. */
export const globalValueFlags: ReadonlySet<string> = new Set(['--lake', '--format', '--config'])
