import { lstat, readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { allParts, type Manifest, pruneManifests } from './manifest.ts'

/** Parquet files in the lake that a manifest does not name, neither as parts nor as retired ones. */
export async function orphansOf(lake: string, manifest: Manifest): Promise<readonly string[]> {
  const named = new Set([...allParts(manifest), ...manifest.retired].map(({ path }) => path))
  const orphans: string[] = []
  for (const folder of ['events', 'files', 'coverage']) {
    // A link would lead the cleaning out of the lake.
    if ((await lstat(join(lake, folder)).catch(() => undefined))?.isDirectory() !== true) continue
    const entries = await readdir(join(lake, folder), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const path = relative(lake, join(entry.parentPath, entry.name)).split(sep).join('/')
      if (!named.has(path) && path.endsWith('.parquet')) orphans.push(path)
    }
  }
  return orphans
}

/** The commit a part was made for, by its name. */
export const commitOf = (path: string): number => Number(/(\d{10,})-[0-9a-f]+\.parquet$/.exec(path)?.[1] ?? 0)

/**
 * Removes what a killed writer left behind: parts that no manifest names, and spilled data. Only under the lock.
 *
 * A killed writer was on its way to the next manifest. Parts of a later one tell that manifests were lost.
 * @throws TrailbookError LAKE_MANIFEST_LOST
 */
export async function removeOrphans(lake: string, manifest: Manifest): Promise<void> {
  const orphans = await orphansOf(lake, manifest)
  const later = orphans.filter((path) => commitOf(path) > manifest.id + 1)
  if (later.length > 0)
    throw new TrailbookError('LAKE_MANIFEST_LOST', {
      path: lake,
      found: `the newest is ${manifest.id}, and ${later[0]} belongs to a later one`,
    })
  for (const path of orphans) await rm(join(lake, path), { force: true })
  await rm(join(lake, 'tmp'), { recursive: true, force: true })
  await pruneManifests(lake)
}
