/** Buckets named by location, with everything that decides how they are asked. */
import { type Bucket, openBucket } from '../../aws/bucket.ts'
import type { AwsSettings } from '../../aws/settings.ts'
import { joinSources } from '../../core/event/join-sources.ts'
import type { LogSource } from '../../core/event/source.ts'
import type { Choice } from './choice.ts'
import { parseS3Location } from './location.ts'
import { objectBytes } from './object-bytes.ts'
import { defaultConcurrency, s3Source } from './s3-source.ts'
import { openOriginal } from './version.ts'

export interface S3Request {
  readonly locations: readonly string[]
  readonly aws?: AwsSettings
  readonly choice?: Choice
  /** Told of each request for a listing before it is sent; what it throws ends the listing. */
  readonly onRequest?: (() => void) | undefined
}

interface Opened {
  readonly source: LogSource
  close(): void
}

/** @throws TrailbookError AWS_LOCATION and what `openBucket` throws */
export async function openS3Source(
  { locations, aws = {}, choice = {}, onRequest }: S3Request,
  signal?: AbortSignal,
): Promise<Opened> {
  const concurrency = aws.concurrency ?? defaultConcurrency
  const byBucket = new Map<string, string[]>()
  for (const location of locations) {
    const { bucket } = parseS3Location(location)
    byBucket.set(bucket, [...(byBucket.get(bucket) ?? []), location])
  }
  const buckets: Bucket[] = []
  const close = (): void => {
    for (const bucket of buckets) bucket.close()
  }
  try {
    for (const name of byBucket.keys())
      buckets.push(told(await openBucket(name, { ...aws, concurrency }, signal), onRequest))
  } catch (error) {
    close()
    throw error
  }
  const sources = buckets.map((bucket) =>
    s3Source({ locations: byBucket.get(bucket.name) ?? [], bucket, choice, concurrency }),
  )
  return {
    source: joinSources(sources),
    close() {
      for (const source of sources) source.close()
      close()
    },
  }
}

const told = (bucket: Bucket, onRequest: (() => void) | undefined): Bucket =>
  onRequest === undefined
    ? bucket
    : {
        ...bucket,
        async list(request) {
          onRequest()
          return bucket.list(request)
        },
      }

/** Reads single objects by location; a bucket is looked for once. */
export function s3Objects(aws: (location: string) => AwsSettings, signal?: AbortSignal) {
  const buckets = new Map<string, Promise<Bucket>>()
  const bucketOf = (name: string, location: string): Promise<Bucket> => {
    const settings = aws(location)
    const key = JSON.stringify([name, settings])
    const known = buckets.get(key) ?? openBucket(name, settings, signal)
    buckets.set(key, known)
    return known
  }
  return {
    /** See `openOriginal`. @throws InputFault, TrailbookError AWS_* when it is iterated */
    async *bytes(location: string, version: string | null = null): AsyncGenerator<Uint8Array, void> {
      const { bucket: name, key } = parseS3Location(location)
      const bucket = await bucketOf(name, location)
      const opened = await openOriginal(bucket, { key, version, signal })
      yield* objectBytes(opened.got, { bucket, key, version: opened.version, signal })
    },
  }
}
