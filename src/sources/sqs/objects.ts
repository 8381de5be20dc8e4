import { TrailbookError } from '../../core/errors.ts'
import type { LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import type { NotifiedObject } from './notification.ts'

/** A bucket whose objects can be opened, and fetched ahead of that. */
export type OpenBucket = (bucket: string) => Promise<Pick<LogSource, 'open' | 'expect' | 'forget'>>

interface Owner {
  readonly bucket: Awaited<ReturnType<OpenBucket>>
  readonly name: string
}

interface ObjectSource {
  readonly source: LogSource
  /** Why an object could not be had; undefined where it could. What is wrong with its content is noted in the lake instead. */
  missed(object: NotifiedObject): string | undefined
  /** The work is done: lets go of what was fetched and not opened. */
  close(): void
}

/** Of these other buckets, and the same one later, are not concerned; all else ends the work. */
const ofOneBucket: ReadonlySet<string> = new Set([
  'AWS_NO_BUCKET',
  'AWS_LOCATION',
  'AWS_ACCESS_DENIED',
  'AWS_KMS_DENIED',
  'AWS_REGION',
])

/** Objects that messages told of, as a source. */
export function notifiedSource(objects: readonly NotifiedObject[], openBucket: OpenBucket): ObjectSource {
  /** By `nameOf`. */
  const missed = new Map<string, string>()
  const buckets = new Map<string, Awaited<ReturnType<OpenBucket>>>()
  const owners = new Map<LogFile, Owner>()
  const unique = [...new Map(objects.map((object) => [nameOf(object), object])).values()]

  /** The files of buckets that can be opened at all. */
  const openable = async (): Promise<readonly LogFile[]> => {
    for (const name of new Set(unique.map(({ bucket }) => bucket)))
      try {
        buckets.set(name, await openBucket(name))
      } catch (error) {
        if (!(error instanceof TrailbookError) || !ofOneBucket.has(error.code)) throw error
        for (const object of unique) if (object.bucket === name) missed.set(nameOf(object), error.message)
      }
    return unique.flatMap((object) => {
      const bucket = buckets.get(object.bucket)
      if (bucket === undefined) return []
      const file = fileOf(object)
      owners.set(file, { bucket, name: nameOf(object) })
      return [file]
    })
  }
  const watching = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      missed.set(name, error instanceof Error ? error.message : String(error))
      throw error
    }
  }
  async function* watched(name: string, bytes: OpenedFile['bytes']): AsyncGenerator<Uint8Array, void> {
    const source = bytes[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await watching(name, () => source.next())
        if (next.done) return
        yield next.value
      }
    } finally {
      await source.return?.()
    }
  }
  const ownerOf = (file: LogFile): Owner => {
    const owner = owners.get(file)
    if (owner === undefined) throw new Error(`${file.location} was not listed by this source`)
    return owner
  }
  return {
    source: {
      async *list({ onFound } = {}) {
        const files = await openable()
        onFound?.(files.length)
        if (files.length > 0) yield files
      },
      expect(files) {
        for (const bucket of buckets.values())
          bucket.expect?.(files.filter((file) => owners.get(file)?.bucket === bucket))
      },
      async open(file, options) {
        const { bucket, name } = ownerOf(file)
        const opened = await watching(name, () => bucket.open(file, options))
        return { ...opened, bytes: watched(name, opened.bytes) }
      },
    },
    missed: (object) => missed.get(nameOf(object)),
    close() {
      const files = [...owners.keys()]
      for (const bucket of buckets.values())
        bucket.forget?.(files.filter((file) => owners.get(file)?.bucket === bucket))
    },
  }
}

export const locationOf = ({ bucket, key }: Pick<NotifiedObject, 'bucket' | 'key'>): string => `s3://${bucket}/${key}`

/** Two versions of one key are two objects. */
const nameOf = (object: NotifiedObject): string => JSON.stringify([locationOf(object), object.version])

/** As a listing of the bucket has it, so that neither way takes what the other one has; the version counts for neither. */
const fileOf = (object: NotifiedObject): LogFile => ({
  name: locationOf(object),
  location: locationOf(object),
  size: object.size,
  modified: object.etag,
  version: object.version,
})
