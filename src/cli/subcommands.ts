import { TrailbookError } from '../core/errors.ts'
import { argument, type Given } from './command.ts'

/** A part of a command, named by its first argument. */
export interface Subcommand<Run> {
  /** Of the command's options those that it takes, by their names in {@link Given}. */
  readonly options: readonly string[]
  readonly load: () => Promise<Run>
}

/**
 * The subcommand that was called. An option of another one is refused: it would be taken for one that does something.
 *
 * @throws TrailbookError CLI_USAGE
 */
export function chosenSubcommand<Chosen extends Subcommand<unknown>>(
  command: string,
  subcommands: Readonly<Record<string, Chosen>>,
  given: Given,
): Chosen {
  const what = argument(given, 'what') ?? ''
  const chosen = Object.hasOwn(subcommands, what) ? subcommands[what] : undefined
  if (chosen === undefined) {
    const advice = `It knows ${Object.keys(subcommands).join(', ')}: trailbook ${command} --help tells more.`
    throw new TrailbookError('CLI_USAGE', { reason: `${command} does not know "${what}"`, advice })
  }
  for (const [name, value] of Object.entries(given.options)) {
    if (value === undefined || chosen.options.includes(name) || (name === 'wait' && value === true)) continue
    const flag = `--${name === 'wait' ? 'no-wait' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
    const advice = `trailbook ${command} --help says what each of them takes.`
    throw new TrailbookError('CLI_USAGE', { reason: `${command} ${what} has no option ${flag}`, advice })
  }
  return chosen
}
