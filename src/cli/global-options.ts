import type { OptionSpec } from './command.ts'
import { type Format, formats } from './formats.ts'

/** Options of every command, before or after its name; formats are those that the command gives. */
export const globalOptions = (given: readonly Format[] = formats): readonly OptionSpec[] => [
  { flags: '--lake <dir>', description: 'folder of the lake (TRAILBOOK_LAKE; default .trailbook/lake)' },
  {
    flags: '--format <format>',
    description: 'how to print the answer',
    choices: given,
    default: 'terminal',
  },
  {
    flags: '--report <format=file>',
    description: 'write the answer into a file too, e.g. json=answer.json; may be given several times',
    repeatable: true,
  },
  { flags: '--config <file>', description: 'configuration (default trailbook.yaml, where there is one)' },
  { flags: '--no-color', description: 'print without colours, as NO_COLOR does' },
  { flags: '--quiet', description: 'no progress and no notes on standard error' },
]

/** Global options that take a value: their next argument is no command. */
export const globalValueFlags: ReadonlySet<string> = new Set(['--lake', '--format', '--report', '--config'])
