import type { CommandSpec } from './command.ts'

interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<CommandSpec>
}

/** All commands in the order of the help; each is loaded when it is called. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'Run runbooks and say what they found',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'plan',
    summary: 'Show what running runbooks would do, without doing it',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'permissions',
    summary: 'Print the least that running runbooks must be allowed',
    load: async () => (await import('./commands/permissions.ts')).permissionsCommand,
  },
  {
    name: 'query',
    summary: 'Ask one question in SQL',
    load: async () => (await import('./commands/query.ts')).queryCommand,
  },
  {
    name: 'ingest',
    summary: 'Put CloudTrail logs into the lake',
    load: async () => (await import('./commands/ingest.ts')).ingestCommand,
  },
  {
    name: 'collect',
    summary: 'Read accounts, Regions and trails of an organisation from AWS',
    load: async () => (await import('./commands/collect.ts')).collectCommand,
  },
  {
    name: 'status',
    summary: 'Show what the lake holds and covers',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'lake',
    summary: 'Look after the lake: compact, check, publish, keep or let go',
    load: async () => (await import('./commands/lake.ts')).lakeCommand,
  },
  {
    name: 'athena',
    summary: 'Make what Athena needs, and convert raw tables',
    load: async () => (await import('./commands/athena.ts')).athenaCommand,
  },
  {
    name: 'trino',
    summary: 'Make published snapshots a table of a Trino cluster',
    load: async () => (await import('./commands/trino.ts')).trinoCommand,
  },
  { name: 'list', summary: 'List the runbooks', load: async () => (await import('./commands/list.ts')).listCommand },
  {
    name: 'show',
    summary: 'Show one runbook: question, steps, SQL',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'test',
    summary: 'Run the cases of runbooks',
    load: async () => (await import('./commands/test.ts')).testCommand,
  },
  {
    name: 'lint',
    summary: 'Check runbooks for mistakes',
    load: async () => (await import('./commands/lint.ts')).lintCommand,
  },
  {
    name: 'import',
    summary: 'Draft a runbook from a query of another tool',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'runs',
    summary: 'List the runs that were kept, and show one again',
    load: async () => (await import('./commands/runs.ts')).runsCommand,
  },
  {
    name: 'evidence',
    summary: 'Check evidence bundles',
    load: async () => (await import('./commands/evidence.ts')).evidenceCommand,
  },
  {
    name: 'ledger',
    summary: 'Check the ledger, or sign how far it has come',
    load: async () => (await import('./commands/ledger.ts')).ledgerCommand,
  },
  {
    name: 'verify-logs',
    summary: 'Check log files against the digests that CloudTrail signed',
    load: async () => (await import('./commands/verify-logs.ts')).verifyLogsCommand,
  },
  {
    name: 'init',
    summary: 'Set a folder up for runbooks',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'new',
    summary: 'Write the skeleton of a runbook',
    load: async () => (await import('./commands/new.ts')).newCommand,
  },
  {
    name: 'demo',
    summary: 'Show everything at once, on made-up logs',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  {
    name: 'simulate',
    summary: 'Write the logs of a made-up organisation, with attacks in them',
    load: async () => (await import('./commands/simulate.ts')).simulateCommand,
  },
  {
    name: 'completion',
    summary: 'Print a script that completes commands in your shell',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
]
