import { openUpkeep } from '../../compose.ts'
import { exitCodes } from '../../core/errors.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { bytesText, plural } from '../../core/report/text.ts'
import { flag, type Outcome } from '../command.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'

export async function lakeCompact({ given, context, config }: LakeCall): Promise<Outcome> {
  const upkeep = await openUpkeep(config.lake)
  const dryRun = flag(given, 'dryRun')
  const report = await upkeep
    .compact({
      ...waitingOf(given, context),
      dryRun,
      onProgress: ({ done, all }) => context.progress(`Compacting: ${done} of ${plural(all, 'step')}`),
    })
    .finally(() => context.progress(undefined))
  const { days, events, files, coverage } = report
  const isNothing = [events, files, coverage].every(({ before, after }) => after?.parts === before.parts)
  const changeText = ({ before, after }: typeof events): string =>
    after === null
      ? `${plural(before.parts, 'part')}, ${bytesText(before.bytes)}`
      : after.parts === before.parts && after.bytes === before.bytes
        ? `${plural(before.parts, 'part')}, ${bytesText(before.bytes)}`
        : `${before.parts} to ${plural(after.parts, 'part')}, ${bytesText(before.bytes)} to ${bytesText(after.bytes)}`
  const head = report.interrupted
    ? 'Stopped before the end; what is told here is done.'
    : dryRun
      ? `${plural(days.length, 'day')} would be compacted`
      : isNothing
        ? 'Nothing to compact'
        : `Compacted ${plural(days.length, 'day')}`
  return {
    exitCode: report.interrupted ? exitCodes.interrupted : 0,
    json: { schema: 'trailbook.lake-compact/v1', ...report },
    lines: (width) => [
      line(span(head, 'strong')),
      ...labelled('Events  ', changeText(events), width),
      ...labelled('Files   ', changeText(files), width),
      ...labelled('Coverage', changeText(coverage), width),
      ...(report.retired === 0
        ? []
        : paragraph(
            `The old parts (${bytesText(report.retired)}) stay for an hour for queries that read them; then the next write or trailbook lake vacuum removes them.`,
            width,
            'muted',
          )),
    ],
  }
}
