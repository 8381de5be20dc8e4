import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, QueryRun, ResultColumn, Row } from '../../core/ports.ts'
import type { CompiledQuery } from '../../core/sql/compile.ts'
import { decoders } from './cells.ts'
import type { Page, TrinoClient } from './client.ts'

/** What is asked beside an author's query says nothing of its columns. */
type Asked = Pick<CompiledQuery, 'text' | 'columns'>

/**
 * Starts a query. Pages are fetched as their rows are asked for; Trino makes a few ahead. Abort, the time limit and a reader who
 * stops early end the query on the server.
 *
 * @throws TrailbookError TRINO_*, ENGINE_RUNTIME, ENGINE_TIME_LIMIT, ENGINE_INTERRUPTED
 */
export async function runQuery(client: TrinoClient, query: Asked, { signal }: Abortable = {}): Promise<QueryRun> {
  if (signal?.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
  const { timeLimitMs } = client.settings
  const started = performance.now()
  const limit = timeLimitMs === undefined ? undefined : AbortSignal.timeout(timeLimitMs)
  const stop = AbortSignal.any([signal, limit].filter((one) => one !== undefined))
  let page: Page | undefined
  let bytesRead = 0
  let elapsedMs: number | undefined

  const end = async (): Promise<void> => {
    if (elapsedMs !== undefined) return
    elapsedMs = performance.now() - started
    if (page?.nextUri !== undefined) await client.cancel(page.nextUri)
  }
  const failed = async (error: unknown): Promise<TrailbookError> => {
    await end()
    if (limit?.aborted === true && signal?.aborted !== true)
      return new TrailbookError('ENGINE_TIME_LIMIT', { seconds: (timeLimitMs ?? 0) / 1000 }, { cause: error })
    if (stop.aborted) return new TrailbookError('ENGINE_INTERRUPTED', {}, { cause: error })
    if (error instanceof TrailbookError) return error
    throw error
  }
  const advance = async (): Promise<boolean> => {
    if (page !== undefined && page.nextUri === undefined) return false
    // Trino starts a statement before its first answer is read: an abort in between would leave it running.
    page = page === undefined ? await startWhole(client, query.text, stop) : await client.next(page.nextUri!, stop)
    bytesRead = page.stats?.physicalInputBytes ?? page.stats?.processedBytes ?? bytesRead
    return true
  }

  try {
    while (page?.columns === undefined) if (!(await advance())) break
  } catch (error) {
    throw await failed(error)
  }
  const found = page?.columns ?? []
  if (query.columns.length > 0 && query.columns.length !== found.length) {
    const { url, name: connection } = client.settings
    const reason = `its answer has ${found.length} columns, where the query has ${query.columns.length}`
    throw await failed(new TrailbookError('TRINO_PROTOCOL', { url, connection, reason }))
  }
  const columns = columnsOf(found, query.columns)
  const read = rowReader(columns, client.settings)
  async function* rows(): AsyncGenerator<readonly Row[]> {
    try {
      do {
        stop.throwIfAborted()
        const data = page?.data ?? []
        if (data.length > 0) yield data.map(read)
      } while (await advance())
    } catch (error) {
      throw await failed(error)
    } finally {
      await end()
    }
  }
  return {
    columns,
    rows: rows(),
    statistics: () => ({ elapsedMs: elapsedMs ?? performance.now() - started, bytesRead }),
  }
}

/** @throws TrailbookError TRINO_PROTOCOL from the reader, for a row that is none of these columns */
function rowReader(
  columns: readonly ResultColumn[],
  { url, name: connection }: TrinoClient['settings'],
): (cells: readonly unknown[]) => Row {
  const decode = decoders(columns)
  const wrong = (reason: string, cause?: unknown): TrailbookError =>
    new TrailbookError('TRINO_PROTOCOL', { url, connection, reason }, { cause })
  return (cells) => {
    if (cells.length !== columns.length)
      throw wrong(`a row has ${cells.length} cells, where the query has ${columns.length} columns`)
    return Object.fromEntries(
      columns.map(({ name, type }, at) => {
        try {
          return [name, decode[at]!(cells[at])]
        } catch (error) {
          throw wrong(`a cell of ${name} is no ${type}`, error)
        }
      }),
    )
  }
}

/** The first request is short and is always answered with an address by which the query can be ended. */
async function startWhole(client: TrinoClient, text: string, stop: AbortSignal): Promise<Page> {
  const page = await client.start(text, stop)
  if (!stop.aborted) return page
  if (page.nextUri !== undefined) await client.cancel(page.nextUri)
  throw stop.reason
}

/** The author's names by position; where the query brings none, Trino's, made unique so that rows lose no cell. */
function columnsOf(found: NonNullable<Page['columns']>, wanted: readonly ResultColumn[]): readonly ResultColumn[] {
  if (wanted.length === found.length) return wanted
  const taken = new Set<string>()
  return found.map(({ name, type }) => {
    let free = name
    for (let count = 1; taken.has(free); count++) free = `${name}_${count}`
    taken.add(free)
    return { name: free, type }
  })
}

/** All rows of a short question of our own, by position. */
export async function askRows(client: TrinoClient, text: string, abortable: Abortable = {}): Promise<Row[]> {
  const run = await runQuery(client, { text, columns: [] }, abortable)
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  return rows
}
