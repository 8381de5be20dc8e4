import { argument, type CliContext, defineCommand, type Given, type Outcome } from '../command.ts'
import { chosenSubcommand, type Subcommand } from '../subcommands.ts'

/** What a subcommand is called with. */
export interface ImportCall {
  readonly given: Given
  readonly context: CliContext
  readonly file: string
}

const subcommands: Readonly<Record<string, Subcommand<(call: ImportCall) => Promise<Outcome>>>> = {
  lake: { options: ['id', 'out'], load: async () => (await import('./import-lake.ts')).importLake },
}

export const importCommand = defineCommand({
  name: 'import',
  summary: 'Draft a runbook from a query of another tool',
  details: [
    'lake reads a SQL text of CloudTrail Lake: event data stores become cloudtrail_logs, parts of maps become parts of JSON, windows of time go into the scope, and marks such as <role> or {{ip}} become parameters.',
    'What could not be translated stands in the draft as it was, with a comment before it, and is told with its line and column; the exit code is 1 then. Lint and test the draft before it is relied on.',
  ].join('\n\n'),
  arguments: [
    { name: '<what>', description: Object.keys(subcommands).join(', '), choices: Object.keys(subcommands) },
    { name: '<file>', description: 'the SQL text; - reads it from standard input' },
  ],
  options: [
    { flags: '--id <id>', description: 'of the runbook (default: as the file is called)' },
    { flags: '--out <file>', description: 'where the draft is written (default: the first of your runbook folders)' },
  ],
  examples: [
    {
      command: 'trailbook import lake queries/root-logins.sql',
      says: 'writes runbooks/root-logins.yaml',
    },
    {
      command: 'trailbook import lake - --id root-logins < root.sql',
      says: 'the same from standard input',
    },
  ],
  async action(given, context) {
    const { load } = chosenSubcommand('import', subcommands, given)
    return (await load())({ given, context, file: argument(given, 'file') ?? '' })
  },
})
