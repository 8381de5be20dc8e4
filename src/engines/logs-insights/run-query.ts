import { setTimeout as sleep } from 'node:timers/promises'
import type { GetQueryResultsCommandOutput, ResultField } from '@aws-sdk/client-cloudwatch-logs'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, QueryRun, Row, Scope, Statistics } from '../../core/ports.ts'
import type { CompiledQuery } from '../../core/sql/compile.ts'
import { milliseconds, minute } from '../../core/time.ts'
import { decodeCell } from './cells.ts'
import type { InsightsClient } from './client.ts'
import { mostRows, usdPerGigabyte } from './settings.ts'

/** Log events bear the time of their delivery, which is that of the event give or take some minutes. */
const margin = 15 * minute

const running = new Set(['Scheduled', 'Running'])

/** So many looks one after the other may find no status: a minute. */
const mostUnknown = 120

/** While others use up what an account may run at once. */
const waits = [1000, 2000, 5000, 10_000, 20_000] as const

interface RunOptions extends Abortable {
  /** Milliseconds between two looks; GetQueryResults may be called ten times a second by a whole account. */
  readonly pollMs?: number
  readonly waitsMs?: readonly number[]
}

/**
 * Starts a query and waits for its end: rows of one that is still running are only some of them. Abort, the time limit and a
 * reader who stops early end it.
 *
 * @throws TrailbookError INSIGHTS_*, AWS_*, ENGINE_TIME_LIMIT, ENGINE_INTERRUPTED
 */
export async function runQuery(
  client: InsightsClient,
  query: CompiledQuery,
  scope: Scope,
  { signal, pollMs = 500, waitsMs = waits }: RunOptions = {},
): Promise<QueryRun> {
  if (signal?.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
  const { timeLimitMs } = client.settings
  const started = performance.now()
  const limit = timeLimitMs === undefined ? undefined : AbortSignal.timeout(timeLimitMs)
  const stop = AbortSignal.any([signal, limit].filter((one) => one !== undefined))
  let id: string | undefined
  let elapsedMs: number | undefined
  let scanned = 0
  let cut = false

  const failed = async (error: unknown): Promise<unknown> => {
    if (id !== undefined && elapsedMs === undefined) await client.stop(id)
    elapsedMs ??= performance.now() - started
    if (limit?.aborted === true && signal?.aborted !== true)
      return new TrailbookError('ENGINE_TIME_LIMIT', { seconds: (timeLimitMs ?? 0) / 1000 }, { cause: error })
    if (stop.aborted) return new TrailbookError('ENGINE_INTERRUPTED', {}, { cause: error })
    return error
  }
  const asked = {
    text: query.text,
    from: Math.floor((milliseconds(scope.earliest) - margin) / 1000),
    to: Math.ceil((milliseconds(scope.window.to) + margin) / 1000),
  }
  const begin = async (): Promise<string> => {
    for (const wait of waitsMs) {
      try {
        // An abort of the request would leave a query running whose id nobody knows.
        return await client.start(asked, new AbortController().signal)
      } catch (error) {
        if (!(error instanceof TrailbookError) || error.code !== 'INSIGHTS_BUSY') throw error
        await sleep(wait, undefined, { signal: stop })
      }
    }
    return client.start(asked, new AbortController().signal)
  }

  let page: GetQueryResultsCommandOutput
  try {
    id = await begin()
    stop.throwIfAborted()
    let unknown = 0
    for (let wait = Math.min(100, pollMs); ; wait = Math.min(pollMs, wait * 2)) {
      page = await client.results(id, undefined, stop)
      const { status = 'Unknown' } = page
      unknown = status === 'Unknown' ? unknown + 1 : 0
      if (unknown > mostUnknown)
        throw new TrailbookError('INSIGHTS_FAILED', { status: `Unknown, ${unknown} times`, id })
      if (!running.has(status) && unknown === 0) break
      await sleep(wait, undefined, { signal: stop })
    }
    scanned = page.statistics?.bytesScanned ?? 0
    if (page.status === 'Timeout') throw new TrailbookError('ENGINE_TIME_LIMIT', { seconds: 3600 })
    if (page.status !== 'Complete') throw new TrailbookError('INSIGHTS_FAILED', { status: page.status, id })
    elapsedMs = performance.now() - started
  } catch (error) {
    throw await failed(error)
  }

  const queryId = id
  async function* rows(): AsyncGenerator<readonly Row[]> {
    let count = 0
    try {
      for (;;) {
        const found = (page.results ?? []).map((fields) => rowOf(fields, query))
        count += found.length
        if (found.length > 0) yield found
        cut ||= count >= mostRows
        const { nextToken: token } = page
        if (token === undefined) return
        stop.throwIfAborted()
        page = await client.results(queryId, token, stop)
        if (page.nextToken === token)
          throw new TrailbookError('INSIGHTS_FAILED', { status: 'a page that comes again and again', id: queryId })
      }
    } catch (error) {
      throw await failed(error)
    }
  }
  return {
    columns: query.columns,
    rows: rows(),
    statistics: (): Statistics => ({
      elapsedMs: elapsedMs ?? performance.now() - started,
      bytesRead: scanned,
      ...(cut && { truncated: true }),
      charges: [{ what: 'scan', amount: scanned, usd: (scanned / 1e9) * usdPerGigabyte }],
    }),
  }
}

function rowOf(fields: readonly ResultField[], { columns }: CompiledQuery): Row {
  const values = new Map(fields.map(({ field, value }) => [field, value]))
  return Object.fromEntries(columns.map((column) => [column.name, decodeCell(values.get(column.name), column)]))
}
