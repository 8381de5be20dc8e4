/** The one way in which queries go to an engine: within the length of text that it takes, and within what may be spent. */
import { TrailbookError } from '../core/errors.ts'
import type { Abortable, Charge, Connection, Estimate, QueryRun, Scope } from '../core/ports.ts'
import { usdOf } from '../core/run/cost.ts'
import type { CompiledQuery } from '../core/sql/compile.ts'

/** What all queries of a command may cost together; several connections may draw on it at the same time. */
export interface Budget {
  readonly usd: number
  /** What was charged, and for queries that are under way what they were estimated at. */
  spent: number
}

export const budgetOf = (usd: number): Budget => ({ usd, spent: 0 })

/** @throws TrailbookError ENGINE_TEXT_LIMIT */
export function checkText(
  { text }: Pick<CompiledQuery, 'text'>,
  { name, capabilities }: Pick<Connection, 'name' | 'capabilities'>,
): void {
  const { textLimit } = capabilities
  if (textLimit === undefined) return
  const { amount, unit } = textLimit
  const got = unit === 'bytes' ? new TextEncoder().encode(text).length : text.length
  if (got <= amount) return
  const [counted, limit] = [got, amount].map((count) => count.toLocaleString('en-US'))
  throw new TrailbookError('ENGINE_TEXT_LIMIT', { got: counted, unit, engine: name, limit: `${limit} at most` })
}

interface SendOptions extends Abortable {
  readonly budget?: Budget | undefined
}

/**
 * Starts a query. With a budget it is estimated first, and not started where that would spend more than is left, or where
 * reading costs money and nobody can say how much; once its rows have ended the charges take the place of the estimate.
 *
 * @throws TrailbookError ENGINE_TEXT_LIMIT, RUN_BUDGET, RUN_BUDGET_UNKNOWN, and those of the engine
 */
export async function send(
  connection: Connection,
  query: CompiledQuery,
  scope: Scope,
  { budget, signal }: SendOptions = {},
): Promise<QueryRun> {
  checkText(query, connection)
  const abortable = signal ? { signal } : {}
  if (budget === undefined || !connection.capabilities.billed) return connection.run(query, scope, abortable)
  const reserved = reserve(budget, connection, await connection.estimate?.(query, scope, abortable))
  const run = await connection.run(query, scope, abortable)
  return { ...run, rows: settled(run, { budget, reserved }), statistics: () => run.statistics() }
}

// Nothing is awaited between the look at what is left and the taking: two queries cannot take the same.
function reserve(budget: Budget, { name }: Connection, estimate: Estimate | undefined): readonly Charge[] {
  if (estimate === undefined || estimate.bytes === null)
    throw new TrailbookError('RUN_BUDGET_UNKNOWN', { connection: name })
  const wanted = usdOf(estimate.charges)
  if (budget.spent + wanted > budget.usd)
    throw new TrailbookError('RUN_BUDGET', {
      connection: name,
      wanted: dollars(wanted),
      spent: dollars(budget.spent),
      budget: dollars(budget.usd),
    })
  budget.spent += wanted
  return estimate.charges
}

/**
 * A query that fails or is left before its end may be charged for all the same: its estimate stays taken. So does that of what
 * engines do not measure, such as the requests for objects.
 */
async function* settled(
  run: QueryRun,
  { budget, reserved }: { readonly budget: Budget; readonly reserved: readonly Charge[] },
) {
  yield* run.rows
  const { charges } = run.statistics()
  if (charges === undefined) return
  const measured = new Set(charges.map(({ what }) => what))
  budget.spent += usdOf(charges) - usdOf(reserved.filter(({ what }) => measured.has(what)))
}

const dollars = (usd: number): string => `$${usd.toLocaleString('en-US', { maximumFractionDigits: usd < 1 ? 6 : 2 })}`
