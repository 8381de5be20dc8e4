import { TrailbookError } from '../../core/errors.ts'
import { argument, defineCommand } from '../command.ts'

export const trinoCommand = defineCommand({
  name: 'trino',
  summary: 'Make published snapshots a table of a Trino cluster',
  details: [
    'setup prints the statements that make the newest published snapshot the table of a connection: a table of its own, a partition for each day, and a view with the name that queries use, which is replaced last and in one go. With --apply it executes them; what a killed setup left half done is mended by the next one.',
    'trailbook lake publish --trino <connection> publishes, does the same, and removes tables of snapshots that are gone. The catalog is of the Hive connector, with hive.allow-register-partition-procedure=true.',
  ].join('\n\n'),
  arguments: [{ name: '<what>', description: 'setup', choices: ['setup'] }],
  options: [
    { flags: '--connection <name>', description: 'a connection of trailbook.yaml with `engine: trino`' },
    {
      flags: '--from <target>',
      description:
        'the target of lake publish: a folder or s3://bucket/prefix with published.json (default: --location)',
    },
    {
      flags: '--location <url>',
      description: "the same as the catalog's file system names it, unless the connection says it",
    },
    { flags: '--apply', description: 'execute the statements, rather than print them' },
  ],
  examples: [
    {
      command: 'trailbook trino setup --connection warehouse --from s3://my-lake/cloudtrail',
      says: 'what would be executed',
    },
    {
      command:
        'trailbook trino setup --connection warehouse --from /mnt/share/cloudtrail --location local:///cloudtrail --apply',
      says: 'where Trino names the folder otherwise',
    },
  ],
  async action(given, context) {
    const what = argument(given, 'what')
    if (what === 'setup') return (await import('./trino-setup.ts')).trinoSetup(given, context)
    const advice = 'trailbook trino setup makes the newest snapshot a table.'
    throw new TrailbookError('CLI_USAGE', { reason: `trino does not know "${what}"`, advice })
  },
})
