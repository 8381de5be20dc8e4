import { basename } from 'node:path'
import type { WritableBucket } from '../../aws/bucket-writer.ts'
import { TrailbookError } from '../../core/errors.ts'
import { type Published, publishedText, readPublished, type SnapshotStore } from '../../core/event/published.ts'
import { checkConditions, type Lease, type LeaseOptions, type Processes, takeLease } from './lease.ts'

const pointer = 'published.json'
const folderName = 'snapshots'
const description = 'snapshot.json'
const coverageName = 'coverage'
const lockName = 'locks/publisher.json'
/** As many as one request removes. */
const removedAtOnce = 1000

interface S3SnapshotOptions extends LeaseOptions {
  readonly processes: Processes
}

export interface S3Snapshots extends SnapshotStore {
  /** Sizes in bytes of the objects below a folder, by key below the target. */
  sizes(folder: string): Promise<ReadonlyMap<string, number>>
  close(): void
}

/**
 * Snapshots below a prefix of a bucket. S3 has no folders that could be renamed: `published.json` is replaced in one go, and only
 * where it is still the one that was read.
 *
 * @param prefix as in a location; empty for the whole bucket
 * @throws TrailbookError LAKE_TARGET where something else lies there
 */
export async function s3Snapshots(
  bucket: WritableBucket,
  prefix: string,
  options: S3SnapshotOptions,
): Promise<S3Snapshots> {
  const { processes, signal } = options
  const base = prefix.replace(/\/+$/, '') === '' ? '' : `${prefix.replace(/\/+$/, '')}/`
  const location = `s3://${bucket.name}/${base.slice(0, -1)}`
  await refuseForeign(bucket, base, location)

  let lease: Lease | undefined
  /** Of `published.json` as it was read: undefined before, null where there was none. */
  let read: { readonly etag: string } | null | undefined
  let listed: Map<string, number> | undefined

  const list = async (below: string): Promise<Map<string, number>> => {
    const found = new Map<string, number>()
    let token: string | undefined
    do {
      const page = await bucket.list({ prefix: `${base}${below}/`, token, signal })
      for (const { key, size } of page.objects) found.set(key.slice(base.length), size)
      token = page.token
    } while (token !== undefined)
    return found
  }
  const isWhole = (found: ReadonlyMap<string, number>, { folder, files }: Published['days'][number]): boolean =>
    files.every(({ name, bytes }) => found.get(`${folder}/${name}`) === bytes)
  const publishedAt = async (key: string): Promise<Published | undefined> => {
    const there = await bucket.read(`${base}${key}`, signal)
    return there && readPublished(there.text)
  }

  return {
    location,
    sizes: list,
    async lock() {
      const place = { key: `${base}${lockName}`, location, processes }
      const taken = await takeLease(bucket, place, options)
      lease = taken
      try {
        if (bucket.isCustom) await checkConditions(bucket, place.key, location)
        listed = await list(folderName)
      } catch (error) {
        await taken.release()
        throw error
      }
      return { release: () => taken.release() }
    },
    async current() {
      const there = await bucket.read(`${base}${pointer}`, signal)
      read = there ? { etag: there.etag } : null
      return there && readPublished(there.text)
    },
    async all() {
      const found: Published[] = []
      const keys = [...(listed ?? (await list(folderName))).keys()]
      for (const key of keys.filter((one) => one.endsWith(`/${description}`))) {
        const published = await publishedAt(key)
        if (published !== undefined) found.push(published)
      }
      return found
    },
    holds: async (day) => isWhole(listed ?? (await list(day.folder)), day),
    async put(folder, files) {
      for (const file of files) {
        lease?.check()
        await bucket.putFile(`${base}${folder}/${basename(file)}`, file, signal)
      }
    },
    async describe(published) {
      lease?.check()
      await bucket.put(
        `${base}${folderName}/${published.id}/${description}`,
        publishedText(published),
        undefined,
        signal,
      )
    },
    async point(published) {
      // Days of earlier snapshots are only named: whoever took our lock meanwhile may have removed them.
      const found = await list(folderName)
      const torn = published.days.find((day) => !isWhole(found, day))
      if (torn !== undefined) throw new TrailbookError('SNAPSHOT_TORN', { location, what: torn.folder })
      lease?.check()
      const text = publishedText(published)
      const key = `${base}${pointer}`
      const written = await bucket.put(key, text, read ?? { isNew: true }, signal)
      // The answer to a first try may have been lost.
      if (written === undefined && (await bucket.read(key, signal))?.text !== text)
        throw new TrailbookError('SNAPSHOT_MOVED', { location })
      read = written === undefined ? undefined : { etag: written }
    },
    async removeOthers({ folders, ids }) {
      const gone = new Set<string>()
      const keys: string[] = []
      for (const key of (await list(folderName)).keys()) {
        const [, id = '', name = '', file] = key.split('/')
        // A name of another form would be somebody's own.
        if (!/^\d{10,}-[0-9a-f]+$/.test(id)) continue
        const folder = `${folderName}/${id}/${name}`
        const isDay = name.startsWith('event_date=')
        const isOld = (isDay || name === coverageName) && file !== undefined && !folders.has(folder)
        if (isOld && isDay) gone.add(folder)
        if (isOld || (name === description && file === undefined && !ids.has(id))) keys.push(`${base}${key}`)
      }
      // Whoever has the lock may have published folders that are not known here.
      for (let at = 0; at < keys.length; at += removedAtOnce) {
        lease?.check()
        await bucket.remove(keys.slice(at, at + removedAtOnce), signal)
      }
      lease?.check()
      await bucket.dropUploads(`${base}${folderName}/`, signal)
      return gone.size
    },
    close: () => bucket.close(),
  }
}

async function refuseForeign(bucket: WritableBucket, base: string, location: string): Promise<void> {
  const { objects, folders } = await bucket.list({ prefix: base, folders: true })
  const own = [pointer, `${folderName}/`, 'locks/', '']
  const foreign = [...objects.map(({ key }) => key), ...folders].find((key) => !own.includes(key.slice(base.length)))
  if (foreign !== undefined)
    throw new TrailbookError('LAKE_TARGET', { path: location, reason: `it holds other files, such as ${foreign}` })
}
