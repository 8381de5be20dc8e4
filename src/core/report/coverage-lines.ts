import type { Coverage } from '../run/coverage.ts'
import { gapText, groupGaps, isUnexplained, unexplained } from './gaps.ts'
import { type Line, labelled, line, span } from './lines.ts'
import { plural, shorten, visible } from './text.ts'

const maxGroups = 10

/** What is missing, a few of the like together. */
export function gapLines(coverage: Coverage, width: number): readonly Line[] {
  const groups = groupGaps(coverage.gaps)
  const shown = groups.slice(0, maxGroups)
  const more = groups.slice(maxGroups).reduce((count, group) => count + gapCount(group), 0)
  return [
    ...shown.flatMap((group) => labelled('-', visible(shorten(gapText(group), 1000)), width - 2)),
    ...(more > 0 ? [line(span(`… and ${plural(more, 'more gap')}; --format json lists all`, 'muted'))] : []),
    ...(isUnexplained(coverage) ? labelled('-', unexplained, width - 2) : []),
  ]
}

const gapCount = ({ classes, accounts, regions, spans }: ReturnType<typeof groupGaps>[number]): number =>
  classes.length * accounts.length * regions.length * spans.length
