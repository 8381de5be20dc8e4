/** What the real part asks of TypeScript: a CloudTrail Lake whose engine is the Trino server. */
import type { Connection } from '../../src/core/ports.ts'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { importLakeSql } from '../../src/core/sql/import/lake.ts'
import { connectCloudTrailLake } from '../../src/engines/cloudtrail-lake/connection.ts'
import type { CloudTrailLakeSettings } from '../../src/engines/cloudtrail-lake/settings.ts'
import { runSuite, type Told } from '../conformance/report.ts'
import { wholeSuite } from '../conformance/suite.ts'
import { type FakeAws, startFakeAws } from '../fake-aws/server.ts'
import { cloudTrailLake, type FakeLakeOptions, type FakeLakeQuery } from '../fake-aws/services/cloudtrail-lake.ts'
import { storeId } from './lake-table.ts'

export { conformanceRecords } from '../conformance/events.ts'
export { storeId, storeStatements } from './lake-table.ts'

interface LakeOnTrino extends FakeAws {
  readonly queries: readonly FakeLakeQuery[]
}

/** @param table what the event data store is on the server */
export async function startLake(
  url: string,
  table: string,
  options: Partial<FakeLakeOptions> = {},
): Promise<LakeOnTrino> {
  const service = cloudTrailLake({
    stores: [{ id: storeId }],
    execute: (sql, { signal }) => askTrino(url, sql.replaceAll(storeId, table), signal),
    ...options,
  })
  const fake = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [service] })
  return { ...fake, queries: service.queries }
}

interface TrinoPage {
  readonly nextUri?: string
  readonly columns?: readonly { readonly name: string }[]
  readonly data?: readonly (readonly (string | null)[])[]
  readonly error?: { readonly message: string; readonly errorName: string }
  readonly stats?: { readonly physicalInputBytes?: number }
}

type Executed = Awaited<ReturnType<FakeLakeOptions['execute']>>

async function askTrino(url: string, sql: string, signal: AbortSignal): Promise<Executed> {
  const headers = { 'X-Trino-User': 'test', 'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME' }
  const rows: (readonly (string | null)[])[] = []
  let columns: readonly string[] = []
  let next: string | undefined
  signal.addEventListener('abort', () => void (next && fetch(next, { method: 'DELETE', headers })))
  let page = (await (
    await fetch(`${url}/v1/statement`, { method: 'POST', headers, body: sql, signal })
  ).json()) as TrinoPage
  for (;;) {
    if (page.error) return { error: `${page.error.errorName}: ${page.error.message}` }
    columns = page.columns?.map(({ name }) => name) ?? columns
    rows.push(...(page.data ?? []))
    next = page.nextUri
    if (next === undefined) return { columns, rows, bytesScanned: page.stats?.physicalInputBytes ?? 0 }
    page = (await (await fetch(next, { headers, signal })).json()) as TrinoPage
  }
}

const soon = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 5))
}

/** A connection that waits for nothing longer than a test does. */
export function connect({ url, env }: FakeAws, settings: Partial<CloudTrailLakeSettings> = {}): Promise<Connection> {
  Object.assign(process.env, env)
  return connectCloudTrailLake(
    { name: 'lake', stores: [storeId], aws: { region: 'us-east-1', endpoint: url }, ...settings },
    { sleep: soon },
  )
}

export interface SuiteCounts {
  readonly equal: number
  /** Refused by name, with the reason. */
  readonly refused: readonly string[]
  readonly different: readonly string[]
}

/** Holds a connection to the conformance suite. */
export async function holdToSuite(root: string, connection: Connection, functions = true): Promise<SuiteCounts> {
  const suite = wholeSuite(root)
  const told = await runSuite(functions ? suite : { ...suite, functions: [] }, connection)
  const failed = told.filter(({ verdict }) => verdict.kind === 'failed')
  const isRefusal = ({ verdict }: Told): boolean =>
    verdict.kind === 'failed' && 'fails' in verdict.got && verdict.got.fails === 'SQL_NOT_ON_ENGINE'
  return {
    equal: told.filter(({ verdict }) => verdict.kind === 'passed').length,
    refused: failed.filter(isRefusal).map(({ one }) => one.id),
    different: failed
      .filter((one) => !isRefusal(one))
      .map(({ one, verdict }) => `${one.id}: ${one.sql}\n  ${JSON.stringify(verdict).slice(0, 1500)}`),
  }
}

const whole = { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }

/** Texts as people have them, over all that the suite's events hold. */
const texts: readonly string[] = [
  `SELECT eventid, eventname FROM $EDS_ID WHERE eventtime >= timestamp '2026-01-01 00:00:00' AND useridentity.type = 'IAMUser'`,
  `SELECT eventID, element_at(requestParameters, 'userName') AS u, element_at(requestParameters, 'bucketName') AS b FROM $EDS_ID`,
  `SELECT eventID, element_at(additionalEventData, 'list') AS l FROM $EDS_ID WHERE element_at(additionalEventData, 'list') LIKE '%x%'`,
  `SELECT eventID FROM $EDS_ID WHERE readonly = true OR NOT managementEvent`,
  `SELECT eventSource, count(*) AS n FROM $EDS_ID WHERE eventtime > timestamp '2026-01-01 00:00:00' GROUP BY eventSource ORDER BY n DESC, 1`,
  `SELECT date_trunc('day', eventTime) AS d, count(*) AS n FROM $EDS_ID GROUP BY 1 ORDER BY 1`,
  `SELECT eventID, json_extract(element_at(requestParameters, 'policyDocument'), '$.Statement') AS s FROM $EDS_ID WHERE element_at(requestParameters, 'policyDocument') IS NOT NULL`,
  `SELECT eventID, json_extract_scalar(element_at(responseElements, 'user'), '$.userName') AS u FROM $EDS_ID WHERE element_at(responseElements, 'user') IS NOT NULL`,
  `WITH t AS (SELECT eventid, eventtime, eventname FROM $EDS_ID WHERE sourceipaddress <> '') SELECT eventname, count(*) AS n FROM t WHERE hour(eventtime) >= 0 GROUP BY eventname`,
  `SELECT a.eventID, b.eventID AS other FROM $EDS_ID a JOIN $EDS_ID b ON a.sharedEventID = b.sharedEventID AND a.eventID < b.eventID`,
  `SELECT eventID, json_extract_scalar(eventJson, '$.requestParameters.roleName') AS r FROM $EDS_ID WHERE element_at(requestParameters, 'roleName') = 'ci'`,
  `SELECT eventID, useridentity.sessioncontext.sessionissuer.arn AS issuer, tlsdetails.tlsversion AS v FROM $EDS_ID WHERE errorCode IS NULL`,
]

const plainText = (cell: unknown): string =>
  cell === null || cell === undefined ? '' : String(cell).replace(/^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d).*$/, '$1 $2')
const sortedRows = (rows: readonly (readonly unknown[])[]): string =>
  JSON.stringify(rows.map((row) => row.map(plainText)).toSorted((x, y) => (String(x) < String(y) ? -1 : 1)))

/** A text, as it is and as what came of importing it, answered by the same store. @returns how many were equal */
export async function roundTrip(url: string, table: string, connection: Connection): Promise<number> {
  const scope = { window: whole, earliest: whole.from, accounts: [], regions: [], services: [] }
  for (const text of texts) {
    const distinct = `(SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY eventid, eventjsonchecksum) AS copy FROM ${table}) WHERE copy = 1)`
    const original = await askTrino(url, text.replaceAll('$EDS_ID', distinct), new AbortController().signal)
    if ('error' in original) throw new Error(`${original.error}\n${text}`)
    const { query, issues } = analyze(importLakeSql(text).sql)
    if (query === undefined) throw new Error(`${issues[0]?.message}\n${text}`)
    const run = await connection.run(compile(query, { dialect: connection.dialect, scope, parameters: {} }), scope)
    const rows: unknown[][] = []
    for await (const batch of run.rows) rows.push(...batch.map((row) => query.columns.map(({ name }) => row[name])))
    if (sortedRows(original.rows) !== sortedRows(rows))
      throw new Error(`${text}\n${sortedRows(original.rows).slice(0, 600)}\n${sortedRows(rows).slice(0, 600)}`)
    if (rows.length === 0) throw new Error(`nothing was compared: ${text}`)
  }
  return texts.length
}
