import { parseLogPath } from '../core/event/log-path.ts'
import type { LogFile, LogSource } from '../core/event/source.ts'
import type { Inventory } from '../core/run/inventory.ts'
import { type KnownFile, knownFiles, type Quarantined } from './file-ledger.ts'
import type { Lake } from './lake.ts'
import { readEvents } from './read-events.ts'
import { lakeCoverage } from './status.ts'
import { createTally, type IngestProgress, type IngestReport, type Tally } from './tally.ts'
import { type WriterSettings, withWriter } from './with-writer.ts'
import type { LakeWriter } from './writer.ts'

export type { IngestProgress, IngestReport } from './tally.ts'

export interface IngestOptions extends WriterSettings {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: IngestProgress) => void
  /** What the coverage in the report is held against. */
  readonly inventory?: Inventory | undefined
}

/**
 * Reads log files into the lake, each record exactly once. What cannot be read is listed in the report and kept out; all else
 * goes in. An abort ends it after the files that were read completely; a kill leaves the commits made so far. The next ingest
 * goes on from there.
 *
 * @throws TrailbookError INPUT_MISSING and what `withWriter` throws
 */
export async function ingest(lake: Lake, source: LogSource, options: IngestOptions = {}): Promise<IngestReport> {
  const tally = createTally(options)
  const { signal, inventory } = options
  const listing = source.list({
    exclude: lake.folder,
    passOver: tally.passOver,
    onFound: tally.found,
    ...(signal !== undefined && { signal }),
  })
  // Listed first, so that a path that does not exist is told before a lake is made.
  const portions = await begun(listing)
  return withWriter(lake, options, async ({ writer, connection, database }) => {
    for await (const some of portions) {
      if (signal?.aborted) break
      const { files: ledger } = await lake.snapshot()
      const known = await knownFiles(connection, ledger, some)
      for (const file of some) {
        if (signal?.aborted) break
        await ingestFile(file, known.get(file.location), { source, writer, tally, signal })
      }
    }
    tally.committed(await writer.finish())
    const coverage = await lakeCoverage(lake, database, inventory)
    return { ...tally.report(), interrupted: signal?.aborted ?? false, coverage }
  })
}

/** The same portions, the first one of which is there already. */
async function begun<T>(portions: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = portions[Symbol.asyncIterator]()
  const first = await iterator.next()
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await iterator.next()) yield next.value
    } finally {
      await iterator.return?.()
    }
  })()
}

interface Work {
  readonly source: LogSource
  readonly writer: LakeWriter
  readonly tally: Tally
  readonly signal: AbortSignal | undefined
}

async function ingestFile(
  file: LogFile,
  known: KnownFile | undefined,
  { source, writer, tally, signal }: Work,
): Promise<void> {
  if (known !== undefined && known.code === null) {
    tally.skipped(file, known)
    return
  }
  const path = parseLogPath(file.location)
  const id = writer.beginFile()
  for await (const batch of readEvents(source, file, { id, path, signal })) {
    switch (batch.kind) {
      case 'rows':
        for (const row of batch.rows) writer.add(row)
        tally.progress(batch.bytes, batch.records)
        tally.committed(await writer.relieve(batch.weight))
        break
      case 'end': {
        const { sha256, bytes, digest, ignored } = batch.end
        if (ignored) {
          await writer.rejectFile(id, undefined)
          tally.ownOutput(file)
          break
        }
        const status = digest === null ? 'ingested' : 'digest'
        tally.committed(
          await writer.endFile({ ...batch.reading, id, file, path, status, fault: null, sha256, bytes, digest }),
        )
        tally.read(batch.reading.quarantined)
        break
      }
      case 'fault': {
        const fault = { code: batch.code, reason: batch.reason }
        const entry: Quarantined = { file: file.name, ...fault }
        const kept = { records: 0, quarantined: [entry], quarantinedRecords: 0, hidden: 0 }
        const nothing = { sha256: null, bytes: null, digest: null }
        const staged = { ...batch.reading, ...kept, ...nothing, id, file, path, status: 'quarantined' as const, fault }
        await writer.rejectFile(id, known?.code === fault.code ? undefined : staged)
        tally.rejected(entry, batch.reading.records)
        break
      }
      case 'aborted':
        await writer.rejectFile(id, undefined)
        break
    }
  }
}
