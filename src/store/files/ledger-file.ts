import { createHash, randomBytes } from 'node:crypto'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../../core/errors.ts'
import { type Checkpoint, type CheckpointBody, faultsAgainst, signedText } from '../../core/ledger/checkpoint.ts'
import { type Deed, entryLine, type LedgerEntry, nextEntry, readEntry } from '../../core/ledger/entry.ts'
import { createVerifier, type LedgerReport } from '../../core/ledger/verify.ts'
import { readTail } from './ledger-tail.ts'
import { fileMode, makePrivateFolder, syncFolder } from './private-files.ts'
import { readLines } from './read-lines.ts'
import { systemReason } from './reasons.ts'
import { signingKey } from './signing-key.ts'

interface LedgerFileOptions {
  /** Holds the ledger, its key and its locks. Made with the first entry. */
  readonly folder: string
  /** One writer at a time, also between processes. @throws TrailbookError LEDGER_BUSY */
  readonly lock: (folder: string) => Promise<{ release(): Promise<void> }>
}

export interface LedgerFile {
  readonly path: string
  /**
   * Adds deeds, all in one go, and forces them to the disk.
   *
   * @returns the last entry
   * @throws TrailbookError LEDGER_BUSY, LEDGER_DAMAGED, LEDGER_UNWRITABLE
   */
  append(deeds: readonly Deed[]): Promise<LedgerEntry>
  /** @throws TrailbookError LEDGER_MISSING */
  verify(options?: {
    readonly checkpoint?: CheckpointBody
    readonly watch?: (entry: LedgerEntry) => void
  }): Promise<LedgerReport>
  /** Signs how far the ledger has come. @throws TrailbookError LEDGER_MISSING, LEDGER_DAMAGED, LEDGER_UNWRITABLE */
  checkpoint(time: string): Promise<Checkpoint>
}

const ledgerName = 'ledger.ndjson'

/** The ledger as one file of lines that only ever grows. */
export function ledgerFile({ folder, lock }: LedgerFileOptions): LedgerFile {
  const path = join(folder, ledgerName)
  const locked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await makePrivateFolder(folder)
      const held = await lock(folder)
      try {
        return await work()
      } finally {
        await held.release()
      }
    } catch (error) {
      const reason = systemReason(error)
      throw reason === undefined ? error : new TrailbookError('LEDGER_UNWRITABLE', { path, reason }, { cause: error })
    }
  }
  const verify: LedgerFile['verify'] = async ({ checkpoint, watch } = {}) => {
    await requireLedger(path)
    let hashAt: string | undefined
    const verifier = createVerifier((entry) => {
      if (entry.seq === checkpoint?.seq) hashAt = entry.hash
      watch?.(entry)
    })
    const lines = readLines(path)
    for (;;) {
      const next = await lines.next()
      if (!next.done) {
        verifier.line(next.value)
        continue
      }
      const report = verifier.end(next.value)
      const told = checkpoint === undefined ? [] : faultsAgainst(checkpoint, report, hashAt)
      return { ...report, faults: [...told, ...report.faults], faultCount: report.faultCount + told.length }
    }
  }
  return {
    path,
    append: (deeds) => locked(() => append(path, folder, deeds)),
    verify,
    async checkpoint(time) {
      await requireLedger(path)
      const { report, key } = await locked(async () => ({ report: await verify(), key: await signingKey(folder) }))
      const fault = report.faults[0]
      if (fault !== undefined) throw new TrailbookError('LEDGER_DAMAGED', { path, reason: lowerFirst(fault.message) })
      if (report.head === null || report.ledger === null)
        throw new TrailbookError('LEDGER_DAMAGED', { path, reason: 'it does not tell its name' })
      const body: CheckpointBody = { schema: 'trailbook.checkpoint/v1', ledger: report.ledger, ...report.head, time }
      return { ...body, key: key.publicKey, signature: key.sign(signedText(body)) }
    },
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

async function requireLedger(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined)
  if (there === undefined || there.size === 0) throw new TrailbookError('LEDGER_MISSING', { path })
}

async function append(path: string, folder: string, deeds: readonly Deed[]): Promise<LedgerEntry> {
  const isNew = (await stat(path).catch(() => undefined)) === undefined
  // Not in append mode: a torn end is taken away first, at a known place.
  const file = await open(path, isNew ? 'wx+' : 'r+', fileMode)
  try {
    const tail = await readTail(file)
    if ('damage' in tail) throw new TrailbookError('LEDGER_DAMAGED', { path, reason: tail.damage })
    const mended = mend(tail.torn, deeds[0]!)
    let { last } = tail
    let text = mended.line
    if (mended.entry !== undefined) last = mended.entry
    const opened: Deed[] =
      last === undefined
        ? [{ ...deeds[0]!, action: 'ledger.opened', details: { ledger: randomBytes(16).toString('hex') } }]
        : []
    for (const deed of [...opened, ...mended.deeds, ...deeds]) {
      last = nextEntry(last, deed)
      text += entryLine(last)
    }
    await writeAt(file, tail.end, text)
    if (isNew) await syncFolder(folder)
    return last!
  } finally {
    await file.close()
  }
}

/** A torn end that is a whole entry without its line end is kept; anything else is taken away, and the ledger says so. */
function mend(
  torn: Buffer,
  { time, actor }: Deed,
): { line: string; entry: LedgerEntry | undefined; deeds: readonly Deed[] } {
  if (torn.length === 0) return { line: '', entry: undefined, deeds: [] }
  const text = torn.toString('utf8')
  const read = readEntry(text)
  const sha256 = createHash('sha256').update(torn).digest('hex')
  const details = { bytes: torn.length, sha256, kept: read.ok }
  const deed: Deed = { time, actor, action: 'ledger.mended', details }
  return read.ok
    ? { line: `${text}\n`, entry: read.entry, deeds: [deed] }
    : { line: '', entry: undefined, deeds: [{ ...deed, details: { ...details, removed: text.slice(0, 2000) } }] }
}

/**
 * Complete lines are never written over: all that changes lies behind them. A torn end is written over before the rest of
 * it is cut off, so that a writer that is stopped here leaves another torn end, and nothing goes unnoticed.
 */
async function writeAt(file: FileHandle, end: number, text: string): Promise<void> {
  const buffer = Buffer.from(text, 'utf8')
  let written = 0
  while (written < buffer.length) {
    const { bytesWritten } = await file.write(buffer, written, buffer.length - written, end + written)
    written += bytesWritten
  }
  await file.truncate(end + buffer.length)
  await file.sync()
}
