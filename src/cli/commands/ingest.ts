import { shownPath } from '../../authoring/library.ts'
import { forgetLogs, type IngestOutcome, keepPublicKeys, type S3Request } from '../../compose.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { type Line, labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { coverageText } from '../../core/report/words.ts'
import { day, milliseconds, type Window } from '../../core/time.ts'
import { advice } from '../advice.ts'
import { argumentList, defineCommand, list } from '../command.ts'
import { type Config, configName, loadConfig } from '../config.ts'
import { fromHistory, historyOfIngest, historyOptions, sweepInto } from '../event-history.ts'
import { failureLines } from '../failure.ts'
import { followOptions, followQueue } from '../follow.ts'
import { keyFilesOf } from '../key-files.ts'
import { type S3Settings, s3Given, s3Options, settingsOf } from '../s3-settings.ts'
import { ingestPaths, keptOut, passedOverText } from '../sources.ts'
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
    const [paths, unwanted] = [argumentList(given, 'path'), list(given, 'forget')]
    const keyFiles = await keyFilesOf(given, context)
    const history = fromHistory(given) ? historyOfIngest(given, config, context) : undefined
    const s3 = history === undefined ? s3Given(given, context.clock.now()) : undefined
    const sources = list(given, 'source').map((name) => namedSource(name, config, s3))
    const followed = await followQueue(given, s3, { config, context })
    if (followed !== undefined) return followed
    if (s3 !== undefined && sources.length === 0 && !paths.some((path) => /^(?:s3|cloudwatch):/i.test(path)))
      throw new TrailbookError('CLI_USAGE', {
        reason: 'These options are for buckets, and no bucket was named',
        advice: 'Name one, for example: trailbook ingest s3://my-trail-bucket/AWSLogs --since 7d',
      })
    if (
      history === undefined &&
      paths.length === 0 &&
      sources.length === 0 &&
      unwanted.length === 0 &&
      keyFiles.length === 0
    )
      throw new TrailbookError('CLI_USAGE', {
        reason: 'No log files were named',
        advice: 'Name files or folders, for example: trailbook ingest ./AWSLogs',
      })
    const keysAdded = keyFiles.length === 0 ? 0 : await keepPublicKeys(config.lake, keyFiles)
    const forgotten = unwanted.length === 0 ? [] : await forgetLogs(config.lake, unwanted, waitingOf(given, context))
    const report: IngestOutcome =
      history === undefined
        ? await ingestPaths(config.lake, paths, context, {
            inventory: config.inventory,
            s3,
            sources,
            noWait: given.options.wait === false,
          })
        : (await sweepInto(config.lake, history, { config, context })).report
    const { stopped } = report
    const bad = report.quarantined.slice(0, 20)
    const count = keptOut(report)
    const passedOver = passedOverText(report)
    return {
      exitCode:
        stopped !== undefined
          ? stopped.exitCode
          : report.interrupted
            ? exitCodes.interrupted
            : count > 0
              ? exitCodes.quarantined
              : exitCodes.clear,
      json: {
        schema: 'trailbook.ingest/v1',
        ...report,
        ...(stopped && { stopped: toldOf(stopped) }),
        forgotten,
        keysAdded,
      },
      lines: (width) => [
        ...(report.interrupted
          ? labelled('Stopped before the end.', 'What is counted here is stored; run it again to go on.', width)
          : []),
        ...(paths.length === 0 && sources.length === 0 && history === undefined
          ? []
          : [
              line(
                span(plural(report.events, 'new event'), 'strong'),
                ` from ${plural(report.files, 'file')}; ${plural(report.duplicates, 'duplicate')} left out`,
              ),
            ]),
        ...labelled('Lake', shownPath(config.lake, context.cwd), width),
        ...labelled('Seen', coverageText(report.coverage), width),
        ...(report.variants > 0
          ? labelled(
              'Note',
              `${plural(report.variants, 'event')} share an id with another event of other content; both are kept.`,
              width,
            )
          : []),
        ...keyLines(keysAdded + (report.keys?.added ?? 0), report.keys?.failed ?? [], width),
        ...(passedOver === undefined ? [] : labelled('Passed over', passedOver, width)),
        ...(forgotten.length === 0 ? [] : labelled('Forgot', forgotten.map(visible).join(', '), width)),
        ...(count === 0
          ? []
          : [line(span(`${plural(count, 'file or record', 'files or records')} could not be read:`, 'warn'))]),
        ...bad.flatMap(({ file, ordinal, code, reason }) =>
          labelled(
            '  -',
            visible(`${file}${ordinal === undefined ? '' : ` record ${ordinal}`}: ${reason} (${code})`),
            width,
          ),
        ),
        ...(count > bad.length
          ? [line(span(`  … and ${count - bad.length} more; --format json lists the first thousand`, 'muted'))]
          : []),
        ...(report.span === null || report.interrupted
          ? []
          : labelled('Next', nextCommand(report.span, context.clock.now()), width)),
        ...(stopped === undefined ? [] : failureLines(stopped, width)),
        ...(report.quarantinedFiles === 0
          ? []
          : paragraph('If such a file is of no matter: trailbook ingest --forget <path>', width, 'muted')),
      ],
    }
  },
})

function keyLines(
  added: number,
  failed: readonly { region: string; reason: string }[],
  width: number,
): readonly Line[] {
  return [
    ...(added === 0 ? [] : labelled('Keys', `${plural(added, 'public key')} kept, to check digests with`, width)),
    ...failed.flatMap(({ region, reason }) =>
      labelled('Note', visible(`The public keys of ${region} could not be had: ${reason}`), width),
    ),
  ]
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

/** Logs of today are in the windows that runbooks have of their own; older ones must be asked about by their time. */
const nextCommand = ({ from, to }: Window, now: number): string =>
  `trailbook run --all${milliseconds(to) > now - day ? '' : ` --from ${from} --to ${to}`}`
