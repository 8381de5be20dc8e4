/** What ingest asks of a source of log files; `src/sources/*` implement it, nothing here does I/O. */
import type { RecordFault } from './fault.ts'
import type { JsonNode } from './json.ts'
import type { PassedOver } from './passed-over.ts'

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
  /** Where it lies, for good: an absolute path, or bucket and key. */
  readonly location: string
  readonly size: number
  /** Changes whenever the content may have: times of change in nanoseconds, or an ETag. */
  readonly modified: string
  readonly version: string | null
}

/** What a file gave, in order: any number of `records`, then `end`. */
export type FilePiece =
  | { readonly kind: 'records'; readonly records: readonly RawRecord[] }
  | {
      readonly kind: 'end'
      /** Hex SHA-256 of the inflated bytes: what digest files list. */
      readonly sha256: string
      readonly bytes: number
      /** The text of a digest file; such a file has no records. */
      readonly digest: string | null
      /** One of this program's own outputs, to be left alone. */
      readonly ignored: boolean
    }

export interface LogSource {
  /** Files in a fixed order, and what was passed over. @throws TrailbookError INPUT_MISSING */
  list(options?: {
    readonly exclude?: string
  }): Promise<{ readonly files: readonly LogFile[]; readonly passedOver: PassedOver }>
  /** @throws InputFault when the file as a whole is unusable, also after some pieces */
  read(file: LogFile, options?: { readonly signal?: AbortSignal }): AsyncIterable<FilePiece>
}
