import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { FetchPublicKeys } from '../core/digest/public-keys.ts'
import { type LogPath, parseLogPath } from '../core/event/log-path.ts'
import type { LogFile, LogSource } from '../core/event/source.ts'
import type { Inventory } from '../core/run/inventory.ts'
import type { StagedParts } from './columnar/messages.ts'
import { createPool, type PortionResult, type WorkerPool, workerCount } from './columnar/pool.ts'
import type { FileOutcome } from './columnar/read-file.ts'
import { type KnownFile, knownFiles, type Quarantined } from './file-ledger.ts'
import type { Lake } from './lake.ts'
import { fetchMissingKeys } from './public-keys.ts'
import { lakeCoverage } from './status.ts'
import { createTally, type IngestProgress, type IngestReport, type Tally } from './tally.ts'
import { type WriterSettings, withWriter } from './with-writer.ts'
import type { LakeWriter, StagedFile } from './writer.ts'

export type { IngestReport } from './tally.ts'

export interface IngestOptions extends WriterSettings {
  readonly signal?: AbortSignal
  /** Ends the waiting for the lake and nothing else; `signal` where it is left out. */
  readonly waitSignal?: AbortSignal | undefined
  readonly onProgress?: (progress: IngestProgress) => void
  /** A batch of rows is written as parts when it has so many rows, or takes so many bytes. */
  readonly batchRows?: number
  readonly batchBytes?: number
  /** What the coverage in the report is held against. */
  readonly inventory?: Inventory | undefined
  /** Asks for the public keys that digests are signed by; they are kept, so that a later check needs nobody. */
  readonly publicKeys?: FetchPublicKeys | undefined
}

/** As many as keep a process under 1 GB. TRAILBOOK_BATCH_ROWS is a switch for tests, which want many small commits. */
const defaultBatchRows = (): number => Number(process.env.TRAILBOOK_BATCH_ROWS) || 120_000
const defaultBatchBytes = 96 * 2 ** 20

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
  const listed = await begun(listing)
  const settings = { ...options, signal: options.waitSignal ?? signal }
  return withWriter(lake, settings, async ({ writer, connection, database }) => {
    const lookups = await database.connect()
    try {
      const work: Work = { lake, source, writer, tally, signal, options }
      await readAll(listed, lookups, work)
    } finally {
      lookups.closeSync()
    }
    tally.committed(await writer.finish())
    const { files: parts } = await lake.snapshot()
    const keys =
      options.publicKeys && !signal?.aborted
        ? await fetchMissingKeys(options.publicKeys, { writer, connection, parts, signal })
        : undefined
    if (keys !== undefined) await writer.finish()
    const coverage = await lakeCoverage(lake, database, inventory)
    return { ...tally.report(), interrupted: signal?.aborted ?? false, coverage, ...(keys !== undefined && { keys }) }
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
  readonly lake: Lake
  readonly source: LogSource
  readonly writer: LakeWriter
  readonly tally: Tally
  readonly signal: AbortSignal | undefined
  readonly options: IngestOptions
}

/** A file that is to be read. */
interface Wanted {
  readonly id: number
  readonly file: LogFile
  readonly path: LogPath
  readonly known: KnownFile | undefined
}

/** A portion under way: its files, known ones among them, and what a worker says of it. */
interface Underway {
  readonly wanted: ReadonlyMap<number, Wanted>
  readonly result: PortionResult
}

/** So many stored bytes or files are one portion of work; more of a listing's first portion than each worker's share are not. */
const portionSize = { most: 12 * 2 ** 20, least: 2 ** 20, files: 10_000, unknown: 2 ** 16 }

/** Portions go to workers as they are listed, and are taken from them in order: so the lake does not depend on who was quicker. */
async function readAll(
  listed: AsyncIterable<readonly LogFile[]>,
  lookups: DuckDBConnection,
  work: Work,
): Promise<void> {
  const { lake, source, writer, tally, signal, options } = work
  let pool: WorkerPool | undefined
  let number = 0
  let taken = Promise.resolve()
  let failed = false
  /** Behind a portion that was cut short nothing is taken: an hour that lacks between two that are there would pass for a quiet one. */
  let whole = true
  let gathered: Wanted[] = []
  let size = 0

  const send = async (): Promise<void> => {
    if (gathered.length === 0) return
    pool ??= await createPool({
      source,
      signal,
      folder: join(lake.folder, 'tmp', 'staged'),
      batchRows: options.batchRows ?? defaultBatchRows(),
      batchBytes: options.batchBytes ?? defaultBatchBytes,
    })
    const wanted = new Map(gathered.map((file) => [file.id, file]))
    const files = gathered.map(({ id, file, path }) => ({
      id,
      name: file.name,
      location: file.location,
      path: file.path ?? null,
      account: path.account ?? null,
      region: path.region ?? null,
    }))
    gathered = []
    size = 0
    const logFiles = new Map([...wanted].map(([id, { file }]) => [id, file]))
    const result = await pool.submit({ number: number++, files }, logFiles)
    taken = taken.then(async () => {
      if (whole) whole = await take({ wanted, result }, work)
      else await letGo(result)
    })
    taken.catch(() => {
      failed = true
    })
  }

  try {
    for await (const some of listed) {
      if (signal?.aborted || failed) break
      const { files: ledger } = await lake.snapshot()
      const known = await knownFiles(lookups, ledger, some)
      source.expect?.(
        some.filter((file) => (known.get(file.location)?.code ?? null) !== null || !known.has(file.location)),
      )
      const wanted: Omit<Wanted, 'id'>[] = []
      for (const file of some) {
        const before = known.get(file.location)
        if (
          before !== undefined &&
          before.code === null &&
          !(before.unsigned && file.path !== undefined && (await hasMetadata(source, file)))
        )
          tally.skipped(file, before)
        else wanted.push({ file, path: parseLogPath(file.location), known: before })
      }
      const all = wanted.reduce((total, { file }) => total + stored(file), size)
      const share = Math.max(portionSize.least, Math.min(portionSize.most, Math.ceil(all / workerCount())))
      for (const file of wanted) {
        if (signal?.aborted || failed) break
        gathered.push({ ...file, id: writer.beginFile() })
        size += stored(file.file)
        if (size >= share || gathered.length >= portionSize.files) await send()
      }
    }
    if (!signal?.aborted && !failed) await send()
    await taken
  } finally {
    await pool?.close()
    await rm(join(lake.folder, 'tmp', 'staged'), { recursive: true, force: true })
  }
}

const stored = ({ size }: LogFile): number => (size < 0 ? portionSize.unknown : size + 512)

/** The signature of a digest may be put beside a local copy later. */
async function hasMetadata(source: LogSource, file: LogFile): Promise<boolean> {
  return source.open(file).then(
    ({ metadata }) => metadata !== null,
    () => false,
  )
}

/** Takes what a worker made of a portion into the lake. @returns whether that was all of it */
async function take({ wanted, result }: Underway, work: Work): Promise<boolean> {
  const { writer, tally, signal } = work
  /** Files that ended, and are in no part yet that lies here. */
  let group: StagedParts[] = []
  /** Files that came after an abort: they stay only where their rows are in parts already. */
  let late: FileOutcome[] = []
  let last = 0
  let stopped = false
  const accept = async (outcome: FileOutcome): Promise<void> => {
    last = outcome.id
    const file = wanted.get(outcome.id)!
    if (outcome.kind !== 'end' || outcome.ignored) group = await removed(group)
    await noteFile(outcome, file, result, work)
  }
  for await (const message of result.messages) {
    switch (message.kind) {
      case 'progress':
        if (!signal?.aborted) tally.progress(message.bytes, message.records)
        break
      case 'file':
        if (signal?.aborted) late.push(message.outcome)
        else await accept(message.outcome)
        break
      case 'parts':
        group.push(message.staged)
        if (message.staged.partial !== null) break
        for (const outcome of late) await accept(outcome)
        late = []
        tally.committed(await writer.merge(group))
        group = []
        break
      case 'stopped':
        late = []
        stopped = true
        if (group.some(({ partial }) => partial !== null && partial > last)) group = await removed(group)
        result.keep(last)
        break
    }
  }
  await removed(group)
  if (writer.waiting() >= mostWaiting) tally.committed(await writer.finish())
  return !stopped && late.length === 0
}

/** Lets a worker end its portion and takes nothing of it. */
async function letGo(result: PortionResult): Promise<void> {
  for await (const message of result.messages)
    if (message.kind === 'parts') await removed([message.staged])
    else if (message.kind === 'stopped') result.keep(0)
}

/** Entries of files without rows wait in memory for a commit. */
const mostWaiting = 5000

/** Removes staged parts. @returns none */
async function removed(group: readonly StagedParts[]): Promise<StagedParts[]> {
  for (const { parts, coverage } of group) {
    for (const { path } of parts) await rm(path, { force: true })
    if (coverage !== null) await rm(coverage.path, { force: true })
  }
  return []
}

async function noteFile(
  outcome: FileOutcome,
  { id, file, path, known }: Wanted,
  result: PortionResult,
  { source, writer, tally }: Work,
): Promise<void> {
  const { reading } = outcome
  switch (outcome.kind) {
    case 'end': {
      const { sha256, bytes, digest, ignored } = outcome
      const opened = result.beside(id)
      if (ignored) {
        tally.ownOutput(file)
        break
      }
      const status = digest === null ? 'ingested' : 'digest'
      const had = { ...file, version: opened?.version ?? file.version }
      const entry: StagedFile = { ...reading, id, file: had, path, status, fault: null, sha256, bytes, digest }
      const metadata = digest === null ? null : await metadataOf(source, file, opened?.metadata)
      writer.endFile({ ...entry, metadata: metadata && JSON.stringify(metadata) })
      tally.read(reading.quarantined)
      break
    }
    case 'fault': {
      const fault = { code: outcome.code, reason: outcome.reason }
      const entry: Quarantined = { file: file.name, ...fault }
      const kept = { records: 0, quarantined: [entry], quarantinedRecords: 0, hidden: 0 }
      const nothing = { sha256: null, bytes: null, digest: null }
      const staged = { ...reading, ...kept, ...nothing, id, file, path, status: 'quarantined' as const, fault }
      if (known?.code !== fault.code) writer.endFile(staged)
      if (fault.code === 'INPUT_NOT_HAD') tally.notHad()
      else tally.rejected(entry, reading.records)
      break
    }
    case 'aborted':
      break
  }
}

async function metadataOf(
  source: LogSource,
  file: LogFile,
  known: Readonly<Record<string, string>> | null | undefined,
): Promise<Readonly<Record<string, string>> | null> {
  if (known !== undefined || file.path === undefined) return known ?? null
  return source.open(file).then(
    ({ metadata }) => metadata,
    () => null,
  )
}
