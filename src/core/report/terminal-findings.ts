/** Many findings as a list: one line for each where it fits, the most severe first. */
import type { Finding } from '../run/findings.ts'
import type { Severity } from '../run/severity.ts'
import { type Line, line, type Span, type Style, span } from './lines.ts'
import { bySameEvents, type FindingGroup } from './same-events.ts'
import { shortArns } from './short-arns.ts'
import { plural, shorten, visible } from './text.ts'
import { width, wrap } from './width.ts'

export const severityStyles: Record<Severity, Style> = {
  info: 'muted',
  low: 'accent',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
}

interface FindingListOptions {
  readonly width: number
  /** Lines of findings at most, each with what else was found about the same events. */
  readonly most: number
  /** Say which runbooks found it. */
  readonly runbooks: boolean
  /** Where the others are. */
  readonly rest: string
}

const label = 8
const longest = 500

export function findingList(findings: readonly Finding[], options: FindingListOptions): readonly Line[] {
  const groups = bySameEvents(findings)
  const shown = groups.slice(0, options.most)
  const more = findings.length - shown.reduce((count, group) => count + group.length, 0)
  return [
    ...shown.flatMap((group) => groupLines(group, options)),
    ...(more > 0 ? [line(span(`… and ${plural(more, 'more finding')} ${options.rest}`, 'muted'))] : []),
  ]
}

/** The title as short as it must be, then the runbooks, on its last line where there is room. */
function groupLines(group: FindingGroup, { width: total, runbooks }: FindingListOptions): readonly Line[] {
  const [{ severity, title, runbook, step }] = group
  const room = Math.max(20, total - label - 1)
  const told = visible(shorten(title.trim() === '' ? `${runbook}/${step}` : title, longest))
  const by = runbooks ? [...new Set(group.map((finding) => finding.runbook))].join(', ') : ''
  const isShort = width(told) + (by === '' ? 0 : 2 + width(by)) <= room
  const parts = wrap(isShort ? told : shortArns(told), room)
  const fits = width(parts.at(-1)!) + 2 + width(by) <= room
  const lines: (readonly Span[])[] = parts.map((part, index) =>
    index === parts.length - 1 && fits && by !== '' ? [span(part), span('  '), span(by, 'muted')] : [span(part)],
  )
  if (!fits && by !== '') lines.push(...wrap(by, room).map((part) => [span(part, 'muted')]))
  return lines.map((content, index) =>
    index === 0
      ? line(span(severity.padEnd(label), severityStyles[severity]), ' ', ...content)
      : line(' '.repeat(label + 1), ...content),
  )
}
