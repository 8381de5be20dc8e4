/** The one place that knows the concrete adapters; each is loaded when it is needed. */
import { join } from 'node:path'
import type { CaseEffects } from './authoring/cases.ts'
import type {
  CollectCall,
  CollectOptions,
  HistoryCallOptions,
  HistoryOutcome,
  HistoryRequest,
} from './compose-history.ts'
import type { FollowRequest } from './compose-live.ts'
import type { IngestCallOptions, IngestOutcome, KeyFile, LogsVerdict, VerifyLogsRequest } from './compose-logs.ts'
import type { S3Snapshots, S3TargetRequest } from './compose-snapshots.ts'
import type { BundleReport } from './core/evidence/report.ts'
import type { RunStore } from './core/evidence/run-store.ts'
import type { SealBody } from './core/evidence/seal.ts'
import type { EvidenceSources, LakeState } from './core/evidence/sources.ts'
import type { Checkpoint } from './core/ledger/checkpoint.ts'
import type { Connection } from './core/ports.ts'
import type { CollectedInventory, Inventory } from './core/run/inventory.ts'
import type { LockOptions } from './lake/lock.ts'
import type { LakeStatus } from './lake/status.ts'
import type { Upkeep } from './lake/upkeep.ts'
import { isS3Location } from './sources/s3/location.ts'
import type { S3Request, s3Objects } from './sources/s3/open.ts'
import type { Followed } from './sources/sqs/follow.ts'
import type { LedgerFile } from './store/files/ledger-file.ts'
import type { Spool } from './store/files/spool.ts'
import type { BundleInput, WrittenBundle } from './store/files/write-bundle.ts'

export type { AccountRole, HistoryOutcome } from './compose-history.ts'
export type { IngestOutcome } from './compose-logs.ts'
export type { S3Snapshots } from './compose-snapshots.ts'
export type { IngestReport } from './lake/ingest.ts'
export type { LockOwner } from './lake/lock.ts'
export type { Upkeep } from './lake/upkeep.ts'
export { isS3Location, meantS3Location } from './sources/s3/location.ts'
export type { S3Request } from './sources/s3/open.ts'

export async function lakeExists(folder: string): Promise<boolean> {
  const { openLake } = await import('./lake/lake.ts')
  return (await openLake(folder)).exists
}

/** Reads files, folders, buckets and log groups into the lake of a folder, see `ingestFrom`. */
export async function ingestLogs(
  folder: string,
  paths: readonly string[],
  options: IngestCallOptions,
): Promise<IngestOutcome> {
  const { ingestFrom } = await import('./compose-logs.ts')
  return ingestFrom(folder, paths, options)
}

/** Reads what the messages of a queue tell of into the lake of a folder, see `follow`. */
export async function followNotifications(folder: string, request: FollowRequest): Promise<Followed> {
  const { follow } = await import('./compose-live.ts')
  return follow(folder, request)
}

/** Reads Event history into the lake of a folder, see `sweepHistory`. */
export async function sweepEventHistory(
  folder: string,
  request: HistoryRequest,
  options: HistoryCallOptions,
): Promise<HistoryOutcome> {
  const { sweepHistory } = await import('./compose-history.ts')
  return sweepHistory(folder, request, options)
}

/** Reads what an organisation has, see `collectFrom`. */
export async function collectOrganisation(request: CollectCall, options: CollectOptions): Promise<CollectedInventory> {
  const { collectFrom } = await import('./compose-history.ts')
  return collectFrom(request, options)
}

/** The IAM policy that a collection needs. @param role what is assumed in members, see `AccountRole` */
export async function permissionsToCollect(what: 'inventory' | 'selectors', role?: string): Promise<object> {
  const { collectPolicy } = await import('./collect/permissions.ts')
  const anywhere = role?.startsWith('arn:') ? role.replaceAll('{account}', '*') : role && `arn:aws:iam::*:role/${role}`
  return collectPolicy(what, anywhere)
}

/** Notes that unreadable files are of no matter, see `forgetFiles`. @returns their locations */
export async function forgetLogs(
  folder: string,
  paths: readonly string[],
  waiting: LockOptions = {},
): Promise<readonly string[]> {
  const [{ openLake }, { forgetFiles }] = await Promise.all([import('./lake/lake.ts'), import('./lake/forget.ts')])
  return forgetFiles(await openLake(folder), paths, waiting)
}

export async function readLakeStatus(folder: string, inventory?: Inventory): Promise<LakeStatus> {
  const [{ openLake }, { lakeStatus }] = await Promise.all([import('./lake/lake.ts'), import('./lake/status.ts')])
  return lakeStatus(await openLake(folder), inventory)
}

/** Looking after a lake. */
export async function openUpkeep(folder: string): Promise<Upkeep> {
  const [{ openLake }, { upkeepOf }] = await Promise.all([import('./lake/lake.ts'), import('./lake/upkeep.ts')])
  return upkeepOf(await openLake(folder))
}

/** Snapshots below a place in S3, see `openS3Snapshots`. */
export async function openS3Target(location: string, request: S3TargetRequest): Promise<S3Snapshots> {
  const { openS3Snapshots } = await import('./compose-snapshots.ts')
  return openS3Snapshots(location, request)
}

interface ConnectOptions {
  /** Of one query, in milliseconds; a longer one is stopped. */
  readonly timeLimitMs?: number
  /** Of all queries together, in DuckDB's words. */
  readonly memoryLimit?: string
  /** Of a temporary lake that Event history filled for one question: `EventName=CreateUser`. */
  readonly lookupAttributes?: readonly string[] | undefined
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
export async function openEvidence(lakeFolder: string, signal?: AbortSignal, aws?: AwsOf): Promise<Evidence> {
  const [{ openLake }, lakeEvents, { refuseTaken, writeBundle }, { createSpool }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./lake/provenance.ts'),
    import('./store/files/write-bundle.ts'),
    import('./store/files/spool.ts'),
  ])
  const lake = await openLake(lakeFolder)
  const sources: EvidenceSources = {
    ...(await openOriginals(signal, aws)),
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

/** How the bucket of a location is asked. */
export type AwsOf = (location: string) => NonNullable<S3Request['aws']>

async function openOriginals(
  signal?: AbortSignal,
  aws: AwsOf = () => ({}),
): Promise<Pick<EvidenceSources, 'originals'>> {
  const [{ originalRecords }, { openLocation }] = await Promise.all([
    import('./log-file/original-records.ts'),
    import('./sources/files/file-source.ts'),
  ])
  let opened: Promise<ReturnType<typeof s3Objects>> | undefined
  const objects = () => {
    opened ??= import('./sources/s3/open.ts').then((s3) => s3.s3Objects(aws, signal))
    return opened
  }
  return {
    async *originals({ location, version, sha256 }, ordinals) {
      const bytes = isS3Location(location) ? (await objects()).bytes(location, version) : openLocation(location)
      return yield* originalRecords(location, bytes, { ordinals, sha256 }, signal === undefined ? {} : { signal })
    },
  }
}

interface VerifyRequest {
  readonly id?: string | undefined
  /** Read the original files again. */
  readonly withSources: boolean
  readonly signal?: AbortSignal
  readonly aws?: AwsOf
}

/** @throws TrailbookError EVIDENCE_NOT_A_BUNDLE */
export async function verifyEvidence(folder: string, request: VerifyRequest): Promise<BundleReport> {
  const { verifyBundle } = await import('./store/files/verify-bundle.ts')
  const sources = request.withSources ? await openOriginals(request.signal, request.aws) : undefined
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

/** Keeps public keys in the lake of a folder. @returns how many were new @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT */
export async function keepPublicKeys(
  folder: string,
  files: readonly KeyFile[],
  waiting: LockOptions = {},
): Promise<number> {
  const { keepKeys } = await import('./compose-logs.ts')
  return keepKeys(folder, files, waiting)
}

/** Checks log files of buckets, or of local copies of such, against their digests, see `verifyCopies`. */
export async function verifyLogs(paths: readonly string[], request: VerifyLogsRequest): Promise<LogsVerdict> {
  const { verifyCopies } = await import('./compose-logs.ts')
  return verifyCopies(paths, request)
}

/** The same from what the lake of a folder keeps, see `verifyKept`. */
export async function verifyLakeLogs(folder: string, request: VerifyLogsRequest): Promise<LogsVerdict> {
  const { verifyKept } = await import('./compose-logs.ts')
  return verifyKept(folder, request)
}
