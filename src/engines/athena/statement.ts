/** Statements that make or drop something: each is waited for, and may be one that an earlier run had started. */
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { TrailbookError } from '../../core/errors.ts'
import { bytesText } from '../../core/report/text.ts'
import type { Budget } from './budget.ts'
import type { Pace, QueryClient } from './client.ts'
import { queryFailure } from './failure.ts'

interface Ran {
  readonly id: string
  readonly scanned: number
  /** When an earlier run had started it, in milliseconds; what came to the table since is not in its answer. */
  readonly earlier?: number
}

export interface Statements {
  /**
   * @param isOnce the same text is started once, also by different runs: the second has the answer of the first
   * @returns undefined where an earlier run had started it and it did not end well
   * @throws TrailbookError ATHENA_*, AWS_*, ENGINE_INTERRUPTED
   */
  run(sql: string, options?: { readonly isOnce?: boolean }): Promise<Ran | undefined>
  /** All rows of a question. @throws as `run` does */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>
}

/** Clocks differ; a statement that was sent so much earlier was not sent by this run. */
const skewMs = 2000

export function statementsOf(
  client: QueryClient,
  {
    signal = new AbortController().signal,
    pace,
    budget,
  }: { signal?: AbortSignal | undefined; pace: Pace; budget: Budget },
): Statements {
  const begun = Date.now()
  const { settings } = client

  const run: Statements['run'] = async (sql, { isOnce = false } = {}) => {
    if (signal.aborted) throw new TrailbookError('ENGINE_INTERRUPTED')
    let running: string | undefined
    try {
      const id = await client.start(sql, signal, isOnce ? tokenOf(sql, settings) : undefined)
      running = id
      for (let pause = pace.firstMs; ; pause = Math.min(pace.mostMs, pause * 1.5)) {
        const { Status, Statistics } = await client.look(id, signal)
        const scanned = Statistics?.DataScannedInBytes ?? 0
        // Only a token made of the text can be one that was used before; other statements are this run's, whatever its clock says.
        const submitted = Status?.SubmissionDateTime?.getTime() ?? begun
        const isEarlier = isOnce && submitted < begun - skewMs
        const state = Status?.State
        if (state === 'SUCCEEDED') {
          running = undefined
          // What an earlier run had scanned is paid already.
          if (!isEarlier && scanned > 0) budget.spend(scanned)
          return isEarlier ? { id, scanned: 0, earlier: submitted } : { id, scanned }
        }
        if (state === 'FAILED' || state === 'CANCELLED') {
          running = undefined
          if (isEarlier) return undefined
          if (state === 'CANCELLED') budget.spend(scanned)
          const reason = Status?.StateChangeReason ?? Status?.AthenaError?.ErrorMessage ?? 'no reason was given'
          throw statementFailure({ state, reason, scanned, id }, client)
        }
        if (budget.exceededBy(scanned)) throw budget.refusal(`the statement was stopped after ${bytesText(scanned)}`)
        await sleep(pause, undefined, { signal })
      }
    } catch (error) {
      if (running !== undefined) await client.stop(running)
      if (signal.aborted) throw new TrailbookError('ENGINE_INTERRUPTED', {}, { cause: error })
      throw error
    }
  }
  return {
    run,
    async rows(sql) {
      const ran = await run(sql)
      const found: (readonly (string | null)[])[] = []
      let next: string | undefined
      do {
        const page = await client.page(ran!.id, next, signal)
        found.push(...page.rows)
        next = page.next
      } while (next !== undefined)
      // The first row of a SELECT has the names of its columns.
      return found.slice(1)
    },
  }
}

/** Everything that Athena compares for a token, so that another statement never meets this one's. */
function tokenOf(sql: string, settings: QueryClient['settings']): string {
  const { catalog, database, workgroup, output, encryption, outputOwner, reuseMinutes } = settings
  const said = JSON.stringify([sql, catalog, database, workgroup, output, encryption, outputOwner, reuseMinutes])
  return `trailbook-${createHash('sha256').update(said).digest('hex')}`
}

/** "Considerations and limitations for CTAS queries", Athena User Guide. */
function statementFailure(ended: Parameters<typeof queryFailure>[0], { settings }: QueryClient): TrailbookError {
  const { reason } = ended
  const values = { workgroup: settings.workgroup, reason: reason.split('\n')[0]!.replace(/\.$/, '') }
  if (/enforces a centrali[sz]ed output location/i.test(reason)) return new TrailbookError('CONVERT_WORKGROUP', values)
  if (/TOO_MANY_OPEN_PARTITIONS|open writers|more than 100 (?:open )?partitions/i.test(reason))
    return new TrailbookError('CONVERT_TOO_MANY_DAYS', values)
  if (/ALREADY_EXISTS|already exists/i.test(reason)) return new TrailbookError('CONVERT_EXISTS', values)
  return queryFailure(ended, settings)
}
