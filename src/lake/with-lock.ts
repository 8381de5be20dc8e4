import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { openDatabase } from '../duckdb/open.ts'
import { removeOrphans } from './clean.ts'
import { firstManifest, type Lake } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import { type LockOptions, lockLake } from './lock.ts'
import { type Manifest, pruneManifests, writeManifest } from './manifest.ts'

export interface UpkeepSettings extends LockOptions {
  readonly now?: () => number
  /** In DuckDB's words. */
  readonly memoryLimit?: string | undefined
}

/** Readers may work with a replaced part for so long. */
export const graceMs = 60 * 60 * 1000

/** The lake in the hands of its one writer. */
export interface LockedLake {
  readonly folder: string
  readonly now: () => number
  /** The newest one. */
  manifest(): Manifest
  /** The number of the next commit: parts are named by it. */
  nextId(): number
  /**
   * Makes a state the newest one, all or nothing. Its parts must be on the disk. Parts that leave are to be in `retired`;
   * those whose time is over are removed.
   * @throws TrailbookError LAKE_LOCK_LOST
   */
  commit(change: Partial<Omit<Manifest, 'id'>>, retirement?: number): Promise<Manifest>
  /** Lends a connection that sees the lake's folder only, and spills into it. */
  withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>
}

/**
 * Holds the lock of a lake that is there; what a killed writer left is gone.
 *
 * @throws TrailbookError LAKE_MISSING, LAKE_LOCKED, LAKE_WAIT_ENDED, LAKE_UNWRITABLE, LAKE_MANIFEST_LOST, LAKE_DAMAGED
 */
export async function withLock<T>(
  lake: Lake,
  settings: UpkeepSettings,
  work: (locked: LockedLake) => Promise<T>,
): Promise<T> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const { folder } = lake
  const now = settings.now ?? Date.now
  try {
    const lock = await lockLake(folder, settings)
    try {
      let manifest = await firstManifest(lake)
      await removeOrphans(folder, manifest)
      return await work({
        folder,
        now,
        manifest: () => manifest,
        nextId: () => manifest.id + 1,
        async commit(change, retirement = graceMs) {
          const cutoff = now() - retirement
          const state: Manifest = { ...manifest, ...change, id: manifest.id + 1 }
          const next: Manifest = { ...state, retired: state.retired.filter(({ at }) => at > cutoff) }
          await lock.check()
          if (!(await writeManifest(folder, next))) throw new TrailbookError('LAKE_LOCK_LOST', { path: folder })
          manifest = next
          for (const { path, at } of state.retired) if (at <= cutoff) await rm(join(folder, path), { force: true })
          await pruneManifests(folder)
          return next
        },
        async withConnection(use) {
          const database = await openDatabase({
            folders: [folder],
            spill: join(folder, 'tmp'),
            memoryLimit: settings.memoryLimit ?? '450MB',
            threads: 2,
          })
          try {
            const connection = await database.connect()
            try {
              return await use(connection)
            } finally {
              connection.closeSync()
            }
          } finally {
            database.close()
            await rm(join(folder, 'tmp'), { recursive: true, force: true })
          }
        },
      })
    } finally {
      await lock.release()
    }
  } catch (error) {
    throw asLakeError(error, folder)
  }
}
