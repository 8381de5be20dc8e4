import { collectPassedOver, type PassedOverFile } from '../core/event/passed-over.ts'
import type { LogFile } from '../core/event/source.ts'
import type { Coverage } from '../core/run/coverage.ts'
import { isoTime, milliseconds, second, type Window } from '../core/time.ts'
import type { FileEntry, KnownFile, Quarantined } from './file-ledger.ts'
import type { KeyReport } from './public-keys.ts'

/** The machine output of `ingest`: records = events + duplicates + quarantinedRecords. */
export interface IngestReport {
  /** Files that were looked at, those kept out included. */
  readonly files: number
  readonly records: number
  /** Newly added. */
  readonly events: number
  readonly duplicates: number
  readonly quarantinedRecords: number
  /** Files that were kept out as a whole. */
  readonly quarantinedFiles: number
  /** The first thousand of those files and records. */
  readonly quarantined: readonly Quarantined[]
  /** Files that were listed, and not had before the source failed: they are gaps until another ingest brings them. */
  readonly notHad: number
  /** Files that were not looked at. */
  readonly ignored: number
  /** The first few of them, with the reason. */
  readonly passedOver: readonly PassedOverFile[]
  /** Of the new events: those whose event id is there already with other content. */
  readonly variants: number
  /** First to last event of what was given, already known events included; null when it held none. */
  readonly span: Window | null
  /** It was aborted: files already read completely are in, the others are not. */
  readonly interrupted: boolean
  /** Of the whole lake. */
  readonly coverage: Coverage
  /** What became of the public keys of digests; absent where nobody could be asked. */
  readonly keys?: KeyReport
}

export interface IngestProgress {
  readonly files: number
  readonly totalFiles: number
  readonly bytes: number
  readonly records: number
}

export type Tally = ReturnType<typeof createTally>

/** So many entries are kept of what could not be read; the counts are exact. */
export const keptEntries = { perFile: 100, perIngest: 1000 }

/** Counts what an ingest does. Events and records count when they are committed. */
export function createTally({ onProgress }: { readonly onProgress?: (progress: IngestProgress) => void }) {
  let totalFiles = 0
  let files = 0
  let records = 0
  let events = 0
  let variants = 0
  let quarantinedRecords = 0
  let quarantinedFiles = 0
  let notHad = 0
  let bytes = 0
  let seen = 0
  let first: string | null = null
  let last: string | null = null
  const reach = (times: { readonly first: string | null; readonly last: string | null }): void => {
    if (times.first !== null && (first === null || times.first < first)) first = times.first
    if (times.last !== null && (last === null || times.last > last)) last = times.last
  }
  const ignored = collectPassedOver()
  const quarantined: Quarantined[] = []
  const tell = (): void => onProgress?.({ files, totalFiles, bytes, records: seen })
  const done = (list: readonly Quarantined[]): void => {
    files++
    for (const entry of list) if (quarantined.length < keptEntries.perIngest) quarantined.push(entry)
    tell()
  }
  return {
    passOver: ignored.add,
    found(count: number): void {
      totalFiles = count
    },
    progress(moreBytes: number, moreRecords: number): void {
      bytes += moreBytes
      seen += moreRecords
      tell()
    },
    /** Known and unchanged: all its events are in the lake. */
    skipped(file: LogFile, known: KnownFile): void {
      records += known.records
      seen += known.records
      reach(known)
      quarantinedRecords += known.quarantinedRecords
      done(known.quarantined.map((entry) => ({ ...entry, file: file.name })))
    },
    read(list: readonly Quarantined[]): void {
      done(list)
    },
    /** Kept out as a whole, with the records that were read from it before. */
    rejected(entry: Quarantined, lost: number): void {
      seen -= lost
      quarantinedFiles++
      done([entry])
    },
    notHad(): void {
      notHad++
    },
    ownOutput(file: LogFile): void {
      ignored.add(file.name, 'own')
      tell()
    },
    committed(entries: readonly FileEntry[]): void {
      for (const entry of entries) {
        records += entry.records
        events += entry.events
        variants += entry.variants
        quarantinedRecords += entry.quarantinedRecords
        if (entry.status !== 'quarantined') reach(entry)
      }
    },
    report(): Omit<IngestReport, 'coverage' | 'interrupted'> {
      const duplicates = records - events - quarantinedRecords
      const { count, first: passed } = ignored.result()
      return {
        files,
        records,
        events,
        duplicates,
        quarantinedRecords,
        quarantinedFiles,
        quarantined,
        notHad,
        ignored: count,
        passedOver: passed,
        variants,
        span: first === null || last === null ? null : { from: first, to: isoTime(milliseconds(last) + second) },
      }
    },
  }
}
