import { openUpkeep } from '../../compose.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { bytesText, plural } from '../../core/report/text.ts'
import { hour } from '../../core/time.ts'
import { flag, type Outcome } from '../command.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'
import { durationOf } from './lake-parts.ts'

export async function lakeVacuum({ given, context, config }: LakeCall): Promise<Outcome> {
  const olderThanMs = durationOf(given, 'older-than')
  if (olderThanMs !== undefined && olderThanMs < hour)
    context.note('Less than an hour: a query that runs now may lose parts that it reads, and fail.')
  const upkeep = await openUpkeep(config.lake)
  const report = await upkeep.vacuum({
    ...waitingOf(given, context),
    dryRun: flag(given, 'dryRun'),
    ...(olderThanMs !== undefined && { olderThanMs }),
  })
  const { dryRun, retired, orphans, manifests, kept } = report
  const amount = ({ files, bytes }: typeof retired): string => `${plural(files, 'part')}, ${bytesText(bytes)}`
  return {
    exitCode: 0,
    json: { schema: 'trailbook.lake-vacuum/v1', ...report },
    lines: (width) => [
      line(span(`${dryRun ? 'Would free' : 'Freed'} ${bytesText(retired.bytes + orphans.bytes)}`, 'strong')),
      ...labelled('Replaced ', amount(retired), width),
      ...labelled('Left over', amount(orphans), width),
      ...labelled('Manifests', `${manifests} old`, width),
      ...(kept.files === 0
        ? []
        : paragraph(`${amount(kept)} were replaced lately and stay for queries that read them.`, width, 'muted')),
    ],
  }
}
