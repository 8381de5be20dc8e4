/** The one way in which queries go to an engine: within the length of text that it takes, and within what may be spent. */
import { TrailbookError } from '../core/errors.ts'
import type { Asking, Budget, Charge, Connection, Estimate, QueryRun, Row, Scope, Spending } from '../core/ports.ts'
import { usdOf } from '../core/run/cost.ts'
import type { CompiledQuery } from '../core/sql/compile.ts'

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

/**
 * Starts a query. What the connection asks besides goes by the same spending. With a budget it is estimated first, and not started where that would spend more than is left, or where
 * reading costs money and nobody can say how much; once its rows have ended the charges take the place of the estimate.
 *
 * @throws TrailbookError ENGINE_TEXT_LIMIT, RUN_BUDGET, RUN_BUDGET_UNKNOWN, and those of the engine
 */
export async function send(
  connection: Connection,
  query: CompiledQuery,
  scope: Scope,
  { spending, signal }: Asking = {},
): Promise<QueryRun> {
  checkText(query, connection)
  const { budget } = spending ?? {}
  const abortable = signal ? { signal } : {}
  const asking: Asking = { ...abortable, ...(spending && { spending }) }
  if (budget === undefined || !connection.capabilities.billed) return connection.run(query, scope, asking)
  const reserved = reserve(budget, connection, await connection.estimate?.(query, scope, abortable))
  const run = await connection.run(query, scope, asking)
  return { ...run, rows: settled(run, { budget, reserved }), statistics: () => run.statistics() }
}

/**
 * The rows of a query that is asked to find out what events cover.
 *
 * @throws as {@link send}
 */
export async function* askAside(
  connection: Connection,
  query: CompiledQuery,
  scope: Scope,
  asking: Asking,
): AsyncGenerator<Row> {
  const run = await send(connection, query, scope, asking)
  try {
    for await (const batch of run.rows) yield* batch
  } finally {
    noteAside(asking.spending, run.statistics().charges)
  }
}

/** Notes what finding out the coverage was charged. */
export function noteAside(spending: Spending | undefined, charges: readonly Charge[] = []): void {
  spending?.charges.push(...charges.map((charge): Charge => ({ ...charge, for: 'coverage' })))
}

function reserve(budget: Budget, { name }: Connection, estimate: Estimate | undefined): readonly Charge[] {
  if (estimate === undefined || estimate.bytes === null)
    throw new TrailbookError('RUN_BUDGET_UNKNOWN', { connection: name })
  const wanted = usdOf(estimate.charges)
  if (!take(budget, wanted))
    throw new TrailbookError('RUN_BUDGET', {
      connection: name,
      wanted: dollars(wanted),
      spent: dollars(budget.spent),
      budget: dollars(budget.usd),
    })
  return estimate.charges
}

/**
 * Takes US dollars, where so many are left. Nothing is awaited between the look at what is left and the taking: two queries
 * cannot take the same.
 */
export function take(budget: Budget, usd: number): boolean {
  if (budget.spent + usd > budget.usd) return false
  budget.spent += usd
  return true
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
  settle(budget, reserved, run.statistics().charges)
}

/** What was charged takes the place of what was reserved for it. */
export function settle(budget: Budget, reserved: readonly Charge[], charges: readonly Charge[] | undefined): void {
  if (charges === undefined) return
  const measured = new Set(charges.map(({ what }) => what))
  budget.spent += usdOf(charges) - usdOf(reserved.filter(({ what }) => measured.has(what)))
}

export const dollars = (usd: number): string =>
  `$${usd.toLocaleString('en-US', { maximumFractionDigits: usd < 1 ? 6 : 2 })}`
