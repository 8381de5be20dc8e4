import {
  CancelQueryCommand,
  CloudTrailClient,
  DescribeQueryCommand,
  type DescribeQueryResponse,
  GetQueryResultsCommand,
  type GetQueryResultsResponse,
  StartQueryCommand,
} from '@aws-sdk/client-cloudtrail'
import type { AwsClients } from '../../aws/clients.ts'
import { statusOf } from '../../aws/errors.ts'
import { renewing } from '../../aws/renewing.ts'
import { TrailbookError } from '../../core/errors.ts'
import { callFailure, type LakeOperation } from './failure.ts'
import type { CloudTrailLakeSettings } from './settings.ts'

/** The four requests that a query needs. */
export interface LakeCalls {
  readonly settings: CloudTrailLakeSettings
  /** An abort does not cut it off, whose answer tells how to end the query; it ends the waiting for a free place. */
  start(statement: string, signal: AbortSignal): Promise<string>
  describe(query: string, signal: AbortSignal): Promise<DescribeQueryResponse>
  /** @param token of the page before */
  results(query: string, token: string | undefined, signal: AbortSignal): Promise<GetQueryResultsResponse>
  /** Never fails: one that has ended cannot be ended. */
  cancel(query: string): Promise<void>
  close(): void
}

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

/** "The maximum number of rows": API reference, GetQueryResults. */
const pageRows = 1000
/** So long is waited for one of the 10 places. */
const longestWaitMs = 10 * 60_000
const longestPauseMs = 15_000
const cancelLimitMs = 10_000

export function lakeCalls(clients: AwsClients, settings: CloudTrailLakeSettings, sleep: Sleep): LakeCalls {
  const config = clients.config()
  const client = new CloudTrailClient(config)
  // A request that was lost on the way may have started a query, which costs money: it is not sent again by itself.
  const once = new CloudTrailClient({ ...config, maxAttempts: 1 })
  const owner = settings.owner === undefined ? {} : { EventDataStoreOwnerAccountId: settings.owner }
  const asked = async <T>(operation: LakeOperation, query: string | undefined, send: () => Promise<T>): Promise<T> => {
    try {
      return await renewing(clients, send)
    } catch (error) {
      throw callFailure(error, operation, { settings, region: clients.region, query })
    }
  }
  const start = async (statement: string, signal: AbortSignal): Promise<string> => {
    let waited = 0
    for (let tries = 1; ; tries++) {
      try {
        const command = new StartQueryCommand({ QueryStatement: statement, ...owner })
        const { QueryId } = await renewing(clients, () => once.send(command))
        if (QueryId !== undefined) return QueryId
        throw new TrailbookError('CLOUDTRAIL_LAKE_ANSWER', { reason: 'StartQuery gave no id' })
      } catch (error) {
        if (!isPassing(error, tries)) throw callFailure(error, 'StartQuery', { settings, region: clients.region })
        if (waited >= longestWaitMs)
          throw isBusy(error)
            ? new TrailbookError('CLOUDTRAIL_LAKE_BUSY', { seconds: Math.round(waited / 1000) }, { cause: error })
            : callFailure(error, 'StartQuery', { settings, region: clients.region })
        const pause = Math.min(longestPauseMs, 500 * 2 ** (tries - 1))
        waited += pause
        await sleep(pause, signal)
      }
    }
  }
  return {
    settings,
    start,
    describe: (query, signal) =>
      asked('DescribeQuery', query, () =>
        client.send(new DescribeQueryCommand({ QueryId: query, ...owner }), { abortSignal: signal }),
      ),
    results: (query, token, signal) =>
      asked('GetQueryResults', query, () =>
        client.send(
          new GetQueryResultsCommand({ QueryId: query, NextToken: token, MaxQueryResults: pageRows, ...owner }),
          { abortSignal: signal },
        ),
      ),
    async cancel(query) {
      const command = new CancelQueryCommand({ QueryId: query, ...owner })
      await client.send(command, { abortSignal: AbortSignal.timeout(cancelLimitMs) }).catch(() => undefined)
    },
    close() {
      client.destroy()
      once.destroy()
      clients.close()
    },
  }
}

const isBusy = (error: unknown): boolean => error instanceof Error && error.name === 'MaxConcurrentQueriesException'
const mostTries = 6

/** Answers of AWS that say that no query was started, and that another time may do. */
const isPassing = (error: unknown, tries: number): boolean =>
  isBusy(error) ||
  (tries < mostTries &&
    error instanceof Error &&
    (/Throttl|TooManyRequests/.test(error.name) || (statusOf(error) ?? 0) >= 500))
