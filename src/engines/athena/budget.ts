import { TrailbookError } from '../../core/errors.ts'
import { bytesText } from '../../core/report/text.ts'
import { billedBytes } from './price.ts'

/**
 * Bytes that one run may have scanned. In bytes, as Athena measures, bills and cuts off: dollars follow from a price that depends
 * on the Region and on contracts.
 */
export interface Budget {
  /** Before a query: what it would read at most, where that is known. @throws TrailbookError ATHENA_BUDGET */
  check(expected: number | null): void
  /** While it runs: what it read until now. */
  exceededBy(scanned: number): boolean
  /** After it, whether it ended well or was stopped. */
  spend(scanned: number): void
  /** What a query is refused or stopped with. */
  refusal(reason: string): TrailbookError
  readonly spent: number
}

export function createBudget(connection: string, limit: number | undefined): Budget {
  let spent = 0
  const refusal = (reason: string): TrailbookError =>
    new TrailbookError('ATHENA_BUDGET', {
      connection,
      budget: bytesText(limit ?? 0),
      spent: bytesText(spent),
      reason,
    })
  return {
    check(expected) {
      if (limit === undefined) return
      if (spent >= limit) throw refusal('another query does not fit in')
      if (expected !== null && spent + billedBytes(expected) > limit)
        throw refusal(`the query would read up to ${bytesText(expected)}`)
    },
    exceededBy: (scanned) => limit !== undefined && spent + scanned > limit,
    spend(scanned) {
      spent += billedBytes(scanned)
    },
    refusal,
    get spent() {
      return spent
    },
  }
}
