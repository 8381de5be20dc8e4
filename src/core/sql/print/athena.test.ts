import { describe, expect, it } from 'vitest'
import type { TrailbookError } from '../../errors.ts'
import { analyze, compile } from '../compile.ts'
import type { Dialect } from '../dialect.ts'
import { athenaDialect } from './athena.ts'
import { trinoDialect } from './trino.ts'

const raw = athenaDialect({
  eventsTable: '"awsdatacatalog"."logs"."trail"',
  accountColumn: '_account',
  partitions: { account: 'account', day: { name: 'timestamp', format: 'yyyy/MM/dd' } },
  exactOnce: false,
})

const scope = {
  window: { from: '2026-01-10T00:00:00Z', to: '2026-01-12T00:00:00Z' },
  earliest: '2026-01-10T00:00:00Z',
  accounts: ['111122223333'],
  regions: [],
  services: [],
}

function textOf(sql: string, dialect: Dialect): string {
  const { query, issues } = analyze(sql)
  if (query === undefined) throw new Error(issues[0]?.message)
  return compile(query, { dialect, scope, parameters: {} }).text
}

describe('a query over a raw trail table', () => {
  it('leaves out partitions, then what its conditions leave out, then copies', () => {
    expect(
      textOf(
        "SELECT eventName, count(*) AS n FROM cloudtrail_logs WHERE eventSource = 'iam.amazonaws.com' GROUP BY 1",
        raw,
      ),
    ).toMatchInlineSnapshot(`
      "SELECT "cloudtrail_logs"."eventName" AS "eventName", count(*) AS "n"
      FROM (SELECT "eventSource", "eventName" FROM (SELECT "eventSource", "eventName", row_number() OVER (PARTITION BY "_copy") AS "_copy_number" FROM (SELECT "e"."eventSource", "e"."eventName", "e"."_copy" FROM "awsdatacatalog"."logs"."trail" AS "e" WHERE "e"."timestamp" >= '2026/01/09' AND "e"."timestamp" <= '2026/01/13' AND "e"."account" IN ('111122223333') AND "e"."eventTime" >= '2026-01-10T00:00:00Z' AND "e"."eventTime" < '2026-01-12T00:00:00Z' AND "e"."_account" IN ('111122223333')) AS "cloudtrail_logs" WHERE ("cloudtrail_logs"."eventSource" = 'iam.amazonaws.com')) AS "c" WHERE "_copy_number" = 1) AS "cloudtrail_logs"
      GROUP BY 1"
    `)
  })

  const logs = 'cloudtrail_logs'
  it.each([
    ['of the table alone', `SELECT 1 AS x FROM ${logs} WHERE errorCode IS NULL AND awsRegion = eventName`, 2],
    [
      'of each table of a join',
      `SELECT 1 AS x FROM ${logs} a JOIN ${logs} b ON true WHERE a.errorCode IS NULL AND b.errorCode IS NULL`,
      2,
    ],
    ['of both tables of a join', `SELECT 1 AS x FROM ${logs} a JOIN ${logs} b ON true WHERE a.eventID = b.eventID`, 0],
    [
      'of the side that a LEFT JOIN keeps',
      `SELECT 1 AS x FROM ${logs} a LEFT JOIN ${logs} b ON true WHERE a.errorCode IS NULL`,
      1,
    ],
    [
      'of the side that a LEFT JOIN may leave empty',
      `SELECT 1 AS x FROM ${logs} a LEFT JOIN ${logs} b ON true WHERE b.errorCode IS NULL`,
      0,
    ],
    [
      'of the side that a RIGHT JOIN may leave empty',
      `SELECT 1 AS x FROM ${logs} a RIGHT JOIN ${logs} b ON true WHERE a.errorCode IS NULL`,
      0,
    ],
    [
      'of a FULL JOIN',
      `SELECT 1 AS x FROM ${logs} a FULL JOIN ${logs} b ON a.eventID = b.eventID WHERE a.errorCode IS NULL`,
      0,
    ],
    ['with a subquery', `SELECT 1 AS x FROM ${logs} WHERE errorCode IN (SELECT eventName FROM ${logs})`, 0],
    ['joined by OR', `SELECT 1 AS x FROM ${logs} WHERE errorCode IS NULL OR awsRegion = 'x'`, 1],
    [
      'of an outer query',
      `SELECT 1 AS x FROM ${logs} a WHERE EXISTS (SELECT 1 FROM ${logs} b WHERE a.errorCode IS NULL AND a.eventID = b.eventID)`,
      0,
    ],
    ['that reads nothing', `SELECT 1 AS x FROM ${logs} WHERE 1 = 2`, 0],
  ])('asks a condition %s before copies are looked for: %s', (_, sql, moved) => {
    const conditions = [...textOf(sql, raw).matchAll(/\) AS "\w+" WHERE (.*?)\) AS "c" WHERE "_copy_number" = 1/g)]
    expect(conditions.flatMap(([, text]) => text!.split(' AND ')).length).toBe(moved)
  })
})

describe('a list of rows', () => {
  it('is unnested as arrays of one row each, which both engines make one column of', () => {
    const text = textOf(
      'SELECT r.ARN AS arn, n FROM cloudtrail_logs CROSS JOIN UNNEST(resources) WITH ORDINALITY AS u(r, n)',
      raw,
    )
    expect(text).toContain('UNNEST(transform("cloudtrail_logs"."resources", "r" -> ARRAY["r"])) WITH ORDINALITY')
    expect(text).toContain('"u"."r"[1]."ARN" AS "arn"')
  })

  it('keeps its fields within a fragment whose names are those of the query around it', () => {
    const unnested = 'SELECT u.r.ARN AS r FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS u(r)'
    const fragment = analyze(unnested).query!
    const { query } = analyze('SELECT u.r AS x FROM fragments.f AS u', { fragments: { f: fragment } })
    const { text } = compile(query!, { dialect: raw, scope, parameters: {} })
    expect(text).toContain('SELECT "u"."r" AS "x"')
    expect(text).toContain('"u"."r"[1]."ARN"\n')
  })
})

describe.each([
  ['Athena', athenaDialect({ eventsTable: '"t"', accountColumn: 'recipientAccountId' })],
  ['Trino', trinoDialect()],
] as const)('%s', (name, dialect) => {
  const values = (count: number): string => Array.from({ length: count }, (_, at) => `'${at}'`).join(', ')

  it.each([
    ['254 items', 254, 1],
    ['255 items', 255, 2],
    ['600 items', 600, 3],
  ])('makes an array of %s from pieces that it takes', (_, count, pieces) => {
    expect(textOf(`SELECT ARRAY[${values(count)}] AS a`, dialect).match(/ARRAY\[/g)).toHaveLength(pieces)
  })

  it('joins more texts than a function takes arguments by several calls', () => {
    const text = textOf(`SELECT concat(${values(300)}) AS c`, dialect)
    expect(text.match(/concat\(/g)).toHaveLength(5)
  })

  it('refuses other functions of more values than it takes', () => {
    let message = ''
    try {
      textOf(`SELECT greatest(${values(128)}) AS g`, dialect)
    } catch (error) {
      message = `${(error as TrailbookError).message} ${(error as TrailbookError).hint}`
    }
    expect(message.replace(name, '…')).toMatchInlineSnapshot(
      `"… cannot be asked this: greatest of 128 values, where a function takes at most 127. Use several calls inside of one, or a list with IN or UNNEST."`,
    )
  })
})
