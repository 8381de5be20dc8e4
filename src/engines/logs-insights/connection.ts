import { awsClients } from '../../aws/clients.ts'
import type { AwsSettings } from '../../aws/settings.ts'
import type { Connection, PolicyStatement, Scope } from '../../core/ports.ts'
import type { Coverage } from '../../core/run/coverage.ts'
import { logsInsightsDialect, longestQuery } from '../../core/sql/print/logs-insights.ts'
import { insightsClient } from './client.ts'
import { runQuery } from './run-query.ts'
import type { LogsInsightsSettings } from './settings.ts'

interface ConnectOptions {
  readonly aws?: AwsSettings
  readonly pollMs?: number
  readonly waitsMs?: readonly number[]
}

/** Log groups to which trails deliver. Nothing is asked of AWS until the first query. */
export async function connectLogsInsights(
  settings: LogsInsightsSettings,
  { aws = {}, ...pace }: ConnectOptions = {},
): Promise<Connection> {
  const clients = await awsClients(aws)
  const client = insightsClient(settings, clients)
  return {
    name: settings.name,
    dialect: logsInsightsDialect(settings),
    capabilities: {
      exactOnce: false,
      removesCopies: false,
      billed: true,
      bindsParameters: false,
      textLimit: { amount: longestQuery, unit: 'characters' },
    },
    run: (query, scope, options) => runQuery(client, query, scope, { ...options, ...pace }),
    coverage: async (scope) => unknownCoverage(scope),
    // What the groups hold could be told by a query over all of them only, which costs what reading all of them costs.
    span: async () => undefined,
    async close() {
      client.close()
      clients.close()
    },
  }
}

/** An event above 256 KB never comes to CloudWatch Logs, and nothing tells which did. */
function unknownCoverage({ window }: Scope): Coverage {
  const reason = 'Nothing tells which events the log groups should hold; events above 256 KB never come to them.'
  const anywhere = { account: '*', region: '*', eventClass: '*', ...window }
  return { complete: false, basis: 'none', through: null, window, gaps: [{ ...anywhere, state: 'unknown', reason }] }
}

/** What its queries need, and nothing more. */
export function logsInsightsPermissions(
  logGroups: readonly string[],
  { partition, region }: { readonly partition: string; readonly region: string },
): readonly PolicyStatement[] {
  const arn = (group: string) =>
    group.startsWith('arn:')
      ? `${group.replace(/:\*$/, '')}:*`
      : `arn:${partition}:logs:${region}:*:log-group:${group}:*`
  return [
    { Sid: 'AskTheLogGroups', Effect: 'Allow', Action: ['logs:StartQuery'], Resource: logGroups.map(arn) },
    // Queries have no ARN.
    {
      Sid: 'ReadAndEndQueries',
      Effect: 'Allow',
      Action: ['logs:GetQueryResults', 'logs:StopQuery'],
      Resource: ['*'],
    },
  ]
}
