/** What a bundle asks of the lake and of the original files; adapters answer, nothing here does input or output. */
import type { SourceKind } from '../event/source.ts'
import type { IsoTime } from '../time.ts'

/** Where one event of the lake came from. */
export interface Provenance {
  readonly eventID: string
  /** The event's identity: 32 hex digits, see docs/adr/0005. */
  readonly identity: string
  /** The account the lake keeps it under; part of the identity where the record itself names none. */
  readonly account: string | null
  readonly kind: SourceKind
  /** Position of the record in its file, from 0, as in `.Records[n]`. */
  readonly ordinal: number
  readonly file: SourceFile
}

/** A log file as the lake's file ledger has it. */
export interface SourceFile {
  /** An absolute path, or bucket and key. */
  readonly location: string
  readonly version: string | null
  /** Hex SHA-256 and size of the inflated bytes. */
  readonly sha256: string | null
  readonly bytes: number | null
  readonly delivered: IsoTime | null
  /** What the verification of CloudTrail's digest files said of it; null where it was not verified. */
  readonly digest: string | null
}

/** A value of an original file that holds a wanted record. */
export interface OriginalRecord {
  readonly ordinal: number
  /** Offset of the value in the inflated file; null where it is no one piece of it. */
  readonly offset: number | null
  /** The file's own bytes: the record, or the envelope that holds it. */
  readonly bytes: Uint8Array
  /** Which of the records in the value it is, from 0. */
  readonly within: number
}

/** What became of an original file. */
export interface OriginalFile {
  readonly state: 'same' | 'changed' | 'gone' | 'unreadable'
  /** Of what is there now, inflated. */
  readonly sha256: string | null
  readonly reason: string | null
}

/** All events of a span, as one digest for each day: equal digests, equal events. */
export interface LakeContent {
  readonly from: IsoTime
  readonly to: IsoTime
  readonly events: number | null
  /** SHA-256 over the sorted identities of the day's events with their accounts; null where they were not computed. */
  readonly days: readonly { readonly day: string; readonly events: number; readonly identities: string }[] | null
  /** Why they were not. */
  readonly reason: string | null
}

/** The state of the lake's files. */
export interface LakeState {
  readonly folder: string
  readonly manifest: number
  /** Parts that the span of the run touches; `sha256` is null where hashing all of them would take too long. */
  readonly parts: readonly {
    readonly path: string
    readonly rows: number
    readonly bytes: number
    readonly first: IsoTime
    readonly last: IsoTime
    readonly sha256: string | null
  }[]
  readonly partsOfLake: number
}

export interface Span {
  readonly from: IsoTime
  readonly to: IsoTime
}

export interface EvidenceSources {
  /** In order of location, then content, then ordinal; one event id may have several, and ids the lake does not hold have none. */
  provenance(eventIds: Iterable<string>, span: Span): AsyncIterable<readonly Provenance[]>
  /** Records in order of their ordinals; then the file. */
  originals(file: SourceFile, ordinals: ReadonlySet<number>): AsyncGenerator<OriginalRecord, OriginalFile>
  content(span: Span): Promise<LakeContent>
  state(span: Span): Promise<LakeState>
  /** Number of the lake's newest manifest. */
  manifest(): Promise<number>
}
