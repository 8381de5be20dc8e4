/** What is asked of raw trail tables on a Trino server. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Connection } from '../../src/core/ports.ts'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { athenaDialect } from '../../src/core/sql/print/athena.ts'
import { openMemoryEngine } from '../../src/engines/duckdb/memory-connection.ts'
import { trinoClient } from '../../src/engines/trino/client.ts'
import { connectTrino, overTable } from '../../src/engines/trino/connection.ts'
import type { TrinoSettings } from '../../src/engines/trino/settings.ts'
import { inspectTable } from '../../src/engines/trino/table.ts'
import { wholeScope } from './case.ts'
import { conformanceCases } from './cases.ts'
import { answer, failureReasons } from './check.ts'
import { conformanceRecords } from './events.ts'
import { documentedRecord, farDay, makeRawTable } from './raw-table.ts'

/** The table as Athena's dialect asks it; Trino answers. */
export async function asAthena(settings: TrinoSettings): Promise<Connection> {
  const client = trinoClient(settings)
  const shape = await inspectTable(client)
  return { ...overTable(client, shape), dialect: athenaDialect(shape) }
}

/** Whether a query over the days of the suite leaves the files of another day alone, and one over that day does not. */
export async function opensOnlyItsDays(settings: TrinoSettings): Promise<string> {
  const connection = await connectTrino(settings)
  const ask = (to: string) =>
    answer(
      {
        id: 'days',
        area: 'scope',
        sql: 'SELECT count(*) AS n FROM cloudtrail_logs',
        scope: { window: { from: wholeScope.window.from, to } },
      },
      connection,
    )
  const near = await ask('2026-01-20T00:00:00Z')
  if (!('rows' in near) || Number(near.rows[0]?.[0]) !== conformanceRecords.length)
    throw new Error(`the suite's days: ${JSON.stringify(near)} ${failureReasons.get(near) ?? ''}`)
  // Its files would be delivered a day later still.
  const far = await ask(`${farDay.slice(0, 8)}14T00:00:00Z`)
  if (!('fails' in far)) throw new Error('the files that are gone were not looked for')
  return `${near.rows[0]?.[0]} events, files of other days not opened`
}

/**
 * Every case over the documented columns alone: DuckDB has the records without what those leave out. A case that reads a column
 * which is not there must fail by name.
 */
export async function holdDocumented(settings: TrinoSettings): Promise<string> {
  const engine = await openMemoryEngine()
  const here = await engine.load(conformanceRecords.map(documentedRecord))
  const there = await connectTrino(settings)
  const missing = /"e"\."(managementEvent|insightDetails|extra)"/
  const counts = { equal: 0, named: 0 }
  const wrong: string[] = []
  for (const one of conformanceCases.filter(({ skipped }) => skipped === undefined)) {
    const { query } = analyze(one.sql, {
      parameters: Object.fromEntries(Object.entries(one.parameters ?? {}).map(([name, [type]]) => [name, type])),
      lists: one.lists ?? {},
    })
    if (query === undefined) throw new Error(one.id)
    const parameters = Object.fromEntries(
      Object.entries(one.parameters ?? {}).map(([name, [, value]]) => [name, value]),
    )
    const { text } = compile(query, {
      dialect: there.dialect,
      scope: { ...wholeScope, ...one.scope },
      parameters,
      lists: one.lists ?? {},
    })
    const [ours, theirs] = [await answer(one, here), await answer(one, there)]
    if (missing.test(text)) {
      if ('fails' in theirs && theirs.fails === 'TRINO_COLUMN_MISSING') counts.named++
      else wrong.push(`${one.id}: ${JSON.stringify(theirs).slice(0, 300)}`)
    } else if (JSON.stringify(ours) === JSON.stringify(theirs)) counts.equal++
    else
      wrong.push(
        `${one.id}\n  duckdb: ${JSON.stringify(ours).slice(0, 500)}\n  trino:  ${JSON.stringify(theirs).slice(0, 500)} ${failureReasons.get(theirs) ?? ''}`,
      )
  }
  await engine.close()
  if (wrong.length > 0) throw new Error(`${wrong.length} answers differ\n${wrong.slice(0, 10).join('\n')}`)
  return `${counts.equal} equal, ${counts.named} refused by the name of a missing column`
}

/** Other content under one id, and records without an id: what counts once, and what does not. */
export async function variantsStay(
  ask: (sql: string) => Promise<unknown>,
  settings: TrinoSettings,
  folder: string,
): Promise<string> {
  const [record = {}] = conformanceRecords
  const { eventID: _, ...nameless } = record
  const events = [
    { ...record, resources: [{ ARN: 'arn:aws:s3:::one' }] },
    { ...record, resources: [{ ARN: 'arn:aws:s3:::two' }] },
    { ...record, requestParameters: { userName: 'other' } },
    { ...record, recipientAccountId: '444455556666' },
    { ...record, errorCode: '' },
    record,
    nameless,
    { ...nameless, requestID: 'another' },
  ]
  const place = { schema: settings.schema, table: settings.table, folder, location: `local:///${settings.table}` }
  const delivered = await makeRawTable(ask, [...events, ...events], { ...place, columns: 'documented', days: 'date' })
  const connection = await connectTrino(settings)
  const got = await answer(
    { id: 'variants', area: 'records', sql: 'SELECT count(*) AS n FROM cloudtrail_logs' },
    connection,
  )
  if (!('rows' in got) || Number(got.rows[0]?.[0]) !== events.length) throw new Error(JSON.stringify(got))
  return `${delivered} rows, ${events.length} events`
}

/** The records of delivered files. */
export async function recordsOf(folder: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (!existsSync(folder)) throw new Error(`${folder} is not there`)
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json.gz'))
  const files = await Promise.all(names.map(async (name) => gunzipSync(await readFile(join(folder, name)))))
  return files.flatMap(
    (bytes) => (JSON.parse(bytes.toString()) as { Records?: Record<string, unknown>[] }).Records ?? [],
  )
}
