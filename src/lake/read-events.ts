import { hash } from 'node:crypto'
import { describe } from '../core/errors.ts'
import { eventColumns } from '../core/event/columns.ts'
import { InputFault } from '../core/event/fault.ts'
import type { LogPath } from '../core/event/log-path.ts'
import { type EventRow, normaliseRecord } from '../core/event/normalise.ts'
import type { LogFile, LogSource } from '../core/event/source.ts'
import type { StagedRow } from '../duckdb/event-staging.ts'
import type { FilePiece } from '../log-file/file-piece.ts'
import { readLogFile } from '../log-file/read-log-file.ts'
import type { Quarantined, Reading } from './file-ledger.ts'
import { keptEntries } from './tally.ts'

type EventBatch =
  | {
      readonly kind: 'rows'
      readonly rows: readonly StagedRow[]
      readonly records: number
      readonly bytes: number
      /** Bytes that the rows take in a batch: more than their text where it holds long lists. */
      readonly weight: number
    }
  | { readonly kind: 'end'; readonly reading: Reading; readonly end: Extract<FilePiece, { kind: 'end' }> }
  | { readonly kind: 'fault'; readonly reading: Reading; readonly code: string; readonly reason: string }
  | { readonly kind: 'aborted' }

interface ReadEventsOptions {
  /** The id of the file in the ledger. */
  readonly id: number
  readonly path: LogPath
  readonly signal?: AbortSignal | undefined
}

/**
 * The events of one file as rows, ending with `end`, `fault` or `aborted`. Whatever goes wrong with the file, foreseen or
 * not, is such a fault: one bad file never ends an ingest. What goes wrong where the batches are taken is not caught here.
 */
export async function* readEvents(
  source: LogSource,
  file: LogFile,
  { id, path, signal }: ReadEventsOptions,
): AsyncGenerator<EventBatch> {
  const reading = createReading(file)
  try {
    const options = signal === undefined ? {} : { signal }
    const opened = await source.open(file, options)
    for await (const piece of readLogFile(file.location, opened.bytes, options)) {
      if (piece.kind === 'end') {
        yield { kind: 'end', reading: reading.result(), end: piece }
        return
      }
      const rows: StagedRow[] = []
      let bytes = 0
      let elements = 0
      for (const record of piece.records) {
        const ordinal = reading.next()
        if ('code' in record) {
          reading.quarantine(ordinal, record)
          continue
        }
        bytes += record.node.end - record.node.start
        const event = normaliseRecord(record.text, record.node, record.account ?? path.account ?? null)
        if ('code' in event) {
          reading.quarantine(ordinal, event)
          continue
        }
        reading.saw(event.time, record.kind)
        elements += elementsOf(event)
        rows.push({
          event,
          file: id,
          ordinal,
          hash: hash('sha256', event.canonical, 'hex').slice(0, 32),
          kind: record.kind,
          account: event.account,
          region: path.region ?? event.region,
        })
      }
      yield { kind: 'rows', rows, records: piece.records.length, bytes, weight: bytes + elements * elementBytes }
    }
  } catch (error) {
    if (signal?.aborted) yield { kind: 'aborted' }
    else yield { kind: 'fault', reading: reading.result(), ...faultOf(error) }
  }
}

/** What DuckDB holds and copies of an element of a list of rows, which may be `{}` in the text. */
const elementBytes = 256
const lists = eventColumns.flatMap(({ type }, at) => (type.kind === 'array' ? [at] : []))

const elementsOf = ({ columns }: EventRow): number =>
  lists.reduce((count, at) => count + (columns[at]?.split('{').length ?? 1) - 1, 0)

function faultOf(error: unknown): { readonly code: string; readonly reason: string } {
  if (error instanceof InputFault) return { code: error.code, reason: error.message }
  const said = error instanceof Error ? error.message : String(error)
  return { code: 'INPUT_UNFORESEEN', reason: describe('INPUT_UNFORESEEN', { reason: said.slice(0, 200) }).message }
}

/** These are no events, so nothing is missing without them. */
const strangers: ReadonlySet<string> = new Set(['RECORD_NOT_CLOUDTRAIL', 'RECORD_AGGREGATED'])

function createReading(file: LogFile) {
  const quarantined: Quarantined[] = []
  const kinds = new Set<string>()
  let records = 0
  let quarantinedRecords = 0
  let hidden = 0
  let first: string | null = null
  let last: string | null = null
  return {
    /** The ordinal of the next record. */
    next: (): number => records++,
    quarantine(ordinal: number, { code, reason }: { code: string; reason: string }): void {
      quarantinedRecords++
      if (!strangers.has(code)) hidden++
      if (quarantined.length < keptEntries.perFile) quarantined.push({ file: file.name, ordinal, code, reason })
    },
    saw(time: string, kind: string): void {
      kinds.add(kind)
      if (first === null || time < first) first = time
      if (last === null || time > last) last = time
    },
    result: (): Reading => ({
      records,
      quarantined,
      quarantinedRecords,
      hidden,
      kinds: [...kinds].sort(),
      first,
      last,
    }),
  }
}
