import type { FileHandle } from 'node:fs/promises'
import { type LedgerEntry, readEntry } from '../../core/ledger/entry.ts'

interface LedgerTail {
  /** The last entry; undefined in an empty ledger. */
  readonly last: LedgerEntry | undefined
  /** Where the complete lines end. */
  readonly end: number
  /** What follows them: a writer was stopped, or somebody cut the file. */
  readonly torn: Buffer
}

type TailOrDamage = LedgerTail | { readonly damage: string }

/** Entries are bounded; a line that is longer than this is none. */
const reach = 256 * 1024

/** Reads the end of a ledger and no more, so that adding to it does not become slower as it grows. */
export async function readTail(file: FileHandle): Promise<TailOrDamage> {
  const { size } = await file.stat()
  const start = Math.max(0, size - reach)
  const buffer = Buffer.alloc(size - start)
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  const lastEnd = buffer.lastIndexOf(10)
  const torn = buffer.subarray(lastEnd + 1)
  if (lastEnd < 0)
    return start === 0 ? { last: undefined, end: 0, torn } : { damage: 'its last line is longer than any entry' }
  const lineStart = lastEnd === 0 ? 0 : buffer.lastIndexOf(10, lastEnd - 1) + 1
  if (lineStart === 0 && start > 0) return { damage: 'its last line is longer than any entry' }
  const read = readEntry(buffer.subarray(lineStart, lastEnd).toString('utf8'))
  if (!read.ok) return { damage: 'its last entry was changed' }
  return { last: read.entry, end: start + lastEnd + 1, torn }
}
