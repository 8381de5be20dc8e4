import { openUpkeep } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { bytesText, plural, visible } from '../../core/report/text.ts'
import { day } from '../../core/time.ts'
import { flag, type Outcome } from '../command.ts'
import { openDiary } from '../diary.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'
import { durationOf, inWords } from './lake-parts.ts'

export async function lakeRetain({ given, context, config }: LakeCall): Promise<Outcome> {
  const olderThanMs = durationOf(given, 'older-than') ?? config.retentionMs
  if (olderThanMs === undefined)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'lake retain needs to know how long events are kept',
      advice: 'trailbook lake retain --older-than 400d, or lake: { retention: 400d } in trailbook.yaml.',
    })
  if (olderThanMs < day)
    throw new TrailbookError('CLI_USAGE', {
      reason: 'Events cannot be kept for less than a day',
      advice: 'Whole event days are removed: --older-than 1d or more.',
    })
  const upkeep = await openUpkeep(config.lake)
  const report = await upkeep.retain({
    ...waitingOf(given, context),
    now: () => context.clock.now(),
    dryRun: flag(given, 'dryRun'),
    olderThanMs,
  })
  const { dryRun, days, rows, held, before } = report
  if (!dryRun && rows > 0) {
    const diary = await openDiary(config, context)
    await diary.note('lake.retained', {
      before,
      rows,
      days: days.map(({ date }) => date),
      held: held.map(({ date }) => date),
    })
  }
  const first = days[0]?.date
  const reach = first === undefined ? '' : `, ${first} to ${days.at(-1)?.date}`
  const heldBy = [...new Set(held.flatMap(({ holds }) => holds))].map(visible).join(', ')
  return {
    exitCode: 0,
    json: { schema: 'trailbook.lake-retain/v1', ...report },
    lines: (width) => [
      line(
        span(`${dryRun ? 'Would remove' : 'Removed'} ${inWords(rows)} events, ${bytesText(report.bytes)}`, 'strong'),
      ),
      ...labelled(
        'Days',
        days.length === 0
          ? `none ${held.length > 0 ? 'of those ' : ''}before ${before}`
          : `${plural(days.length, 'day')} before ${before}${reach}`,
        width,
      ),
      ...(held.length === 0 ? [] : labelled('Held', `${plural(held.length, 'day')}, by ${heldBy}`, width)),
      ...(dryRun && days.some((one) => one.rows === null)
        ? paragraph(
            'Days that are held for some accounts lose the events of the others, which are not counted here.',
            width,
            'muted',
          )
        : []),
      ...(dryRun || rows === 0
        ? []
        : paragraph(
            'Their times count as gaps from now on. The bytes go in an hour, with the next write or trailbook lake vacuum; snapshots that were published keep them until they are published anew.',
            width,
            'muted',
          )),
    ],
  }
}
