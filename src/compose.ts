/** The one place that knows the concrete adapters; each is loaded when it is needed. */
import { join } from 'node:path'
import type { CaseEffects } from './authoring/cases.ts'
import type { ChainVerdict, DigestQuestion } from './core/digest/judge.ts'
import type { BundleReport } from './core/evidence/report.ts'
import type { RunStore } from './core/evidence/run-store.ts'
import type { SealBody } from './core/evidence/seal.ts'
import type { EvidenceSources, LakeState } from './core/evidence/sources.ts'
import type { Checkpoint } from './core/ledger/checkpoint.ts'
import type { Connection } from './core/ports.ts'
import type { Inventory } from './core/run/inventory.ts'
import type { IngestProgress, IngestReport } from './lake/ingest.ts'
import type { LakeStatus } from './lake/status.ts'
import type { LedgerFile } from './store/files/ledger-file.ts'
import type { Spool } from './store/files/spool.ts'
import type { BundleInput, WrittenBundle } from './store/files/write-bundle.ts'

export type { IngestReport } from './lake/ingest.ts'

export async function lakeExists(folder: string): Promise<boolean> {
  const { openLake } = await import('./lake/lake.ts')
  return (await openLake(folder)).exists
}

interface IngestCallOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: IngestProgress) => void
  readonly inventory?: Inventory | undefined
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

/** Notes that unreadable files are of no matter, see `forgetFiles`. @returns their locations */
export async function forgetLogs(folder: string, paths: readonly string[]): Promise<readonly string[]> {
  const [{ openLake }, { forgetFiles }] = await Promise.all([import('./lake/lake.ts'), import('./lake/forget.ts')])
  return forgetFiles(await openLake(folder), paths)
}

export async function readLakeStatus(folder: string, inventory?: Inventory): Promise<LakeStatus> {
  const [{ openLake }, { lakeStatus }] = await Promise.all([import('./lake/lake.ts'), import('./lake/status.ts')])
  return lakeStatus(await openLake(folder), inventory)
}

interface ConnectOptions {
  /** Of one query, in milliseconds; a longer one is stopped. */
  readonly timeLimitMs?: number
  /** What coverage expects beside what was seen. */
  readonly inventory?: Inventory | undefined
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

interface Records {
  readonly ledger: LedgerFile
  readonly runs: RunStore
  readonly newRunId: (time: string) => string
}

/** The ledger and the kept runs of a folder; nothing is made before something is written. */
export async function openRecords(folder: string): Promise<Records> {
  const [{ ledgerFile }, { patientLock }, { fileRunStore, newRunId }, { lockLake }] = await Promise.all([
    import('./store/files/ledger-file.ts'),
    import('./store/files/patient-lock.ts'),
    import('./store/files/run-store.ts'),
    import('./lake/lock.ts'),
  ])
  return {
    ledger: ledgerFile({ folder, lock: patientLock(lockLake) }),
    runs: fileRunStore(join(folder, 'runs')),
    newRunId,
  }
}

interface Evidence {
  /** @throws TrailbookError EVIDENCE_EXISTS */
  refuseTaken(target: string): Promise<void>
  /** Number of the lake's newest manifest. */
  manifest(): Promise<number>
  openSpool(): Spool
  writeBundle(input: BundleRequest): Promise<WrittenBundle & { readonly manifestAfter: number }>
}

export type BundleRequest = Omit<BundleInput, 'sources' | 'seal'> & {
  readonly seal: (state: LakeState) => Promise<Omit<SealBody, 'schema' | 'bundle' | 'elapsedMs'>>
}

/** What bundles are made of: a lake, and the files it was filled from. */
export async function openEvidence(lakeFolder: string, signal?: AbortSignal): Promise<Evidence> {
  const [{ openLake }, lakeEvents, { refuseTaken, writeBundle }, { createSpool }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./lake/provenance.ts'),
    import('./store/files/write-bundle.ts'),
    import('./store/files/spool.ts'),
  ])
  const lake = await openLake(lakeFolder)
  const sources: EvidenceSources = {
    ...(await openOriginals(signal)),
    provenance: (ids, span) => lakeEvents.provenance(lake, ids, span),
    content: (span) => lakeEvents.lakeContent(lake, span),
    state: (span) => lakeEvents.lakeState(lake, span),
    manifest: async () => (await lake.manifest()).id,
  }
  return {
    refuseTaken,
    manifest: sources.manifest,
    openSpool: createSpool,
    async writeBundle({ seal, ...input }) {
      let manifestAfter = 0
      const written = await writeBundle({
        ...input,
        sources,
        async seal() {
          const state = await sources.state(input.span)
          manifestAfter = state.manifest
          return seal(state)
        },
      })
      return { ...written, manifestAfter }
    },
  }
}

async function openOriginals(signal?: AbortSignal): Promise<Pick<EvidenceSources, 'originals'>> {
  const [{ originalRecords }, { localBytes }] = await Promise.all([
    import('./log-file/original-records.ts'),
    import('./log-file/inflate.ts'),
  ])
  return {
    originals: ({ location, sha256 }, ordinals) =>
      originalRecords(location, localBytes(location), { ordinals, sha256 }, signal === undefined ? {} : { signal }),
  }
}

interface VerifyRequest {
  readonly id?: string | undefined
  /** Read the original files again. */
  readonly withSources: boolean
  readonly signal?: AbortSignal
}

/** @throws TrailbookError EVIDENCE_NOT_A_BUNDLE */
export async function verifyEvidence(folder: string, request: VerifyRequest): Promise<BundleReport> {
  const { verifyBundle } = await import('./store/files/verify-bundle.ts')
  const sources = request.withSources ? await openOriginals(request.signal) : undefined
  return verifyBundle(folder, { id: request.id, sources, signal: request.signal })
}

/** Whether a checkpoint's own key made its signature, and whether it is the key of the ledger's folder. */
export async function checkpointTrust(
  folder: string,
  checkpoint: Checkpoint,
): Promise<{ readonly signed: boolean; readonly sameKey: boolean | null }> {
  const { isSigned, publicKeyOf } = await import('./store/files/signing-key.ts')
  const key = await publicKeyOf(folder)
  return { signed: isSigned(checkpoint), sameKey: key === undefined ? null : key === checkpoint.key }
}

interface VerifyLogsRequest extends Pick<DigestQuestion, 'range' | 'accounts' | 'regions'> {
  /** Texts of key files, each with the path for messages. */
  readonly keys: readonly { readonly path: string; readonly content: string }[]
  readonly signal: AbortSignal
  readonly onProgress: (done: number, all: number) => void
}

/**
 * Checks the log files of local copies of buckets against their digests.
 *
 * @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT, INPUT_MISSING
 */
export async function verifyLogs(
  paths: readonly string[],
  { keys, signal, onProgress, ...asked }: VerifyLogsRequest,
): Promise<ChainVerdict & { readonly others: number; readonly keys: number }> {
  const [{ readDigestCopy }, { signatureCheck }, { judgeDigests }, { readPublicKeys }] = await Promise.all([
    import('./sources/files/digest-copy.ts'),
    import('./lake/check-signature.ts'),
    import('./core/digest/judge.ts'),
    import('./core/digest/public-keys.ts'),
  ])
  const known = keys.flatMap(({ path, content }) => readPublicKeys(content, path))
  const { digests, logs, others } = await readDigestCopy(paths, { signal, onProgress })
  return { ...judgeDigests({ ...asked, digests, logs, keys: known }, signatureCheck()), others, keys: known.length }
}
