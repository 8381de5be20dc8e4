import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cell } from '../../src/core/ports.ts'
import { analyze, compile, type ParameterType } from '../../src/core/sql/compile.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { trinoDialect } from '../../src/core/sql/print/trino.ts'
import { tokenize } from '../../src/core/sql/tokenizer.ts'
import { type EventEngine, openEvents, wholeScope } from './engine.ts'
import { askTrino, trinoUrl, withoutTrino } from './trino.ts'

let engine: EventEngine
beforeAll(async () => {
  engine = await openEvents()
})
afterAll(() => engine.close())

/** As bytes, since DuckDB's client drops a byte order mark at the start of a text. */
const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase()
const bytes = async (sql: string, values: Values) => (await ask(sql, { p: 'string', l: 'string[]' }, values))[0]?.[0]

type Values = Readonly<Record<string, Cell>>
type Types = Readonly<Record<string, ParameterType>>

const compiled = (sql: string, parameters: Types, values: Values, dialect = duckdbDialect) => {
  const { query, issues } = analyze(sql, { parameters })
  expect(issues).toEqual([])
  return compile(query!, { dialect, scope: wholeScope, parameters: values })
}
const onTrino = (sql: string, parameters: Types, values: Values) =>
  compiled(sql, parameters, values, trinoDialect()).text
const ask = (sql: string, parameters: Types, values: Values) => engine.ask(sql, { parameters, values })

const hostile = [
  "'",
  "''",
  "' OR 1=1 --",
  "'; DROP TABLE x; --",
  '"',
  '\\',
  "\\'",
  '\\\\',
  '--',
  '/* */',
  '$1',
  '$p',
  ':p',
  '?',
  '{{ x }}',
  '%',
  '_',
  '\0',
  'a\0b',
  '\n',
  '\r\n',
  '\t',
  '\u0001',
  '\u001f',
  '\u007f',
  'U&',
  "U&'\\0041'",
  '\u0001\\0041',
  "\u0001'",
  '😀',
  'é',
  'e\u0301',
  '\u200b',
  '\u202e',
  '\ufeff',
  '\uffff',
  '',
  ' ',
  'NULL',
  'x'.repeat(100_000),
]
const texts = fc.oneof(
  fc.constantFrom(...hostile.slice(0, -1)),
  fc.string({ unit: 'binary' }),
  fc.array(fc.constantFrom(...hostile.slice(0, -1))).map((parts) => parts.join('')),
)

describe('a value', () => {
  /** kind, value, what DuckDB gives back for `SELECT :p`, and how Trino's text says it. */
  const kinds: readonly (readonly [ParameterType, Cell, Cell, string])[] = [
    ['string', "it's", "it's", "'it''s'"],
    ['integer', 7, 7, "BIGINT '7'"],
    ['integer', '9223372036854775807', '9223372036854775807', "BIGINT '9223372036854775807'"],
    ['integer', -3, -3, "BIGINT '-3'"],
    ['number', 0.1, 0.1, "DOUBLE '0.1'"],
    ['number', -1e300, -1e300, "DOUBLE '-1e+300'"],
    ['boolean', true, true, 'TRUE'],
    ['boolean', false, false, 'FALSE'],
    ['timestamp', '2026-01-31T09:00:00Z', '2026-01-31T09:00:00Z', "'2026-01-31T09:00:00Z'"],
    ['timestamp', '2026-01-31T11:00:00.250+02:00', '2026-01-31T09:00:00Z', "'2026-01-31T09:00:00Z'"],
    [
      'arn',
      'arn:aws:iam::111122223333:user/a',
      'arn:aws:iam::111122223333:user/a',
      "'arn:aws:iam::111122223333:user/a'",
    ],
    ['account', '011122223333', '011122223333', "'011122223333'"],
    ['region', 'eu-central-1', 'eu-central-1', "'eu-central-1'"],
    ['ip', '2001:db8::1', '2001:db8::1', "'2001:db8::1'"],
    ['cidr', '198.51.100.0/24', '198.51.100.0/24', "'198.51.100.0/24'"],
    ['accessKey', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE', "'AKIAIOSFODNN7EXAMPLE'"],
    ['string[]', ['a', null, 'b', 'a'], ['a', 'b'], "ARRAY['a', 'b']"],
    ['integer[]', [1, 2], [1, 2], "ARRAY[BIGINT '1', BIGINT '2']"],
    ['string[]', [], [], 'ARRAY[]'],
    ['string', null, null, 'CAST(NULL AS varchar)'],
    ['integer[]', null, null, 'CAST(NULL AS array(bigint))'],
  ]

  it.each(kinds)('of kind %s, %j, comes back from DuckDB and stands in Trino text', async (kind, value, back, text) => {
    expect(await ask('SELECT :p AS v', { p: kind }, { p: value })).toEqual([[back]])
    expect(onTrino('SELECT :p AS v', { p: kind }, { p: value })).toBe(`SELECT ${text} AS "v"`)
  })

  it('that is a duration is an interval', async () => {
    const sql = `SELECT to_iso8601(from_iso8601_timestamp('2026-01-31T09:00:00Z') - :p) AS v`
    expect(await ask(sql, { p: 'duration' }, { p: '1d12h' })).toEqual([['2026-01-29T21:00:00.000Z']])
    expect(onTrino(sql, { p: 'duration' }, { p: '1d12h' })).toContain("INTERVAL '129600' SECOND")
  })

  it('that is a time takes the form of what it meets', async () => {
    const sql = `SELECT from_iso8601_timestamp('2026-01-31T09:00:00Z') = :p, '2026-01-31T09:00:00Z' = :p`
    expect(await ask(sql, { p: 'timestamp' }, { p: '2026-01-31T09:00:00Z' })).toEqual([[true, true]])
  })

  it.each<[ParameterType, Cell]>([
    ['integer', 1.5],
    ['integer', 'many'],
    ['integer', '9223372036854775808'],
    ['integer', true],
    ['number', '1'],
    ['number', Number.NaN],
    ['number', Number.POSITIVE_INFINITY],
    ['boolean', 'true'],
    ['duration', 'soon'],
    ['duration', '99999999999999999999w'],
    ['duration', 1e30],
    ['timestamp', 'yesterday'],
    ['timestamp', '2026-01-31'],
    ['timestamp', '2026-13-31T09:00:00Z'],
    ['string', { a: 1 }],
    ['string', ['a']],
    ['integer[]', [1, 'x']],
  ])('of kind %s cannot be %j', (kind, value) => {
    const sql = kind === 'duration' ? 'SELECT now() - :p AS v' : 'SELECT :p AS v'
    expect(() => compiled(sql, { p: kind }, { p: value })).toThrow(
      expect.objectContaining({ code: 'SQL_PARAMETER_VALUE' }),
    )
  })

  it.each(hostile.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    '%s stays what it is on DuckDB',
    async (_, text) => {
      expect(await bytes('SELECT to_hex(to_utf8(:p))', { p: text })).toBe(hex(text))
      expect(
        await bytes('SELECT to_hex(to_utf8(v)) FROM (VALUES :p) AS t(v) WHERE v IN (:l)', {
          p: text,
          l: [text, 'other'],
        }),
      ).toBe(hex(text))
    },
  )

  it('of any text comes back from DuckDB', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await bytes('SELECT to_hex(to_utf8(:p))', { p: text })).toBe(hex(text))
      }),
    )
  })

  it('of any text is one literal in Trino text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const literal = /^SELECT (.*) AS "v"$/s.exec(onTrino('SELECT :p AS v', { p: 'string' }, { p: text }))![1]!
        expect(readLiteral(literal)).toBe(text)
      }),
    )
  })

  it.skipIf(!trinoUrl)(`of any text comes back from Trino (skipped where ${withoutTrino})`, async () => {
    const sampled = [...hostile, ...fc.sample(texts, 100)]
    const sql = `SELECT ${sampled.map((_, i) => `:p${i} AS v${i}`).join(', ')}`
    const parameters = Object.fromEntries(sampled.map((_, i) => [`p${i}`, 'string' as const]))
    const values = Object.fromEntries(sampled.map((text, i) => [`p${i}`, text]))
    expect(await askTrino(onTrino(sql, parameters, values))).toEqual([sampled])
  })
})

/** Reads `'…'` with our own tokenizer, and `U&'…'` as the SQL standard has it, which our language refuses. */
function readLiteral(literal: string): string {
  const escaped = literal.startsWith('U&')
  const tokens = tokenize(escaped ? literal.slice(2) : literal)
  expect(tokens.map((token) => token.kind)).toEqual(['string', 'end'])
  return escaped
    ? tokens[0]!.text.replace(/\\(\\|[0-9a-f]{4})/g, (_, code: string) =>
        code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 16)),
      )
    : tokens[0]!.text
}

describe('an optional value', () => {
  const sql = `SELECT eventName FROM cloudtrail_logs WHERE (:p IS NULL OR actor = :p) AND (:l IS NULL OR eventName IN (:l))`
  const types: Types = { p: 'string', l: 'string[]' }

  it('that is absent leaves no trace in the text', () => {
    const { text, bindings } = compiled(sql, types, {})
    expect(text).not.toContain('NULL')
    expect(text).not.toContain('$')
    expect(bindings).toEqual([])
    expect(onTrino(sql, types, {})).not.toContain('NULL')
  })

  it('that is given leaves its comparison', () => {
    const { text, bindings } = compiled(sql, types, { p: 'x', l: ['a', 'b'] })
    expect(text).toContain('($p AS VARCHAR)')
    expect(text).not.toContain('IS NULL')
    expect(bindings).toEqual([
      { name: 'p', value: 'x' },
      { name: 'l_1', value: 'a' },
      { name: 'l_2', value: 'b' },
    ])
  })

  it('is bound only where the folded text still names it', async () => {
    const folded = "SELECT 1 FROM (VALUES 1) AS t(x) WHERE :p IS NOT NULL OR 'a $p b' = :p || :q"
    const { text, bindings } = compiled(folded, { p: 'string', q: 'string' }, { p: 'x', q: 'y' })
    expect(bindings).toEqual([])
    expect(text).toContain('WHERE TRUE')
    expect(await ask(folded, { p: 'string', q: 'string' }, { p: 'x', q: 'y' })).toEqual([[1]])
  })

  it('in a string is text', async () => {
    expect(await ask("SELECT ':p $p $1' AS v, :p AS w", { p: 'string' }, { p: 'x' })).toEqual([[':p $p $1', 'x']])
  })
})

describe('a list', () => {
  const rows = "(VALUES 'a', 'b', CAST(NULL AS varchar)) AS t(x)"
  it.each<[string, Cell[] | null, Cell[][]]>([
    ['IN (:l)', [], []],
    ['NOT IN (:l)', [], [['a'], ['b'], [null]]],
    ['IN (:l)', null, []],
    ['NOT IN (:l)', null, [['a'], ['b'], [null]]],
    ['IN (:l)', [null], []],
    ['NOT IN (:l)', [null], [['a'], ['b'], [null]]],
    ['IN (:l)', ['a', null, 'a'], [['a']]],
    ['NOT IN (:l)', ['a', null, 'a'], [['b']]],
    ["IN (:l, 'b')", ['a'], [['a'], ['b']]],
    ["IN ('b', :l)", [], [['b']]],
    ['IN :l', ['a'], [['a']]],
  ])('in x %s that holds %j', async (condition, list, expected) => {
    const sql = `SELECT x FROM ${rows} WHERE x ${condition}`
    expect(await ask(sql, { l: 'string[]' }, { l: list })).toEqual(expected)
  })

  it('is an array elsewhere', async () => {
    const sql = 'SELECT contains(:l, 2), cardinality(:l), (SELECT sum(x) FROM UNNEST(:l) AS u(x))'
    expect(await ask(sql, { l: 'integer[]' }, { l: [1, 2] })).toEqual([[true, 2, 3]])
    expect(await ask(sql, { l: 'integer[]' }, { l: [] })).toEqual([[false, 0, null]])
  })

  it('does not take the names of other parameters', async () => {
    const types: Types = { a: 'string[]', a_1: 'string', a_1_2: 'string', A: 'string', A_2: 'string[]' }
    const values = { a: ['x', 'y'], a_1: 'one', a_1_2: 'two', A: 'upper', A_2: ['z'] }
    const sql = "SELECT :a_1, :a_1_2, :A, 'x' IN (:a), 'y' IN (:a), 'one' IN (:a), 'z' IN (:A_2), 'upper' IN (:A_2)"
    expect(await ask(sql, types, values)).toEqual([['one', 'two', 'upper', true, true, false, true, false]])
    expect(onTrino(sql, types, values)).toContain('\'one\' AS "_col0", \'two\' AS "_col1", \'upper\' AS "_col2"')
  })

  it('of a thousand texts matches exactly its members', async () => {
    const list = Array.from({ length: 1000 }, (_, i) => `x${i * 2}`)
    const sql = "SELECT count(*) FROM UNNEST(sequence(0, 1999)) AS u(i) WHERE 'x' || CAST(i AS varchar) IN (:l)"
    expect(await ask(sql, { l: 'string[]' }, { l: list })).toEqual([[1000]])
  })
})

describe('a parameter stands', () => {
  const types: Types = { n: 'integer', s: 'string' }
  it.each<[string, string, Cell[][]]>([
    ['in LIMIT', 'SELECT x FROM (VALUES 1, 2, 3) AS t(x) ORDER BY x LIMIT :n', [[1], [2]]],
    ['in OFFSET', 'SELECT x FROM (VALUES 1, 2, 3) AS t(x) ORDER BY x OFFSET :n', [[3]]],
    [
      'in a window frame',
      'SELECT sum(x) OVER (ORDER BY x ROWS BETWEEN :n PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 3, 4) AS t(x) ORDER BY x',
      [[1], [3], [6], [9]],
    ],
    ['in a lambda', 'SELECT transform(ARRAY[1, 2], v -> v + :n)', [[[3, 4]]]],
    ['in a WITH query', 'WITH w AS (SELECT :n AS v) SELECT v FROM w', [[2]]],
    ['in VALUES', "SELECT y FROM (VALUES (1, :s), (2, 'z')) AS t(x, y) ORDER BY x", [['x'], ['z']]],
    ['in GROUP BY and SELECT alike', 'SELECT x + :n, count(*) FROM (VALUES 1, 1) AS t(x) GROUP BY x + :n', [[3, 2]]],
    ['in ORDER BY', 'SELECT x FROM (VALUES 1, 2) AS t(x) ORDER BY x * -:n', [[2], [1]]],
    [
      'in a join condition',
      'SELECT a.x FROM (VALUES 1, 2) AS a(x) JOIN (VALUES 1, 2) AS b(x) ON a.x = b.x AND b.x = :n',
      [[2]],
    ],
    ['in LIKE', "SELECT 'axb' LIKE '%' || :s || '%'", [[true]]],
    ['in CASE', "SELECT CASE :n WHEN 2 THEN :s ELSE 'no' END", [['x']]],
    ['in a FILTER', 'SELECT count(*) FILTER (WHERE x = :n) FROM (VALUES 1, 2, 2) AS t(x)', [[2]]],
    ['in BETWEEN', 'SELECT x FROM (VALUES 1, 2) AS t(x) WHERE x BETWEEN :n AND :n', [[2]]],
  ])('%s', async (_, sql, expected) => {
    expect(await ask(sql, types, { n: 2, s: 'x' })).toEqual(expected)
  })
})
