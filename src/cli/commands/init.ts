import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathKind, shownPath } from '../../authoring/library.ts'
import { TrailbookError } from '../../core/errors.ts'
import { line } from '../../core/report/lines.ts'
import { argument, defineCommand } from '../command.ts'
import { configName, defaultRunbooks } from '../config.ts'
import { makeFolder, writing } from '../write.ts'

export const configTemplate = `# Configuration of trailbook. Every key may be left out. lake and runbooks show their defaults, the others an example.
# Relative paths count from the folder of this file. A value may hold \${env:NAME}: the environment variable takes its place.

# Where ingested logs are kept. --lake and TRAILBOOK_LAKE go before it.
# lake: .trailbook/lake

# Folders with your own runbooks. They stand before the shipped ones of the same id.
# runbooks: runbooks

# Further names for the table cloudtrail_logs, so that SQL from elsewhere runs as it is.
# aliases: [my_trail_table]

# Lists that runbooks name under \`uses\`: in SQL a table lists.<name>, in conditions lists.<name>.
# lists:
#   automation_roles:
#     - arn:aws:iam::111122223333:role/deploy

# How much memory queries may use together.
# memory: 4GB

# What should be there: without it, coverage expects only accounts and regions that it has seen, and "clear" says no more than that.
# It may be the path of a file instead: trailbook collect inventory --out inventory.json writes one.
# inventory:
#   regions: [us-east-1, eu-west-1]
#   accounts:
#     - { id: "111122223333", name: production, unit: Workloads/Production }
#     - { id: "444455556666", name: sandbox, regions: [us-east-1], from: 2026-01-01 }
#   trails:
#     - { name: organisation, exclude: [kms.amazonaws.com], data: [{ service: s3, resources: ["arn:aws:s3:::my-bucket/"] }] }

# Buckets with logs: trailbook ingest --source main-trail reads this one.
# sources:
#   main-trail:
#     url: s3://my-trail-bucket/AWSLogs/
#     role: arn:aws:iam::111122223333:role/trailbook-reader

# How to act in accounts other than your own, for --from-event-history and trailbook collect.
# accounts:
#   role: trailbook-reader

# Engines to ask instead of the lake: trailbook run root-activity --connection warehouse. Each engine has a page that says more.
# connections:
#   warehouse:                              # docs/engine-trino.md
#     engine: trino
#     url: https://trino.example.com:8443
#     user: trailbook
#     password: \${env:TRINO_PASSWORD}
#     catalog: hive
#     schema: security
#   trail:                                  # docs/engine-athena.md: AWS charges for what each query reads
#     engine: athena
#     region: eu-central-1
#     database: security
#     table: cloudtrail_logs
#     workgroup: trailbook
#     logs: [s3://my-trail-bucket/AWSLogs/]
#     accounts: ["111122223333", "444455556666"]   # all there are
#     regions: [us-east-1, eu-west-1]
#     budget: { scan: 50GB }                # what one run may read, all its queries together
#   insights:                               # docs/engine-logs-insights.md: likewise
#     engine: logs-insights
#     region: eu-central-1
#     logGroups: [aws-cloudtrail-logs]
#   store:                                  # docs/engine-cloudtrail-lake.md: likewise
#     engine: cloudtrail-lake
#     region: us-east-1
#     eventDataStore: 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809
`

export const initCommand = defineCommand({
  name: 'init',
  summary: 'Set a folder up for runbooks',
  details: 'Writes trailbook.yaml with every key explained, and a folder for your runbooks. Nothing is overwritten.',
  arguments: [{ name: '[folder]', description: 'the folder to set up (default: this one)' }],
  options: [],
  examples: [
    { command: 'trailbook init', says: 'set this folder up' },
    { command: 'trailbook init security && cd security', says: 'set up a new folder' },
  ],
  async action(given, context) {
    const folder = resolve(context.cwd, argument(given, 'folder') ?? '.')
    const config = join(folder, configName)
    if ((await pathKind(config)) !== undefined) {
      throw new TrailbookError('CLI_FILE_EXISTS', { path: shownPath(config, context.cwd) })
    }
    const runbooks = join(folder, defaultRunbooks)
    const shown = (path: string): string => shownPath(path, context.cwd)
    await writing(shown(runbooks), () => makeFolder(runbooks))
    await writing(shown(config), () => writeFile(config, configTemplate, { flag: 'wx' }))
    const created = [config, runbooks].map(shown)
    return {
      exitCode: 0,
      json: { schema: 'trailbook.init/v1', created },
      lines: () => [
        ...created.map((path) => line(`Wrote ${path}`)),
        line('Next: trailbook new <id> writes a runbook; trailbook list shows those that are there.'),
      ],
    }
  },
})
