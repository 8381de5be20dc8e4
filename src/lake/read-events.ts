import { hash } from 'node:crypto'
import { describe } from '../core/errors.ts'
import { InputFault } from '../core/event/fault.ts'
import type { LogPath } from '../core/event/log-path.ts'
import { normaliseRecord } from '../core/event/normalise.ts'
import type { FilePiece, LogFile, LogSource } from '../core/event/source.ts'
import type { StagedRow } from '../duckdb/event-staging.ts'
import type { Quarantined } from './file-ledger.ts'
import { keptEntries } from './tally.ts'

/** What is known of a file as far as it was read. */
export interface Reading {
  readonly records: number
  /** The first few of what was kept out, and how many they are in all. */
  readonly quarantined: readonly Quarantined[]
  readonly quarantinedRecords: number
  /** Of those: events that could not be read, rather than things that are no events. */
  readonly hidden: number
  readonly kinds: readonly string[]
  readonly first: string | null
  readonly last: string | null
}

export type EventBatch =
  | { readonly kind: 'rows'; readonly rows: readonly StagedRow[]; readonly records: number; readonly bytes: number }
  | { readonly kind: 'end'; readonly reading: Reading; readonly end: Extract<FilePiece, { kind: 'end' }> }
  | { readonly kind: 'fault'; readonly reading: Reading; readonly code: string; readonly reason: string }
  | { readonly kind: 'aborted' }

export interface ReadEventsOptions {
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
    for await (const piece of source.read(file, signal === undefined ? {} : { signal })) {
      if (piece.kind === 'end') {
        yield { kind: 'end', reading: reading.result(), end: piece }
        return
      }
      const rows: StagedRow[] = []
      let bytes = 0
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
      yield { kind: 'rows', rows, records: piece.records.length, bytes }
    }
  } catch (error) {
    if (signal?.aborted) yield { kind: 'aborted' }
    else yield { kind: 'fault', reading: reading.result(), ...faultOf(error) }
  }
}

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
