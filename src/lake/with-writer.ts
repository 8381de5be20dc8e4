import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { type Database, openDatabase } from '../duckdb/open.ts'
import { removeOrphans } from './clean.ts'
import { createLake, firstManifest, type Lake } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import { lockLake } from './lock.ts'
import { createWriter, type LakeWriter } from './writer.ts'

export interface WriterSettings {
  readonly now?: () => number
  readonly batchRows?: number
  readonly batchBytes?: number
  /** In DuckDB's words. */
  readonly memoryLimit?: string
}

/** As many as keep a process under 1 GB. TRAILBOOK_BATCH_ROWS is a switch for tests, which want many small commits. */
const defaultBatchRows = (): number => Number(process.env.TRAILBOOK_BATCH_ROWS) || 100_000

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
    const lock = await lockLake(lake.folder)
    try {
      const manifest = await firstManifest(lake)
      await removeOrphans(lake.folder, manifest)
      const { now = Date.now, batchRows = defaultBatchRows(), batchBytes = 128 * 2 ** 20 } = settings
      const database = await openDatabase({
        folders: [lake.folder],
        spill: join(lake.folder, 'tmp'),
        memoryLimit: settings.memoryLimit ?? '400MB',
        threads: 2,
      })
      try {
        const connection = await database.connect()
        try {
          const writer = await createWriter({
            lake: lake.folder,
            manifest,
            connection,
            lock,
            batchRows,
            batchBytes,
            now,
          })
          try {
            return await work({ writer, connection, database })
          } finally {
            writer.close()
          }
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
