/** What can come next on a command line. */
import type { CommandSpec, OptionSpec } from './command.ts'
import type { Format } from './formats.ts'

export interface Word {
  readonly text: string
  readonly says: string
}

export interface Completion {
  readonly words: readonly Word[]
  /** Names of files can stand here too. */
  readonly files: boolean
}

export interface Grammar {
  readonly commands: readonly Word[]
  /** The command that is on the line already. */
  readonly command: CommandSpec | undefined
  readonly formats: readonly Format[]
  /** All options that may be given here, global ones too. */
  readonly options: readonly OptionSpec[]
  /** Ids of runbooks; only asked for where one can stand. */
  readonly runbooks: () => Promise<readonly Word[]>
  /** Names of connections; only asked for where one can stand. */
  readonly connections: () => Promise<readonly Word[]>
}

const nothing: Completion = { words: [], files: false }

/** `typed` is what follows the program's name; its last word is the one that is being typed, empty for a new one. */
export async function complete(typed: readonly string[], grammar: Grammar): Promise<Completion> {
  const current = typed.at(-1) ?? ''
  const before = typed.slice(0, -1)
  const named = /^(--[a-z-]+)=/.exec(current)?.[1]
  if (named !== undefined) return prefixed(`${named}=`, await valuesOf(optionNamed(named, grammar), grammar), current)
  const pending = optionNamed(lastOf(before), grammar)
  if (pending !== undefined && takesValue(pending)) return starting(await valuesOf(pending, grammar), current)
  if (current.startsWith('-')) return starting({ words: optionWords(before, grammar), files: false }, current)
  if (grammar.command === undefined) return starting({ words: grammar.commands, files: false }, current)
  return starting(await argumentWords(grammar.command, before, grammar), current)
}

const lastOf = (words: readonly string[]): string => words.at(-1) ?? ''

const flagOf = (option: OptionSpec): string => option.flags.split(' ')[0] ?? ''

const optionNamed = (flag: string, { options }: Grammar): OptionSpec | undefined =>
  options.find((option) => flagOf(option) === flag)

const takesValue = (option: OptionSpec): boolean => option.flags.includes('<')

/** `--connection <name>`, `--trino <connection>`. */
const namesConnection = ({ flags }: OptionSpec): boolean => /^--connection |<connection>$/.test(flags)

async function valuesOf(option: OptionSpec | undefined, { formats, connections }: Grammar): Promise<Completion> {
  if (option === undefined) return nothing
  if (namesConnection(option)) return { words: await connections(), files: false }
  if (option.choices !== undefined) return { words: option.choices.map((text) => ({ text, says: '' })), files: false }
  const isReport = flagOf(option) === '--report'
  return {
    words: isReport ? formats.map((format) => ({ text: `${format}=`, says: `a file as ${format}` })) : [],
    files: isReport || namesFile(option.flags),
  }
}

const namesFile = (text: string): boolean => /[<[](path|paths|file|dir|folder)\b/.test(text)

/** Options that are there already are offered again only where they may be repeated. */
const optionWords = (before: readonly string[], { options }: Grammar): readonly Word[] =>
  options
    .filter((option) => option.repeatable === true || !before.includes(flagOf(option)))
    .map((option) => ({ text: flagOf(option), says: option.description }))

/** Commands whose arguments are runbooks. */
const ofRunbooks: ReadonlySet<string> = new Set(['run', 'plan', 'permissions', 'show', 'test', 'lint', 'list'])

async function argumentWords(
  command: CommandSpec,
  before: readonly string[],
  { runbooks }: Grammar,
): Promise<Completion> {
  const [first, second] = command.arguments
  if (first === undefined) return nothing
  if (first.choices?.some((choice) => before.slice(1).includes(choice)))
    return { words: [], files: second !== undefined && namesFile(second.name) }
  if (first.choices !== undefined) return { words: first.choices.map((text) => ({ text, says: '' })), files: false }
  const isRunbook = ofRunbooks.has(command.name)
  return { words: isRunbook ? await runbooks() : [], files: isRunbook || namesFile(first.name) }
}

const starting = ({ words, files }: Completion, current: string): Completion => ({
  words: words.filter(({ text }) => text.startsWith(current)),
  files,
})

const prefixed = (prefix: string, { words, files }: Completion, current: string): Completion =>
  starting({ words: words.map((word) => ({ ...word, text: `${prefix}${word.text}` })), files }, current)
