import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { orphansOf } from './clean.ts'
import type { Lake } from './lake.ts'
import { manifestIds } from './manifest.ts'
import { graceMs, type UpkeepSettings, withLock } from './with-lock.ts'

export interface VacuumOptions extends UpkeepSettings {
  /** Replaced parts that are older go. Below an hour, queries that run now may lose parts they read. */
  readonly olderThanMs?: number
  readonly dryRun?: boolean
}

interface Removed {
  readonly files: number
  readonly bytes: number
}

/** The machine output of `lake vacuum`. */
export interface VacuumReport {
  readonly dryRun: boolean
  /** Replaced parts, by compaction, retention or better copies of events. */
  readonly retired: Removed
  /** What a killed writer left behind. */
  readonly orphans: Removed
  readonly manifests: number
  /** Replaced parts that stay for now. */
  readonly kept: Removed
}

/**
 * Removes what no reader can hold any more: parts that were replaced before the grace time, parts that no manifest names, and
 * old manifests. What the newest manifest names is never touched, so neither are held events.
 *
 * @throws TrailbookError what `withLock` throws
 */
export async function vacuum(lake: Lake, options: VacuumOptions = {}): Promise<VacuumReport> {
  const { olderThanMs = graceMs, dryRun = false, now = Date.now } = options
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const look = async () => {
    const manifest = await lake.manifest()
    const cutoff = now() - olderThanMs
    const old = manifest.retired.filter(({ at }) => at <= cutoff)
    const paths = (parts: readonly { readonly path: string }[]): string[] => parts.map(({ path }) => path)
    return {
      dryRun,
      retired: await sizeOf(lake, paths(old)),
      kept: await sizeOf(lake, paths(manifest.retired.filter(({ at }) => at > cutoff))),
      orphans: await sizeOf(lake, await orphansOf(lake.folder, manifest)),
      manifests: (await manifestIds(lake.folder)).length,
    }
  }
  if (dryRun) {
    const { manifests, ...found } = await look()
    return { ...found, manifests: Math.max(0, manifests - keptManifests) }
  }
  const before = await look()
  // Orphans and old manifests go when the lock is taken.
  return withLock(lake, options, async (locked) => {
    const cutoff = now() - olderThanMs
    if (locked.manifest().retired.some(({ at }) => at <= cutoff)) await locked.commit({}, olderThanMs)
    const left = (await manifestIds(lake.folder)).length
    return { ...before, manifests: Math.max(0, before.manifests - left) }
  })
}

const keptManifests = 3

async function sizeOf(lake: Lake, paths: readonly string[]): Promise<Removed> {
  let files = 0
  let bytes = 0
  for (const path of paths) {
    const found = await stat(join(lake.folder, path)).catch(() => undefined)
    if (found === undefined) continue
    files++
    bytes += found.size
  }
  return { files, bytes }
}
