/** The one place that knows the concrete adapters; each is loaded when it is needed. */
import type { CaseEffects } from './authoring/cases.ts'
import type { Connection } from './core/ports.ts'
import type { IngestProgress, IngestReport } from './lake/ingest.ts'
import type { LakeStatus } from './lake/status.ts'

export type { IngestReport } from './lake/ingest.ts'

export async function lakeExists(folder: string): Promise<boolean> {
  const { openLake } = await import('./lake/lake.ts')
  return (await openLake(folder)).exists
}

export interface IngestCallOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: IngestProgress) => void
}

/** Reads local files and folders into the lake of a folder, which is made when it is not there. */
export async function ingestLogs(
  folder: string,
  paths: readonly string[],
  options: IngestCallOptions,
): Promise<IngestReport> {
  const [{ openLake }, { fileSource }, { ingest }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./sources/files/file-source.ts'),
    import('./lake/ingest.ts'),
  ])
  return ingest(await openLake(folder), fileSource(paths), options)
}

export async function readLakeStatus(folder: string): Promise<LakeStatus> {
  const [{ openLake }, { lakeStatus }] = await Promise.all([import('./lake/lake.ts'), import('./lake/status.ts')])
  return lakeStatus(await openLake(folder))
}

export interface ConnectOptions {
  /** Of one query, in milliseconds; a longer one is stopped. */
  readonly timeLimitMs?: number
}

export async function openConnection(folder: string, options: ConnectOptions = {}): Promise<Connection> {
  const [{ openLake }, { connectLake }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./engines/duckdb/connection.ts'),
  ])
  return connectLake(await openLake(folder), options)
}

export interface CaseEngine extends CaseEffects {
  close(): Promise<void>
}

/** One engine in memory for all cases, which are many and small. */
export async function openCaseEngine(): Promise<CaseEngine> {
  const { openMemoryEngine } = await import('./engines/duckdb/memory-connection.ts')
  const engine = await openMemoryEngine()
  return { loadEvents: (records) => engine.load(records), close: () => engine.close() }
}
