import { resolve, sep } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { parseLogPath } from '../core/event/log-path.ts'
import { isoTime } from '../core/time.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import { nothingRead } from './file-ledger.ts'
import type { Lake } from './lake.ts'
import { type WriterSettings, withWriter } from './with-writer.ts'

/**
 * Notes that files which could not be read are of no matter: what they might have held is no gap any more. Nothing but a
 * person can know that; a file that is deleted stays a gap until then, or until a readable copy comes. A forgotten file that
 * is ingested again is tried again.
 *
 * @param paths of such files, or of folders that held them; of those in a bucket `s3://bucket/key` or the beginning of it
 * @returns their locations
 * @throws TrailbookError LAKE_MISSING, INPUT_NOT_KNOWN and what `withWriter` throws
 */
export async function forgetFiles(
  lake: Lake,
  paths: readonly string[],
  settings: WriterSettings = {},
): Promise<readonly string[]> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  return withWriter(lake, settings, async ({ writer, connection }) => {
    const { files } = await lake.snapshot()
    const troubled = files.length === 0 ? [] : await troubledFiles(connection, files)
    const found = new Map<string, string>()
    for (const path of paths) {
      const [named, end] = /^\w[\w-]+:\/\//.test(path) ? [path, '/'] : [resolve(path), sep]
      const below = named.endsWith(end) ? named : `${named}${end}`
      const matching = troubled.filter(({ location }) => location === named || location.startsWith(below))
      if (matching.length === 0) throw new TrailbookError('INPUT_NOT_KNOWN', { path })
      for (const { location, name } of matching) found.set(location, name)
    }
    const reason = `Forgotten on request at ${isoTime((settings.now ?? Date.now)())}.`
    for (const [location, name] of found)
      await writer.endFile({
        ...nothingRead,
        id: writer.beginFile(),
        file: { name, location, size: -1, modified: '', version: null },
        path: parseLogPath(location),
        status: 'forgotten',
        fault: { code: 'FORGOTTEN', reason },
      })
    await writer.finish()
    return [...found.keys()]
  })
}

/** Files whose newest entry says that they, or some of their records, could not be read. */
async function troubledFiles(
  connection: DuckDBConnection,
  parts: readonly string[],
): Promise<readonly { readonly location: string; readonly name: string }[]> {
  const reader = await connection.runAndReadAll(
    `SELECT location, name FROM (SELECT * FROM ${readParquet(parts)}
       QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1)
     WHERE status = ${quoted('quarantined')} OR hidden_records > 0 ORDER BY location`,
  )
  return (reader.getRowsJson() as [string, string][]).map(([location, name]) => ({ location, name }))
}
