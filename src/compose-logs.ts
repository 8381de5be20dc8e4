/** The part of composition that reads log files, wherever they lie: into a lake, or to hold them against their digests. */
import type { ChainVerdict, DigestQuestion } from './core/digest/judge.ts'
import { type FetchPublicKeys, keysOfDigests, readPublicKeys } from './core/digest/public-keys.ts'
import type { TrailbookError } from './core/errors.ts'
import { joinSources } from './core/event/join-sources.ts'
import type { LogSource } from './core/event/source.ts'
import { stoppableSource } from './core/event/stoppable-source.ts'
import { type IngestOptions, type IngestReport, ingest } from './lake/ingest.ts'
import { openLake } from './lake/lake.ts'
import type { LockOptions } from './lake/lock.ts'
import { isLogGroup } from './sources/cloudwatch/location.ts'
import { fileSource } from './sources/files/file-source.ts'
import type { S3Request } from './sources/s3/open.ts'

export interface IngestCallOptions extends Pick<IngestOptions, 'onProgress' | 'inventory' | 'onWait'> {
  readonly signal: AbortSignal
  /** Buckets, each asked in its own way. */
  readonly buckets?: readonly S3Request[] | undefined
  /** How log groups are asked, where paths name some. */
  readonly groups?: Omit<S3Request, 'locations'> | undefined
}

/** The source failed before the end, for this reason; what was read before is stored. */
export type IngestOutcome = IngestReport & { readonly stopped?: TrailbookError }

/** Reads files, folders, buckets and log groups into the lake of a folder, which is made when it is not there. */
export async function ingestFrom(
  folder: string,
  paths: readonly string[],
  { buckets = [], groups, ...options }: IngestCallOptions,
): Promise<IngestOutcome> {
  const lake = await openLake(folder)
  const { source, close } = await openLogSource(paths, { buckets, groups, signal: options.signal })
  try {
    const stoppable = stoppableSource(source, options.signal)
    const fetch = await fetchPublicKeys(buckets)
    const publicKeys =
      fetch &&
      (async (...asked: Parameters<FetchPublicKeys>) => {
        const failure = stoppable.failure()
        if (failure !== undefined) throw failure
        return fetch(...asked)
      })
    const report = await ingest(lake, stoppable.source, { ...options, publicKeys })
    const failure = stoppable.failure()
    if (failure !== undefined) return { ...report, interrupted: true, stopped: failure }
    if (!report.interrupted) await (await import('./lake/tidy.ts')).tidy(await openLake(folder))
    return report
  } finally {
    close()
  }
}

/** Local paths, `cloudwatch:GROUP` and buckets as one source. @throws TrailbookError AWS_*, INPUT_MISSING */
async function openLogSource(
  paths: readonly string[],
  { buckets, groups, signal }: Pick<IngestCallOptions, 'buckets' | 'groups' | 'signal'>,
): Promise<{ readonly source: LogSource; readonly close: () => void }> {
  const local = paths.filter((path) => !isLogGroup(path))
  const opened: { readonly source: LogSource; close(): void }[] = []
  const close = (): void => {
    for (const one of opened) one.close()
  }
  try {
    for (const bucket of buckets ?? []) opened.push(await (await s3()).openS3Source(bucket, signal))
    for (const location of paths.filter(isLogGroup)) {
      const { openLogGroupSource } = await import('./compose-live.ts')
      opened.push(await openLogGroupSource({ ...groups, location, signal }))
    }
  } catch (error) {
    close()
    throw error
  }
  const sources = opened.map(({ source }) => source)
  return {
    source: joinSources(local.length === 0 && sources.length > 0 ? sources : [fileSource(local), ...sources]),
    close,
  }
}

const s3 = () => import('./sources/s3/open.ts')

/** The text of a file with public keys, and its path for messages. */
export interface KeyFile {
  readonly path: string
  readonly content: string
}

const keysOf = (files: readonly KeyFile[]) => files.flatMap(({ path, content }) => readPublicKeys(content, path))

/** Keeps public keys in the lake of a folder. @returns how many were new @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT */
export async function keepKeys(folder: string, files: readonly KeyFile[], waiting: LockOptions = {}): Promise<number> {
  const { addPublicKeys } = await import('./lake/public-keys.ts')
  return addPublicKeys(await openLake(folder), [{ region: null, keys: keysOf(files) }], waiting)
}

export interface VerifyLogsRequest extends Pick<DigestQuestion, 'range' | 'accounts' | 'regions'> {
  readonly keys: readonly KeyFile[]
  /** Checked where they lie, each asked in its own way. */
  readonly buckets?: readonly S3Request[] | undefined
  readonly signal: AbortSignal
  readonly onProgress: (done: number, all: number) => void
}

export type LogsVerdict = ChainVerdict & { readonly others: number; readonly keys: number }

/** Objects of a bucket are a request each: many at once. */
const objectsAtOnce = 32

/**
 * Checks the log files of buckets, or of local copies of such, against their digests. Keys that are not given are asked for where a
 * bucket is checked.
 *
 * @throws TrailbookError DIGEST_KEYS, DIGEST_KEY_FINGERPRINT, INPUT_MISSING, AWS_*
 */
export async function verifyCopies(
  paths: readonly string[],
  { keys, buckets = [], signal, onProgress, ...asked }: VerifyLogsRequest,
): Promise<LogsVerdict> {
  const [{ readDigestCopy }, { signatureCheck }, { judgeDigests }] = await Promise.all([
    import('./log-file/digest-copy.ts'),
    import('./lake/check-signature.ts'),
    import('./core/digest/judge.ts'),
  ])
  const given = keysOf(keys)
  const local = paths.map((path) => fileSource([path]))
  const objects = buckets.length === 0 ? undefined : await openLogSource([], { buckets, signal })
  try {
    const sources = objects === undefined ? local : [...local, objects.source]
    const atOnce = objects === undefined ? {} : { atOnce: objectsAtOnce }
    const { digests, logs, others } = await readDigestCopy(sources, { signal, onProgress, ...atOnce })
    const fetch = given.length > 0 ? undefined : await fetchPublicKeys(buckets)
    const known = fetch === undefined ? given : await keysOfDigests(digests, fetch)
    return { ...judgeDigests({ ...asked, digests, logs, keys: known }, signatureCheck()), others, keys: known.length }
  } finally {
    objects?.close()
  }
}

/** The same from what the lake of a folder keeps: no copy and no AWS is needed. Keys that are given count instead of its own. */
export async function verifyKept(
  folder: string,
  { keys, buckets: _, ...asked }: VerifyLogsRequest,
): Promise<LogsVerdict> {
  const { verifyLake } = await import('./lake/digests.ts')
  const given = keysOf(keys)
  const verdict = await verifyLake(await openLake(folder), { ...asked, keys: given.length > 0 ? given : undefined })
  return { ...verdict, others: 0 }
}

/** Undefined where there is no bucket to have digests in: local copies are checked without AWS. */
async function fetchPublicKeys([bucket]: readonly S3Request[]): Promise<FetchPublicKeys | undefined> {
  if (bucket === undefined) return undefined
  const [{ awsClients }, { publicKeysOf }] = await Promise.all([
    import('./aws/clients.ts'),
    import('./collect/public-keys.ts'),
  ])
  // A server that only speaks S3 has no say in which keys CloudTrail signs with.
  return publicKeysOf(await awsClients({ ...bucket.aws, endpoint: undefined }))
}
