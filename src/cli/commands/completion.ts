import { readHead } from '../../authoring/library.ts'
import { TrailbookError } from '../../core/errors.ts'
import { line } from '../../core/report/lines.ts'
import { visible } from '../../core/report/text.ts'
import { slugPattern } from '../../core/runbook/schema-text.ts'
import { argument, argumentList, type CliContext, defineCommand, flag, type Outcome } from '../command.ts'
import { type Completion, complete, type Word } from '../complete.ts'
import { completionScripts, filesMark, type Shell, shells } from '../completion-scripts.ts'
import { loadConfig } from '../config.ts'
import { lakeName } from '../connections.ts'
import { formats } from '../formats.ts'
import { globalOptions } from '../global-options.ts'
import { commandName, formatsOf } from '../program.ts'
import { libraryFiles } from '../runbook-files.ts'

export const completionCommand = defineCommand({
  name: 'completion',
  summary: 'Print a script that completes commands in your shell',
  details:
    'Completes commands, options, their values, ids of runbooks and names of connections. The script asks trailbook for them.',
  arguments: [
    { name: '[shell]', description: 'bash, zsh or fish', choices: shells },
    { name: '[typed...]', description: 'with --words: the words typed so far' },
  ],
  options: [{ flags: '--words', description: 'what can come next after the words behind --; for the scripts' }],
  examples: [
    { command: 'trailbook completion bash > ~/.local/share/bash-completion/completions/trailbook', says: 'for bash' },
    { command: 'trailbook completion zsh > ~/.zfunc/_trailbook', says: 'for zsh, where ~/.zfunc is in fpath' },
    { command: 'trailbook completion fish > ~/.config/fish/completions/trailbook.fish', says: 'for fish' },
  ],
  async action(given, context) {
    const shell = argument(given, 'shell')
    if (flag(given, 'words')) {
      const typed = [...(shell === undefined ? [] : [shell]), ...argumentList(given, 'typed')]
      return answer(await nextWords(typed, context))
    }
    if (!isShell(shell)) {
      throw new TrailbookError('CLI_USAGE', {
        reason: shell === undefined ? 'No shell was named' : `There is no completion for "${shell}"`,
        advice: `trailbook completion knows ${shells.join(', ')}.`,
      })
    }
    const script = completionScripts[shell]
    return {
      exitCode: 0,
      json: { schema: 'trailbook.completion/v1', shell, script } as Outcome['json'],
      lines: () =>
        script
          .trimEnd()
          .split('\n')
          .map((text) => line(text)),
    }
  },
})

const isShell = (text: string | undefined): text is Shell => shells.includes(text as Shell)

async function nextWords(typed: readonly string[], context: CliContext): Promise<Completion> {
  // Late: the list of commands leads here.
  const { commands } = await import('../commands.ts')
  const name = commandName(typed.slice(0, -1))
  const command = await commands.find((entry) => entry.name === name)?.load()
  const given = command === undefined ? formats : formatsOf(command)
  return complete(typed, {
    commands: commands.map((entry) => ({ text: entry.name, says: entry.summary })),
    command,
    formats: given,
    options: [
      ...(command?.options ?? []),
      ...globalOptions(given),
      { flags: '--help', description: 'show help' },
      ...(command === undefined ? [{ flags: '--version', description: 'print the version' }] : []),
    ],
    runbooks: () => runbookWords(context),
    connections: () => connectionWords(context),
  })
}

/**
 * Whatever is wrong with the configuration is not told while somebody types. An id that is none is not offered: nobody has
 * checked the file, and a shell would take it for its own words.
 */
async function runbookWords(context: CliContext): Promise<readonly Word[]> {
  try {
    const files = await libraryFiles(await loadConfig(context))
    const heads = await Promise.all(files.map((file) => readHead(file.path)))
    const words = new Map(
      heads.flatMap((head) =>
        head !== undefined && slugPattern.test(head.id) ? [[head.id, head.title] as const] : [],
      ),
    )
    return [...words].map(([text, says]) => ({ text, says }))
  } catch {
    return []
  }
}

async function connectionWords(context: CliContext): Promise<readonly Word[]> {
  try {
    const { connections } = await loadConfig(context)
    const told = Object.entries(connections).map(([text, settings]) => ({
      text,
      says: 'engine' in settings ? settings.engine : '',
    }))
    return [...told, { text: lakeName, says: 'the lake' }]
  } catch {
    return []
  }
}

const answer = ({ words, files }: Completion): Outcome => ({
  exitCode: 0,
  json: { schema: 'trailbook.completion/v1', words, files } as Outcome['json'],
  lines: () => [
    ...words.map(({ text, says }) => line(`${visible(text)}\t${visible(says)}`)),
    ...(files ? [line(filesMark)] : []),
  ],
})
