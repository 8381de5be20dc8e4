import { TrailbookError } from '../../core/errors.ts'
import { argument, argumentList, type CliContext, defineCommand, type Given, type Outcome } from '../command.ts'
import { type Config, loadConfig } from '../config.ts'
import { s3TargetNames, s3TargetOptions } from '../s3-target.ts'
import { requireLake } from '../sources.ts'
import { chosenSubcommand, type Subcommand } from '../subcommands.ts'
import { noWaitOption } from '../waiting.ts'

/** What a subcommand is called with. */
export interface LakeCall {
  readonly given: Given
  readonly context: CliContext
  readonly config: Config
  /** What stands after its name. */
  readonly rest: readonly string[]
}

interface LakeSubcommand extends Subcommand<(call: LakeCall) => Promise<Outcome>> {
  /** E.g. `<target>`; how it is called in messages. */
  readonly takes: string
  /** The least and the most that may stand after its name. */
  readonly rest: readonly [number, number]
}

const subcommands: Readonly<Record<string, LakeSubcommand>> = {
  compact: {
    options: ['dryRun', 'wait'],
    takes: '',
    rest: [0, 0],
    load: async () => (await import('./lake-compact.ts')).lakeCompact,
  },
  vacuum: {
    options: ['dryRun', 'olderThan', 'wait'],
    takes: '',
    rest: [0, 0],
    load: async () => (await import('./lake-vacuum.ts')).lakeVacuum,
  },
  check: {
    options: ['deep'],
    takes: '',
    rest: [0, 0],
    load: async () => (await import('./lake-check.ts')).lakeCheck,
  },
  upgrade: {
    options: ['dryRun', 'wait'],
    takes: '',
    rest: [0, 0],
    load: async () => (await import('./lake-upgrade.ts')).lakeUpgrade,
  },
  publish: {
    options: ['dryRun', 'keep', 'olderThan', 'wait', 'trino', 'athena', 'location', ...s3TargetNames],
    takes: ' <target>',
    rest: [1, 1],
    load: async () => (await import('./lake-publish.ts')).lakePublish,
  },
  retain: {
    options: ['dryRun', 'olderThan', 'wait'],
    takes: '',
    rest: [0, 0],
    load: async () => (await import('./lake-retain.ts')).lakeRetain,
  },
  hold: {
    options: ['from', 'to', 'account', 'reason', 'wait'],
    takes: ' add|release <name>, or list',
    rest: [1, 2],
    load: async () => (await import('./lake-hold.ts')).lakeHold,
  },
}

export const lakeCommand = defineCommand({
  name: 'lake',
  summary: 'Look after the lake: compact, check, publish, keep or let go',
  details: [
    'compact makes few parts of many small ones, vacuum removes what no reader holds any more, check holds the whole lake against its manifest (exit 1 where something is wrong) and changes nothing.',
    'publish <target> writes an immutable snapshot for other engines. retain removes whole event days of an age, which count as gaps from then on; hold add <name> keeps days from that until hold release <name>, and hold list shows what is held. upgrade brings a lake of an earlier version up to date.',
    'One process writes at a time, and others wait for it; anybody may read meanwhile.',
  ].join('\n\n'),
  arguments: [
    { name: '<what>', description: Object.keys(subcommands).join(', '), choices: Object.keys(subcommands) },
    {
      name: '[rest...]',
      description: 'publish: the target, a folder or s3://bucket/prefix; hold: add, list or release, and a name',
    },
  ],
  options: [
    {
      flags: '--dry-run',
      description: 'compact, vacuum, retain, upgrade: say what would be done; publish --athena: print the statements',
    },
    {
      flags: '--older-than <duration>',
      description:
        'retain: how long events are kept, e.g. 400d; vacuum, publish: how long readers may still read what was replaced (default 1h)',
    },
    { flags: '--deep', description: 'check: read every column of every part' },
    { flags: '--keep <n>', description: 'publish: how many snapshots stay (default 3)' },
    ...s3TargetOptions,
    {
      flags: '--trino <connection>',
      description: 'publish: then point the view of this connection at the snapshot (repeatable)',
      repeatable: true,
    },
    {
      flags: '--athena <connection>',
      description: 'publish to S3: then point the view of this connection at the snapshot (repeatable)',
      repeatable: true,
    },
    {
      flags: '--location <url>',
      description: "publish --trino: the target as the catalog's file system names it, unless the connection says it",
    },
    {
      flags: '--from <day>',
      description: 'hold add: the first event day that is held; without it, from the beginning',
    },
    { flags: '--to <day>', description: 'hold add: the last one; without it, all that come' },
    { flags: '--account <id>', description: 'hold add: only events of this account (repeatable)', repeatable: true },
    { flags: '--reason <text>', description: 'hold add: why' },
    noWaitOption,
  ],
  examples: [
    { command: 'trailbook lake compact', says: 'after many small ingests' },
    { command: 'trailbook lake check --deep', says: 'is all of it as it was written?' },
    { command: 'trailbook lake publish /mnt/share/cloudtrail', says: 'for engines that read Parquet' },
    { command: 'trailbook lake publish s3://my-lake/cloudtrail', says: 'the same in S3' },
    {
      command: 'trailbook lake publish s3://my-lake/cloudtrail --trino warehouse',
      says: 'and Trino reads it from then on',
    },
    {
      command: 'trailbook lake hold add case-17 --from 2026-01-01 --to 2026-01-31 --reason "case 17"',
      says: 'January stays',
    },
    { command: 'trailbook lake retain --older-than 400d', says: 'the rest goes after 400 days' },
  ],
  async action(given, context) {
    const what = argument(given, 'what') ?? ''
    const rest = argumentList(given, 'rest')
    const subcommand = chosenSubcommand('lake', subcommands, given)
    const [least, most] = subcommand.rest
    if (rest.length < least || rest.length > most)
      throw new TrailbookError('CLI_USAGE', {
        reason: `lake ${what} takes ${most === 0 ? 'nothing after its name' : subcommand.takes.trim()}`,
        advice: `trailbook lake ${what}${subcommand.takes}`,
      })
    const config = await loadConfig(context)
    await requireLake(config, context)
    const carryOut = await subcommand.load()
    return carryOut({ given, context, config, rest })
  },
})
