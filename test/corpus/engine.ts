import type { DuckDBPreparedStatement } from '@duckdb/node-api'
import { eventColumns } from '../../src/core/event/columns.ts'
import { parseJson } from '../../src/core/event/json.ts'
import { normaliseRecord } from '../../src/core/event/normalise.ts'
import type { Cell, Scope } from '../../src/core/ports.ts'
import {
  type AnalyzedQuery,
  type AnalyzeOptions,
  analyze,
  type Binding,
  compile,
  type ListTable,
} from '../../src/core/sql/compile.ts'
import { duckdbPrelude } from '../../src/core/sql/duckdb-prelude.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { emptyEvents, transformSpec } from '../../src/duckdb/event-types.ts'
import { openDatabase } from '../../src/duckdb/open.ts'
import { chunkRows } from '../../src/duckdb/rows.ts'
import { prepareSelect } from '../../src/duckdb/sandbox.ts'

/** All of January 2026, where the events of cases lie, and no bounds else. */
export const wholeScope: Scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}

export interface Asked extends AnalyzeOptions {
  readonly scope?: Scope
  readonly values?: Readonly<Record<string, Cell>>
  readonly lists?: Readonly<Record<string, ListTable>>
}

export interface EventEngine {
  /** @throws with the first issue's message when the text is refused */
  ask(sql: string, asked?: Asked): Promise<Cell[][]>
  run(query: AnalyzedQuery, asked?: Asked): Promise<Cell[][]>
  close(): void
}

/** DuckDB as the product opens it, with these CloudTrail records as its events. */
export async function openEvents(records: readonly unknown[] = []): Promise<EventEngine> {
  const database = await openDatabase({
    folders: [],
    prelude: ['CREATE SCHEMA trailbook', ...duckdbPrelude, `CREATE TABLE trailbook.events AS ${emptyEvents}`],
  })
  const connection = await database.connect()
  for (const record of records) {
    const text = JSON.stringify(record)
    const event = normaliseRecord(text, parseJson(text))
    if ('code' in event) throw new Error(`${event.code} ${text}`)
    const cells = eventColumns.map((column, i) =>
      column.form === 'struct'
        ? `json_transform($${i + 1}, '${JSON.stringify(transformSpec(column.type))}')`
        : `$${i + 1}`,
    )
    const names = eventColumns.map((column) => `"${column.name}"`)
    const account = eventColumns.length + 1
    const insert = await connection.prepare(
      `INSERT INTO trailbook.events (${names.join(', ')}, _account) SELECT ${cells.join(', ')}, $${account}`,
    )
    const values = [...event.columns, event.account]
    for (const [i, value] of values.entries()) {
      if (value === null) insert.bindNull(i + 1)
      else insert.bindVarchar(i + 1, value)
    }
    await insert.run()
  }

  const run = async (
    query: AnalyzedQuery,
    { scope = wholeScope, values = {}, lists = {} }: Asked = {},
  ): Promise<Cell[][]> => {
    const { text, bindings } = compile(query, { dialect: duckdbDialect, scope, parameters: values, lists })
    const prepared = await prepareSelect(connection, text)
    for (const binding of bindings) bind(prepared, binding)
    const result = await prepared.run()
    const types = result.columnTypes()
    return (await result.fetchAllChunks()).flatMap((chunk) => chunkRows(chunk, types))
  }
  return {
    run,
    async ask(sql, asked = {}) {
      const { query, issues } = analyze(sql, asked)
      if (!query) throw new Error(`${issues[0]!.code} ${issues[0]!.message} ${issues[0]!.hint}`)
      return run(query, asked)
    },
    close() {
      connection.closeSync()
      database.close()
    },
  }
}

function bind(prepared: DuckDBPreparedStatement, { name, value }: Binding): void {
  const at = prepared.parameterIndex(name)
  if (value === null) prepared.bindNull(at)
  else if (typeof value === 'boolean') prepared.bindBoolean(at, value)
  else if (typeof value === 'string') prepared.bindVarchar(at, value)
  else if (typeof value === 'bigint') prepared.bindBigInt(at, value)
  else prepared.bindDouble(at, value)
}
