import { setTimeout as sleep } from 'node:timers/promises'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable, QueryRun, ResultColumn, Row } from '../../core/ports.ts'
import { bytesText } from '../../core/report/text.ts'
import type { Budget } from './budget.ts'
import { textDecoders } from './cells.ts'
import type { Pace, Page, QueryClient } from './client.ts'
import { queryFailure } from './failure.ts'
import { billedBytes, charge } from './price.ts'

interface Asked {
  /** One query, or several whose rows together are the answer. */
  readonly texts: readonly string[]
  readonly columns: readonly ResultColumn[]
  /** Rows after which further texts need not be asked. */
  readonly limit?: number | undefined
}

interface RunOptions extends Abortable {
  readonly budget: Budget
  readonly pace: Pace
  /** Is told when Athena gave the result of an earlier query instead of asking. */
  readonly onReused?: () => void
}

/** A failure that Athena itself calls passing is asked again so often; failed queries cost nothing. */
const mostTries = 3

/**
 * Starts the first query and waits until it has an answer; pages are fetched as their rows are asked for, and further texts when
 * it is their turn. Abort, the time limit, the budget and a reader who stops early end the query on Athena.
 *
 * @throws TrailbookError ATHENA_*, AWS_*, ENGINE_RUNTIME, ENGINE_TIME_LIMIT, ENGINE_INTERRUPTED
 */
export async function runQuery(client: QueryClient, asked: Asked, options: RunOptions): Promise<QueryRun> {
  const { signal, budget, pace } = options
  if (signal?.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
  const { settings } = client
  const { timeLimitMs } = settings
  const started = performance.now()
  const limit = timeLimitMs === undefined ? undefined : AbortSignal.timeout(timeLimitMs)
  const stop = AbortSignal.any([signal, limit].filter((one) => one !== undefined))
  let bytesRead = 0
  let billed = 0
  let elapsedMs: number | undefined
  let running: string | undefined
  const decode = textDecoders(asked.columns)

  const note = (scanned: number, isFree: boolean): void => {
    bytesRead += scanned
    if (isFree) return
    billed += billedBytes(scanned)
    budget.spend(scanned)
  }
  const failed = async (error: unknown): Promise<unknown> => {
    const id = running
    running = undefined
    if (id !== undefined) {
      await client.stop(id)
      const { Statistics } = await client
        .look(id, AbortSignal.timeout(pace.mostMs))
        .catch(() => ({ Statistics: undefined }))
      note(Statistics?.DataScannedInBytes ?? 0, false)
    }
    if (limit?.aborted === true && signal?.aborted !== true)
      return new TrailbookError('ENGINE_TIME_LIMIT', { seconds: (timeLimitMs ?? 0) / 1000 }, { cause: error })
    if (stop.aborted) return new TrailbookError('ENGINE_INTERRUPTED', {}, { cause: error })
    return error
  }
  /** Until it has an answer. */
  const carryOut = async (sql: string): Promise<string> => {
    for (let tries = 1; ; tries++) {
      stop.throwIfAborted()
      running = await client.start(sql, stop)
      const id = running
      for (let pause = pace.firstMs; ; pause = Math.min(pace.mostMs, pause * 1.5)) {
        const { Status, Statistics } = await client.look(id, stop)
        const scanned = Statistics?.DataScannedInBytes ?? 0
        if (Status?.State === 'SUCCEEDED') {
          running = undefined
          const isReused = Statistics?.ResultReuseInformation?.ReusedPreviousResult === true
          note(scanned, isReused)
          if (isReused) options.onReused?.()
          return id
        }
        if (Status?.State === 'FAILED' || Status?.State === 'CANCELLED') {
          running = undefined
          if (Status.State === 'CANCELLED') note(scanned, false)
          if (Status.AthenaError?.Retryable === true && tries < mostTries) break
          const reason = Status.StateChangeReason ?? Status.AthenaError?.ErrorMessage ?? 'no reason was given'
          throw queryFailure({ state: Status.State, reason, scanned, id }, settings)
        }
        if (budget.exceededBy(scanned)) throw budget.refusal(`the query was stopped after ${bytesText(scanned)}`)
        await sleep(pause, undefined, { signal: stop })
      }
    }
  }

  let id: string | undefined
  try {
    budget.check(null)
    id = await carryOut(asked.texts[0]!)
  } catch (error) {
    throw await failed(error)
  }
  async function* rows(): AsyncGenerator<readonly Row[]> {
    let left = asked.limit ?? Infinity
    try {
      for (const [at, text] of asked.texts.entries()) {
        if (at > 0) {
          if (left <= 0) break
          budget.check(null)
          id = await carryOut(text)
        }
        let next: string | undefined
        let isFirst = true
        do {
          stop.throwIfAborted()
          const page: Page = await client.page(id!, next, stop)
          if (page.next !== undefined && page.next === next) throw wrong('the same page comes again and again')
          const cells = isFirst && isHeader(page) ? page.rows.slice(1) : page.rows
          const batch = cells.slice(0, left).map((row) => toRow(row))
          left -= batch.length
          if (batch.length > 0) yield batch
          isFirst = false
          next = page.next
        } while (next !== undefined && left > 0)
      }
    } catch (error) {
      throw await failed(error)
    } finally {
      elapsedMs ??= performance.now() - started
      if (running !== undefined) await failed(undefined)
    }
  }
  const toRow = (cells: readonly (string | null)[]): Row => {
    const { length } = asked.columns
    if (cells.length !== length) throw wrong(`a row has ${cells.length} cells, where the query has ${length} columns`)
    return Object.fromEntries(asked.columns.map(({ name }, at) => [name, decode[at]!(cells[at] ?? null)]))
  }
  return {
    columns: asked.columns,
    rows: rows(),
    statistics: () => ({
      elapsedMs: elapsedMs ?? performance.now() - started,
      bytesRead,
      charges: [charge('scan', billed)],
    }),
  }
}

const wrong = (reason: string): TrailbookError => new TrailbookError('ATHENA_FAULT', { name: 'answer', reason })

/** The first row of a SELECT has the names of its columns. */
const isHeader = ({ names, rows }: Page): boolean =>
  rows[0] !== undefined && rows[0].length === names.length && rows[0].every((cell, at) => cell === names[at])
