/** Every engine's dialect over a table of the usual shape, to check what can be said on it without asking it. */
import { athenaDialect } from '../core/sql/print/athena.ts'
import { cloudTrailLakeDialect } from '../core/sql/print/cloudtrail-lake.ts'
import { duckdbDialect } from '../core/sql/print/duckdb.ts'
import { logsInsightsDialect, longestQuery } from '../core/sql/print/logs-insights.ts'
import { trinoDialect } from '../core/sql/print/trino.ts'
import type { EngineToCheck } from './engine-check.ts'

const table = { eventsTable: '"cloudtrail_logs"', accountColumn: 'recipientAccountId' }

export const engineNames = ['duckdb', 'trino', 'athena', 'cloudtrail-lake', 'logs-insights'] as const
export type EngineName = (typeof engineNames)[number]

export const engineToCheck = (name: EngineName): EngineToCheck => {
  switch (name) {
    case 'duckdb':
      return { dialect: duckdbDialect, title: 'DuckDB' }
    case 'trino':
      return { dialect: trinoDialect(table), title: 'Trino' }
    // Quotas of StartQueryExecution and of StartQuery, in bytes and characters.
    case 'athena':
      return { dialect: athenaDialect(table), title: 'Athena', longest: 262_144 }
    case 'cloudtrail-lake':
      return {
        dialect: cloudTrailLakeDialect({ stores: ['00000000-0000-0000-0000-000000000000'] }),
        title: 'CloudTrail Lake',
        longest: 10_000,
      }
    case 'logs-insights':
      return {
        dialect: logsInsightsDialect({ logGroups: ['aws-cloudtrail-logs'] }),
        title: 'CloudWatch Logs Insights',
        longest: longestQuery,
      }
  }
}
