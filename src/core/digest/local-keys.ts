import type { DigestContent, StoredFile } from './types.ts'

/** A digest of a local copy: where it lies, and what it says of its own place in S3. */
interface Witness {
  readonly path: string
  readonly bucket: string
  readonly object: string
}

/**
 * Names local files by their keys in S3.
 *
 * What stands before the key in a path (the root) is told by the digests: each holds its own key. Of several roots in one
 * folder the one that most digests of a bucket agree on counts, else a digest moved into another folder would be taken for
 * one of another copy. A file below no root keeps its whole path.
 *
 * @param files all files of one given folder; paths are absolute, with `/`
 */
function localFiles(files: readonly string[], witnesses: readonly Witness[]): StoredFile[] {
  const roots = rootsOf(witnesses)
  const ordered = [...roots.keys()].sort((a, b) => b.length - a.length)
  return files.map((path) => {
    const root = ordered.find((start) => path.startsWith(start))
    return root === undefined
      ? { path, key: path, exact: false, buckets: null }
      : { path, key: path.slice(root.length), exact: true, buckets: roots.get(root)! }
  })
}

const s3Location = /^s3:\/\/([^/]+)\/(.+)$/s

/**
 * Files by where they lie: objects of a bucket by their own keys, local ones by what the digests among them tell.
 *
 * @param locations `s3://bucket/key`, or a path with `/`
 * @param digests those of them that are digests
 */
export function storedFiles(
  locations: readonly string[],
  digests: readonly { readonly location: string; readonly content: DigestContent }[],
): ReadonlyMap<string, StoredFile> {
  const witnesses = digests.flatMap(({ location, content }) =>
    content.kind === 'digest' && !s3Location.test(location)
      ? [{ path: location, bucket: content.digest.bucket, object: content.digest.object }]
      : [],
  )
  const files = new Map<string, StoredFile>()
  const local: string[] = []
  for (const location of locations) {
    const [, bucket, key] = s3Location.exec(location) ?? []
    if (bucket === undefined || key === undefined) local.push(location)
    else files.set(location, { path: location, key, exact: true, buckets: [bucket] })
  }
  for (const file of localFiles(local, witnesses)) files.set(file.path, file)
  return files
}

/** Root (ends with `/`) to the buckets whose objects lie there. */
function rootsOf(witnesses: readonly Witness[]): ReadonlyMap<string, readonly string[]> {
  const votes = new Map<string, Map<string, number>>()
  for (const { path, bucket, object } of witnesses) {
    if (!path.endsWith(`/${object}`)) continue
    const root = path.slice(0, path.length - object.length)
    const ofBucket = votes.get(bucket) ?? new Map<string, number>()
    votes.set(bucket, ofBucket.set(root, (ofBucket.get(root) ?? 0) + 1))
  }
  const roots = new Map<string, string[]>()
  for (const [bucket, counts] of votes) {
    const [best] = [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0]!
    roots.set(best, [...(roots.get(best) ?? []), bucket])
  }
  return roots
}
