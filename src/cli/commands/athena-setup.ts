import { athenaPermissionsOf, athenaSetupText, setUpAthena } from '../../compose-engines.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { blank, type Line, labelled, line, span } from '../../core/report/lines.ts'
import { isDay } from '../../core/time.ts'
import { type CliContext, flag, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { athenaSettings, bytesOf } from '../connections/athena.ts'
import { settingsOfEngine } from '../connections.ts'

/** @throws TrailbookError CLI_USAGE, CLI_CONNECTION_UNKNOWN, CLI_CONNECTION_ENGINE, ATHENA_LOGS, AWS_* */
export async function athenaSetup(given: Given, context: CliContext): Promise<Outcome> {
  const name = text(given, 'connection')
  if (name === undefined)
    throw usage('athena setup needs to know which connection', 'trailbook athena setup --connection <name>')
  const settings = settingsOfEngine(name, 'athena', await loadConfig(context))
  const [logs, ...further] = settings.logs ?? []
  if (logs === undefined || further.length > 0)
    throw usage(
      `The connection "${name}" ${logs === undefined ? 'does not say' : 'says more than once'} where its logs lie`,
      'Set `logs: [s3://my-trail-bucket/AWSLogs/]` on it, one place: that of one trail.',
    )
  const wanted = { ...athenaSettings(settings), logs, ...numbersOf(given) }
  const { statements, workgroup } = await athenaSetupText(wanted)
  const policy = { Version: '2012-10-17', Statement: await athenaPermissionsOf(settings) }
  const isApplied = flag(given, 'apply')
  const unnamed = (['accounts', 'regions'] as const).filter((one) => settings[one] === undefined)
  if (unnamed.length > 0)
    context.note(
      `${unnamed.join(' and ')} of the connection "${name}" ${unnamed.length > 1 ? 'are' : 'is'} not set: this table answers only where each query names them. Set ${unnamed.length > 1 ? 'both' : 'it'} in trailbook.yaml first.`,
    )
  if (flag(given, 'change') && !isApplied)
    throw usage('--change belongs to --apply', 'trailbook athena setup --apply --change')
  const mode = flag(given, 'change') ? 'change' : 'apply'
  const pieces = isApplied ? await setUpAthena(wanted, { mode, signal: context.signal }) : []
  const differs = pieces.some(({ state }) => state === 'differs')
  return {
    exitCode: differs ? exitCodes.findings : exitCodes.clear,
    json: {
      schema: 'trailbook.athena-setup/v1',
      connection: name,
      applied: isApplied,
      pieces,
      statements,
      workgroup: { name: wanted.workgroup, configuration: workgroup },
      policy,
    } as Outcome['json'],
    lines: (width) =>
      isApplied ? told(pieces, width) : printed({ statements, workgroup, policy, name: wanted.workgroup }),
  }
}

const usage = (reason: string, advice: string): TrailbookError => new TrailbookError('CLI_USAGE', { reason, advice })

function numbersOf(given: Given) {
  const cutoff = text(given, 'cutoff') ?? '100GB'
  if (!/^[1-9]\d{0,5} ?(?:MB|GB|TB)$/.test(cutoff) || bytesOf(cutoff) < 10_000_000)
    throw usage(`--cutoff is "${cutoff}"`, 'It is an amount such as 100GB, and 10MB at least.')
  const firstDay = text(given, 'firstDay') ?? '2020-01-01'
  if (!isDay(firstDay)) throw usage(`--first-day is "${firstDay}"`, 'It is a day such as 2024-01-01.')
  const keep = text(given, 'keepResults') ?? '30'
  if (!/^[1-9]\d{0,4}$/.test(keep)) throw usage(`--keep-results is "${keep}"`, 'It is a number of days: 1 or more.')
  return { cutoff: bytesOf(cutoff), firstDay, keepResultsDays: Number(keep) }
}

interface Printed {
  readonly statements: readonly string[]
  readonly name: string
  readonly workgroup: object
  readonly policy: object
}

const printed = ({ statements, name, workgroup, policy }: Printed): readonly Line[] => [
  ...statements.flatMap((statement) => [...`${statement};`.split('\n').map((one) => line(one)), blank]),
  line(span(`-- Configuration of the workgroup ${name}`, 'muted')),
  ...JSON.stringify(workgroup, null, 2)
    .split('\n')
    .map((one) => line(one)),
  blank,
  line(span('-- What the role that asks must be allowed', 'muted')),
  ...JSON.stringify(policy, null, 2)
    .split('\n')
    .map((one) => line(one)),
]

const words = {
  made: 'made',
  same: 'is there, as wanted',
  differs: 'is there and differs; left as it is',
  changed: 'changed',
} as const

const told = (pieces: Awaited<ReturnType<typeof setUpAthena>>, width: number): readonly Line[] => [
  ...pieces.flatMap(({ name, state, differences }) => [
    line(span(name, 'strong'), `: ${words[state]}`),
    ...differences.flatMap((difference) => labelled('  ', difference, width)),
  ]),
  ...(pieces.some(({ state }) => state === 'differs')
    ? [line(span('--change makes these as wanted, too.', 'muted'))]
    : []),
]
