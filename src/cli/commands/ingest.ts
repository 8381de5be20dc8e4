import { shownPath } from '../../authoring/library.ts'
import { forgetLogs, type IngestOutcome, keepPublicKeys, type S3Request } from '../../compose.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { advice } from '../advice.ts'
import { argumentList, defineCommand, type Given, list } from '../command.ts'
import { type Config, configName, loadConfig } from '../config.ts'
import { fromHistory, historyOfIngest, historyOptions, sweepInto } from '../event-history.ts'
import { followOptions, followQueue } from '../follow.ts'
import { ingestLines } from '../ingest-lines.ts'
import { keyFilesOf } from '../key-files.ts'
import { checkScope } from '../run-request.ts'
import { type S3Settings, s3Given, s3Options, settingsOf } from '../s3-settings.ts'
import { ingestPaths, keptOut } from '../sources.ts'
import { noWaitOption, waitingOf } from '../waiting.ts'

export const ingestCommand = defineCommand({
  name: 'ingest',
  summary: 'Put CloudTrail logs into the lake',
  details:
    'Reads .json, .json.gz and NDJSON files as CloudTrail delivers them, from folders of any depth. Every event is stored once, however often it is ingested. What cannot be read is named and left out; the rest goes in. It stays a gap in what the lake covers, also when it is deleted, until it can be read or you say that it is of no matter. s3://bucket/prefix is read where it lies, with the usual credentials of AWS; only what was chosen is asked for, and only what is not in the lake is fetched.',
  arguments: [
    {
      name: '[path...]',
      description: 'log files, folders, archives (tar, zip), s3://bucket/prefix and cloudwatch:GROUP@REGION',
    },
  ],
  options: [
    {
      flags: '--forget <path>',
      description: 'an unreadable file, or a folder of such, that is of no matter: it is no gap any more (repeatable)',
      repeatable: true,
    },
    {
      flags: '--keys <file>',
      description:
        'keep public keys to check digests with, as aws cloudtrail list-public-keys prints them (repeatable)',
      repeatable: true,
    },
    ...followOptions,
    ...s3Options,
    ...historyOptions,
    noWaitOption,
  ],
  examples: [
    { command: 'trailbook ingest ./AWSLogs', says: 'store everything below a folder' },
    {
      command: 'trailbook ingest s3://my-trail-bucket --account 111122223333 --since 7d',
      says: 'a week of one account, straight from the bucket',
    },
    {
      command: 'trailbook ingest --from-event-history --since 7d',
      says: "a week of your own account's Event history, without any trail",
    },
    { command: 'trailbook ingest new.json.gz --lake /data/lake', says: 'add one file to a lake elsewhere' },
    { command: 'trailbook ingest --forget ./AWSLogs/notes.json', says: 'a file that was never a log is no gap' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const { lake, inventory } = config
    const [paths, unwanted] = [argumentList(given, 'path'), list(given, 'forget')]
    checkScope(given)
    const keyFiles = await keyFilesOf(given, context)
    const history = fromHistory(given) ? historyOfIngest(given, config, context) : undefined
    const s3 = history === undefined ? s3Given(given, context.clock.now()) : undefined
    const sources = list(given, 'source').map((name) => namedSource(name, config, s3))
    const followed = await followQueue(given, s3, { config, context })
    if (followed !== undefined) return followed
    requireSomething(given, { isHistory: history !== undefined, hasS3Options: s3 !== undefined })
    const keysAdded = keyFiles.length === 0 ? 0 : await keepPublicKeys(lake, keyFiles, waitingOf(given, context))
    const forgotten = unwanted.length === 0 ? [] : await forgetLogs(lake, unwanted, waitingOf(given, context))
    const noWait = given.options.wait === false
    const settings = { inventory, s3, named: config.sources, sources, noWait }
    const report: IngestOutcome =
      history === undefined
        ? await ingestPaths(lake, paths, context, settings)
        : (await sweepInto(lake, history, { config, context, noWait })).report
    const { stopped } = report
    const { cwd, clock } = context
    return {
      exitCode: exitCodeOf(report),
      json: {
        schema: 'trailbook.ingest/v1',
        ...report,
        ...(stopped && { stopped: toldOf(stopped) }),
        forgotten,
        keysAdded,
      },
      lines: (width) =>
        ingestLines(report, {
          lake: shownPath(lake, cwd),
          now: clock.now(),
          read: paths.length + sources.length > 0 || history !== undefined,
          forgotten,
          keysAdded,
          width,
        }),
    }
  },
})

/** @throws TrailbookError CLI_USAGE */
function requireSomething(
  given: Given,
  { isHistory, hasS3Options }: { isHistory: boolean; hasS3Options: boolean },
): void {
  const paths = argumentList(given, 'path')
  const hasBucket = list(given, 'source').length > 0 || paths.some((path) => isElsewhere(path))
  if (hasS3Options && !hasBucket)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'These options are for buckets, and no bucket was named',
      advice: 'Name one, for example: trailbook ingest s3://my-trail-bucket/AWSLogs --since 7d',
    })
  const isOther = ['forget', 'keys'].some((option) => list(given, option).length > 0)
  if (!isHistory && paths.length === 0 && !hasBucket && !isOther)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'No log files were named',
      advice: 'Name files or folders, for example: trailbook ingest ./AWSLogs',
    })
}

const isElsewhere = (path: string): boolean => /^(?:s3|cloudwatch):/i.test(path)

function exitCodeOf(report: IngestOutcome): number {
  if (report.stopped !== undefined) return report.stopped.exitCode
  if (report.interrupted) return exitCodes.interrupted
  return keptOut(report) > 0 ? exitCodes.quarantined : exitCodes.clear
}

const toldOf = ({ code, message, hint }: TrailbookError) => ({ code, message, hint })

/** @throws TrailbookError CLI_NO_SOURCE */
function namedSource(name: string, { sources, file }: Config, given: S3Settings | undefined): S3Request {
  const found = Object.hasOwn(sources, name) ? sources[name] : undefined
  if (found === undefined)
    throw new TrailbookError('CLI_NO_SOURCE', {
      name,
      path: file ?? configName,
      advice: advice(name, Object.keys(sources)),
    })
  return { ...settingsOf(found, given), locations: [found.url].flat() }
}
