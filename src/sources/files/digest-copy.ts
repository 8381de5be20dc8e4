/** A local copy of a bucket as digests, their metadata, and the hashes of the log files that they list. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { readDigest, readMetadata } from '../../core/digest/digest-file.ts'
import { parseDigestName, placeOf } from '../../core/digest/digest-name.ts'
import { fileIndex } from '../../core/digest/find-file.ts'
import { localFiles } from '../../core/digest/local-keys.ts'
import type { StoredLog } from '../../core/digest/logs.ts'
import type { DigestContent, DigestMetadata, LogContent, StoredDigest, StoredFile } from '../../core/digest/types.ts'
import { InputFault } from '../../core/event/fault.ts'
import { parseLogPath } from '../../core/event/log-path.ts'
import type { LogFile } from '../../core/event/source.ts'
import { inflatedBytes, localBytes } from '../../log-file/inflate.ts'
import { fileSource } from './file-source.ts'

interface DigestCopy {
  readonly digests: readonly StoredDigest[]
  readonly logs: readonly StoredLog[]
  /** Files of which neither name nor folder is one of CloudTrail's. */
  readonly others: number
}

interface ReadCopyOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, all: number) => void
}

/** Beside a digest: what `aws s3api head-object` prints, since a copy to disk loses the metadata. */
const metadataEnding = '.metadata.json'

/** A log file has at most 50 MB, a digest lists some hundred files; a bomb is stopped here. */
const maxDigestBytes = 256 * 2 ** 20
const maxLogBytes = 8 * 2 ** 30

/** Threads of Node's pool, which inflate. */
const atOnce = 4

/** @throws TrailbookError INPUT_MISSING */
export async function readDigestCopy(paths: readonly string[], options: ReadCopyOptions = {}): Promise<DigestCopy> {
  const digests: StoredDigest[] = []
  const logFiles: StoredFile[] = []
  let others = 0
  const seen = new Set<string>()
  for (const path of paths) {
    const files: LogFile[] = []
    for await (const some of fileSource([path]).list()) files.push(...some)
    const found = files.map(({ location }) => location.replaceAll('\\', '/')).filter((location) => !seen.has(location))
    for (const location of found) seen.add(location)
    const digestPaths = found.filter(isDigestPath)
    const logPaths = found.filter((location) => !isDigestPath(location) && isLogPath(location))
    others += found.length - digestPaths.length - logPaths.length
    others -= found.filter((location) => location.endsWith(metadataEnding)).length
    const read = await inParallel(digestPaths, (location) => readDigestFile(location, options.signal))
    const witnesses = read.flatMap(({ location, content }) =>
      content.kind === 'digest'
        ? [{ path: location, bucket: content.digest.bucket, object: content.digest.object }]
        : [],
    )
    const named = new Map(
      localFiles([...digestPaths, ...logPaths], witnesses).map((file): [string, StoredFile] => [file.path, file]),
    )
    for (const { location, ...rest } of read) digests.push({ file: named.get(location)!, ...rest })
    for (const location of logPaths) logFiles.push(named.get(location)!)
  }
  return { digests, logs: await hashListed(digests, logFiles, options), others }
}

const isDigestPath = (path: string): boolean =>
  !path.endsWith(metadataEnding) &&
  (parseDigestName(path) !== undefined || parseLogPath(path).folder === 'CloudTrail-Digest')

const isLogPath = (path: string): boolean => !path.endsWith(metadataEnding) && placeOf(path) !== undefined

interface ReadDigest extends Pick<StoredDigest, 'sha256' | 'content' | 'metadata'> {
  readonly location: string
}

async function readDigestFile(location: string, signal: AbortSignal | undefined): Promise<ReadDigest> {
  const metadata = await readMetadataFile(location)
  try {
    const bytes = await inflated(location, signal)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const content: DigestContent =
      metadata === 'unreadable' ? { kind: 'metadata', reason: metadata } : readDigest(bytes.toString('utf8'))
    return { location, sha256, content, metadata: metadata === 'unreadable' ? null : metadata }
  } catch (error) {
    const content = { kind: 'unreadable', reason: reasonOf(error) } as const
    return { location, sha256: null, content, metadata: metadata === 'unreadable' ? null : metadata }
  }
}

async function readMetadataFile(location: string): Promise<DigestMetadata | 'unreadable' | null> {
  try {
    return readMetadata(await readFile(location + metadataEnding, 'utf8')) ?? 'unreadable'
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'unreadable'
  }
}

async function inflated(location: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of inflatedBytes(localBytes(location), () => 0)) {
    signal?.throwIfAborted()
    length += chunk.length
    if (length > maxDigestBytes) throw new InputFault('INPUT_TOO_LARGE', { limit: maxDigestBytes })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function hashListed(
  digests: readonly StoredDigest[],
  files: readonly StoredFile[],
  { signal, onProgress }: ReadCopyOptions,
): Promise<StoredLog[]> {
  const find = fileIndex(files, (file) => file)
  const listed = new Set<StoredFile>()
  for (const { content } of digests)
    if (content.kind === 'digest')
      for (const { bucket, object } of content.digest.logs) for (const file of find(bucket, object)) listed.add(file)
  let done = 0
  return inParallel(files, async (file): Promise<StoredLog> => {
    if (!listed.has(file)) return { file, content: undefined }
    const content = await hashOf(file.path, signal)
    onProgress?.(++done, listed.size)
    return { file, content }
  })
}

async function hashOf(path: string, signal: AbortSignal | undefined): Promise<LogContent> {
  const hash = createHash('sha256')
  let length = 0
  try {
    for await (const chunk of inflatedBytes(localBytes(path), () => 0)) {
      signal?.throwIfAborted()
      length += chunk.length
      if (length > maxLogBytes) throw new InputFault('INPUT_TOO_LARGE', { limit: maxLogBytes })
      hash.update(chunk)
    }
    return { kind: 'hash', sha256: hash.digest('hex') }
  } catch (error) {
    return { kind: 'unreadable', reason: reasonOf(error) }
  }
}

/** What is wrong with a file; anything else goes on. */
function reasonOf(error: unknown): string {
  if (error instanceof InputFault) return error.message.replace(/\.$/, '')
  throw error
}

async function inParallel<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await each(items[at]!)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
