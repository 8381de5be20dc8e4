import { openUpkeep } from '../../compose.ts'
import { exitCodes } from '../../core/errors.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { bytesText, plural, visible } from '../../core/report/text.ts'
import { flag, type Outcome } from '../command.ts'
import type { LakeCall } from './lake.ts'
import { inWords } from './lake-parts.ts'

const shown = 20

export async function lakeCheck({ given, context, config }: LakeCall): Promise<Outcome> {
  const upkeep = await openUpkeep(config.lake)
  const report = await upkeep
    .check({
      deep: flag(given, 'deep'),
      signal: context.signal,
      onProgress: ({ done, all }) => context.progress(`Checking: ${done} of ${plural(all, 'part')}`),
    })
    .finally(() => context.progress(undefined))
  const { findings } = report
  return {
    exitCode: report.clean ? exitCodes.clear : exitCodes.findings,
    json: { schema: 'trailbook.lake-check/v1', ...report },
    lines: (width) => [
      line(
        report.clean ? span('Clean', 'good') : span(plural(findings.length, 'finding'), 'bad'),
        `  ${plural(report.parts, 'part')} checked${report.deep ? ', every column' : ''}`,
      ),
      ...labelled(
        'Lake ',
        `${inWords(report.rows)} events of ${plural(report.days, 'day')} from ${inWords(report.files)} ${report.files === 1 ? 'file' : 'files'}, ${bytesText(report.bytes)}`,
        width,
      ),
      ...labelled('State', `manifest ${report.manifest}, format ${report.format}`, width),
      ...findings
        .slice(0, shown)
        .flatMap(({ path, message, advice }) => [
          ...labelled('-', visible(path === null ? message : `${path} ${message}.`), width),
          ...paragraph(`  ${advice}`, width, 'muted'),
        ]),
      ...(findings.length > shown ? [line(span(`… and ${findings.length - shown} more`, 'muted'))] : []),
      ...(report.writing
        ? paragraph('Another process is writing: what it has not committed yet was not looked at.', width, 'muted')
        : []),
    ],
  }
}
