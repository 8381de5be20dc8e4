/** The verdicts of digests on the files that some events came from. */
import type { DuckDBConnection } from '@duckdb/node-api'
import { judgeLedger } from './digests.ts'
import { readLedger } from './file-ledger.ts'

/**
 * Fills the temporary table `digest_verdicts` (location, sha256, verdict) for the files of the given ids: as they were read. Only their
 * accounts and Regions are judged. A file of which no digest speaks has no row.
 *
 * @param parts of the file ledger
 * @param ids a SELECT of one column
 */
export async function createDigestVerdicts(
  connection: DuckDBConnection,
  parts: readonly string[],
  ids: string,
): Promise<void> {
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE digest_verdicts (location VARCHAR, sha256 VARCHAR, verdict VARCHAR)',
  )
  if (parts.length === 0) return
  const reader = await connection.runAndReadAll(
    `SELECT DISTINCT location, account, region FROM ${readLedger(parts)}
     WHERE file IN (${ids}) AND account IS NOT NULL AND region IS NOT NULL`,
  )
  const files = reader.getRowsJson() as [string, string, string][]
  const locations = new Map(files.map(([location]) => [location.replaceAll('\\', '/'), location]))
  const asked = {
    range: { from: null, to: null },
    accounts: [...new Set(files.map(([, account]) => account))],
    regions: [...new Set(files.map(([, , region]) => region))],
  }
  if (files.length === 0) return
  const appender = await connection.createAppender('digest_verdicts', 'main', 'temp')
  for await (const places of judgeLedger(connection, parts, asked))
    for (const { logs } of places)
      for (const { path, verdict, digest } of logs) {
        const location = path === null || digest === null ? undefined : locations.get(path)
        if (location === undefined) continue
        appender.appendVarchar(location)
        appender.appendNull()
        appender.appendVarchar(verdict)
        appender.endRow()
      }
  appender.closeSync()
  // The verdict is on the newest content; events that came from an earlier one were not in it.
  await connection.run(
    `UPDATE digest_verdicts v SET sha256 = l.sha256 FROM (SELECT location, sha256 FROM digest_files) l WHERE l.location = v.location`,
  )
}
