import { existsSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { TrailbookError } from '../core/errors.ts'
import { didYouMean } from '../core/runbook/did-you-mean.ts'
import type { CommandSpec, Given, OptionSpec } from './command.ts'
import { commands } from './commands.ts'
import { commonFormats, type Format, formats } from './formats.ts'
import { globalOptions, globalValueFlags } from './global-options.ts'
import { version } from './version.ts'

/** What was typed, understood: a command with its values, or a text to print. */
type Parsed =
  | {
      readonly kind: 'call'
      readonly command: CommandSpec
      readonly given: Given
      readonly globals: Record<string, unknown>
    }
  | { readonly kind: 'print'; readonly text: string }

/**
 * Understands the arguments; only the module of the command that is called is loaded.
 *
 * @throws TrailbookError CLI_USAGE, CLI_UNKNOWN_COMMAND, CLI_NO_COMMAND
 */
export async function parseArguments(argv: readonly string[]): Promise<Parsed> {
  const name = commandName(argv)
  const entry = commands.find((candidate) => candidate.name === name)
  const asksForHelp = argv.includes('--help') || argv.includes('-h') || argv.includes('--version')
  if (name === undefined && !asksForHelp) throw new TrailbookError('CLI_NO_COMMAND')
  if (name !== undefined && entry === undefined && !(name === 'help')) throw unknownCommand(name)
  const command = await entry?.load()
  let printed = ''
  let call: Parsed | undefined
  const program = buildProgram(command, (parsed) => {
    call = parsed
  })
  quiet(program, (text) => {
    printed += text
  })
  try {
    await program.parseAsync([...untangleLogs(argv)], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw usageError(error, command)
  }
  return call ?? { kind: 'print', text: printed }
}

/** The first argument that is neither a global option nor its value. */
export function commandName(argv: readonly string[]): string | undefined {
  for (let index = 0; index < argv.length; index += 1) {
    const part = argv[index]!
    if (globalValueFlags.has(part)) index += 1
    else if (!part.startsWith('-')) return part
  }
  return undefined
}

/**
 * `--logs` takes several paths, so that a shell's `*` works; what follows the first one and can be no log file
 * (a runbook, SQL, an id) is moved in front of it.
 */
export function untangleLogs(
  argv: readonly string[],
  isThere: (path: string) => boolean = existsSync,
): readonly string[] {
  const at = argv.indexOf('--logs')
  if (at < 0 || argv.slice(0, at).includes('--')) return argv
  const end = argv.findIndex((part, index) => index > at && part.startsWith('-') && part !== '-')
  const values = argv.slice(at + 1, end < 0 ? undefined : end)
  const isLog = (part: string, index: number): boolean => index === 0 || (isThere(part) && !/\.ya?ml$/.test(part))
  const rest = end < 0 ? [] : argv.slice(end)
  const moved = values.filter((part, index) => !isLog(part, index))
  return [...argv.slice(0, at), ...moved, '--logs', ...values.filter(isLog), ...rest]
}

/** Whether errors are JSON: `--format json` and `ndjson` must hold even where the rest of the line is wrong. */
export function wantsJson(argv: readonly string[]): boolean {
  const at = argv.lastIndexOf('--format')
  const isJson = (format: string | undefined): boolean => format === 'json' || format === 'ndjson'
  return argv.some((part) => part.startsWith('--format=') && isJson(part.slice(9))) || (at >= 0 && isJson(argv[at + 1]))
}

function buildProgram(command: CommandSpec | undefined, onCall: (call: Parsed) => void = () => {}): Command {
  const program = new Command('trailbook')
    .description('CloudTrail query runbooks: ask, judge, and say what could not be seen.')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ showGlobalOptions: true, helpWidth: 80 })
    .addHelpText('after', programNotes)
  const given = command === undefined ? formats : formatsOf(command)
  for (const option of globalOptions(given)) program.addOption(toOption(option))
  for (const entry of commands) {
    const child = program.command(entry.name).summary(entry.summary).description(entry.summary)
    if (entry.name === command?.name) defineChild(child, command, program, onCall)
  }
  return program
}

/** What `--format` and `--report` may ask of a command. */
export const formatsOf = (command: CommandSpec): readonly Format[] => command.formats ?? commonFormats

function defineChild(child: Command, command: CommandSpec, program: Command, onCall: (call: Parsed) => void): void {
  child.description([`${command.summary}.`, ...(command.details ? [command.details] : [])].join('\n\n'))
  child.configureHelp({ showGlobalOptions: true, helpWidth: 80 })
  for (const { name, description } of command.arguments) child.argument(name, description)
  for (const option of command.options) child.addOption(toOption(option))
  child.addHelpText('after', examplesText(command))
  child.action((...values: unknown[]) => {
    const names = command.arguments.map(({ name }) => name.replace(/[<>[\].]/g, ''))
    const given: Given = {
      arguments: Object.fromEntries(names.map((name, index) => [name, values[index] as string | string[] | undefined])),
      options: child.opts(),
    }
    onCall({ kind: 'call', command, given, globals: program.opts() })
  })
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description)
  if (spec.choices) option.choices([...spec.choices])
  if (spec.default !== undefined) option.default(spec.default)
  if (spec.repeatable) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
  return option
}

const examplesText = ({ examples }: CommandSpec): string =>
  `\nExamples:\n${examples.map(({ command, says }) => `  $ ${command}\n      ${says}`).join('\n')}`

const programNotes = `
Exit codes:
  0 clear   1 findings   2 inconclusive   3 failed
  64 wrong usage   65 part of the input was unreadable   130 interrupted
  lint and test: 1 when something is wrong

Examples:
  $ trailbook run root-activity --logs ./logs
      what did the root user do in these log files?
  $ trailbook query "SELECT eventName, count(*) AS calls FROM cloudtrail_logs
                     GROUP BY eventName ORDER BY calls DESC LIMIT 10" --logs ./logs
      the ten most frequent calls`

/** Commander writes nothing itself: what it has to say is returned, or thrown as an error of ours. */
function quiet(program: Command, write: (text: string) => void): void {
  for (const command of [program, ...program.commands]) {
    command.exitOverride()
    command.configureOutput({ writeOut: write, writeErr: () => {}, outputError: () => {} })
  }
}

function usageError(error: CommanderError, command: CommandSpec | undefined): TrailbookError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const meant = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1]
  const help = command === undefined ? 'trailbook --help' : `trailbook ${command.name} --help`
  const reason = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.$/, '')
  const missing = /^Missing required argument '(.*)'/i.exec(first)?.[1]
  const wanted = command?.arguments.find(({ name }) => name === `<${missing}>`)
  const valueless = /^Option '(.*)' argument missing/i.exec(first)?.[1]
  const option = [...(command?.options ?? []), ...globalOptions(command && formatsOf(command))].find(
    ({ flags }) => flags === valueless,
  )
  const choices = option?.choices === undefined ? '' : ` (${option.choices.join(', ')})`
  const said = [
    wanted && `${wanted.name}: ${wanted.description}. `,
    option && `${option.flags}: ${option.description}${choices}. `,
  ]
    .filter((text) => text !== undefined)
    .join('')
  const advice = meant === undefined ? `${said}${help} shows what can be given.` : `Did you mean ${meant}?`
  return new TrailbookError('CLI_USAGE', { reason, advice })
}

function unknownCommand(name: string): TrailbookError {
  const meant = didYouMean(
    name,
    commands.map((entry) => entry.name),
  )
  const advice = meant === undefined ? 'trailbook --help lists the commands.' : `Did you mean trailbook ${meant}?`
  return new TrailbookError('CLI_UNKNOWN_COMMAND', { name, advice })
}
