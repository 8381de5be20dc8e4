/** Checks a ledger line by line, in memory that does not grow with it, and says where it was tampered with. */
import { type LedgerEntry, noEntry, readEntry } from './entry.ts'

/**
 * - `unreadable`: a line that is no entry;
 * - `changed`: an entry whose content does not have its hash;
 * - `missing`: entries between two others are gone;
 * - `order`: an entry stands where an earlier or the same number stood already, or the first is not the first;
 * - `link`: the number is right and the entry before is not the one it was written after;
 * - `torn`: the last line has no end: its writer was stopped, or somebody cut the file;
 * - `truncated`, `forked`, `other-ledger`: what only a checkpoint from elsewhere can tell, see `checkpoint.ts`.
 */
type FaultKind =
  | 'unreadable'
  | 'changed'
  | 'missing'
  | 'order'
  | 'link'
  | 'torn'
  | 'truncated'
  | 'forked'
  | 'other-ledger'

export interface LedgerFault {
  readonly kind: FaultKind
  /** Number of the entry it is about; of several the first. */
  readonly entry: number
  /** Of the file, from 1; null for what is not there. */
  readonly line: number | null
  readonly message: string
}

export interface LedgerReport {
  /** Lines that are entries, sound or not. */
  readonly entries: number
  /** The random name the ledger got when it was opened; null where the first entry does not tell. */
  readonly ledger: string | null
  /** Number and hash of the last sound entry. */
  readonly head: { readonly seq: number; readonly hash: string } | null
  readonly first: string | null
  readonly last: string | null
  /** The first {@link maxFaults} of them. */
  readonly faults: readonly LedgerFault[]
  readonly faultCount: number
}

const maxFaults = 100

interface LedgerVerifier {
  /** A line without its end. */
  line(text: string): void
  /** @param rest what follows the last line end */
  end(rest: string): LedgerReport
}

/** @param watch is called with each sound entry, in order */
export function createVerifier(watch: (entry: LedgerEntry) => void = () => {}): LedgerVerifier {
  const faults: LedgerFault[] = []
  let faultCount = 0
  let lines = 0
  let entries = 0
  let ledger: string | null = null
  let head: LedgerReport['head'] = null
  let first: string | null = null
  let last: string | null = null
  // What the next entry has to follow. After a line that cannot be trusted the hash is unknown, and so may be the number.
  let expected: { seq: number; hash: string | undefined } = { seq: 1, hash: noEntry }

  const add = (kind: FaultKind, entry: number, line: number | null, message: string): void => {
    faultCount++
    if (faults.length < maxFaults) faults.push({ kind, entry, line, message })
  }

  const place = (entry: LedgerEntry): void => {
    const { seq, prev } = entry
    if (seq > expected.seq) {
      const gone = seq - expected.seq
      const which = gone === 1 ? `Entry ${expected.seq} is` : `Entries ${expected.seq} to ${seq - 1} are`
      add('missing', expected.seq, null, `${which} missing: entry ${seq} follows on line ${lines}`)
    } else if (seq < expected.seq) {
      add('order', seq, lines, `Entry ${seq} stands on line ${lines}, where entry ${expected.seq} belongs`)
    } else if (expected.hash !== undefined && prev !== expected.hash) {
      const before = seq === 1 ? 'It must be the first' : `Entry ${seq - 1} is not the one it was written after`
      add('link', seq, lines, `Entry ${seq} does not fit what stands before it. ${before}`)
    }
  }

  return {
    line(text) {
      lines++
      const read = readEntry(text)
      if (!read.ok) {
        if (read.kind === 'changed') entries++
        const { seq } = expected
        const says = read.seq === undefined || read.seq === seq ? '' : ` and calls itself entry ${read.seq}`
        const message =
          read.kind === 'changed'
            ? `Entry ${seq} was changed: what stands on line ${lines} does not have its hash${says}`
            : `Line ${lines} is no entry of a ledger; entry ${seq} belongs there`
        add(read.kind, seq, lines, message)
        expected = { seq: seq + 1, hash: undefined }
        return
      }
      entries++
      const { entry } = read
      place(entry)
      expected = {
        seq: Math.max(expected.seq, entry.seq + 1),
        hash: entry.seq + 1 >= expected.seq ? entry.hash : undefined,
      }
      if (entry.action === 'ledger.opened' && typeof entry.details.ledger === 'string') ledger ??= entry.details.ledger
      first ??= entry.time
      last = entry.time
      if (head === null || entry.seq >= head.seq) head = { seq: entry.seq, hash: entry.hash }
      watch(entry)
    },
    end(rest) {
      if (rest !== '') {
        const bytes = new TextEncoder().encode(rest).length
        add(
          'torn',
          expected.seq,
          lines + 1,
          `The last line has no end (${bytes} bytes): its writer was stopped while writing entry ${expected.seq}, or the file was cut`,
        )
      }
      return { entries, ledger, head, first, last, faults, faultCount }
    },
  }
}
