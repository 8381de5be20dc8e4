import { resolve } from 'node:path'
import { openRecords, verifyEvidence } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { BundleReport } from '../../core/evidence/report.ts'
import { labelled, line, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { argument, type CliContext, defineCommand, flag, text } from '../command.ts'
import { type Config, loadConfig } from '../config.ts'
import { recordsFolder } from '../diary.ts'

export const evidenceCommand = defineCommand({
  name: 'evidence',
  summary: 'Check an evidence bundle',
  details:
    'Computes everything in the bundle anew and names the file and the line that are not as they were written. Exits with 0 where it is intact, 1 where something was changed, and 2 where original files that it was to be compared with are gone.',
  arguments: [
    { name: '<what>', description: 'verify' },
    { name: '<bundle>', description: 'the folder of the bundle' },
  ],
  options: [
    { flags: '--id <sha256>', description: 'the id it must have; without it the ledger is asked, where there is one' },
    { flags: '--sources', description: 'read the original log files again and compare the bytes' },
  ],
  examples: [
    { command: 'trailbook evidence verify case-17', says: 'is it as it was written?' },
    { command: 'trailbook evidence verify case-17 --sources', says: 'and do the log files still say the same?' },
  ],
  async action(given, context) {
    const what = argument(given, 'what')
    if (what !== 'verify') {
      const advice = 'trailbook evidence verify <bundle> checks one; trailbook run … --evidence <dir> writes one.'
      throw new TrailbookError('CLI_USAGE', { reason: `evidence does not know "${what}"`, advice })
    }
    const id = text(given, 'id')?.toLowerCase()
    const folder = resolve(context.cwd, argument(given, 'bundle') ?? '')
    const { signal } = context
    const report = await verifyEvidence(folder, { id, withSources: flag(given, 'sources'), signal })
    const ledger = await ledgerEntryOf(report.id, await loadConfig(context), context)
    return {
      exitCode: exitCodeOf(report),
      json: { schema: 'trailbook.evidence/v1', ...report, ledger },
      lines: (width) => [
        line(
          report.intact ? span('Intact', 'good') : span('Changed', 'bad'),
          `  ${plural(report.files, 'file')} checked`,
        ),
        ...labelled('Id     ', report.id ?? 'unknown', width),
        ...labelled(
          'Ledger ',
          ledger === null ? ledgerAdvice(id) : `entry ${ledger.seq}, ${ledger.time}, ${ledger.actor}`,
          width,
        ),
        ...sourceLines(report, width),
        ...report.faults.flatMap(({ file, line: at, message }) =>
          labelled('-', visible(`${at === null ? file : `${file}:${at}`}: ${message}.`), width),
        ),
        ...(report.faultCount > report.faults.length
          ? [line(`… and ${report.faultCount - report.faults.length} more`)]
          : []),
      ],
    }
  },
})

const exitCodeOf = ({ intact, sources }: BundleReport): number => (!intact ? 1 : (sources?.gone ?? 0) > 0 ? 2 : 0)

const ledgerAdvice = (id: string | undefined): string =>
  id === undefined
    ? 'no entry of this bundle; only an id kept elsewhere (--id) tells a bundle from one that was made anew'
    : 'no entry of this bundle'

function sourceLines({ sources }: BundleReport, width: number) {
  if (sources === null) return []
  const { same, changed, gone } = sources
  const text = `${plural(same, 'record')} the same, ${changed} changed, ${gone} in files that are gone or cannot be read`
  return labelled('Sources', text, width)
}

interface EntryOfBundle {
  readonly seq: number
  readonly time: string
  readonly actor: string
}

/** The entry that was made when a bundle of this id was written. */
async function ledgerEntryOf(id: string | null, config: Config, context: CliContext): Promise<EntryOfBundle | null> {
  const { ledger } = await openRecords(recordsFolder(config.lake))
  let found: EntryOfBundle | null = null
  const watch = ({
    seq,
    time,
    actor,
    action,
    details,
  }: EntryOfBundle & { action: string; details: { bundle?: unknown } }) => {
    if (action === 'evidence.written' && details.bundle === id) found = { seq, time, actor }
  }
  try {
    const report = await ledger.verify({ watch })
    if (report.faultCount > 0) context.note('The ledger has faults: trailbook ledger verify says where.')
  } catch (error) {
    if (!(error instanceof TrailbookError) || error.code !== 'LEDGER_MISSING') throw error
  }
  return found
}
