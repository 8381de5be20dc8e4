import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import type { AwsClients } from '../../aws/clients.ts'
import { awsError } from '../../aws/errors.ts'
import { TrailbookError } from '../../core/errors.ts'
import { type LogsInsightsSettings, mostRows } from './settings.ts'

interface Asked {
  readonly text: string
  /** Seconds since 1970, both included. */
  readonly from: number
  readonly to: number
}

export interface InsightsClient {
  readonly settings: LogsInsightsSettings
  /** @returns the query's id. @throws TrailbookError INSIGHTS_*, AWS_* */
  start(asked: Asked, signal: AbortSignal): Promise<string>
  results(id: string, token: string | undefined, signal: AbortSignal): Promise<GetQueryResultsCommandOutput>
  /** Ends it; one that has ended by itself is no mistake. */
  stop(id: string): Promise<void>
  close(): void
}

/** A text of the portable language or in SQL begins so; none in the language of Logs Insights does. */
const isSql = (text: string): boolean => /^\s*(\(|SELECT\b)/i.test(text)

export function insightsClient(settings: LogsInsightsSettings, clients: AwsClients): InsightsClient {
  const config = clients.config()
  const client = new CloudWatchLogsClient(config)
  const { logGroups, name } = settings
  const groups = logGroups.join(', ')
  const resource = `arn:${clients.partition}:logs:${config.region}:*:log-group:${logGroups[0]}`
  const told = (error: unknown, permission: string, id = ''): unknown => {
    if (!(error instanceof Error)) return error
    const reason = error.message.replace(/\s+/g, ' ').replace(/\.$/, '')
    const made = (code: ConstructorParameters<typeof TrailbookError>[0]) =>
      new TrailbookError(code, { reason, groups, id, connection: name, region: config.region }, { cause: error })
    if (error.name === 'ResourceNotFoundException') return made(id === '' ? 'INSIGHTS_NO_GROUP' : 'INSIGHTS_GONE')
    if (error.name === 'LimitExceededException') return made('INSIGHTS_BUSY')
    if (error.name === 'MalformedQueryException') return made('INSIGHTS_TEXT')
    if (error.name === 'InvalidParameterException')
      return made(
        id !== '' ? 'INSIGHTS_GONE' : /class|infrequent|standard/i.test(reason) ? 'INSIGHTS_CLASS' : 'INSIGHTS_TEXT',
      )
    return awsError(error, { permission, resource, endpoint: config.endpoint })
  }
  return {
    settings,
    async start({ text, from, to }, signal) {
      const sql = isSql(text)
      const command = new StartQueryCommand({
        queryLanguage: sql ? 'SQL' : 'CWLI',
        queryString: text,
        startTime: from,
        endTime: to,
        limit: mostRows,
        // A query in SQL names its groups itself.
        ...(!sql && { logGroupIdentifiers: [...logGroups] }),
      })
      try {
        const { queryId } = await client.send(command, { abortSignal: signal })
        return queryId ?? ''
      } catch (error) {
        throw told(error, 'logs:StartQuery')
      }
    },
    async results(queryId, nextToken, signal) {
      try {
        const command = new GetQueryResultsCommand({ queryId, maxItems: 10_000, ...(nextToken && { nextToken }) })
        return await client.send(command, { abortSignal: signal })
      } catch (error) {
        throw told(error, 'logs:GetQueryResults', queryId)
      }
    },
    async stop(queryId) {
      await client.send(new StopQueryCommand({ queryId })).catch(() => {})
    },
    close: () => client.destroy(),
  }
}
