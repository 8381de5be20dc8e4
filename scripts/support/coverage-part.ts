/** The coverage ledger in SQL, over a table `staging` of rows and `verdict` of those that count: what the ingest makes by itself. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { trailEventNames } from '../../src/core/run/trail-history.ts'
import { quoted } from '../../src/duckdb/quote.ts'
import type { ManifestPart } from '../../src/lake/manifest.ts'
import { newPartPath, writePart } from '../../src/lake/part-file.ts'

export async function writeCoveragePart(connection: DuckDBConnection, lake: string, id: number): Promise<ManifestPart> {
  const time = `CAST(replace(eventTime, 'Z', '') AS TIMESTAMP)`
  const trail = `{'id': coalesce(eventID, CAST(_hash AS VARCHAR)), 'time': eventTime, 'name': eventName, 'region': awsRegion, 'request': requestParameters, 'response': responseElements}`
  const select = `SELECT coalesce(_account, '') AS account, coalesce(_region, '') AS region,
      date_trunc('hour', ${time}) AS hour, _class AS class, ${resourceSql} AS resource, min(${time}) AS first, max(${time}) AS last,
      count(*) AS delivered, count(*) FILTER (is_new) AS events,
      CAST(to_json(list(${trail}) FILTER (eventSource = 'cloudtrail.amazonaws.com' AND errorCode IS NULL
        AND eventName IN (${trailEventNames.map(quoted).join(', ')}))) AS VARCHAR) AS trail
    FROM staging s JOIN verdict v ON s.rowid = v.id GROUP BY ALL ORDER BY ALL`
  await mkdir(join(lake, 'coverage'), { recursive: true })
  return writePart(connection, { lake, path: newPartPath('coverage', id), select })
}

const resourceSql = `CASE WHEN _class LIKE 'data:%' THEN nullif(coalesce(
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:s3:::[^"/*,} ]+'), ''),
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:lambda:[^":]*:[0-9]*:function:[^":,} ]+'), ''),
      nullif(regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:dynamodb:[^":]*:[0-9]*:table/[^"/,} ]+'), ''),
      regexp_extract(CAST(resources AS VARCHAR), 'arn:[a-z-]+:[^",} ]+')), '') END`
