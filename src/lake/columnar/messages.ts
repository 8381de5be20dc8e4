/** What the ingest and its workers tell one another. */
import type { FileOutcome, FileTask } from './read-file.ts'

export interface WorkerSettings {
  /** Compiled bytes of `src/scan`. */
  readonly scanner: Uint8Array
  /** Where parts are put until they are merged. */
  readonly folder: string
  readonly worker: number
  readonly batchRows: number
  readonly batchBytes: number
  /** Set to 1 where the ingest is to end. */
  readonly stop: Int32Array
}

/** Files in a row: what a worker does in one go. */
export interface Portion {
  readonly number: number
  /** With the region of its path. */
  readonly files: readonly (FileTask & { readonly region: string | null })[]
}

export type ToWorker =
  | { readonly kind: 'portion'; readonly portion: Portion }
  /** Null where it could not be opened, and why; without a reason where the ingest ends. */
  | {
      readonly kind: 'bytes'
      readonly file: number
      readonly bytes: Uint8Array | null
      readonly fault: { readonly code: string; readonly reason: string } | null
    }
  | { readonly kind: 'spooled'; readonly file: number; readonly path: string }
  /** The answer to `stopped`: files up to this one stay. */
  | { readonly kind: 'keep'; readonly file: number }

export interface StagedPart {
  readonly path: string
  readonly date: string
  readonly rows: number
  readonly bytes: number
  readonly first: string
  readonly last: string
}

export interface StagedCoverage {
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

/** Parts that lie in the folder of the workers. */
export interface StagedParts {
  readonly portion: number
  readonly parts: readonly StagedPart[]
  /** Null where there are no rows: only the end of a file that was written in several goes. */
  readonly coverage: StagedCoverage | null
  /** For each row, part after part: its row in the coverage part. */
  readonly groups: Uint32Array
  /** File and count of rows. */
  readonly rowsOf: readonly (readonly [number, number])[]
  /** The file whose rows are not all in yet. */
  readonly partial: number | null
}

export type FromWorker =
  | { readonly kind: 'progress'; readonly portion: number; readonly bytes: number; readonly records: number }
  | { readonly kind: 'file'; readonly portion: number; readonly outcome: FileOutcome }
  | { readonly kind: 'parts'; readonly staged: StagedParts }
  /** The ingest is to end; the worker waits to be told which files stay. */
  | { readonly kind: 'stopped'; readonly portion: number }
  | { readonly kind: 'done'; readonly portion: number }
  | {
      readonly kind: 'failed'
      readonly error: { readonly message: string; readonly code?: string; readonly stack?: string }
    }
