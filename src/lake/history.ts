/** Sweeps of Event history and the lake: what it has of them, and how their slices become durable while they go on. */
import { TrailbookError } from '../core/errors.ts'
import type { LogSource } from '../core/event/source.ts'
import { stoppableSource } from '../core/event/stoppable-source.ts'
import type { Window } from '../core/time.ts'
import { openDatabase } from '../duckdb/open.ts'
import { readKnownSlices } from '../duckdb/swept-history.ts'
import { type IngestOptions, type IngestReport, ingest } from './ingest.ts'
import type { Lake } from './lake.ts'
import { keptEntries } from './tally.ts'
import { tidy } from './tidy.ts'

/** Times that need not be asked for again, by account and Region. */
export async function sweptTimes(lake: Lake): Promise<(account: string, region: string) => readonly Window[]> {
  const snapshot = await lake.snapshot()
  if (snapshot.files.length === 0) return () => []
  const database = await openDatabase({ folders: [lake.folder], memoryLimit: '512MB' })
  try {
    const connection = await database.connect()
    const slices = await readKnownSlices(connection, snapshot)
    connection.closeSync()
    return (account, region) =>
      slices
        .filter(({ slice }) => slice.account === account && slice.region === region && slice.attribute === undefined)
        .flatMap(({ settled }) => settled)
  } finally {
    database.close()
  }
}

/** A source whose listing ends now and then, so that what it gave is committed; the next one goes on. */
interface LeggedSource extends LogSource {
  done(): boolean
}

/** It ended early, for this reason; what was read before is stored. */
export type LegsReport = IngestReport & { readonly stopped?: TrailbookError }

/**
 * Each leg is an ingest of its own: what it read stays, whatever happens later, and between two of them others may write. An abort
 * is the source's matter: its listing ends, and what it gave until then goes in; of an ingest it only ends the waiting for the lake.
 *
 * @throws what `ingest` throws in the first leg; later it is what the report says of the end
 */
export async function ingestInLegs(
  lake: Lake,
  source: LeggedSource,
  { signal, ...options }: IngestOptions & { readonly signal: AbortSignal },
): Promise<LegsReport> {
  const stoppable = stoppableSource(source, signal)
  const leg = (): Promise<IngestReport> => ingest(lake, stoppable.source, { ...options, waitSignal: signal })
  let report = await leg()
  let stopped = stoppable.failure()
  while (!source.done() && stopped === undefined && !signal.aborted)
    try {
      report = added(report, await leg())
      stopped = stoppable.failure()
    } catch (error) {
      if (!(error instanceof TrailbookError)) throw error
      stopped = error
    }
  if (signal.aborted) return { ...report, interrupted: true }
  if (stopped !== undefined) return { ...report, interrupted: true, stopped }
  await tidy(lake)
  return { ...report, interrupted: false }
}

const added = (first: IngestReport, next: IngestReport): IngestReport => ({
  ...next,
  files: first.files + next.files,
  records: first.records + next.records,
  events: first.events + next.events,
  duplicates: first.duplicates + next.duplicates,
  quarantinedRecords: first.quarantinedRecords + next.quarantinedRecords,
  quarantinedFiles: first.quarantinedFiles + next.quarantinedFiles,
  notHad: first.notHad + next.notHad,
  quarantined: [...first.quarantined, ...next.quarantined].slice(0, keptEntries.perIngest),
  ignored: first.ignored + next.ignored,
  passedOver: [...first.passedOver, ...next.passedOver],
  variants: first.variants + next.variants,
  span: joined(first.span, next.span),
})

function joined(first: Window | null, next: Window | null): Window | null {
  if (first === null || next === null) return first ?? next
  return { from: first.from < next.from ? first.from : next.from, to: first.to > next.to ? first.to : next.to }
}
