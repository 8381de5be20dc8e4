import type { Bucket, GetRequest, GotObject, ListPage, ListRequest } from '../../src/aws/bucket.ts'
import { InputFault } from '../../src/core/event/fault.ts'

interface StoredObject {
  readonly body: Uint8Array
  readonly etag: string
  readonly version: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export interface MemoryBucket extends Bucket {
  readonly objects: Map<string, StoredObject>
  /** What was asked, in order: the prefix of listings with what narrows it, and keys of objects, as `key@version` where one was named. */
  readonly asked: { readonly lists: string[]; readonly gets: string[] }
  put(key: string, body?: string, metadata?: Readonly<Record<string, string>>): void
  /** Takes the place of the next answers to `get`, in order; undefined lets one through. */
  readonly next: ((request: GetRequest) => GotObject | Promise<GotObject> | undefined)[]
}

interface MemoryBucketOptions {
  /** Keeps what is overwritten or deleted, as v0, v1 and so on. */
  readonly versioned?: boolean
}

/** A bucket that lists as S3 does: in the order of the keys, folders among them, page by page. */
export function memoryBucket(
  keys: readonly string[] = [],
  { versioned = false }: MemoryBucketOptions = {},
): MemoryBucket {
  const kept = new Map<string, StoredObject>()
  const objects = new Map<string, StoredObject>()
  const asked = { lists: [] as string[], gets: [] as string[] }
  const next: MemoryBucket['next'] = []
  let versions = 0
  const put: MemoryBucket['put'] = (key, body = '{"Records":[]}', metadata = {}) => {
    const version = versioned ? `v${versions}` : null
    const object = { body: new TextEncoder().encode(body), etag: `etag-${versions++}`, version, metadata }
    objects.set(key, object)
    if (versioned) kept.set(`${key}@${version}`, object)
  }
  for (const key of keys) put(key)

  const list = async (request: ListRequest): Promise<ListPage> => {
    const { prefix, folders = false, startAfter, token, max = 1000 } = request
    asked.lists.push(
      [prefix, folders ? 'folders' : '', startAfter === undefined ? '' : `after ${startAfter}`, token ? 'next' : '']
        .filter((part) => part !== '')
        .join(' '),
    )
    const entries = new Map<string, boolean>()
    for (const key of [...objects.keys()].sort()) {
      if (!key.startsWith(prefix) || (startAfter !== undefined && key <= startAfter)) continue
      const slash = folders ? key.indexOf('/', prefix.length) : -1
      entries.set(slash < 0 ? key : key.slice(0, slash + 1), slash >= 0)
    }
    const after = [...entries].filter(([entry]) => token === undefined || entry > token)
    const page = after.slice(0, max)
    return {
      objects: page.flatMap(([key, folder]) => {
        const object = objects.get(key)
        return folder || object === undefined ? [] : [{ key, size: object.body.length, etag: object.etag }]
      }),
      folders: page.flatMap(([entry, folder]) => (folder ? [entry] : [])),
      token: after.length > max ? page.at(-1)?.[0] : undefined,
    }
  }
  const get = async (request: GetRequest): Promise<GotObject> => {
    const { key, version, from = 0, etag } = request
    const named = version === undefined ? key : `${key}@${version}`
    asked.gets.push(from === 0 ? named : `${named} from ${from}`)
    const instead = next.shift()?.(request)
    if (instead !== undefined) return instead
    const object = version === undefined ? objects.get(key) : kept.get(named)
    if (object === undefined) throw new InputFault('INPUT_OBJECT_GONE')
    if (etag !== undefined && etag !== object.etag) throw new InputFault('INPUT_OBJECT_CHANGED')
    const body = object.body.subarray(from)
    return { ...object, body: bodyOf(body), size: body.length }
  }
  return { name: 'trail', objects, asked, next, put, list, get, close: () => {} }
}

export async function* bodyOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
