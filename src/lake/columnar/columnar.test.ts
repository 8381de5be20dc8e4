import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { eventColumns } from '../../core/event/columns.ts'
import { parseJson } from '../../core/event/json.ts'
import { normaliseRecord } from '../../core/event/normalise.ts'
import { createStagingTable, partColumns } from '../../duckdb/event-staging.ts'
import { type Database, openDatabase } from '../../duckdb/open.ts'
import { readParquet } from '../../duckdb/parquet.ts'
import { type Batch, createBatch } from './batch.ts'
import { compileScanner, type ScanModule } from './scanner.ts'
import { workerFiles } from './worker-file.ts'

/** What DuckDB makes of the rows of the careful reader, held against what the scanner and the Parquet writer make of the same bytes. */
let folder = ''
let database: Database
let scanner: ScanModule
let parts = 0

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-columnar-'))
  database = await openDatabase({ folders: [folder] })
  scanner = compileScanner((await workerFiles()).scanner)
  // Where sources changed since the tests began, the scanner is compiled again.
}, 60_000)
afterEach(async () => {
  database.close()
  await rm(folder, { recursive: true, force: true })
})

const file = { id: 7, kind: 'trail', account: '444455556666' } as const
const limits = { rows: 5000, capacity: 5000, bytes: 64 * 2 ** 20 }

async function written(batch: Batch): Promise<string[]> {
  const paths: string[] = []
  for (const { pieces } of batch.flush(() => undefined).parts) {
    const path = join(folder, `${parts++}.parquet`)
    await writeFile(path, Buffer.concat(pieces))
    paths.push(path)
  }
  return paths
}

/** Rows of the parts of which the careful reader's rows have none, and the other way round. */
async function differences(records: readonly string[], paths: readonly string[]): Promise<unknown> {
  const connection = await database.connect()
  try {
    const staging = await createStagingTable(connection)
    for (const [ordinal, text] of records.entries()) {
      const event = normaliseRecord(text, parseJson(text), file.account)
      if ('code' in event) continue
      const identity = hash('sha256', event.canonical, 'hex').slice(0, 32)
      const { id, kind } = file
      staging.add({ event, file: id, ordinal, hash: identity, kind, account: event.account, region: event.region })
    }
    staging.flush()
    staging.close()
    const careful = `SELECT ${partColumns} FROM staging`
    const fast = paths.length === 0 ? `${careful} WHERE false` : `SELECT * FROM ${readParquet(paths)}`
    const counts = await connection.runAndReadAll(
      `SELECT (SELECT count(*) FROM (${careful} EXCEPT ALL ${fast})), (SELECT count(*) FROM (${fast} EXCEPT ALL ${careful})), (SELECT count(*) FROM (${careful}))`,
    )
    return counts.getRowsJson()[0]
  } finally {
    await connection.run('DROP TABLE staging')
    connection.closeSync()
  }
}

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'true',
    'false',
    'null',
    '',
    '\u0000',
    'arn:aws:iam::111122223333:role/x',
    'a'.repeat(300),
    '\ud800',
    '😀',
  ),
)
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.constantFrom(0, -0.5, 1e21, 100, 1200, 1e-7),
)
const any = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  {
    weight: 2,
    arbitrary: fc.dictionary(fc.oneof(text, fc.constantFrom('b', 'a', '\uffee', '😀')), scalar, { maxKeys: 4 }),
  },
)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 })

const issuer = fc.record({ type: maybe(scalar), arn: maybe(scalar), userName: maybe(any) }, { requiredKeys: [] })
const identity = fc.oneof(
  { weight: 1, arbitrary: any },
  {
    weight: 6,
    arbitrary: fc.record(
      {
        type: maybe(scalar),
        arn: maybe(scalar),
        accessKeyId: maybe(text),
        unheard: fc.option(scalar, { nil: undefined, freq: 8 }),
        sessionContext: maybe(
          fc.record(
            {
              attributes: maybe(fc.record({ mfaAuthenticated: maybe(scalar) }, { requiredKeys: [] })),
              sessionIssuer: maybe(fc.oneof(issuer, fc.constant({}), fc.constant(null))),
              webIdFederationData: maybe(
                fc.record(
                  { federatedProvider: maybe(text), attributes: maybe(fc.dictionary(text, scalar)) },
                  { requiredKeys: [] },
                ),
              ),
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    ),
  },
)
const resources = fc.oneof(
  { weight: 1, arbitrary: any },
  {
    weight: 5,
    arbitrary: fc.array(
      fc.option(
        fc.record(
          { ARN: maybe(scalar), arn: maybe(text), accountId: maybe(text), type: maybe(text) },
          { requiredKeys: [] },
        ),
      ),
      { maxLength: 4 },
    ),
  },
)
const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  eventVersion: fc.constantFrom('1.08', '1.11', '1', null, '2.0', 1.05),
  eventTime: fc.constantFrom(
    '2026-01-31T09:00:00Z',
    '2026-02-28T23:59:59Z',
    '2026-02-30T00:00:00Z',
    '2026-01-31T09:00:00.5+01:00',
    '1970-01-01T00:00:00Z',
    null,
  ),
  eventCategory: fc.constantFrom('Management', 'Data', 'Aggregated', null),
  userIdentity: identity,
  resources,
  recipientAccountId: fc.constantFrom('111122223333', null, 5),
}
const record = fc
  .record(
    {
      ...Object.fromEntries(
        eventColumns.map(({ name }) => [
          name,
          special[name] === undefined ? maybe(any) : fc.option(special[name], { nil: undefined, freq: 12 }),
        ]),
      ),
      eventName: fc.constantFrom('RunInstances', 'AssumeRole', 'true'),
      unknownMember: fc.option(any, { nil: undefined, freq: 10 }),
    },
    { requiredKeys: ['eventName'] },
  )
  .map((members) => JSON.stringify(members))

describe('rows by the scanner', () => {
  test('are those of the careful reader, whatever the records hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 40 }), async (records) => {
        const batch = createBatch(scanner, limits)
        const scanned = batch.scan(Buffer.from(`{"Records":[${records.join(',')}]}`), file)
        if (scanned === undefined || scanned === 'full') throw new Error('the scanner refused the file')
        expect(scanned.records).toBe(records.length)
        expect(await differences(records, await written(batch))).toEqual(['0', '0', String(scanned.rows)])
        expect(scanned.faults).toHaveLength(records.length - scanned.rows)
      }),
      { numRuns: Number(process.env.FUZZ_RUNS) || 20 },
    )
  })

  test.each([
    ['one row', 1],
    ['as many values as a width of codes holds', 256],
    ['one more', 257],
    ['many', 3000],
  ])('survive Parquet: %s', async (_, many) => {
    const records = Array.from({ length: many }, (__, n) =>
      JSON.stringify({
        eventTime: `2026-01-31T09:00:${String(n % 60).padStart(2, '0')}Z`,
        eventName: `Name${n % 256}`,
        eventSource: 'iam.amazonaws.com',
        awsRegion: n % 3 === 0 ? null : 'us-east-1',
        requestParameters: { n, long: 'x'.repeat(n % 7 === 0 ? 2000 : 0) },
        resources: Array.from({ length: n % 5 }, (___, k) => ({ ARN: `arn:${n}:${k}` })),
      }),
    )
    const batch = createBatch(scanner, limits)
    expect(batch.scan(Buffer.from(`{"Records":[${records.join(',')}]}`), file)).toMatchObject({ rows: many })
    expect(await differences(records, await written(batch))).toEqual(['0', '0', String(many)])
  })

  test.each([
    ['white space between tokens', '{"Records": [{"eventName":"a","eventTime":"2026-01-31T09:00:00Z"}]}'],
    ['a member beside the records', '{"Records":[],"eventName":"x"}'],
    ['an end that is missing', '{"Records":[{"eventName":"a"}'],
    ['a record that is none', '{"Records":[5]}'],
    ['an envelope', '{"Records":[{"CloudTrailEvent":"{}"}]}'],
    ['a control character', '{"Records":[{"eventName":"a\u0001"}]}'],
    ['a number that is none', '{"Records":[{"eventName":01}]}'],
    ['a deep value', `{"Records":[{"eventName":${'['.repeat(95)}${']'.repeat(95)}}]}`],
  ])('leave to the careful reader: %s', (_, content) => {
    const batch = createBatch(scanner, limits)
    expect(batch.scan(Buffer.from(content), file)).toBeUndefined()
    expect(batch.rows()).toBe(0)
  })

  test('mutated bytes are refused, or give what the careful reader gives', async () => {
    const valid = Buffer.from(
      `{"Records":[${[1, 2, 3].map((n) => JSON.stringify({ eventTime: '2026-01-31T09:00:00Z', eventName: `N${n}`, requestParameters: { b: [1, { a: 'é"\\' }], a: 1.5 }, userIdentity: { type: 'Root' } })).join(',')}]}`,
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(127)), { minLength: 1, maxLength: 3 }),
        async (edits) => {
          const bytes = Buffer.from(valid)
          for (const [at, byte] of edits) bytes[at] = byte
          // Those do not come to the scanner.
          if (!isUtf8(bytes)) return
          const batch = createBatch(scanner, limits)
          const scanned = batch.scan(bytes, file)
          if (scanned === undefined || scanned === 'full') return
          const { items } = parseJson(bytes.toString()).members[0]!.value
          const records = items.map(({ start, end }) => bytes.toString().slice(start, end))
          expect(await differences(records, await written(batch))).toEqual(['0', '0', String(scanned.rows)])
        },
      ),
      { numRuns: Number(process.env.FUZZ_RUNS) || 30 },
    )
  })
})

test('a batch is empty after it is written, and takes the next files', async () => {
  const batch = createBatch(scanner, limits)
  const content = Buffer.from('{"Records":[{"eventName":"a","eventTime":"2026-01-31T09:00:00Z"}]}')
  for (let round = 0; round < 3; round++) {
    expect(batch.scan(content, file)).toMatchObject({ rows: 1 })
    const paths = await written(batch)
    expect(batch.rows()).toBe(0)
    expect((await readFile(paths[0]!)).subarray(-4).toString()).toBe('PAR1')
  }
})
