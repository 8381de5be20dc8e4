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
import type { ChainVerdict, DigestQuestion } from './core/digest/judge.ts'
import type { FetchPublicKeys } from './core/digest/public-keys.ts'
import type { TrailbookError } from './core/errors.ts'
import type { LogSource } from './core/event/source.ts'
import type { BundleReport } from './core/evidence/report.ts'
import type { RunStore } from './core/evidence/run-store.ts'
import type { SealBody } from './core/evidence/seal.ts'
import type { EvidenceSources, LakeState } from './core/evidence/sources.ts'
import type { Checkpoint } from './core/ledger/checkpoint.ts'
import type { Connection } from './core/ports.ts'
import type { CollectedInventory, Inventory } from './core/run/inventory.ts'
import type { TrinoSettings } from './engines/trino/settings.ts'
import type { IngestProgress, IngestReport } from './lake/ingest.ts'
import type { LockOptions, LockOwner } from './lake/lock.ts'
import type { LakeStatus } from './lake/status.ts'
import type { Upkeep } from './lake/upkeep.ts'
import { isLogGroup } from './sources/cloudwatch/location.ts'
import { isS3Location } from './sources/s3/location.ts'
import type { S3Request, s3Objects } from './sources/s3/open.ts'
import type { Followed } from './sources/sqs/follow.ts'
import type { LedgerFile } from './store/files/ledger-file.ts'
import type { Spool } from './store/files/spool.ts'
import type { BundleInput, WrittenBundle } from './store/files/write-bundle.ts'

export type { AccountRole, HistoryOutcome, HistoryRequest } from './compose-history.ts'
export type { IngestReport } from './lake/ingest.ts'
export type { LockOwner } from './lake/lock.ts'
export type { Upkeep } from './lake/upkeep.ts'
export { isLogGroup } from './sources/cloudwatch/location.ts'
export { isS3Location } from './sources/s3/location.ts'
export type { S3Request } from './sources/s3/open.ts'

export async function lakeExists(folder: string): Promise<boolean> {
  const { openLake } = await import('./lake/lake.ts')
  return (await openLake(folder)).exists
}

interface IngestCallOptions {
  readonly signal: AbortSignal
  /** How buckets are asked, where paths name some. */
  readonly s3?: Omit<S3Request, 'locations'> | undefined
  /** Buckets that are asked each in its own way. */
  readonly sources?: readonly S3Request[] | undefined
  readonly onProgress: (progress: IngestProgress) => void
  readonly inventory?: Inventory | undefined
  /** Waits for a process that is writing to the lake; without it that is an error. */
  readonly onWait?: ((owner: LockOwner) => void) | undefined
}

/** The source failed before the end, for this reason; what was read before is stored. */
export type IngestOutcome = IngestReport & { readonly stopped?: TrailbookError }

/** Reads files, folders and buckets into the lake of a folder, which is made when it is not there. */
export async function ingestLogs(
  folder: string,
  paths: readonly string[],
  { s3, sources, ...options }: IngestCallOptions,
): Promise<IngestOutcome> {
  const [{ openLake }, { ingest }, { stoppableSource }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./lake/ingest.ts'),
    import('./core/event/stoppable-source.ts'),
  ])
  const lake = await openLake(folder)
  const { source, close } = await openLogSource(paths, { s3, sources, signal: options.signal })
  try {
    const stoppable = stoppableSource(source, options.signal)
    const publicKeys = paths.some(isS3Location) ? await fetchPublicKeys(s3) : undefined
    const report = await ingest(lake, stoppable.source, { ...options, publicKeys, signal: stoppable.signal })
    if (!report.interrupted) await (await import('./lake/tidy.ts')).tidy(await openLake(folder))
    const failure = stoppable.failure()
    return failure === undefined ? report : { ...report, stopped: failure }
  } finally {
    close()
  }
}

interface LogSourceOptions extends Pick<IngestCallOptions, 's3' | 'sources'> {
  readonly signal?: AbortSignal
}

/** Local paths and `s3://bucket/prefix` as one source. @throws TrailbookError AWS_* */
export async function openLogSource(
  paths: readonly string[],
  { s3, sources = [], signal }: LogSourceOptions = {},
): Promise<{ readonly source: LogSource; readonly close: () => void }> {
  const locations = paths.filter(isS3Location)
  const groups = paths.filter(isLogGroup)
  const local = paths.filter((path) => !isS3Location(path) && !isLogGroup(path))
  const { fileSource } = await import('./sources/files/file-source.ts')
  const requests = locations.length === 0 ? sources : [{ ...s3, locations }, ...sources]
  if (requests.length + groups.length === 0) return { source: fileSource(local), close: () => {} }
  const [{ openS3Source }, { openLogGroupSource }, { joinSources }] = await Promise.all([
    import('./sources/s3/open.ts'),
    import('./compose-live.ts'),
    import('./core/event/join-sources.ts'),
  ])
  const opened: Awaited<ReturnType<typeof openS3Source>>[] = []
  const close = (): void => {
    for (const one of opened) one.close()
  }
  try {
    for (const request of requests) opened.push(await openS3Source(request, signal))
    for (const location of groups) opened.push(await openLogGroupSource({ ...s3, location, signal }))
  } catch (error) {
    close()
    throw error
  }
  const all = opened.map(({ source }) => source)
  return { source: joinSources(local.length === 0 ? all : [fileSource(local), ...all]), close }
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

/** @throws TrailbookError TRINO_* */
export async function openTrinoConnection(settings: TrinoSettings, signal: AbortSignal): Promise<Connection> {
  const { connectTrino } = await import('./engines/trino/connection.ts')
  return connectTrino(settings, { signal })
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
    async *originals({ location, sha256 }, ordinals) {
      const bytes = isS3Location(location) ? (await objects()).bytes(location) : openLocation(location)
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

/** The text of a file with public keys, and its path for messages. */
interface KeyFile {
  readonly path: string
  readonly content: string
}

/** Keeps public keys in the lake of a folder. @returns how many were new @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT */
export async function keepPublicKeys(folder: string, files: readonly KeyFile[]): Promise<number> {
  const [{ openLake }, { addPublicKeys }, { readPublicKeys }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./lake/public-keys.ts'),
    import('./core/digest/public-keys.ts'),
  ])
  const keys = files.flatMap(({ path, content }) => readPublicKeys(content, path))
  return addPublicKeys(await openLake(folder), [{ region: null, keys }])
}

interface VerifyLogsRequest extends Pick<DigestQuestion, 'range' | 'accounts' | 'regions'> {
  readonly keys: readonly KeyFile[]
  /** How buckets are asked, where paths name some. */
  readonly s3?: Omit<S3Request, 'locations'> | undefined
  readonly signal: AbortSignal
  readonly onProgress: (done: number, all: number) => void
}

type LogsVerdict = ChainVerdict & { readonly others: number; readonly keys: number }

/**
 * Checks the log files of buckets, or of local copies of such, against their digests. Keys that are not given are asked for where a
 * bucket is checked.
 *
 * @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT, INPUT_MISSING, AWS_*
 */
export async function verifyLogs(
  paths: readonly string[],
  { keys, s3, signal, onProgress, ...asked }: VerifyLogsRequest,
): Promise<LogsVerdict> {
  const [{ readDigestCopy }, { fileSource }, { signatureCheck }, { judgeDigests }, publicKeys] = await Promise.all([
    import('./log-file/digest-copy.ts'),
    import('./sources/files/file-source.ts'),
    import('./lake/check-signature.ts'),
    import('./core/digest/judge.ts'),
    import('./core/digest/public-keys.ts'),
  ])
  const given = keys.flatMap(({ path, content }) => publicKeys.readPublicKeys(content, path))
  const local = paths.filter((path) => !isS3Location(path)).map((path) => fileSource([path]))
  const locations = paths.filter(isS3Location)
  const buckets = locations.length === 0 ? undefined : await openLogSource(locations, { s3, signal })
  try {
    const sources = buckets === undefined ? local : [...local, buckets.source]
    const atOnce = buckets === undefined ? {} : { atOnce: 32 }
    const { digests, logs, others } = await readDigestCopy(sources, { signal, onProgress, ...atOnce })
    const known =
      given.length > 0 || buckets === undefined
        ? given
        : await publicKeys.keysOfDigests(digests, await fetchPublicKeys(s3))
    return { ...judgeDigests({ ...asked, digests, logs, keys: known }, signatureCheck()), others, keys: known.length }
  } finally {
    buckets?.close()
  }
}

/** The same from what the lake of a folder keeps: no copy and no AWS is needed. Keys that are given count instead of its own. */
export async function verifyLakeLogs(
  folder: string,
  { keys, s3: _, ...asked }: VerifyLogsRequest,
): Promise<LogsVerdict> {
  const [{ openLake }, { verifyLake }, { readPublicKeys }] = await Promise.all([
    import('./lake/lake.ts'),
    import('./lake/digests.ts'),
    import('./core/digest/public-keys.ts'),
  ])
  const given = keys.flatMap(({ path, content }) => readPublicKeys(content, path))
  const verdict = await verifyLake(await openLake(folder), { ...asked, keys: given.length > 0 ? given : undefined })
  return { ...verdict, others: 0 }
}

async function fetchPublicKeys(s3: VerifyLogsRequest['s3']): Promise<FetchPublicKeys> {
  const [{ awsClients }, { publicKeysOf }] = await Promise.all([
    import('./aws/clients.ts'),
    import('./collect/public-keys.ts'),
  ])
  return publicKeysOf(await awsClients(s3?.aws))
}
