/** What sources hold of digests: the digests with their metadata, and the hashes of the log files that they list. */
import { createHash } from 'node:crypto'
import { readDigest, readMetadata } from '../core/digest/digest-file.ts'
import { kindOfFile } from '../core/digest/digest-name.ts'
import { fileIndex } from '../core/digest/find-file.ts'
import { storedFiles } from '../core/digest/local-keys.ts'
import type { StoredLog } from '../core/digest/logs.ts'
import type { DigestContent, LogContent, StoredDigest, StoredFile } from '../core/digest/types.ts'
import { InputFault } from '../core/event/fault.ts'
import type { LogFile, LogSource, OpenedFile } from '../core/event/source.ts'
import { inflatedBytes } from './inflate.ts'

interface DigestCopy {
  readonly digests: readonly StoredDigest[]
  readonly logs: readonly StoredLog[]
  /** Files of which neither name nor folder is one of CloudTrail's. */
  readonly others: number
}

interface ReadCopyOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, all: number) => void
  /** Files that are open at a time. */
  readonly atOnce?: number
}

/** CloudTrail's log files have at most 50 MB, and a digest lists some hundred; a bomb is stopped here. */
const maxBytes = 256 * 2 ** 20

/** Threads of Node's pool, which inflate. */
const threads = 4

interface Found {
  readonly source: LogSource
  readonly file: LogFile
  /** Where it lies, with `/` on every system. */
  readonly location: string
}

/** @throws TrailbookError INPUT_MISSING and what a source throws that cannot be reached */
export async function readDigestCopy(
  sources: readonly LogSource[],
  options: ReadCopyOptions = {},
): Promise<DigestCopy> {
  const digests: StoredDigest[] = []
  const logs: (Found & { readonly stored: StoredFile })[] = []
  let others = 0
  const seen = new Set<string>()
  for (const source of sources) {
    const found: Found[] = []
    for await (const files of source.list(options.signal === undefined ? {} : { signal: options.signal }))
      for (const file of files) {
        const location = file.location.replaceAll('\\', '/')
        if (!seen.has(location)) found.push({ source, file, location })
        seen.add(location)
      }
    options.signal?.throwIfAborted()
    const ofDigests = found.filter(({ location }) => kindOfFile(location) === 'digest')
    const ofLogs = found.filter(({ location }) => kindOfFile(location) === 'log')
    others += found.length - ofDigests.length - ofLogs.length
    const read = await inParallel(ofDigests, options, (one) => readDigestFile(one, options.signal))
    const named = storedFiles(
      [...ofDigests, ...ofLogs].map(({ location }) => location),
      read,
    )
    for (const { location, ...rest } of read) digests.push({ file: named.get(location)!, ...rest })
    for (const one of ofLogs) logs.push({ ...one, stored: named.get(one.location)! })
  }
  return { digests, logs: await hashListed(digests, logs, options), others }
}

type ReadDigest = Pick<StoredDigest, 'sha256' | 'content' | 'metadata'> & Pick<Found, 'location'>

async function readDigestFile({ source, file, location }: Found, signal?: AbortSignal): Promise<ReadDigest> {
  let opened: OpenedFile | undefined
  const metadata = () => (opened?.metadata == null ? null : readMetadata(opened.metadata))
  try {
    opened = await source.open(file, signal === undefined ? {} : { signal })
    const chunks: Buffer[] = []
    for await (const chunk of limited(opened, signal)) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    return { location, sha256, content: readDigest(bytes.toString('utf8')), metadata: metadata() }
  } catch (error) {
    const content: DigestContent = { kind: 'unreadable', reason: reasonOf(error) }
    return { location, sha256: null, content, metadata: metadata() }
  }
}

async function* limited({ bytes }: OpenedFile, signal?: AbortSignal): AsyncGenerator<Buffer> {
  let length = 0
  for await (const chunk of inflatedBytes(bytes, () => 0)) {
    signal?.throwIfAborted()
    length += chunk.length
    if (length > maxBytes) throw new InputFault('INPUT_TOO_LARGE', { limit: maxBytes })
    yield chunk
  }
}

async function hashListed(
  digests: readonly StoredDigest[],
  files: readonly (Found & { readonly stored: StoredFile })[],
  options: ReadCopyOptions,
): Promise<StoredLog[]> {
  const find = fileIndex(files, ({ stored }) => stored)
  const listed = new Set<StoredFile>()
  for (const { content } of digests)
    if (content.kind === 'digest')
      for (const { bucket, object } of content.digest.logs)
        for (const { stored } of find(bucket, object)) listed.add(stored)
  let done = 0
  return inParallel(files, options, async (one): Promise<StoredLog> => {
    if (!listed.has(one.stored)) return { file: one.stored, content: undefined }
    const content = await hashOf(one, options.signal)
    options.onProgress?.(++done, listed.size)
    return { file: one.stored, content }
  })
}

async function hashOf({ source, file }: Found, signal?: AbortSignal): Promise<LogContent> {
  const hash = createHash('sha256')
  try {
    const opened = await source.open(file, signal === undefined ? {} : { signal })
    for await (const chunk of limited(opened, signal)) hash.update(chunk)
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

async function inParallel<T, R>(
  items: readonly T[],
  { atOnce = threads }: ReadCopyOptions,
  each: (item: T) => Promise<R>,
): Promise<R[]> {
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
