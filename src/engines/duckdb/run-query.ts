import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, Cell, QueryRun, ResultColumn, Row, Statistics } from '../../core/ports.ts'
import type { Binding, CompiledQuery } from '../../core/sql/compile.ts'
import type { Database } from '../../duckdb/open.ts'
import { chunkRows, trinoType } from '../../duckdb/rows.ts'
import { prepareSelect } from '../../duckdb/sandbox.ts'
import { asEngineError, type Stop } from './failure.ts'

export interface Relation {
  readonly bytesRead: number
  readonly bytesTotal: number
}

interface RunQueryOptions extends Abortable {
  /** Makes `trailbook.events` for this query; nobody else does so until the query is bound. */
  readonly relate: (connection: DuckDBConnection) => Promise<Relation>
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>
  readonly timeLimitMs?: number | undefined
  readonly memoryLimit: string
}

/**
 * Starts a query on a DuckDB connection of its own. Rows are made as they are asked for. Abort and the time limit interrupt
 * DuckDB itself; the limit runs until the last row was taken.
 */
export async function runQuery(database: Database, query: CompiledQuery, options: RunQueryOptions): Promise<QueryRun> {
  const { signal, timeLimitMs, memoryLimit } = options
  if (signal?.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
  const started = performance.now()
  const connection = await database.connect()
  let stop: Stop | undefined
  const interrupt = (reason: Stop): void => {
    stop ??= reason
    connection.interrupt()
  }
  const abort = (): void => interrupt({ kind: 'aborted' })
  signal?.addEventListener('abort', abort, { once: true })
  const seconds = (timeLimitMs ?? 0) / 1000
  const timer =
    timeLimitMs === undefined ? undefined : setTimeout(() => interrupt({ kind: 'time-limit', seconds }), timeLimitMs)
  let prepared: DuckDBPreparedStatement | undefined
  let elapsedMs = 0
  let closed = false
  const close = (): void => {
    if (closed) return
    closed = true
    elapsedMs = performance.now() - started
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
    prepared?.destroySync()
    connection.closeSync()
  }
  const failed = (error: unknown): TrailbookError => {
    close()
    return asEngineError(error, stop, memoryLimit)
  }

  try {
    const { relation, pending } = await options.exclusive(async () => {
      const made = await options.relate(connection)
      prepared = await prepareSelect(connection, query.text)
      bind(prepared, query.bindings)
      return { relation: made, pending: prepared.startStream() }
    })
    // An interrupt before the query ran is forgotten by DuckDB.
    if (stop !== undefined) throw new Error('stopped')
    const result = await pending.getResult()
    const columns = columnsOf(result, query.columns)
    const statistics = (): Statistics => ({ elapsedMs: closed ? elapsedMs : performance.now() - started, ...relation })
    return { columns, rows: rowsOf(result, columns, { failed, close, stopped: () => stop !== undefined }), statistics }
  } catch (error) {
    throw failed(error)
  }
}

function bind(prepared: DuckDBPreparedStatement, bindings: readonly Binding[]): void {
  for (const { name, value } of bindings) {
    const at = prepared.parameterIndex(name)
    if (value === null) prepared.bindNull(at)
    else if (typeof value === 'boolean') prepared.bindBoolean(at, value)
    else if (typeof value === 'string') prepared.bindVarchar(at, value)
    else if (typeof value === 'bigint') bindInteger(prepared, at, value)
    else if (Number.isSafeInteger(value)) prepared.bindBigInt(at, BigInt(value))
    else prepared.bindDouble(at, value)
  }
}

const bindInteger = (prepared: DuckDBPreparedStatement, at: number, value: bigint): void =>
  value === BigInt.asIntN(64, value) ? prepared.bindBigInt(at, value) : prepared.bindHugeInt(at, value)

/** The author's names by position; where the query brings none, DuckDB's, made unique so that rows lose no cell. */
function columnsOf(result: DuckDBResult, wanted: readonly ResultColumn[]): readonly ResultColumn[] {
  if (wanted.length === result.columnCount) return wanted
  const types = result.columnTypes()
  return result.deduplicatedColumnNames().map((name, at) => ({ name, type: trinoType(types[at]!) }))
}

async function* rowsOf(
  result: DuckDBResult,
  columns: readonly ResultColumn[],
  run: {
    readonly failed: (error: unknown) => TrailbookError
    readonly close: () => void
    readonly stopped: () => boolean
  },
): AsyncGenerator<readonly Row[]> {
  const types = result.columnTypes()
  const names = columns.map(({ name }) => name)
  try {
    for (;;) {
      if (run.stopped()) throw new Error('stopped')
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield chunkRows(chunk, types).map((cells) => toRow(names, cells))
    }
  } catch (error) {
    throw run.failed(error)
  } finally {
    run.close()
  }
}

const toRow = (names: readonly string[], cells: readonly Cell[]): Row =>
  Object.fromEntries(names.map((name, at) => [name, cells[at]!]))
