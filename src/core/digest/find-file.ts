import type { StoredFile } from './types.ts'

/** Whether the file lies where an object of this bucket and key belongs. */
export function fits(file: StoredFile, bucket: string, object: string): boolean {
  if (file.buckets !== null && !file.buckets.includes(bucket)) return false
  return file.exact ? file.key === object : `/${file.key}`.endsWith(`/${object}`)
}

/** Finds files by the key of their object. Names of files are nearly unique, so they are looked up by these. */
export function fileIndex<T>(items: Iterable<T>, fileOf: (item: T) => StoredFile) {
  const byName = new Map<string, T[]>()
  for (const item of items) {
    const name = baseName(fileOf(item).key)
    const others = byName.get(name)
    if (others === undefined) byName.set(name, [item])
    else others.push(item)
  }
  return (bucket: string, object: string): readonly T[] =>
    (byName.get(baseName(object)) ?? []).filter((item) => fits(fileOf(item), bucket, object))
}

export const baseName = (key: string): string => key.slice(key.lastIndexOf('/') + 1)
