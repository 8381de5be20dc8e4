import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Connection, Row, Scope } from '../../src/core/ports.ts'
import { analyze, type CompiledQuery, compile } from '../../src/core/sql/compile.ts'
import type { Dialect } from '../../src/core/sql/dialect.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { timeParts } from '../../src/core/sql/time-parts.ts'
import { isoTime } from '../../src/core/time.ts'
import { openMemoryEngine } from '../../src/engines/duckdb/memory-connection.ts'

const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-09T00:00:00Z' }
const scope: Scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
const lists = { names: { columns: [{ name: 'value', type: 'varchar' }], rows: [{ value: 'e1' }, { value: 'e3' }] } }

const records = Array.from({ length: 60 }, (_, at) => ({
  eventVersion: '1.08',
  eventTime: isoTime(Date.parse(window.from) + at * 3 * 3_600_000 + (at % 7) * 60_000),
  eventSource: `s${at % 3}.amazonaws.com`,
  eventName: `e${at % 5}`,
  awsRegion: 'us-east-1',
  eventID: `id-${at}`,
  readOnly: at % 2 === 0,
  recipientAccountId: '111122223333',
  userIdentity: { type: 'IAMUser', userName: `u${at % 4}` },
  resources: Array.from({ length: at % 3 }, (_unused, of) => ({ ARN: `arn:${at}:${of}`, type: 't' })),
}))

const analyzed = (sql: string) => {
  const { query, issues } = analyze(sql, { lists })
  if (query === undefined) throw new Error(`${sql}: ${issues[0]!.message}`)
  return query
}

/** DuckDB's dialect, with the texts of parts. */
const inParts: Dialect = {
  name: 'duckdb',
  print(query, input) {
    const parts = timeParts(query)
    const printed = duckdbDialect.print(query, input)
    if (parts === undefined) return printed
    return {
      ...printed,
      inParts: { ...parts, text: (part) => duckdbDialect.print(query, { ...input, scope: part }).text },
    }
  },
}

let connection: Connection
let close: () => Promise<void>
beforeAll(async () => {
  const engine = await openMemoryEngine()
  connection = await engine.load(records)
  close = () => engine.close()
})
afterAll(() => close())

async function rowsOf(query: CompiledQuery): Promise<Row[]> {
  const rows: Row[] = []
  for await (const batch of (await connection.run(query, scope)).rows) rows.push(...batch)
  return rows
}

/** Cut points of the window, in hours. */
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 191 }), { maxLength: 5 })

async function bothWays(sql: string, hours: readonly number[]): Promise<[Row[], Row[]]> {
  const compiled = compile(analyzed(sql), { dialect: inParts, scope, parameters: {}, lists })
  const parts = compiled.inParts!
  const times = [0, ...[...hours].sort((a, b) => a - b), 192].map((hour) =>
    isoTime(Date.parse(window.from) + hour * 3_600_000),
  )
  const scopes = times
    .slice(1)
    .map((to, at): Scope => ({ ...scope, earliest: times[at]!, window: { from: times[at]!, to } }))
  if (parts.order === 'descending') scopes.reverse()
  const together: Row[] = []
  for (const part of scopes) together.push(...(await rowsOf({ ...compiled, text: parts.text(part) })))
  const whole = await rowsOf(compiled)
  const sorted = (rows: Row[]) =>
    rows
      .map((row) => JSON.stringify(row))
      .sort()
      .map((row) => JSON.parse(row))
  const limited = together.slice(0, parts.limit ?? together.length)
  return parts.order === 'any' ? [sorted(whole), sorted(limited)] : [whole, limited]
}

const items = fc.constantFrom(
  '*',
  'eventName, eventID',
  'upper(e.eventName) AS n, eventTime, eventID, :window_from AS w',
  'eventID, actor, event_time',
)
const from = fc.constantFrom(
  'cloudtrail_logs AS e',
  "(SELECT *, actor, event_time FROM cloudtrail_logs WHERE readOnly = 'true') AS e",
  'cloudtrail_logs AS e CROSS JOIN UNNEST(resources) AS r(resource)',
  'cloudtrail_logs AS e JOIN lists.names AS l ON l.value = e.eventName',
  'lists.names AS l RIGHT JOIN cloudtrail_logs AS e ON l.value = e.eventName',
  'cloudtrail_logs AS e LEFT JOIN (SELECT value AS v, count(*) AS c FROM lists.names GROUP BY value) AS l ON l.v = e.eventName',
)
const where = fc.constantFrom(
  '',
  " WHERE eventName <> 'e2'",
  ' WHERE eventName IN (SELECT value FROM lists.names)',
  " WHERE eventTime >= :window_from AND userIdentity.userName = 'u1'",
)
const direct = fc.constantFrom(
  '',
  ' ORDER BY eventTime, eventID',
  ' ORDER BY e.eventTime DESC, eventID LIMIT 7',
  ' ORDER BY eventTime DESC, eventID',
)

describe('a query that may be asked in parts', () => {
  it('gives together what the whole gives, in the same order, wherever time is cut', async () => {
    const query = fc.tuple(items, from, where, direct).map(([what, source, condition, order]) => {
      // Only events themselves can be ordered by time across parts.
      const ordered = source.startsWith('(') || source.includes('UNNEST') ? '' : order
      return `SELECT ${what} FROM ${source}${condition}${ordered}`
    })
    let ordered = 0
    await fc.assert(
      fc.asyncProperty(query, cuts, async (sql, hours) => {
        const [whole, together] = await bothWays(sql, hours)
        expect(together).toEqual(whole)
        if (sql.includes('ORDER')) ordered++
      }),
      { numRuns: 200 },
    )
    expect(ordered).toBeGreaterThan(10)
  }, 60_000)

  it.each([
    'WITH w AS (SELECT eventName AS n FROM cloudtrail_logs) SELECT n FROM w WHERE n IS NOT NULL',
    'SELECT eventName FROM cloudtrail_logs UNION ALL SELECT eventSource FROM cloudtrail_logs',
    'SELECT eventTime AS t, eventName FROM cloudtrail_logs ORDER BY 1, eventID LIMIT 5',
    'SELECT eventTime AS t, eventID FROM cloudtrail_logs ORDER BY t DESC, eventID',
  ])('is also: %s', async (sql) => {
    const [whole, together] = await bothWays(sql, [30, 100])
    expect(whole.length).toBeGreaterThan(0)
    expect(together).toEqual(whole)
  })
})

describe('a query that may not', () => {
  it.each([
    'SELECT count(*) AS n FROM cloudtrail_logs',
    'SELECT DISTINCT eventName FROM cloudtrail_logs',
    'SELECT eventName FROM cloudtrail_logs GROUP BY 1',
    'SELECT eventName, row_number() OVER (ORDER BY eventTime) AS n FROM cloudtrail_logs',
    'SELECT eventName FROM cloudtrail_logs ORDER BY eventName',
    'SELECT eventName FROM cloudtrail_logs ORDER BY eventTime, count(*) OVER (PARTITION BY eventName)',
    'SELECT eventName FROM cloudtrail_logs LIMIT 3',
    'SELECT eventName FROM cloudtrail_logs ORDER BY eventTime OFFSET 2',
    'SELECT upper(eventTime) AS eventTime FROM cloudtrail_logs ORDER BY eventTime',
    'SELECT eventName FROM cloudtrail_logs UNION SELECT eventSource FROM cloudtrail_logs',
    'SELECT a.eventID FROM cloudtrail_logs AS a JOIN cloudtrail_logs AS b ON a.eventName = b.eventName',
    'SELECT value FROM lists.names',
    'SELECT eventName FROM cloudtrail_logs UNION ALL SELECT value FROM lists.names',
    "SELECT eventName FROM cloudtrail_logs WHERE eventID IN (SELECT eventID FROM cloudtrail_logs WHERE eventName = 'e1')",
    'SELECT eventName, (SELECT max(eventTime) FROM cloudtrail_logs) AS m FROM cloudtrail_logs',
    'SELECT n FROM (SELECT eventName AS n FROM cloudtrail_logs ORDER BY eventTime LIMIT 3) AS q',
    'SELECT n FROM (SELECT eventName AS n, count(*) AS c FROM cloudtrail_logs GROUP BY 1) AS q',
    'WITH w AS (SELECT max(eventTime) AS t FROM cloudtrail_logs) SELECT eventName FROM cloudtrail_logs CROSS JOIN w',
    'WITH w AS (SELECT eventName AS n FROM cloudtrail_logs) SELECT a.n FROM w AS a CROSS JOIN w AS b',
    'SELECT l.value, e.eventID FROM lists.names AS l LEFT JOIN cloudtrail_logs AS e ON l.value = e.eventName',
    'SELECT l.value, e.eventID FROM lists.names AS l FULL JOIN cloudtrail_logs AS e ON l.value = e.eventName',
    'SELECT eventName FROM cloudtrail_logs WHERE event_time < current_timestamp',
    'SELECT 1 AS one',
  ])('%s', (sql) => {
    expect(timeParts(analyzed(sql).tree)).toBeUndefined()
  })
})
