import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Database, openDatabase } from '../duckdb/open.ts'
import { removeOrphans } from './clean.ts'
import { createLake, firstManifest, type Lake } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import { type LockOptions, lockLake } from './lock.ts'
import { createWriter, type LakeWriter } from './writer.ts'

export interface WriterSettings extends LockOptions {
  readonly now?: () => number
  /** In DuckDB's words. */
  readonly memoryLimit?: string
}

interface WriterSession {
  readonly writer: LakeWriter
  readonly connection: DuckDBConnection
  readonly database: Database
}

/**
 * Lends the one writer of a lake: the folder is made, the lock held, and what a killed writer left is gone.
 *
 * @throws TrailbookError LAKE_LOCKED, LAKE_UNWRITABLE, LAKE_MANIFEST_LOST, LAKE_DAMAGED and what `openLake` throws
 */
export async function withWriter<T>(
  lake: Lake,
  settings: WriterSettings,
  work: (session: WriterSession) => Promise<T>,
): Promise<T> {
  try {
    await createLake(lake.folder)
    const lock = await lockLake(lake.folder, settings)
    try {
      const manifest = await firstManifest(lake)
      await removeOrphans(lake.folder, manifest)
      const { now = Date.now } = settings
      const database = await openDatabase({
        folders: [lake.folder],
        spill: join(lake.folder, 'tmp'),
        memoryLimit: settings.memoryLimit ?? '400MB',
        threads: 2,
      })
      try {
        const connection = await database.connect()
        try {
          const writer = createWriter({ lake: lake.folder, manifest, connection, lock, now })
          return await work({ writer, connection, database })
        } finally {
          connection.closeSync()
        }
      } finally {
        database.close()
      }
    } finally {
      await lock.release()
    }
  } catch (error) {
    throw asLakeError(error, lake.folder)
  }
}
