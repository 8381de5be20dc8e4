import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from './open.ts'
import { chunkRows, trinoType } from './rows.ts'
import { prepareSelect } from './sandbox.ts'

let folder = ''
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-duckdb-'))
  await writeFile(join(folder, 'secret.txt'), 'secret')
  database = await openDatabase({
    folders: [join(folder, 'lake')],
    prelude: ['CREATE MACRO twice(x) AS x * 2'],
    memoryLimit: '200MB',
  })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

async function run(sql: string): Promise<unknown[][]> {
  const connection = await database.connect()
  try {
    const result = await connection.run(sql)
    const rows: unknown[][] = []
    for (const chunk of await result.fetchAllChunks()) rows.push(...chunkRows(chunk, result.columnTypes()))
    return rows
  } finally {
    connection.closeSync()
  }
}

describe('the sandbox', () => {
  test.each([
    "SELECT * FROM read_text('{}/secret.txt')",
    "SELECT * FROM '{}/secret.txt'",
    "SELECT * FROM read_csv('{}/lake/../secret.txt')",
    "COPY (SELECT 1) TO '{}/x.parquet'",
    "ATTACH '{}/x.db'",
    "SELECT * FROM glob('{}/*')",
    "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    "SET allowed_directories = ['/']",
    'SET threads = 8',
    'RESET lock_configuration',
    "EXPORT DATABASE '{}/x'",
    "CREATE SECRET (TYPE s3, KEY_ID 'a', SECRET 'b')",
  ])('refuses %s', async (sql) => {
    await expect(run(sql.replaceAll('{}', folder))).rejects.toThrow()
  })

  test('times are UTC and macros are there, on every connection', async () => {
    expect(await run(`SELECT twice(4), CAST(TIMESTAMPTZ '2026-01-31 10:00:00+01:00' AS VARCHAR)`)).toEqual([
      [8, '2026-01-31 09:00:00+00'],
    ])
  })

  test('memory is limited', async () => {
    await expect(
      run('SELECT count(*) FROM (SELECT range, random() r FROM range(50000000) ORDER BY r, range)'),
    ).rejects.toThrow(/memory/i)
  })
})

describe('the statement gate', () => {
  test.each(['SELECT 1', 'WITH a AS (SELECT 1) SELECT * FROM a', 'VALUES (1)', ' SELECT 1 ; '])(
    'lets %j pass',
    async (sql) => {
      const connection = await database.connect()
      ;(await prepareSelect(connection, sql)).destroySync()
      connection.closeSync()
    },
  )

  test.each<[string, string]>([
    ['', 'no statement'],
    [' -- nothing', 'no statement'],
    ['SELECT 1; SELECT 2', '2 statements'],
    ["COPY (SELECT 1) TO '{}/lake/x.parquet'", 'a COPY'],
    ['CREATE TABLE t AS SELECT 1', 'a CREATE'],
    ['SET threads = 1', 'a SET'],
    ['EXPLAIN SELECT 1', 'a EXPLAIN'],
  ])('refuses %j', async (sql, found) => {
    const connection = await database.connect()
    try {
      await expect(prepareSelect(connection, sql.replace('{}', folder))).rejects.toMatchObject({
        code: 'ENGINE_NOT_ONE_SELECT',
        message: expect.stringContaining(found),
      })
    } finally {
      connection.closeSync()
    }
  })
})

describe('cells', () => {
  test.each<[string, unknown]>([
    ['9007199254740991::BIGINT', 9007199254740991],
    ['9007199254740993::BIGINT', '9007199254740993'],
    ['(-9007199254740993)::BIGINT', '-9007199254740993'],
    ['sum(1)', 1],
    ['170141183460469231731687303715884105727::HUGEINT', '170141183460469231731687303715884105727'],
    ['1.50::DECIMAL(5,2)', '1.50'],
    ['0.1::DOUBLE', 0.1],
    ["'nan'::DOUBLE", 'NaN'],
    ["'-inf'::DOUBLE", '-Infinity'],
    ["''", ''],
    ['NULL', null],
    ['true', true],
    ["TIMESTAMP '2026-01-31 09:00:00.123456'", '2026-01-31T09:00:00.123'],
    ["TIMESTAMP '1969-12-31 23:59:59.9999'", '1969-12-31T23:59:59.999'],
    ["TIMESTAMPTZ '2026-01-31 10:00:00+01:00'", '2026-01-31T09:00:00.000Z'],
    ["DATE '0099-02-03'", '0099-02-03'],
    ["TIME '09:00:00.5'", '09:00:00.5'],
    ["INTERVAL '26 hours'", '26:00:00'],
    ["'\\xAA\\xBB'::BLOB", 'qrs='],
    ['[1, NULL]', [1, null]],
    ["{'a': {'b': [9007199254740993]}}", { a: { b: ['9007199254740993'] } }],
    ["MAP {'k:1': 1, 'z': NULL}", { 'k:1': 1, z: null }],
    [`'{"n":1.0}'::JSON`, '{"n":1.0}'],
    // A byte order mark is a character like any other, also in text too long to be kept within the vector.
    ['chr(65279)', '\ufeff'],
    ["chr(65279) || 'a' || chr(65279)", '\ufeffa\ufeff'],
    ["chr(65279) || repeat('é', 20)", `\ufeff${'é'.repeat(20)}`],
    ["[chr(65279), {'k': chr(65279)}.k]", ['\ufeff', '\ufeff']],
    ["'0123456789abcdef0123456789abcdef'::UUID", '01234567-89ab-cdef-0123-456789abcdef'],
  ])('%s', async (sql, expected) => {
    expect(await run(`SELECT ${sql}`)).toEqual([[expected]])
  })

  test.each([
    ['1::INTEGER', 'integer'],
    ['1.5::DECIMAL(4,1)', 'decimal(4,1)'],
    ["TIMESTAMPTZ '2026-01-31 10:00:00+01:00'", 'timestamp(3) with time zone'],
    ["MAP {'a': [1::BIGINT]}", 'map(varchar, array(bigint))'],
    ["{'a b': 'x'}", 'row("a b" varchar)'],
  ])('the type of %s is %s', async (sql, type) => {
    const connection = await database.connect()
    const result = await connection.run(`SELECT ${sql}`)
    expect(trinoType(result.columnTypes()[0]!)).toBe(type)
    connection.closeSync()
  })
})

test('fields of structs in lists that hold a NULL are right when read from Parquet', async () => {
  const path = join(folder, 'lake', 'lists.parquet')
  await mkdir(join(folder, 'lake'), { recursive: true })
  await run(`COPY (SELECT [{'ARN': 'arn:aws:s3:::x'}, NULL] AS resources) TO '${path}'`)
  expect(await run(`SELECT resources[1].ARN FROM '${path}' ORDER BY 1`)).toEqual([['arn:aws:s3:::x']])
  expect(await run(`SELECT resources[1].ARN, count(*) FROM '${path}' GROUP BY 1`)).toEqual([['arn:aws:s3:::x', 1]])
  expect(await run(`SELECT count(*) FROM '${path}' WHERE resources[1].ARN IS NULL`)).toEqual([[0]])
})

describe('TRY holds', () => {
  const number = 'CAST(t AS BIGINT)'
  test.each([
    [`TRY(${number} / ${number})`, [null, 1]],
    [`try (${number} + ${number} * 2)`, [null, 6]],
    [`TRY(TRY(${number}) * ${number})`, [null, 4]],
  ])('%s', async (expression, expected) => {
    const connection = await database.connect()
    const text = `SELECT ${expression} FROM (VALUES ('x'), ('2')) AS v(t)`
    // A text without TRY before and between changes nothing.
    for (const sql of ['SELECT 1', text, 'SELECT 2', text]) {
      const prepared = await prepareSelect(connection, sql)
      const result = await prepared.run()
      const rows = (await result.fetchAllChunks()).flatMap((chunk) => [...chunkRows(chunk, result.columnTypes())])
      if (sql === text) expect(rows.map(([value]) => value)).toEqual(expected)
      prepared.destroySync()
    }
    connection.closeSync()
  })
})
