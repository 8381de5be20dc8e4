import { type CliContext, defineCommand, type Given, type Outcome } from '../command.ts'
import { chosenSubcommand, type Subcommand } from '../subcommands.ts'
import { convertNames, convertOptions } from './athena-convert-options.ts'

type AthenaSubcommand = Subcommand<(given: Given, context: CliContext) => Promise<Outcome>>

const subcommands: Readonly<Record<string, AthenaSubcommand>> = {
  setup: {
    options: ['connection', 'apply', 'change', 'cutoff', 'firstDay', 'keepResults'],
    load: async () => (await import('./athena-setup.ts')).athenaSetup,
  },
  convert: {
    options: convertNames,
    load: async () => (await import('./athena-convert.ts')).athenaConvert,
  },
}

export const athenaCommand = defineCommand({
  name: 'athena',
  summary: 'Make what Athena needs, and convert raw tables',
  details: [
    'setup prints the statements, the workgroup and the least-privilege policy that a connection of trailbook.yaml with `engine: athena` needs, and asks AWS nothing. With --apply it makes what is missing: the bucket of results, the database, the raw table with projected partitions, and the workgroup with its cut-off. What is there already is told, with what differs, and stays as it is unless --change says otherwise.',
    'convert turns days of delivery of a raw table into Parquet snapshots in S3, by statements of Athena that are staged apart and committed in one go, and points a view at the newest: each event once. It goes on from what was read before. A day is read when it is over, and once more when it was read less than a day after its end; later files come with --again.',
  ].join('\n\n'),
  arguments: [{ name: '<what>', description: Object.keys(subcommands).join(', '), choices: Object.keys(subcommands) }],
  options: [
    { flags: '--connection <name>', description: 'a connection of trailbook.yaml with `engine: athena`' },
    { flags: '--apply', description: 'setup: make what is missing, rather than print it' },
    { flags: '--change', description: 'setup: with --apply, also change what is there and differs' },
    { flags: '--cutoff <amount>', description: 'setup: what one query may scan, e.g. 100GB (default 100GB)' },
    { flags: '--first-day <day>', description: 'setup: the first day of the partitions (default 2020-01-01)' },
    { flags: '--keep-results <days>', description: 'setup: how long results stay in their bucket (default 30)' },
    ...convertOptions,
  ],
  examples: [
    { command: 'trailbook athena setup --connection trail', says: 'what would be made, and the policy' },
    { command: 'trailbook athena setup --connection trail --apply', says: 'makes what is missing' },
    {
      command: 'trailbook athena convert --connection trail --to s3://my-lake/converted --from 2026-01-01 --dry-run',
      says: 'what turning JSON into Parquet would read and cost',
    },
    {
      command: 'trailbook athena convert --connection trail --to s3://my-lake/converted --max-scan 50GB',
      says: 'goes on from the last day that was read',
    },
  ],
  async action(given, context) {
    const subcommand = chosenSubcommand('athena', subcommands, given)
    return (await subcommand.load())(given, context)
  },
})
