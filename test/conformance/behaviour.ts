/** What only a server can show: statements that end, and failures that say what to do. */
import { setTimeout as sleep } from 'node:timers/promises'
import { TrailbookError } from '../../src/core/errors.ts'
import type { Connection, Row } from '../../src/core/ports.ts'
import { connectTrino } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import { wholeScope } from './case.ts'
import { inlineConnection } from './real-suite.ts'

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>
type Check = readonly [name: string, run: () => Promise<void>]

/** Runs until it is ended: a cross join of a billion rows and more. */
const endless = (mark: string): string =>
  `SELECT count(*) AS ${mark} FROM UNNEST(sequence(1, 9999)) AS a(x), UNNEST(sequence(1, 9999)) AS b(y), UNNEST(sequence(1, 9999)) AS c(z) WHERE sqrt(x * y + z) < 0`

function same(got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted))
    throw new Error(`got ${JSON.stringify(got)} where ${JSON.stringify(wanted)} was to come`)
}

async function rowsOf(connection: Connection, text: string, signal?: AbortSignal): Promise<Row[]> {
  const run = await connection.run({ text, bindings: [], columns: [] }, wholeScope, signal ? { signal } : {})
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  return rows
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error) => (error instanceof TrailbookError ? error.code : String(error)),
  )

/** @param ask speaks to the server past the connection */
export function behaviourChecks(settings: TrinoSettings, ask: Ask): readonly Check[] {
  /** State and error of the newest statement with the mark, once the server calls it done. */
  const endOf = async (mark: string): Promise<unknown> => {
    for (let tries = 0; tries < 100; tries++) {
      const [row] = await ask(
        `SELECT state, error_code FROM system.runtime.queries WHERE query LIKE 'SELECT count(*) AS ${mark} %' ORDER BY created DESC LIMIT 1`,
      )
      if (row !== undefined && !['QUEUED', 'RUNNING', 'PLANNING', 'STARTING', 'FINISHING'].includes(String(row[0])))
        return row
      await sleep(100)
    }
    return 'still running'
  }
  const running = async (mark: string): Promise<void> => {
    for (let tries = 0; tries < 200; tries++) {
      const rows = await ask(
        `SELECT 1 FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE 'SELECT count(*) AS ${mark} %'`,
      )
      if (rows.length > 0) return
      await sleep(100)
    }
    throw new Error(`${mark} did not start`)
  }
  const cancelled = ['FAILED', 'USER_CANCELED']
  const plain = inlineConnection(settings)
  return [
    [
      'an abort ends the statement on the server',
      async () => {
        const abort = new AbortController()
        const asked = codeOf(rowsOf(plain, endless('aborted'), abort.signal))
        await running('aborted')
        abort.abort()
        same(await asked, 'ENGINE_INTERRUPTED')
        same(await endOf('aborted'), cancelled)
      },
    ],
    [
      'a time limit ends the statement on the server',
      async () => {
        const limited = inlineConnection({ ...settings, timeLimitMs: 3000 })
        same(await codeOf(rowsOf(limited, endless('limited'))), 'ENGINE_TIME_LIMIT')
        const end = await endOf('limited')
        if (!['USER_CANCELED', 'EXCEEDED_TIME_LIMIT'].includes(String((end as unknown[])[1])))
          throw new Error(`it ended as ${JSON.stringify(end)}`)
      },
    ],
    [
      'a reader who stops early ends the statement on the server',
      async () => {
        const many = `SELECT x AS early_reader, repeat('x', 200) AS r FROM UNNEST(sequence(1, 9999)) AS a(x), UNNEST(sequence(1, 9999)) AS b(y)`
        const run = await plain.run({ text: many, bindings: [], columns: [] }, wholeScope)
        for await (const batch of run.rows) if (batch.length > 0) break
        await sleep(500)
        const rows = await ask(
          `SELECT 1 FROM system.runtime.queries WHERE state IN ('RUNNING', 'QUEUED') AND query LIKE 'SELECT x AS early_reader%'`,
        )
        same(rows, [])
      },
    ],
    [
      'a statement that the server ends is not taken for an answer',
      async () => {
        const asked = codeOf(rowsOf(plain, endless('killed')))
        await running('killed')
        const [row] = await ask(
          `SELECT query_id FROM system.runtime.queries WHERE state = 'RUNNING' AND query LIKE 'SELECT count(*) AS killed %'`,
        )
        await ask(`CALL system.runtime.kill_query(query_id => '${row?.[0]}', message => 'by the test')`)
        same(await asked, 'TRINO_CANCELLED')
      },
    ],
    ...(
      [
        ['a catalog that is not there', { catalog: 'nowhere' }, 'TRINO_TABLE_MISSING'],
        ['a schema that is not there', { schema: 'nowhere' }, 'TRINO_TABLE_MISSING'],
        ['a table that is not there', { table: 'nowhere' }, 'TRINO_TABLE_MISSING'],
        ['a table without event columns', { table: 'not_events' }, 'TRINO_COLUMN_MISSING'],
        ['nobody at the address', { url: 'http://127.0.0.1:9' }, 'TRINO_UNREACHABLE'],
        ['an unknown session property', { session: { no_such_property: '1' } }, 'TRINO_FAILED'],
      ] as const
    ).map(
      ([name, changed, code]): Check => [
        `${name}: ${code}`,
        async () => same(await codeOf(connectTrino({ ...settings, ...changed })), code),
      ],
    ),
    [
      'a statement that is no SQL: TRINO_FAILED with the place',
      async () => {
        const failure = await rowsOf(plain, 'SELECT 1 +').catch((error: Error) => error.message)
        if (!/line 1, column 11/.test(String(failure))) throw new Error(String(failure))
      },
    ],
    [
      'session properties go with each statement',
      async () => {
        const set = inlineConnection({ ...settings, session: { query_priority: '7' } })
        const rows = await rowsOf(set, 'SHOW SESSION')
        same(rows.find((row) => row.Name === 'query_priority')?.Value, '7')
      },
    ],
  ]
}
