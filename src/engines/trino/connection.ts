import type { Abortable, Connection, Scope } from '../../core/ports.ts'
import { unknownCoverage } from '../../core/run/unknown-coverage.ts'
import { trinoDialect } from '../../core/sql/print/trino.ts'
import type { TableShape } from '../../core/sql/table-shape.ts'
import { isoTime, second } from '../../core/time.ts'
import { type TrinoClient, trinoClient } from './client.ts'
import { askRows, runQuery } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'
import { inspectTable } from './table.ts'

/**
 * A table of a Trino cluster: a published snapshot of a lake, or a raw trail table. It is looked at once; each query is one
 * statement.
 *
 * @throws TrailbookError TRINO_*
 */
export async function connectTrino(settings: TrinoSettings, options: Abortable = {}): Promise<Connection> {
  const client = trinoClient(settings)
  return overTable(client, await inspectTable(client, options))
}

/** One event with a time that nobody can read must not decide what the first and the last are. */
const timeForm = '^[0-9]{4}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?Z$'

/** A connection over a relation that was looked at before. */
export function overTable(client: TrinoClient, table: TableShape): Connection {
  return {
    name: client.settings.name,
    dialect: trinoDialect(table),
    capabilities: { exactOnce: table.exactOnce, removesCopies: true, billed: false, bindsParameters: false },
    run: (query, _scope, abortable) => runQuery(client, query, abortable),
    coverage: async (scope: Scope) => unknownCoverage(scope, table.lacking),
    async span(abortable) {
      const [row] = await askRows(
        client,
        `SELECT min("eventTime") AS first, max("eventTime") AS last FROM ${table.eventsTable} WHERE regexp_like("eventTime", '${timeForm}')`,
        abortable,
      )
      const [first, last] = [row?.first, row?.last].map((time) => Date.parse(typeof time === 'string' ? time : ''))
      if (first === undefined || last === undefined || Number.isNaN(first) || Number.isNaN(last)) return undefined
      return { from: isoTime(first), to: isoTime(last + second) }
    },
    close: async () => {},
  }
}
