import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena'
import { type AwsClients, awsClients } from '../../aws/clients.ts'
import { renewing } from '../../aws/renewing.ts'
import { TrailbookError } from '../../core/errors.ts'
import { callFailure } from './failure.ts'
import type { AthenaSettings } from './settings.ts'

/** A page of results: cells are text, NULL is null. */
export interface Page {
  readonly names: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly next: string | undefined
}

export interface QueryClient {
  readonly settings: AthenaSettings
  readonly clients: AwsClients
  /** Starts a query. What was lost on the way is sent again under the same token and starts no second one. @param token of the caller, for a statement that another run may have started @returns its id */
  start(sql: string, signal: AbortSignal, token?: string): Promise<string>
  look(id: string, signal: AbortSignal): Promise<QueryExecution>
  page(id: string, next: string | undefined, signal: AbortSignal): Promise<Page>
  /** Ends the query. Never fails: one that could not be told runs to its end, or to the limits of Athena. */
  stop(id: string): Promise<void>
  close(): void
}

/** "MaxResults: at most 1000" (GetQueryResults, Athena API Reference). */
const mostRows = 1000
/** How long to wait for other queries of the account to end. */
const patienceMs = 10 * 60_000
const stopLimitMs = 10_000

export interface Pace {
  /** The first pause between two looks at a query, in milliseconds. */
  readonly firstMs: number
  readonly mostMs: number
}

export async function queryClient(
  settings: AthenaSettings,
  { firstMs, mostMs }: Pace = { firstMs: 300, mostMs: 5000 },
): Promise<QueryClient> {
  const clients = await awsClients(settings.aws)
  const athena = new AthenaClient(clients.config())
  const send = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await renewing(clients, call)
    } catch (error) {
      throw callFailure(error, operation, settings)
    }
  }
  const start = async (sql: string, signal: AbortSignal, token = `trailbook-${randomUUID()}`): Promise<string> => {
    const input: StartQueryExecutionCommandInput = {
      ...request(sql, settings),
      ClientRequestToken: token,
    }
    const until = Date.now() + patienceMs
    for (let pause = firstMs; ; pause = Math.min(mostMs, pause * 2)) {
      try {
        // Not cut off by an abort: the answer has the id by which the query can be ended.
        const { QueryExecutionId: id } = await renewing(clients, () =>
          athena.send(new StartQueryExecutionCommand(input)),
        )
        return id!
      } catch (error) {
        if ((error as Error).name !== 'TooManyRequestsException')
          throw callFailure(error, 'athena:StartQueryExecution', settings)
        if (Date.now() > until)
          throw new TrailbookError(
            'ATHENA_BUSY',
            { reason: (error as Error).message.replace(/\.$/, '') },
            { cause: error },
          )
      }
      await sleep(pause, undefined, { signal })
    }
  }
  return {
    settings,
    clients,
    start,
    async look(id, signal) {
      const answer = await send('athena:GetQueryExecution', () =>
        athena.send(new GetQueryExecutionCommand({ QueryExecutionId: id }), { abortSignal: signal }),
      )
      return answer.QueryExecution ?? {}
    },
    async page(id, next, signal) {
      const command = new GetQueryResultsCommand({
        QueryExecutionId: id,
        MaxResults: mostRows,
        ...(next !== undefined && { NextToken: next }),
      })
      const { ResultSet, NextToken } = await send('athena:GetQueryResults', () =>
        athena.send(command, { abortSignal: signal }),
      )
      const names = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '' }) => Name)
      const rows = (ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map(({ VarCharValue = null }) => VarCharValue))
      return { names, rows, next: NextToken }
    },
    async stop(id) {
      const abortSignal = AbortSignal.timeout(stopLimitMs)
      await renewing(clients, () =>
        athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }), { abortSignal }),
      ).catch(() => undefined)
    },
    close: () => {
      athena.destroy()
      clients.close()
    },
  }
}

function request(sql: string, settings: AthenaSettings): StartQueryExecutionCommandInput {
  const { output, encryption, outputOwner, reuseMinutes } = settings
  const result = {
    ...(output !== undefined && { OutputLocation: output }),
    ...(encryption !== undefined && {
      EncryptionConfiguration: {
        EncryptionOption: encryption.option,
        ...(encryption.key && { KmsKey: encryption.key }),
      },
    }),
    ...(outputOwner !== undefined && { ExpectedBucketOwner: outputOwner }),
  }
  return {
    QueryString: sql,
    WorkGroup: settings.workgroup,
    QueryExecutionContext: { Catalog: settings.catalog, Database: settings.database },
    // A workgroup that manages results takes none of it.
    ...(Object.keys(result).length > 0 && { ResultConfiguration: result }),
    ...(reuseMinutes !== undefined && {
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: reuseMinutes } },
    }),
  }
}
