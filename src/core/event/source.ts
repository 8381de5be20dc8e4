/** What ingest asks of a source of log files; `src/sources/*` implement it, nothing here does I/O. */
import type { RecordFault } from './fault.ts'
import type { JsonNode } from './json.ts'
import type { PassedOverReason } from './passed-over.ts'

/**
 * By which way a record came, the most trusted first: of equal copies of one event, that of the earlier kind stays.
 * `trail` needs the name of a delivered file and the form of one; `file` is any other file of bare records.
 */
export const sourceKinds = ['trail', 'cloudwatch', 'eventbridge', 'history', 'file'] as const
export type SourceKind = (typeof sourceKinds)[number]

/** A record as found: a node within its JSON text, or the reason why it is none. */
export type RawRecord =
  | {
      readonly kind: SourceKind
      readonly text: string
      readonly node: JsonNode
      /** The account that the envelope names, for records that lack recipientAccountId. */
      readonly account: string | null
    }
  | RecordFault

export interface LogFile {
  /** As the user knows it; shown in reports. */
  readonly name: string
  /** Where it lies, for good: an absolute path, `s3://bucket/key`, or what a source of virtual files calls a slice. */
  readonly location: string
  /** Stored bytes; -1 where that is not known. */
  readonly size: number
  /** Changes whenever the content may have: times of change in nanoseconds, or an ETag. */
  readonly modified: string
  /** The one that is meant, where that is known; `OpenedFile.version` tells which it was. */
  readonly version: string | null
  /** The class of storage, where it lies in one that is not read without asking for it first. */
  readonly archived?: string
  /** Where the local disk has it, so that any thread can open it by itself. */
  readonly path?: string
}

export interface OpenedFile {
  /** As they are stored, gzip or not. Iterating throws where they cannot be read: InputFault, or an error of the system. */
  readonly bytes: AsyncIterable<Uint8Array>
  /** Of the object that holds it; CloudTrail keeps a digest's signature there. */
  readonly metadata: Readonly<Record<string, string>> | null
  /** The version of the object that was opened; null where its place keeps none. */
  readonly version: string | null
}

export interface ListOptions {
  /** A folder that is not looked into: the lake itself. */
  readonly exclude?: string
  readonly signal?: AbortSignal
  /** Told of each file that is not a log file, and why. */
  readonly passOver?: (file: string, reason: PassedOverReason) => void
  /** Told how many files there are, as far as that is known. */
  readonly onFound?: (files: number) => void
}

/** A source only lists and opens: what the bytes say is read by one reader for all. */
export interface LogSource {
  /** Portions of some thousand files, early deliveries first as far as possible. @throws TrailbookError INPUT_MISSING */
  list(options?: ListOptions): AsyncIterable<readonly LogFile[]>
  /**
   * @throws InputFault when the file cannot be opened, INPUT_NOT_HAD when the source has failed as a whole; so does iterating over
   * the bytes
   */
  open(file: LogFile, options?: { readonly signal?: AbortSignal }): Promise<OpenedFile>
  /** Told which files of a portion will be opened, in order, so that they can be fetched before their turn. */
  expect?(files: readonly LogFile[]): void
  /** Told which files will not be opened any more, so that nothing is kept of them. */
  forget?(files: readonly LogFile[]): void
}
