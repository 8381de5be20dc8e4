import type { LogFile } from '../core/event/source.ts'
import type { Coverage } from '../core/run/coverage.ts'
import { isoTime, milliseconds, second, type Window } from '../core/time.ts'
import type { FileEntry, KnownFile, Quarantined } from './file-ledger.ts'

/** The machine output of `ingest`: records = events + duplicates + quarantinedRecords. */
export interface IngestReport {
  /** Files that were looked at, those kept out included. */
  readonly files: number
  readonly records: number
  /** Newly added. */
  readonly events: number
  readonly duplicates: number
  readonly quarantinedRecords: number
  readonly quarantined: readonly Quarantined[]
  /** Files passed over by their name. */
  readonly ignored: number
  /** Of the new events: those whose event id is there already with other content. */
  readonly variants: number
  /** First to last event of what was given, already known events included; null when it held none. */
  readonly span: Window | null
  /** It was aborted: files already read completely are in, the others are not. */
  readonly interrupted: boolean
  /** Of the whole lake. */
  readonly coverage: Coverage
}

export interface IngestProgress {
  readonly files: number
  readonly totalFiles: number
  readonly bytes: number
  readonly records: number
}

export type Tally = ReturnType<typeof createTally>

/** Counts what an ingest does. Events and records count when they are committed. */
export function createTally(
  ignoredByName: number,
  totalFiles: number,
  { onProgress }: { readonly onProgress?: (progress: IngestProgress) => void },
) {
  let files = 0
  let records = 0
  let events = 0
  let variants = 0
  let quarantinedRecords = 0
  let ignored = ignoredByName
  let bytes = 0
  let seen = 0
  let first: string | null = null
  let last: string | null = null
  const reach = (times: { readonly first: string | null; readonly last: string | null }): void => {
    if (times.first !== null && (first === null || times.first < first)) first = times.first
    if (times.last !== null && (last === null || times.last > last)) last = times.last
  }
  const quarantined: Quarantined[] = []
  const tell = (): void => onProgress?.({ files, totalFiles, bytes, records: seen })
  const done = (list: readonly Quarantined[]): void => {
    files++
    for (const entry of list) quarantined.push(entry)
    tell()
  }
  return {
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
      quarantinedRecords += known.quarantined.length
      done(known.quarantined.map((entry) => ({ ...entry, file: file.name })))
    },
    read(list: readonly Quarantined[], lost = 0): void {
      seen -= lost
      done(list)
    },
    ignored(): void {
      ignored++
      tell()
    },
    committed(entries: readonly FileEntry[]): void {
      for (const entry of entries) {
        records += entry.records
        events += entry.events
        variants += entry.variants
        if (entry.status !== 'quarantined') reach(entry)
        if (entry.status !== 'quarantined') quarantinedRecords += entry.quarantined.length
      }
    },
    report(): Omit<IngestReport, 'coverage' | 'interrupted'> {
      const duplicates = records - events - quarantinedRecords
      return {
        files,
        records,
        events,
        duplicates,
        quarantinedRecords,
        quarantined,
        ignored,
        variants,
        span: first === null || last === null ? null : { from: first, to: isoTime(milliseconds(last) + second) },
      }
    },
  }
}
