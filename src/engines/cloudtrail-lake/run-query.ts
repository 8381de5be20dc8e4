import type { GetQueryResultsResponse } from '@aws-sdk/client-cloudtrail'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, Cell, QueryRun, ResultColumn, Row } from '../../core/ports.ts'
import type { CompiledQuery } from '../../core/sql/compile.ts'
import type { LakeCalls, Sleep } from './calls.ts'
import { decoders } from './cells.ts'
import { queryFailure } from './failure.ts'
import { scanCharge } from './price.ts'

const firstPauseMs = 300
const longestPauseMs = 5000

/**
 * Starts a query and waits until it is answered. Abort, the time limit and a reader who stops before it is answered end the query in
 * CloudTrail Lake.
 *
 * @throws TrailbookError CLOUDTRAIL_LAKE_*, AWS_*, ENGINE_RUNTIME, ENGINE_TIME_LIMIT, ENGINE_INTERRUPTED
 */
export async function runQuery(
  calls: LakeCalls,
  query: Pick<CompiledQuery, 'text' | 'columns'>,
  { signal, sleep }: Abortable & { readonly sleep: Sleep },
): Promise<QueryRun> {
  if (signal?.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
  const { timeLimitMs } = calls.settings
  const started = performance.now()
  const limit = timeLimitMs === undefined ? undefined : AbortSignal.timeout(timeLimitMs)
  const stop = AbortSignal.any([signal, limit].filter((one) => one !== undefined))
  let id: string | undefined
  let isRunning = false
  let bytesRead: number | undefined
  let elapsedMs: number | undefined

  const end = async (): Promise<void> => {
    if (elapsedMs !== undefined) return
    elapsedMs = performance.now() - started
    if (id !== undefined && isRunning) await calls.cancel(id)
  }
  const failed = async (error: unknown): Promise<unknown> => {
    await end()
    if (limit?.aborted === true && signal?.aborted !== true)
      return new TrailbookError('ENGINE_TIME_LIMIT', { seconds: (timeLimitMs ?? 0) / 1000 }, { cause: error })
    return stop.aborted ? new TrailbookError('ENGINE_INTERRUPTED', {}, { cause: error }) : error
  }
  const answered = async (): Promise<string> => {
    const own = await calls.start(query.text, stop)
    id = own
    isRunning = true
    for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
      stop.throwIfAborted()
      const { QueryStatus: status = '', QueryStatistics, ErrorMessage } = await calls.describe(own, stop)
      bytesRead = QueryStatistics?.BytesScanned ?? bytesRead
      isRunning = status === 'QUEUED' || status === 'RUNNING'
      if (status === 'FINISHED') return own
      if (!isRunning) throw queryFailure({ status, query: own, message: ErrorMessage })
      await sleep(pause, stop)
    }
  }
  let own: string
  try {
    own = await answered()
  } catch (error) {
    throw await failed(error)
  }
  const read = rowReader(query.columns)
  async function* rows(): AsyncGenerator<readonly Row[]> {
    let token: string | undefined
    let got = 0
    let total: number | undefined
    try {
      do {
        stop.throwIfAborted()
        const page = await calls.results(own, token, stop)
        const batch = (page.QueryResultRows ?? []).map(read)
        got += batch.length
        token = nextOf(page, token)
        bytesRead = page.QueryStatistics?.BytesScanned ?? bytesRead
        const { TotalResultsCount: told } = page.QueryStatistics ?? {}
        if (told !== undefined) total = Math.max(total ?? 0, told)
        if (batch.length > 0) yield batch
        if (token === undefined) checkCount(got, total)
      } while (token !== undefined)
    } catch (error) {
      throw await failed(error)
    } finally {
      await end()
    }
  }
  return {
    columns: query.columns,
    rows: rows(),
    statistics: () => ({
      elapsedMs: elapsedMs ?? performance.now() - started,
      ...(bytesRead !== undefined && { bytesRead, charges: [scanCharge(bytesRead)] }),
    }),
  }
}

const wrong = (reason: string): TrailbookError => new TrailbookError('CLOUDTRAIL_LAKE_ANSWER', { reason })

function nextOf({ NextToken: next }: GetQueryResultsResponse, token: string | undefined): string | undefined {
  if (next !== undefined && next === token) throw wrong('the same page comes again and again')
  return next === '' ? undefined : next
}

/** Rows that do not come must not look like rows that are not there. */
function checkCount(got: number, total: number | undefined): void {
  if (total !== undefined && total !== got) throw wrong(`it has ${total} rows, and gave ${got}`)
}

type LakeRow = readonly Readonly<Record<string, string>>[]

/** A row is a list of maps of one name each; names are matched as the service folds them. */
function rowReader(columns: readonly ResultColumn[]): (row: LakeRow) => Row {
  const decode = decoders(columns)
  const places = new Map(columns.map(({ name }, at) => [name.toLowerCase(), at]))
  return (row) => {
    const cells: Cell[] = columns.map(() => null)
    for (const [name, text] of row.flatMap((one) => Object.entries(one))) {
      const at = places.get(name.toLowerCase())
      if (at === undefined) throw wrong(`there is no column ${name} in the query`)
      cells[at] = decode[at]!(text)
    }
    return Object.fromEntries(columns.map(({ name }, at) => [name, cells[at] ?? null]))
  }
}
