import { shownPath } from '../../authoring/library.ts'
import { forgetLogs } from '../../compose.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { coverageText } from '../../core/report/words.ts'
import { day, milliseconds, type Window } from '../../core/time.ts'
import { argumentList, defineCommand, list } from '../command.ts'
import { loadConfig } from '../config.ts'
import { ingestPaths, keptOut, passedOverText } from '../sources.ts'

export const ingestCommand = defineCommand({
  name: 'ingest',
  summary: 'Put CloudTrail logs into the lake',
  details:
    'Reads .json, .json.gz and NDJSON files as CloudTrail delivers them, from folders of any depth. Every event is stored once, however often it is ingested. What cannot be read is named and left out; the rest goes in. It stays a gap in what the lake covers, also when it is deleted, until it can be read or you say that it is of no matter.',
  arguments: [{ name: '[path...]', description: 'log files and folders' }],
  options: [
    {
      flags: '--forget <path>',
      description: 'an unreadable file, or a folder of such, that is of no matter: it is no gap any more (repeatable)',
      repeatable: true,
    },
  ],
  examples: [
    { command: 'trailbook ingest ./AWSLogs', says: 'store everything below a folder' },
    { command: 'trailbook ingest new.json.gz --lake /data/lake', says: 'add one file to a lake elsewhere' },
    { command: 'trailbook ingest --forget ./AWSLogs/notes.json', says: 'a file that was never a log is no gap' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const [paths, unwanted] = [argumentList(given, 'path'), list(given, 'forget')]
    if (paths.length === 0 && unwanted.length === 0)
      throw new TrailbookError('CLI_USAGE', {
        reason: 'No log files were named',
        advice: 'Name files or folders, for example: trailbook ingest ./AWSLogs',
      })
    const forgotten = unwanted.length === 0 ? [] : await forgetLogs(config.lake, unwanted)
    const report = await ingestPaths(config.lake, paths, context, config.inventory)
    const bad = report.quarantined.slice(0, 20)
    const count = keptOut(report)
    const passedOver = passedOverText(report)
    return {
      exitCode: report.interrupted ? exitCodes.interrupted : count > 0 ? exitCodes.quarantined : exitCodes.clear,
      json: { schema: 'trailbook.ingest/v1', ...report, forgotten },
      lines: (width) => [
        ...(report.interrupted
          ? labelled('Stopped before the end.', 'What is counted here is stored; run it again to go on.', width)
          : []),
        ...(paths.length === 0
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
        ...(report.quarantinedFiles === 0
          ? []
          : paragraph('If such a file is of no matter: trailbook ingest --forget <path>', width, 'muted')),
      ],
    }
  },
})

/** Logs of today are in the windows that runbooks have of their own; older ones must be asked about by their time. */
const nextCommand = ({ from, to }: Window, now: number): string =>
  `trailbook run --all${milliseconds(to) > now - day ? '' : ` --from ${from} --to ${to}`}`
