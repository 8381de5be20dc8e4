/** The objects of a bucket as a source of log files. */
import type { Bucket, ListedObject } from '../../aws/bucket.ts'
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'
import { parseLogPath } from '../../core/event/log-path.ts'
import type { ListOptions, LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import { compareText } from '../../core/text.ts'
import { isLogFileName } from '../../log-file/log-file-name.ts'
import { byDay } from './by-day.ts'
import { type Choice, type Chooser, chooser } from './choice.ts'
import { laneCursor } from './lane-cursor.ts'
import { findLanes, type Lane } from './lanes.ts'
import { limiter } from './limiter.ts'
import { parseS3Location, s3Location } from './location.ts'
import { objectBytes } from './object-bytes.ts'
import { type Fetched, readAhead } from './read-ahead.ts'
import { versionOpener } from './version.ts'

interface S3SourceOptions {
  /** `s3://bucket/prefix`, all of them in the same bucket. */
  readonly locations: readonly string[]
  readonly bucket: Bucket
  readonly choice?: Choice
  /** Objects fetched at once. */
  readonly concurrency?: number
}

export const defaultConcurrency = 64
/** Requests for listings at once. */
const listings = 32
const portion = 5000
/** Keys that all lanes together hold, and the bounds of a page. */
const heldKeys = 100_000
const largestPage = 1000
const smallestPage = 50

const mebibyte = 2 ** 20
/** Larger objects are streamed when their turn comes. */
const largestAhead = 4 * mebibyte
/** After so many refusals and not one success it is no single object that is refused. */
const refusals = 20

/**
 * Lists lazily, early days first, only where the choice may have something. Objects that are expected are fetched ahead,
 * many at once; large ones are streamed.
 */
export function s3Source({
  locations,
  bucket,
  choice = {},
  concurrency = defaultConcurrency,
}: S3SourceOptions): LogSource & { close(): void } {
  const openVersion = versionOpener(bucket)
  const chosen = chooser(choice)
  let opened = 0
  let refused = 0

  const open = async (file: LogFile, signal: AbortSignal | undefined) => {
    const { key } = parseS3Location(file.location)
    try {
      const { got, version } = await openVersion(file, { key, signal })
      opened++
      return { got, bytes: objectBytes(got, { bucket, key, version, signal }) }
    } catch (error) {
      throw refusalOf(error, key)
    }
  }
  /** One object among many may have another owner; where all are refused, saying so once is better. */
  const refusalOf = (error: unknown, key: string): unknown => {
    if (!(error instanceof TrailbookError)) return error
    if (error.code !== 'AWS_KMS_DENIED' && error.code !== 'AWS_ACCESS_DENIED') return error
    if (opened === 0 && ++refused >= refusals) return error
    const [, permission = 's3:GetObject', resource = key] = /^Access denied: (.*?) on (.*)\.$/.exec(error.message) ?? []
    return error.code === 'AWS_KMS_DENIED'
      ? new InputFault(
          'INPUT_OBJECT_KMS',
          { reason: error.message.replace(/^Access denied: |\.$/g, '') },
          { cause: error },
        )
      : new InputFault('INPUT_OBJECT_DENIED', { permission, resource }, { cause: error })
  }
  const fetch = async (file: LogFile, signal: AbortSignal): Promise<Fetched | undefined> => {
    const { got, bytes } = await open(file, signal)
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of bytes) {
      chunks.push(chunk)
      size += chunk.length
      // A size that a message tells is anybody's word.
      if (size > largestAhead) return undefined
    }
    return { chunks, metadata: got.metadata, version: got.version }
  }
  const ahead = readAhead({ fetch, atOnce: concurrency, budget: 64 * mebibyte, largest: largestAhead })

  return {
    list: (options = {}) => {
      // What was listed last is opened after the listing has ended, so its end is not the time to stop.
      options.signal?.addEventListener('abort', () => ahead.stop(), { once: true })
      return listBucket(locations, { bucket, chosen, ...options })
    },
    expect: (files) => ahead.expect(files),
    forget: (files) => ahead.forget(files),
    /** Ends what is under way. */
    close: () => ahead.stop(),
    async open(file, { signal } = {}): Promise<OpenedFile> {
      if (file.size === 0 && /\.gz$/i.test(file.location)) throw new InputFault('INPUT_EMPTY_GZIP')
      const fetched = await ahead.take(file)
      if (fetched !== undefined) return { ...fetched, bytes: fromMemory(fetched.chunks) }
      const { got, bytes } = await open(file, signal)
      return { bytes, metadata: got.metadata, version: got.version }
    },
  }
}

async function* fromMemory(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

interface ListBucketOptions extends ListOptions {
  readonly bucket: Bucket
  readonly chosen: Chooser
}

async function* listBucket(
  locations: readonly string[],
  { bucket, chosen, passOver, onFound, signal }: ListBucketOptions,
): AsyncGenerator<readonly LogFile[], void> {
  const limit = limiter(listings)
  const found = await Promise.all(
    outermost(locations.map((location) => parseS3Location(location).key)).map((key) =>
      findLanes(key, { bucket, chooser: chosen, limit, passOver, signal }),
    ),
  )
  const lanes = found.flat()
  const page = Math.max(smallestPage, Math.min(largestPage, Math.floor(heldKeys / Math.max(1, lanes.length))))
  const cursor = (lane: Lane) => laneCursor(lane, { bucket, limit, page, signal })
  let files: LogFile[] = []
  let count = 0
  // Lanes without days come last and one after the other: each may be a long one.
  const dated = lanes.filter(({ dayAt }) => dayAt !== undefined)
  const others = lanes.filter(({ dayAt }) => dayAt === undefined)
  for (const group of [dated.map(cursor), ...others.map((lane) => [cursor(lane)])]) {
    for await (const objects of byDay(group)) {
      if (signal?.aborted) return
      for (const object of objects) {
        const file = wantedFile(object, { bucket, chosen, passOver })
        if (file === undefined) continue
        files.push(file)
        count++
      }
      onFound?.(count)
      if (files.length < portion) continue
      yield inOrder(files)
      files = []
    }
  }
  if (files.length > 0) yield inOrder(files)
}

function wantedFile(
  { key, size, etag, archived }: ListedObject,
  { bucket, chosen, passOver }: Pick<ListBucketOptions, 'bucket' | 'chosen' | 'passOver'>,
): LogFile | undefined {
  // Markers of folders, and what CloudTrail writes to see whether it may.
  if (key.endsWith('/')) return undefined
  const name = s3Location(bucket.name, key)
  if (!isLogFileName(key.slice(key.lastIndexOf('/') + 1))) {
    if (size > 0) passOver?.(name, 'name')
    return undefined
  }
  if (!chosen.key(key)) return undefined
  return { name, location: name, size, modified: etag, version: null, ...(archived !== undefined && { archived }) }
}

/** By delivery, as local files are. */
function inOrder(files: readonly LogFile[]): readonly LogFile[] {
  const keyed = files.map((file) => ({ file, delivered: parseLogPath(file.location).delivered ?? '' }))
  keyed.sort((a, b) => compareText(a.delivered, b.delivered) || compareText(a.file.location, b.file.location))
  return keyed.map(({ file }) => file)
}

/** Prefixes that lie in none of the others, each once. */
function outermost(keys: readonly string[]): readonly string[] {
  const folders = [...new Set(keys)]
  return folders.filter(
    (key) =>
      !folders.some(
        (other) => other !== key && (other === '' || key.startsWith(other.endsWith('/') ? other : `${other}/`)),
      ),
  )
}
