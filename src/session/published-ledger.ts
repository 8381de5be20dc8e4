/** Coverage of a published snapshot: what the lake knew when it was published. */
import type { Abortable, Asking, Connection, Row, Scope } from '../core/ports.ts'
import type { CoverageFacts } from '../core/run/coverage-facts.ts'
import { factColumns, publishedFacts, publishedQuery } from '../core/run/coverage-published.ts'
import type { Window } from '../core/time.ts'
import { askAside } from './send.ts'

/** The snapshot that queries get at this moment. */
interface ShownSnapshot {
  /** For FROM: the table of its coverage. */
  readonly relation: string
  readonly snapshot: string
  /** How that table is asked, where the connection would take the query for one that reads events. */
  readonly asked?: Pick<Connection, 'run' | 'estimate'>
}

/** Undefined where the connection shows no published snapshot, or one without a table of its coverage. */
export type FindSnapshot = (abortable: Abortable) => Promise<ShownSnapshot | undefined>

export interface Ledger {
  /** Before the first query: notes which snapshot it is. @returns whether there is one */
  look(abortable: Abortable): Promise<boolean>
  /** Or why nothing can be said. */
  facts(scope: Scope, asking: Asking): Promise<{ readonly facts: CoverageFacts } | { readonly refusal: string }>
}

export function ledgerOf(connection: Connection, find: FindSnapshot): Ledger {
  let first:
    | { readonly shown: Promise<ShownSnapshot | undefined>; readonly signal?: AbortSignal | undefined }
    | undefined
  let fault: string | undefined
  const known = new Map<string, CoverageFacts>()
  const looked = async (abortable: Abortable): Promise<ShownSnapshot | undefined> => {
    const asked = first ?? { shown: find(abortable), signal: abortable.signal }
    first = asked
    try {
      return await asked.shown
    } catch (error) {
      if (!asked.signal?.aborted) throw error
      // Who was interrupted sent no query: the next one looks for itself.
      if (first === asked) first = undefined
      if (abortable.signal?.aborted) throw error
      return looked(abortable)
    }
  }
  const read = async (shown: ShownSnapshot, span: Window, scope: Scope, asking: Asking) => {
    const key = `${span.from} ${span.to}`
    const before = known.get(key)
    if (before !== undefined) return before
    const columns = factColumns.map((name) => ({ name, type: 'varchar' }))
    const query = { text: publishedQuery(shown.relation, span), bindings: [], columns }
    const rows: Row[] = []
    for await (const row of askAside({ ...connection, ...shown.asked }, query, scope, asking)) rows.push(row)
    const facts = publishedFacts(rows, shown.snapshot, span)
    if (facts !== undefined) known.set(key, facts)
    return facts
  }
  return {
    async look(abortable) {
      if (fault !== undefined) return true
      try {
        return (await looked(abortable)) !== undefined
      } catch (error) {
        if (abortable.signal?.aborted) throw error
        fault = `What the snapshot covers could not be looked up: ${error instanceof Error ? error.message : String(error)}`
        return true
      }
    },
    async facts(scope, asking) {
      if (fault !== undefined) return { refusal: fault }
      try {
        return await readWhole(scope, asking)
      } catch (error) {
        if (asking.signal?.aborted) throw error
        return {
          refusal: `What the snapshot covers could not be read: ${error instanceof Error ? error.message : String(error)}`,
        }
      }
    },
  }

  async function readWhole(scope: Scope, asking: Asking): ReturnType<Ledger['facts']> {
    const shown = await looked(asking)
    // Between this and the first look lie all queries: the same snapshot at both is the one that all of them saw.
    const now = await find(asking)
    if (shown === undefined || now?.snapshot !== shown.snapshot)
      return { refusal: 'The table was pointed at another snapshot while it was being asked: run it again.' }
    const { window, earliest } = scope
    const span = { from: [earliest, window.from].sort()[0]!, to: window.to }
    const facts = await read(shown, span, scope, asking)
    return facts === undefined
      ? { refusal: 'The table of its coverage is that of another snapshot: publish the lake again.' }
      : { facts }
  }
}
