import { openUpkeep } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { bytesText, plural } from '../../core/report/text.ts'
import { athenaTables, printedStatements } from '../athena-table.ts'
import { flag, type Outcome, text } from '../command.ts'
import { openTarget } from '../s3-target.ts'
import { trinoTables } from '../trino-table.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'
import { durationOf, inWords } from './lake-parts.ts'

export async function lakePublish({ given, context, config, rest }: LakeCall): Promise<Outcome> {
  const keep = text(given, 'keep')
  if (keep !== undefined && !/^[1-9]\d{0,5}$/.test(keep))
    throw new TrailbookError('CLI_USAGE', {
      reason: `--keep is "${keep}"`,
      advice: 'It is how many snapshots stay: 1 or more.',
    })
  const graceMs = durationOf(given, 'older-than')
  if (flag(given, 'dryRun')) return printedStatements(given, { context, config, target: rest[0]! })
  const waiting = waitingOf(given, context)
  const upkeep = await openUpkeep(config.lake)
  const trino = await trinoTables(given, { context, config, target: rest[0]! })
  const athena = await athenaTables(given, { context, config, target: rest[0]! })
  const { target, shown, close } = await openTarget(rest[0]!, { given, context, waiting })
  const report = await upkeep
    .publish(target, {
      ...waiting,
      tables: [...trino, ...athena],
      ...(keep !== undefined && { keep: Number(keep) }),
      ...(graceMs !== undefined && { graceMs }),
      onProgress: ({ done, all }) => context.progress(`Publishing: ${done} of ${plural(all, 'day')}`),
    })
    .finally(() => {
      context.progress(undefined)
      close()
      for (const table of athena) table.close()
    })
  const { days, newDays, removedFolders } = report
  return {
    exitCode: 0,
    json: { schema: 'trailbook.lake-publish/v1', ...report },
    lines: (width) => [
      line(
        span(
          report.changed ? `Published snapshot ${report.id}` : `Snapshot ${report.id} is the newest already`,
          'strong',
        ),
      ),
      ...labelled('Target', shown, width),
      ...labelled('Events', `${inWords(report.rows)} of ${plural(days, 'day')}, ${bytesText(report.bytes)}`, width),
      ...labelled(
        'New   ',
        `${plural(newDays, 'day')}, ${bytesText(report.newBytes)}; ${days - newDays} as before`,
        width,
      ),
      ...labelled('Kept  ', plural(report.snapshots, 'snapshot'), width),
      ...(removedFolders === 0 ? [] : labelled('Gone  ', plural(removedFolders, 'old day folder'), width)),
      ...report.tables.flatMap(({ name, changed, removed }) =>
        labelled(
          'Table ',
          `${name} ${changed ? 'shows it now' : 'shows it as before'}${removed === 0 ? '' : `; ${plural(removed, 'table')} of old snapshots gone`}`,
          width,
        ),
      ),
      line(span('Readers go by published.json in the target.', 'muted')),
    ],
  }
}
