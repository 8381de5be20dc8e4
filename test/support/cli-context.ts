import type { CliContext } from '../../src/cli/command.ts'

/** What a command gets from around it when nobody is there to be asked: JSON, no notes, no configuration but that of `cwd`. */
export const quietContext = (cwd: string, now: string, more: Partial<CliContext> = {}): CliContext => ({
  cwd,
  env: {},
  globals: { lake: undefined, format: 'json', config: undefined, quiet: true },
  clock: { now: () => Date.parse(now) },
  signal: new AbortController().signal,
  interactive: false,
  readStdin: async () => '',
  note: () => {},
  progress: () => {},
  prompt: async () => undefined,
  ...more,
})
