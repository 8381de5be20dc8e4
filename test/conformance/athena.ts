/** Athena's API by the fake, with a real Trino behind it that carries out what it is given: for the real part of Athena. */
import type { Connection } from '../../src/core/ports.ts'
import { readType, type TypeText } from '../../src/core/sql/type-text.ts'
import { connectAthena } from '../../src/engines/athena/connection.ts'
import type { AthenaSettings } from '../../src/engines/athena/settings.ts'
import { parseLossless } from '../../src/engines/trino/lossless.ts'
import { type FakeAws, startFakeAws } from '../fake-aws/server.ts'
import { athena, type FakeAthena, type FakeResult } from '../fake-aws/services/athena.ts'
import { glue } from '../fake-aws/services/glue.ts'
import { failureText, runSuite } from './report.ts'
import { wholeSuite } from './suite.ts'

export { conformanceRecords } from './events.ts'
export { publishTable } from './publish-table.ts'
export { openAthenaConnection }

export interface AthenaOverTrino {
  readonly fake: FakeAws
  readonly queries: FakeAthena
}

const headers = {
  'X-Trino-User': 'test',
  'X-Trino-Time-Zone': 'UTC',
  'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
}

interface Page {
  readonly nextUri?: string
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly data?: readonly (readonly unknown[])[]
  readonly error?: { readonly errorName: string; readonly message: string }
  readonly stats?: { readonly physicalInputBytes?: number }
}

/** @param schemas of the catalog `hive` that become databases of the Data Catalog, each with the table `cloudtrail_logs` */
export async function athenaOverTrino(url: string, schemas: readonly string[]): Promise<AthenaOverTrino> {
  const queries = athena({
    workgroups: [{ name: 'wg', outputLocation: 's3://results/' }],
    active: 200,
    execute: (sql, { signal }) => carryOut(url, sql, signal),
  })
  const tables: Record<string, object[]> = {}
  for (const schema of schemas) tables[schema] = [await catalogTable(url, schema)]
  const catalog = glue({ tables: tables as Record<string, Record<string, unknown>[]> })
  const fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [queries, catalog] })
  return { fake, queries }
}

/** A query as it is, with cells in Athena's words. */
export async function carryOut(url: string, sql: string, signal: AbortSignal): Promise<FakeResult | { error: string }> {
  const rows: (string | null)[][] = []
  let columns: FakeResult['columns'] = []
  let bytesScanned = 0
  let page = await ask(`${url}/v1/statement`, { method: 'POST', body: sql })
  for (;;) {
    if (page.error !== undefined) return { error: `${page.error.errorName}: ${page.error.message}` }
    columns = page.columns ?? columns
    const types = columns.map(({ type }) => readType(type))
    for (const cells of page.data ?? []) rows.push(cells.map((cell, at) => athenaText(cell, types[at]!)))
    bytesScanned = page.stats?.physicalInputBytes ?? bytesScanned
    if (page.nextUri === undefined) return { columns, rows, bytesScanned }
    if (signal.aborted) {
      await fetch(page.nextUri, { method: 'DELETE', headers })
      return { error: 'stopped' }
    }
    page = await ask(page.nextUri, {})
  }
}

const ask = async (uri: string, init: RequestInit): Promise<Page> =>
  parseLossless(await (await fetch(uri, { ...init, headers })).text()) as Page

/** As Athena tells cells: text that cannot be read back where it is nested. */
function athenaText(cell: unknown, type: TypeText): string | null {
  if (cell === null || cell === undefined) return null
  if (type.base === 'array')
    return `[${(cell as unknown[]).map((item) => athenaText(item, type.parts[0]!.type) ?? 'null').join(', ')}]`
  if (type.base === 'row')
    return `{${(cell as unknown[]).map((item, at) => `${type.parts[at]!.name ?? `field${at}`}=${athenaText(item, type.parts[at]!.type) ?? 'null'}`).join(', ')}}`
  if (type.base === 'map')
    return `{${Object.entries(cell)
      .map(([key, item]) => `${key}=${athenaText(item, type.parts[1]!.type) ?? 'null'}`)
      .join(', ')}}`
  if (type.base === 'varbinary')
    return Buffer.from(String(cell), 'base64')
      .toString('hex')
      .replace(/..(?=.)/g, '$& ')
  return String(cell)
}

async function catalogTable(url: string, schema: string): Promise<object> {
  const sql = `SELECT column_name, data_type FROM hive.information_schema.columns WHERE table_schema = '${schema}' AND table_name = 'cloudtrail_logs'`
  const answer = await carryOut(url, sql, new AbortController().signal)
  if ('error' in answer) throw new Error(answer.error)
  return {
    Name: 'cloudtrail_logs',
    StorageDescriptor: {
      Columns: answer.rows.map(([name, type]) => ({ Name: name, Type: hiveText(readType(type!)) })),
    },
  }
}

const hiveNames: Readonly<Record<string, string>> = { varchar: 'string', integer: 'int', varbinary: 'binary' }

function hiveText({ base, parts }: TypeText): string {
  if (base === 'row') return `struct<${parts.map((part) => `${part.name}:${hiveText(part.type)}`).join(',')}>`
  if (parts.length > 0) return `${base}<${parts.map((part) => hiveText(part.type)).join(',')}>`
  return hiveNames[base] ?? base
}

const openAthenaConnection = (
  settings: Partial<AthenaSettings> & Pick<AthenaSettings, 'database' | 'aws'>,
): Promise<Connection> =>
  connectAthena(
    { name: 'test', catalog: 'hive', table: 'cloudtrail_logs', workgroup: 'wg', ...settings },
    { pace: { firstMs: 5, mostMs: 50 } },
  )

/** The whole suite by way of the API, its cells as text. */
export async function holdAthenaToSuite(root: string, connection: Connection) {
  const told = await runSuite(wholeSuite(root), connection)
  return {
    passed: told.filter(({ verdict }) => verdict.kind === 'passed').length,
    skipped: told.filter(({ verdict }) => verdict.kind === 'skipped').length,
    failures: told.filter(({ verdict }) => verdict.kind === 'failed').map(failureText),
  }
}
