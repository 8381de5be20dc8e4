import { lstat, readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Manifest, pruneManifests } from './manifest.ts'

/** Removes what a killed ingest left behind: parts that no manifest names, and spilled data. Only under the lock. */
export async function removeOrphans(lake: string, manifest: Manifest): Promise<void> {
  const named = new Set(
    [...manifest.events, ...manifest.files, ...manifest.coverage, ...manifest.retired].map(({ path }) => path),
  )
  for (const folder of ['events', 'files', 'coverage']) {
    // A link would lead the cleaning out of the lake.
    if ((await lstat(join(lake, folder)).catch(() => undefined))?.isDirectory() !== true) continue
    const entries = await readdir(join(lake, folder), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries) {
      if (!entry.isFile()) continue
      const path = relative(lake, join(entry.parentPath, entry.name)).split(sep).join('/')
      if (!named.has(path) && path.endsWith('.parquet')) await rm(join(lake, path), { force: true })
    }
  }
  await rm(join(lake, 'tmp'), { recursive: true, force: true })
  await pruneManifests(lake)
}
