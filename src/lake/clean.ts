import { lstat, readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { type Manifest, pruneManifests } from './manifest.ts'

/**
 * Removes what a killed ingest left behind: parts that no manifest names, and spilled data. Only under the lock.
 *
 * A killed ingest was on its way to the next manifest. Parts of a later one tell that manifests were lost.
 * @throws TrailbookError LAKE_MANIFEST_LOST
 */
export async function removeOrphans(lake: string, manifest: Manifest): Promise<void> {
  const named = new Set(
    [...manifest.events, ...manifest.files, ...manifest.coverage, ...manifest.retired].map(({ path }) => path),
  )
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
  const later = orphans.filter((path) => Number(/(\d{10,})-[0-9a-f]+\.parquet$/.exec(path)?.[1] ?? 0) > manifest.id + 1)
  if (later.length > 0)
    throw new TrailbookError('LAKE_MANIFEST_LOST', {
      path: lake,
      found: `the newest is ${manifest.id}, and ${later[0]} belongs to a later one`,
    })
  for (const path of orphans) await rm(join(lake, path), { force: true })
  await rm(join(lake, 'tmp'), { recursive: true, force: true })
  await pruneManifests(lake)
}
