/** The lines of `provenance.ndjson`, `records.ndjson` and `originals.ndjson`. */
import type { OriginalFile, OriginalRecord, Provenance, SourceFile } from './sources.ts'

/** An event id that a row or finding names and the lake does not hold: it is text like any other there. */
interface NotInLake {
  readonly eventID: string
  readonly missing: 'not-in-lake'
}

export type ProvenanceLine = Provenance | NotInLake

/** One for each line of provenance that has a file, in the same order. */
export type RecordLine = RecordPlace & (KeptRecord | LostRecord)

interface RecordPlace {
  readonly eventID: string
  readonly identity: string
  readonly location: string
  readonly ordinal: number
}

interface KeptRecord {
  /** The file's own bytes as text; they are UTF-8, others never get into a lake. */
  readonly original: string
  /** Which of the records in it is meant, from 0: an envelope may hold several. */
  readonly within: number
  /** Where the bytes begin in the inflated file; null where they are no one piece of it. */
  readonly offset: number | null
  readonly sha256: string
}

interface LostRecord {
  /** `other` where the file now holds something else at that place. */
  readonly missing: OriginalFile['state'] | 'other'
}

/** What became of an original file, for each that provenance names. */
interface OriginalLine {
  readonly location: string
  /** SHA-256 of the inflated bytes when the file went into the lake, and now. */
  readonly ingested: string | null
  readonly found: string | null
  readonly state: OriginalFile['state']
  readonly reason: string | null
  /** Records of it that were asked for. */
  readonly records: number
}

export const originalLine = (file: SourceFile, found: OriginalFile, records: number): OriginalLine => ({
  location: file.location,
  ingested: file.sha256,
  found: found.sha256,
  state: found.state,
  reason: found.reason,
  records,
})

export const recordPlace = ({ eventID, identity, file, ordinal }: Provenance): RecordPlace => ({
  eventID,
  identity,
  location: file.location,
  ordinal,
})

export const keptRecord = ({ within, offset }: OriginalRecord, original: string, sha256: string): KeptRecord => ({
  original,
  within,
  offset,
  sha256,
})
