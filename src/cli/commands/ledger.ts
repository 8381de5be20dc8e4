import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readText, shownPath } from '../../authoring/library.ts'
import { checkpointTrust, openRecords } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { type Checkpoint, readCheckpoint } from '../../core/ledger/checkpoint.ts'
import type { LedgerReport } from '../../core/ledger/verify.ts'
import { labelled, line, paragraph, span } from '../../core/report/lines.ts'
import { plural, visible } from '../../core/report/text.ts'
import { isoTime } from '../../core/time.ts'
import { argument, type CliContext, defineCommand, type Given, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { recordsFolder } from '../diary.ts'
import { writing } from '../write.ts'

export const ledgerCommand = defineCommand({
  name: 'ledger',
  summary: 'Check the ledger, or sign how far it has come',
  details:
    'The ledger says who ran what, and when: each entry holds the hash of the one before. Verify exits with 0 where it is intact, 1 where it was tampered with, and 2 where only its last line is torn. Whoever can write it can cut off its end or write all of it anew: that is told only by a checkpoint that was kept elsewhere.',
  arguments: [{ name: '<what>', description: 'verify, or checkpoint' }],
  options: [
    { flags: '--checkpoint <file>', description: 'verify: a checkpoint that was kept elsewhere' },
    { flags: '--out <file>', description: 'checkpoint: write it into a new file instead of printing it' },
  ],
  examples: [
    { command: 'trailbook ledger verify', says: 'is the chain whole?' },
    { command: 'trailbook ledger checkpoint > /mnt/elsewhere/2026-11-21.json', says: 'a witness of today' },
    {
      command: 'trailbook ledger verify --checkpoint /mnt/elsewhere/2026-11-21.json',
      says: 'is all of it still there?',
    },
  ],
  async action(given, context) {
    const what = argument(given, 'what')
    if (what === 'verify') return verify(given, context)
    if (what === 'checkpoint') return checkpoint(given, context)
    const advice = 'trailbook ledger verify checks it; trailbook ledger checkpoint signs how far it has come.'
    throw new TrailbookError('CLI_USAGE', { reason: `ledger does not know "${what}"`, advice })
  },
})

async function verify(given: Given, context: CliContext): Promise<Outcome> {
  const config = await loadConfig(context)
  const folder = recordsFolder(config.lake)
  const path = text(given, 'checkpoint')
  const witness = path === undefined ? undefined : await trusted(resolve(context.cwd, path), { folder, context })
  const { ledger } = await openRecords(folder)
  const report = await ledger.verify(witness === undefined ? {} : { checkpoint: witness })
  return {
    exitCode: exitCodeOf(report),
    json: {
      schema: 'trailbook.ledger/v1',
      intact: report.faultCount === 0,
      path: ledger.path,
      ...report,
      checkpoint: witness ?? null,
    } as Outcome['json'],
    lines: (width) => [
      line(
        report.faultCount === 0 ? span('Intact', 'good') : span(onlyTorn(report) ? 'Torn' : 'Tampered with', 'bad'),
        `  ${plural(report.entries, 'entry', 'entries')} checked`,
      ),
      ...labelled(
        'Ledger',
        `${shownPath(ledger.path, context.cwd)} (${report.ledger ?? 'it does not tell its name'})`,
        width,
      ),
      ...(report.first === null ? [] : labelled('Time  ', `${report.first} to ${report.last}`, width)),
      ...(report.head === null ? [] : labelled('Head  ', `entry ${report.head.seq}, ${report.head.hash}`, width)),
      ...report.faults.flatMap(({ message }) => labelled('-', visible(`${message}.`), width)),
      ...(report.faultCount > report.faults.length
        ? [line(`… and ${report.faultCount - report.faults.length} more`)]
        : []),
      ...paragraph(reachText(report, witness), width, 'muted'),
    ],
  }
}

const onlyTorn = ({ faults, faultCount }: LedgerReport): boolean => faultCount === 1 && faults[0]?.kind === 'torn'

const exitCodeOf = (report: LedgerReport): number => (report.faultCount === 0 ? 0 : onlyTorn(report) ? 2 : 1)

/** How far the answer reaches. */
function reachText({ head, faultCount }: LedgerReport, witness: Checkpoint | undefined): string {
  if (witness === undefined)
    return 'No checkpoint was given: entries cut off at the end, or a ledger written anew as a whole, could not be noticed.'
  const after = (head?.seq ?? 0) - witness.seq
  if (faultCount > 0) return `The checkpoint is of ${witness.time}, entry ${witness.seq}.`
  const rest =
    after > 0 ? ` Of the ${plural(after, 'entry', 'entries')} after it, some could have been cut off unnoticed.` : ''
  return `Everything up to entry ${witness.seq} is as the checkpoint of ${witness.time} saw it.${rest}`
}

/** @throws TrailbookError LEDGER_CHECKPOINT */
async function trusted(
  path: string,
  { folder, context }: { readonly folder: string; readonly context: CliContext },
): Promise<Checkpoint> {
  const shown = shownPath(path, context.cwd)
  const read = readCheckpoint(await readText(path))
  if (read === undefined) throw new TrailbookError('LEDGER_CHECKPOINT', { path: shown, reason: 'it is none' })
  const { signed, sameKey } = await checkpointTrust(folder, read)
  if (!signed)
    throw new TrailbookError('LEDGER_CHECKPOINT', {
      path: shown,
      reason: 'its signature does not fit, so it was changed',
    })
  if (sameKey === false)
    context.note(
      "The checkpoint was signed with another key than the ledger's folder holds now: one of the two was replaced.",
    )
  return read
}

async function checkpoint(given: Given, context: CliContext): Promise<Outcome> {
  const config = await loadConfig(context)
  const { ledger } = await openRecords(recordsFolder(config.lake))
  const made = await ledger.checkpoint(isoTime(context.clock.now()))
  const printed = JSON.stringify(made)
  const out = text(given, 'out')
  if (out !== undefined) {
    const path = resolve(context.cwd, out)
    await writing(out, () => writeFile(path, `${printed}\n`, { flag: 'wx' }))
  }
  return {
    exitCode: 0,
    json: made,
    lines: () => [
      line(out === undefined ? printed : `Wrote ${out}: entry ${made.seq}. Keep it where the ledger is not.`),
    ],
  }
}
