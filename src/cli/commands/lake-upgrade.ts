import { openUpkeep } from '../../compose.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { flag, type Outcome } from '../command.ts'
import { waitingOf } from '../waiting.ts'
import type { LakeCall } from './lake.ts'

export async function lakeUpgrade({ given, context, config }: LakeCall): Promise<Outcome> {
  const upkeep = await openUpkeep(config.lake)
  const report = await upkeep.upgrade({ ...waitingOf(given, context), dryRun: flag(given, 'dryRun') })
  const { from, to, steps, dryRun } = report
  const did = dryRun ? 'Would upgrade' : 'Upgraded'
  return {
    exitCode: 0,
    json: { schema: 'trailbook.lake-upgrade/v1', ...report },
    lines: (width) => [
      line(
        span(
          steps.length === 0 ? `The lake has the newest format, ${to}` : `${did} from format ${from} to ${to}`,
          'strong',
        ),
      ),
      ...steps.flatMap((step) => labelled(`Format ${step.from + 1}`, step.says, width)),
    ],
  }
}
