import { describe, expect, it } from 'vitest'
import { analyze, compile } from '../compile.ts'
import { withTextOutputs } from './text-outputs.ts'
import { trinoDialect } from './trino.ts'

const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
const dialect = withTextOutputs(trinoDialect())

const text = (sql: string): string => compile(analyze(sql).query!, { dialect, scope, parameters: {} }).text

describe('results as text', () => {
  it('leave a query without arrays, maps, rows and binary values as it is', () => {
    const sql = 'SELECT eventName AS n, 1.5 AS d FROM cloudtrail_logs ORDER BY 1'
    const plain = compile(analyze(sql).query!, { dialect: trinoDialect(), scope, parameters: {} }).text
    expect(text(sql)).toBe(plain)
  })

  it('have such columns as JSON with texts for leaves, and keep the order', () => {
    expect(
      text("SELECT ARRAY[1, 2] AS a, 'x' AS b FROM (VALUES 1) AS t (v) ORDER BY v DESC, b LIMIT 3"),
    ).toMatchInlineSnapshot(`
      "SELECT json_format(CAST(transform("o"."a", "v0" -> CAST("v0" AS varchar)) AS json)) AS "a", "o"."b" AS "b"
      FROM (
      SELECT ARRAY[1, 2] AS "a", 'x' AS "b", "t"."v" AS "_order1"
      FROM (
      VALUES (1)
      ) AS "t" ("v")
      ORDER BY "t"."v" DESC NULLS LAST, 2 ASC NULLS LAST
      LIMIT 3
      ) AS "o"
      ORDER BY "o"."_order1" DESC NULLS LAST, "o"."b" ASC NULLS LAST"
    `)
  })

  it('have rows by position, so that a field without a name stays', () => {
    expect(text("SELECT ROW(1, X'00') AS r")).toMatchInlineSnapshot(`
      "SELECT json_format(CAST(IF("o"."r" IS NULL, NULL, CAST(ARRAY[CAST(CAST("o"."r"[1] AS varchar) AS json), CAST(to_base64("o"."r"[2]) AS json)] AS json)) AS json)) AS "r"
      FROM (
      SELECT ROW(1, X'00') AS "r"
      ) AS "o""
    `)
  })

  it('are refused where an order would be lost', () => {
    expect(() => text('SELECT ARRAY[1] AS a UNION ALL SELECT ARRAY[2] ORDER BY cardinality(a)')).toThrow(
      'Athena cannot be asked this: ORDER BY an expression',
    )
  })
})
