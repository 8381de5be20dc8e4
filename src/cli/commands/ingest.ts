import { shownPath } from '../../authoring/library.ts'
import { exitCodes } from '../../core/errors.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { coverageText } from '../../core/report/terminal.ts'
import { plural, visible } from '../../core/report/text.ts'
import { argumentList, defineCommand } from '../command.ts'
import { loadConfig } from '../config.ts'
import { ingestPaths } from '../sources.ts'

export const ingestCommand = defineCommand({
  name: 'ingest',
  summary: 'Put CloudTrail logs into the lake',
  details:
    'Reads .json, .json.gz and NDJSON files as CloudTrail delivers them, from folders of any depth. Every event is stored once, however often it is ingested. What cannot be read is named and left out; the rest goes in.',
  arguments: [{ name: '<path...>', description: 'log files and folders' }],
  options: [],
  examples: [
    { command: 'trailbook ingest ./AWSLogs', says: 'store everything below a folder' },
    { command: 'trailbook ingest new.json.gz --lake /data/lake', says: 'add one file to a lake elsewhere' },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const report = await ingestPaths(config.lake, argumentList(given, 'path'), context)
    const bad = report.quarantined
    return {
      exitCode: report.interrupted ? exitCodes.interrupted : bad.length > 0 ? exitCodes.quarantined : exitCodes.clear,
      json: { schema: 'trailbook.ingest/v1', ...report },
      lines: (width) => [
        ...(report.interrupted
          ? labelled('Stopped before the end.', 'What is counted here is stored; run it again to go on.', width)
          : []),
        line(
          span(plural(report.events, 'new event'), 'strong'),
          ` from ${plural(report.files, 'file')}; ${plural(report.duplicates, 'duplicate')} left out`,
        ),
        ...labelled('Lake', shownPath(config.lake, context.cwd), width),
        ...labelled('Seen', coverageText(report.coverage), width),
        ...(report.variants > 0
          ? labelled(
              'Note',
              `${plural(report.variants, 'event')} share an id with another event of other content; both are kept.`,
              width,
            )
          : []),
        ...(bad.length === 0
          ? []
          : [line(span(`${plural(bad.length, 'file or record', 'files or records')} could not be read:`, 'warn'))]),
        ...bad
          .slice(0, 20)
          .flatMap(({ file, ordinal, code, reason }) =>
            labelled(
              '  -',
              visible(`${file}${ordinal === undefined ? '' : ` record ${ordinal}`}: ${reason} (${code})`),
              width,
            ),
          ),
        ...(bad.length > 20 ? [line(span(`  … and ${bad.length - 20} more; --format json lists all`, 'muted'))] : []),
      ],
    }
  },
})
