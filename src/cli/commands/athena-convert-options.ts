import type { OptionSpec } from '../command.ts'
import { s3TargetNames, s3TargetOptions } from '../s3-target.ts'

export const convertOptions: readonly OptionSpec[] = [
  { flags: '--to <target>', description: 'convert: where snapshots go, s3://bucket/prefix' },
  {
    flags: '--from <day>',
    description: 'convert: the first day of delivery to read (default: the first that was read)',
  },
  { flags: '--until <day>', description: 'convert: the last one (default: the last that is over)' },
  { flags: '--days <n>', description: 'convert: the last n days of delivery' },
  { flags: '--again', description: 'convert: also days that were read after they had settled' },
  { flags: '--batch <n>', description: 'convert: days of delivery in one statement (default 7)' },
  {
    flags: '--max-scan <amount>',
    description:
      'convert: refuse to scan more, e.g. 500GB (default: the budget of the connection; one of them is needed)',
  },
  { flags: '--view <name>', description: 'convert: the view that shows it (default: <table>_lake)' },
  { flags: '--workgroup <name>', description: 'convert: a workgroup that does not override client-side settings' },
  { flags: '--keep <n>', description: 'convert: how many snapshots stay (default 3)' },
  {
    flags: '--older-than <duration>',
    description: 'convert: how long readers may still read what was replaced (default 1h)',
  },
  { flags: '--dry-run', description: 'convert: say what would be read, and what that costs' },
  ...s3TargetOptions.map(({ flags, description }) => ({
    flags,
    description: description.replace('publish to S3', 'convert'),
  })),
]

export const convertNames: readonly string[] = [
  'connection',
  'to',
  'from',
  'until',
  'days',
  'again',
  'batch',
  'maxScan',
  'view',
  'workgroup',
  'keep',
  'olderThan',
  'dryRun',
  ...s3TargetNames,
]
