/** What an ingest came to, for people. */
import type { IngestOutcome } from '../compose.ts'
import { type Line, labelled, line, paragraph, span } from '../core/report/lines.ts'
import { plural, visible } from '../core/report/text.ts'
import { coverageText } from '../core/report/words.ts'
import { day, milliseconds, type Window } from '../core/time.ts'
import { failureLines } from './failure.ts'
import { keptOut, passedOverText } from './sources.ts'

interface IngestScreen {
  /** As the user knows it. */
  readonly lake: string
  readonly now: number
  /** Logs were read, and not only keys kept or files forgotten. */
  readonly read: boolean
  readonly forgotten: readonly string[]
  readonly keysAdded: number
  readonly width: number
}

export function ingestLines(
  report: IngestOutcome,
  { lake, now, read, forgotten, keysAdded, width }: IngestScreen,
): readonly Line[] {
  const { interrupted, stopped, keys, variants } = report
  const passedOver = passedOverText(report)
  const some = (shown: boolean, lines: () => readonly Line[]): readonly Line[] => (shown ? lines() : [])
  return [
    ...some(interrupted, () =>
      labelled('Stopped before the end.', 'What is counted here is stored; run it again to go on.', width),
    ),
    ...some(read, () => [countLine(report)]),
    ...labelled('Lake', lake, width),
    ...labelled('Seen', coverageText(report.coverage), width),
    ...some(variants > 0, () =>
      labelled(
        'Note',
        `${plural(variants, 'event')} share an id with another event of other content; both are kept.`,
        width,
      ),
    ),
    ...keyLines(keysAdded + (keys?.added ?? 0), keys?.failed ?? [], width),
    ...some(passedOver !== undefined, () => labelled('Passed over', passedOver ?? '', width)),
    ...some(forgotten.length > 0, () => labelled('Forgot', forgotten.map(visible).join(', '), width)),
    ...some(report.notHad > 0, () =>
      labelled(
        'Not had',
        `${plural(report.notHad, 'file')}; the next run brings them, until then they are gaps`,
        width,
      ),
    ),
    ...quarantineLines(report, width),
    ...(report.span === null || interrupted ? [] : labelled('Next', nextCommand(report.span, now), width)),
    ...(stopped === undefined ? [] : failureLines(stopped, width)),
    ...some(report.quarantinedFiles > 0, () =>
      paragraph('If such a file is of no matter: trailbook ingest --forget <path>', width, 'muted'),
    ),
  ]
}

const countLine = ({ events, files, duplicates }: IngestOutcome): Line =>
  line(
    span(plural(events, 'new event'), 'strong'),
    ` from ${plural(files, 'file')}; ${plural(duplicates, 'duplicate')} left out`,
  )

function keyLines(
  added: number,
  failed: readonly { readonly region: string; readonly reason: string }[],
  width: number,
): readonly Line[] {
  return [
    ...(added === 0 ? [] : labelled('Keys', `${plural(added, 'public key')} kept, to check digests with`, width)),
    ...failed.flatMap(({ region, reason }) =>
      labelled('Note', visible(`The public keys of ${region} could not be had: ${reason}`), width),
    ),
  ]
}

const shown = 20

function quarantineLines(report: IngestOutcome, width: number): readonly Line[] {
  const count = keptOut(report)
  if (count === 0) return []
  const named = report.quarantined.slice(0, shown)
  return [
    line(span(`${plural(count, 'file or record', 'files or records')} could not be read:`, 'warn')),
    ...named.flatMap(({ file, ordinal, code, reason }) =>
      labelled(
        '  -',
        visible(`${file}${ordinal === undefined ? '' : ` record ${ordinal}`}: ${reason} (${code})`),
        width,
      ),
    ),
    ...(count > named.length
      ? [line(span(`  … and ${count - named.length} more; --format json lists the first thousand`, 'muted'))]
      : []),
  ]
}

/** Logs of today are in the windows that runbooks have of their own; older ones must be asked about by their time. */
const nextCommand = ({ from, to }: Window, now: number): string =>
  `trailbook run --all${milliseconds(to) > now - day ? '' : ` --from ${from} --to ${to}`}`
