import { TrailbookError } from '../core/errors.ts'
import type {
  Abortable,
  Asking,
  Budget,
  Charge,
  Clock,
  Connection,
  ResultColumn,
  Row,
  Scope,
  Statistics,
} from '../core/ports.ts'
import { type Copies, copiesOf } from '../core/run/connections.ts'
import { type Cost, costOf } from '../core/run/cost.ts'
import type { Coverage } from '../core/run/coverage.ts'
import { defaultRowLimit, type PreparedQuery, type Values } from '../core/run/plan.ts'
import { chooseWindow, type WindowRequest } from '../core/run/window.ts'
import type { ListTable } from '../core/sql/compile.ts'
import { isoTime, type Window } from '../core/time.ts'
import { send } from './send.ts'

export interface QueryRequest {
  readonly query: PreparedQuery
  readonly explicit?: WindowRequest['explicit']
  readonly accounts?: readonly string[]
  readonly regions?: readonly string[]
  readonly parameters?: Values
  readonly lists?: Readonly<Record<string, ListTable>>
  readonly rowLimit?: number
}

/** Machine output of an ad hoc query. */
export interface QueryResult {
  readonly schema: 'trailbook.query/v1'
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly Row[]
  /** All rows of the answer, shown or not. */
  readonly rowCount: number
  readonly truncated: boolean
  readonly coverage: Coverage
  readonly statistics: Statistics
  readonly copies: Copies
  /** On engines that charge. */
  readonly cost?: Cost
}

/**
 * Runs one query: over the whole of the data, or over the window that was asked for.
 *
 * @throws TrailbookError RUN_WINDOW_NEEDED where reading costs money and no window was given; RUN_BUDGET*, ENGINE_*, RUN_INTERRUPTED
 */
export async function runQuery(
  request: QueryRequest,
  effects: { readonly connection: Connection; readonly clock: Clock; readonly budget?: Budget | undefined },
  options: Abortable = {},
): Promise<QueryResult> {
  const { connection } = effects
  const { signal } = options
  const charges: Charge[] = []
  const asking: Asking = { ...(signal && { signal }), spending: { budget: effects.budget, charges } }
  const window = await queryWindow(request, effects, options)
  const scope: Scope = {
    window,
    earliest: window.from,
    accounts: request.accounts ?? [],
    regions: request.regions ?? [],
    services: [],
  }
  const limit = request.rowLimit ?? defaultRowLimit
  try {
    const compiled = request.query.compile({
      dialect: connection.dialect,
      scope,
      parameters: request.parameters ?? {},
      lists: request.lists ?? {},
    })
    const run = await send(connection, compiled, scope, asking)
    const rows: Row[] = []
    let rowCount = 0
    for await (const batch of run.rows) {
      signal?.throwIfAborted()
      rowCount += batch.length
      rows.push(...batch.slice(0, Math.max(0, limit - rows.length)))
    }
    const coverage = await connection.coverage(scope, [], asking)
    const statistics = run.statistics()
    const cost = costOf([...(statistics.charges ?? []), ...charges])
    return {
      schema: 'trailbook.query/v1',
      columns: run.columns,
      rows,
      rowCount,
      // Engines that give so many rows and no more say so.
      truncated: rowCount > rows.length || statistics.truncated === true,
      coverage,
      statistics,
      copies: copiesOf(connection.capabilities),
      ...(cost !== undefined && { cost }),
    }
  } catch (cause) {
    if (signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED', {}, { cause })
    throw cause
  }
}

async function queryWindow(
  request: QueryRequest,
  { connection, clock }: { readonly connection: Connection; readonly clock: Clock },
  options: Abortable,
): Promise<Window> {
  const { explicit = {} } = request
  const asked = Object.values(explicit).some((value) => value !== undefined)
  if (!asked && connection.capabilities.billed) {
    throw new TrailbookError('RUN_WINDOW_NEEDED', { connection: connection.name })
  }
  const now = clock.now()
  const span = await connection.span(options)
  if (asked) {
    // Only an end: from the first event on.
    const from = explicit.to !== undefined && explicit.from === undefined ? span?.from : explicit.from
    return chooseWindow({ now, explicit: { ...explicit, from } }).window
  }
  return span ?? { from: isoTime(0), to: isoTime(now) }
}
