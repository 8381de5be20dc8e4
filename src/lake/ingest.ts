import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { InputFault } from '../core/event/fault.ts'
import { parseLogPath } from '../core/event/log-path.ts'
import { normaliseRecord } from '../core/event/normalise.ts'
import type { LogFile, LogSource } from '../core/event/source.ts'
import { openDatabase } from '../duckdb/open.ts'
import { removeOrphans } from './clean.ts'
import { type KnownFile, knownFiles, type Quarantined } from './file-ledger.ts'
import { createLake, type Lake } from './lake.ts'
import { lockLake } from './lock.ts'
import { lakeCoverage } from './status.ts'
import { createTally, type IngestProgress, type IngestReport, type Tally } from './tally.ts'
import { asUnwritable } from './unwritable.ts'
import { createWriter, type LakeWriter, type StagedFile } from './writer.ts'

export type { IngestProgress, IngestReport } from './tally.ts'

export interface IngestOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: IngestProgress) => void
  readonly now?: () => number
  readonly batchRows?: number
  readonly batchBytes?: number
  readonly memoryLimit?: string
}

/** As many as keep a process under 1 GB. TRAILBOOK_BATCH_ROWS is a switch for tests, which want many small commits. */
const defaultBatchRows = (): number => Number(process.env.TRAILBOOK_BATCH_ROWS) || 100_000

/** Files are looked up in the ledger so many at a time. */
const lookup = 5000

/**
 * Reads log files into the lake, each record exactly once. What cannot be read is listed in the report and kept out; all else
 * goes in. An abort ends it after the files that were read completely; a kill leaves the commits made so far. The next ingest
 * goes on from there.
 *
 * @throws TrailbookError INPUT_MISSING, LAKE_LOCKED, LAKE_UNWRITABLE and what `openLake` throws
 */
export async function ingest(lake: Lake, source: LogSource, options: IngestOptions = {}): Promise<IngestReport> {
  const listed = await source.list({ exclude: lake.folder })
  try {
    return await ingestFiles(lake, source, listed, options)
  } catch (error) {
    throw asUnwritable(error, lake.folder)
  }
}

async function ingestFiles(
  lake: Lake,
  source: LogSource,
  { files, ignored }: Awaited<ReturnType<LogSource['list']>>,
  options: IngestOptions,
): Promise<IngestReport> {
  await createLake(lake.folder)
  const lock = await lockLake(lake.folder)
  try {
    const manifest = await lake.manifest()
    await removeOrphans(lake.folder, manifest)
    const database = await openDatabase({
      folders: [lake.folder],
      spill: join(lake.folder, 'tmp'),
      memoryLimit: options.memoryLimit ?? '250MB',
      threads: 2,
    })
    try {
      const connection = await database.connect()
      const { now = Date.now, batchRows = defaultBatchRows(), batchBytes = 128 * 2 ** 20 } = options
      const writer = await createWriter({ lake: lake.folder, manifest, connection, lock, batchRows, batchBytes, now })
      const tally = createTally(ignored, files.length, options)
      try {
        for (let at = 0; at < files.length; at += lookup) {
          const some = files.slice(at, at + lookup)
          const { files: ledger } = await lake.snapshot()
          const known = await knownFiles(connection, ledger, some)
          for (const file of some) {
            if (options.signal?.aborted) break
            await ingestFile(file, known.get(file.location), { source, writer, tally, options })
          }
        }
        tally.committed(await writer.finish())
      } finally {
        writer.close()
        connection.closeSync()
      }
      const interrupted = options.signal?.aborted ?? false
      return { ...tally.report(), interrupted, coverage: await lakeCoverage(lake, database) }
    } finally {
      database.close()
    }
  } finally {
    await lock.release()
  }
}

interface Work {
  readonly source: LogSource
  readonly writer: LakeWriter
  readonly tally: Tally
  readonly options: IngestOptions
}

async function ingestFile(
  file: LogFile,
  known: KnownFile | undefined,
  { source, writer, tally, options }: Work,
): Promise<void> {
  if (known !== undefined && known.code === null) {
    tally.skipped(file, known)
    return
  }
  const path = parseLogPath(file.location)
  const id = writer.beginFile()
  const reading = createReading(file, id)
  try {
    for await (const piece of source.read(file, options.signal === undefined ? {} : { signal: options.signal })) {
      if (piece.kind === 'end') {
        if (piece.ignored) {
          await writer.rejectFile(id, undefined)
          tally.ignored()
          return
        }
        const { sha256, bytes, digest } = piece
        const status = digest === null ? 'ingested' : 'digest'
        tally.committed(
          await writer.endFile({ ...reading.staged(), id, file, path, status, fault: null, sha256, bytes, digest }),
        )
        tally.read(reading.quarantined)
        return
      }
      let size = 0
      for (const record of piece.records) {
        const ordinal = reading.records++
        if ('code' in record) {
          reading.quarantine(ordinal, record)
          continue
        }
        size += record.node.end - record.node.start
        const event = normaliseRecord(record.text, record.node, record.account ?? path.account ?? null)
        if ('code' in event) {
          reading.quarantine(ordinal, event)
          continue
        }
        reading.saw(event.time, record.kind)
        const hash = createHash('sha256').update(event.canonical).digest('hex').slice(0, 32)
        writer.add({
          event,
          file: id,
          ordinal,
          hash,
          kind: record.kind,
          account: event.account,
          region: path.region ?? event.region,
        })
      }
      tally.progress(size, piece.records.length)
      tally.committed(await writer.relieve(size))
    }
  } catch (error) {
    if (options.signal?.aborted) {
      await writer.rejectFile(id, undefined)
      return
    }
    if (!(error instanceof InputFault)) throw error
    const fault = { code: error.code, reason: error.message }
    const entry: StagedFile = {
      ...reading.staged(),
      id,
      file,
      path,
      status: 'quarantined',
      fault,
      sha256: null,
      bytes: null,
      digest: null,
      records: 0,
      quarantined: [{ file: file.name, ...fault }],
      hidden: 0,
    }
    await writer.rejectFile(id, known?.code === error.code ? undefined : entry)
    tally.read(entry.quarantined, reading.records)
  }
}

/** What is known of a file while it is read. */
function createReading(file: LogFile, id: number) {
  const quarantined: Quarantined[] = []
  const kinds = new Set<string>()
  let first: string | null = null
  let last: string | null = null
  let hidden = 0
  return {
    id,
    records: 0,
    quarantined,
    quarantine(ordinal: number, { code, reason }: { code: string; reason: string }): void {
      quarantined.push({ file: file.name, ordinal, code, reason })
      if (!strangers.has(code)) hidden++
    },
    saw(time: string, kind: string): void {
      kinds.add(kind)
      if (first === null || time < first) first = time
      if (last === null || time > last) last = time
    },
    staged() {
      return { records: this.records, quarantined, hidden, kinds: [...kinds].sort(), first, last }
    },
  }
}

/** These are no events, so nothing is missing without them. */
const strangers: ReadonlySet<string> = new Set(['RECORD_NOT_CLOUDTRAIL', 'RECORD_AGGREGATED'])
