/** What a command is: a value from which arguments, help, documentation and the call all follow. */
import type { Clock } from '../core/ports.ts'
import type { Line } from '../core/report/lines.ts'
import type { Format, Renders } from './formats.ts'

interface ArgumentSpec {
  /** `<path...>` is required and repeatable, `[path...]` may be left out. */
  readonly name: string
  readonly description: string
  /** What can stand there, for completion. */
  readonly choices?: readonly string[]
}

export interface OptionSpec {
  /** E.g. `--since <when>`; without a `<value>` it is a switch. */
  readonly flags: string
  readonly description: string
  readonly choices?: readonly string[]
  readonly default?: string
  /** May be given several times; the value is a list. */
  readonly repeatable?: boolean
}

interface Example {
  readonly command: string
  readonly says: string
}

export interface CommandSpec {
  readonly name: string
  readonly summary: string
  /** Further paragraphs for `--help`. */
  readonly details?: string
  readonly arguments: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  readonly examples: readonly Example[]
  /** What `--format` and `--report` may ask of it; without it terminal and json. */
  readonly formats?: readonly Format[]
  action(given: Given, context: CliContext): Promise<Outcome>
}

/** What was typed, by argument name and option name (camelCase). */
export interface Given {
  readonly arguments: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly options: Readonly<Record<string, unknown>>
}

export interface Globals {
  /** As given by --lake or TRAILBOOK_LAKE. */
  readonly lake: string | undefined
  readonly format: Format
  readonly config: string | undefined
  readonly quiet: boolean
}

/** The world as a command meets it. */
export interface CliContext {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly globals: Globals
  readonly clock: Clock
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
  /** Somebody sits at the terminal and can answer. */
  readonly interactive: boolean
  readonly readStdin: () => Promise<string>
  /** A line on standard error; silent with --quiet. */
  readonly note: (text: string) => void
  /** The one line that is rewritten while something goes on; only shown on a terminal. */
  readonly progress: (text: string | undefined) => void
  /** Asks on the terminal; undefined when it is closed. */
  readonly prompt: (text: string, signal: AbortSignal) => Promise<string | undefined>
}

/** What a command has to say: one object for machines, lines for people, and the exit code. */
export interface Outcome {
  readonly exitCode: number
  readonly json: { readonly schema: string }
  readonly lines: (width: number) => readonly Line[]
  /** All further formats that the command names. */
  readonly renders?: Renders
}

export const defineCommand = (spec: CommandSpec): CommandSpec => spec

export const text = (given: Given, option: string): string | undefined => {
  const value = given.options[option]
  return typeof value === 'string' ? value : undefined
}

export const list = (given: Given, option: string): readonly string[] => {
  const value = given.options[option]
  return Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
}

export const flag = (given: Given, option: string): boolean => given.options[option] === true

export const argument = (given: Given, name: string): string | undefined => {
  const value = given.arguments[name]
  return typeof value === 'string' ? value : undefined
}

export const argumentList = (given: Given, name: string): readonly string[] => {
  const value = given.arguments[name]
  return value === undefined ? [] : typeof value === 'string' ? [value] : value
}
