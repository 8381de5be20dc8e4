import { afterEach, describe, expect, it } from 'vitest'
import { type FakeAws, startFakeAws } from '../../../test/fake-aws/server.ts'
import {
  athena,
  type FakeAthena,
  type FakeAthenaOptions,
  type FakeResult,
} from '../../../test/fake-aws/services/athena.ts'
import { glue } from '../../../test/fake-aws/services/glue.ts'
import type { TrailbookError } from '../../core/errors.ts'
import type { Connection, Row, Scope } from '../../core/ports.ts'
import { analyze, compile } from '../../core/sql/compile.ts'
import { connectAthena } from './connection.ts'
import { callFailure } from './failure.ts'
import type { AthenaSettings } from './settings.ts'

const account = '111122223333'
const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-03T00:00:00Z' }
const scope: Scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }

const text = (name: string) => ({ Name: name, Type: 'string' })
const rawTable = (parameters: Readonly<Record<string, string>> = {}) => ({
  Name: 'cloudtrail_logs',
  StorageDescriptor: {
    Columns: ['eventtime', 'eventname', 'eventsource', 'awsregion', 'recipientaccountid', 'eventid', 'readonly'].map(
      text,
    ),
    Location: 's3://trail-logs/AWSLogs/',
  },
  PartitionKeys: ['account', 'region', 'day'].map(text),
  Parameters: {
    'projection.enabled': 'true',
    'projection.account.type': 'enum',
    'projection.account.values': `${account},444455556666`,
    'projection.region.type': 'enum',
    'projection.region.values': 'us-east-1,eu-central-1',
    'projection.day.type': 'date',
    'projection.day.format': 'yyyy/MM/dd',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Athena's
    'storage.location.template': 's3://trail-logs/AWSLogs/${account}/CloudTrail/${region}/${day}',
    ...parameters,
  },
})

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Given {
  readonly answer?: FakeAthenaOptions['execute'] | FakeResult | { readonly error: string; readonly retryable?: boolean }
  readonly fake?: Partial<FakeAthenaOptions>
  readonly table?: object
  readonly settings?: Partial<AthenaSettings>
  readonly mostPartitions?: number
}

const numbers: FakeResult = { columns: [{ name: 'a', type: 'bigint' }], rows: [['1'], ['2']], bytesScanned: 5 }

async function open(
  given: Given = {},
): Promise<{ fake: FakeAws; queries: FakeAthena; connect(): Promise<Connection> }> {
  const { answer = numbers } = given
  const execute = typeof answer === 'function' ? answer : async () => answer
  const queries = athena({ execute, workgroups: [{ name: 'wg', outputLocation: 's3://results/' }], ...given.fake })
  const fake = await startFakeAws({
    world: { accounts: [{ id: account }] },
    services: [queries, glue({ tables: { security: [{ ...(given.table ?? rawTable()) }] } })],
  })
  ends.push(() => fake.close())
  for (const [name, value] of Object.entries(fake.env)) process.env[name] = value
  const settings: AthenaSettings = {
    name: 'trail',
    catalog: 'AwsDataCatalog',
    database: 'security',
    table: 'cloudtrail_logs',
    workgroup: 'wg',
    aws: { region: 'us-east-1', endpoint: fake.url },
    ...given.settings,
  }
  return {
    fake,
    queries,
    async connect() {
      const { mostPartitions } = given
      const pace = { firstMs: 5, mostMs: 20 }
      const connection = await connectAthena(settings, {
        pace,
        ...(mostPartitions !== undefined && { mostPartitions }),
      })
      ends.push(() => connection.close())
      return connection
    },
  }
}

const plain = { text: 'SELECT 1', bindings: [], columns: [{ name: 'a', type: 'bigint' }] }

async function rowsOf(connection: Connection, query = plain, options: { signal?: AbortSignal } = {}): Promise<Row[]> {
  const run = await connection.run(query, scope, options)
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  return rows
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    ({ code, message }: TrailbookError) => `${code}: ${message}`,
  )

describe('a query', () => {
  it('is started once, looked at until it ends, and gives its rows without the header', async () => {
    const { connect, fake, queries } = await open()
    const connection = await connect()
    const run = await connection.run(plain, scope)
    const rows: Row[] = []
    for await (const batch of run.rows) rows.push(...batch)
    expect(rows).toEqual([{ a: 1 }, { a: 2 }])
    expect(run.statistics()).toMatchObject({ bytesRead: 5, charges: [{ what: 'scan', amount: 10_000_000 }] })
    expect(queries.executions).toHaveLength(1)
    expect(fake.calls[0]!.operation).toBe('GetTable')
    expect(queries.executions[0]!.input).toMatchObject({
      QueryString: 'SELECT 1',
      WorkGroup: 'wg',
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'security' },
    })
    expect(queries.executions[0]!.input.ResultConfiguration).toBeUndefined()
  })

  it.each<[string, FakeResult, string]>([
    ['a column more', { columns: [...numbers.columns, ...numbers.columns], rows: [['1', '2']] }, 'a row has 2 cells'],
    ['none', { columns: [], rows: [[]] }, 'a row has 0 cells'],
  ])('whose answer has %s is not guessed at', async (_, answer, told) => {
    const { connect } = await open({ answer })
    expect(await failure(rowsOf(await connect()))).toContain(
      `ATHENA_FAULT: Athena failed within itself (answer): ${told}`,
    )
  })

  it.each(['not json', '"x"', '{"a":1}', '1'])('whose list is %s is not guessed at', async (text) => {
    const { connect } = await open({ answer: { columns: [{ name: 'a', type: 'varchar' }], rows: [[text]] } })
    const query = { ...plain, columns: [{ name: 'a', type: 'array(varchar)' }] }
    expect(await failure(rowsOf(await connect(), query))).toContain('a cell of a is no array(varchar)')
  })

  it('is read page by page, as rows are asked for', async () => {
    const many = { columns: numbers.columns, rows: Array.from({ length: 2500 }, (_, at) => [String(at)]) }
    const { connect, fake } = await open({ answer: many })
    const connection = await connect()
    const run = await connection.run(plain, scope)
    let count = 0
    const pages = () => fake.calls.filter(({ operation }) => operation === 'GetQueryResults').length
    for await (const batch of run.rows) {
      count += batch.length
      expect(pages()).toBe(Math.ceil((count + 1) / 1000))
    }
    expect([count, pages()]).toEqual([2500, 3])
  })

  it('says where results go and how they are encrypted, and takes older results only when asked to', async () => {
    const { connect, queries } = await open({
      settings: {
        output: 's3://mine/x/',
        encryption: { option: 'SSE_KMS', key: 'arn:aws:kms:us-east-1:111122223333:key/1' },
        outputOwner: account,
        reuseMinutes: 60,
      },
    })
    await rowsOf(await connect())
    expect(queries.executions[0]!.input).toMatchObject({
      ResultConfiguration: {
        OutputLocation: 's3://mine/x/',
        EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: 'arn:aws:kms:us-east-1:111122223333:key/1' },
        ExpectedBucketOwner: account,
      },
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } },
    })
  })

  it('that got an older result says so: what came since would be missed by a coverage that is newer', async () => {
    const partial = async (isReused: boolean) => {
      const { connect } = await open({ settings: { reuseMinutes: 60 }, fake: { isReused } })
      const connection = await connect()
      await rowsOf(connection)
      const { gaps } = await connection.coverage(scope, [])
      return gaps.filter(({ reason }) => reason.includes('`reuse`')).map(({ state, reason }) => [state, reason])
    }
    expect(await partial(false)).toEqual([])
    expect(await partial(true)).toEqual([
      [
        'partial',
        'Results of earlier queries were taken, up to 60 minutes old (`reuse`): what came since is not in them.',
      ],
    ])
  })

  it('is not started twice when the answer to its start is lost', async () => {
    const { connect, fake, queries } = await open()
    const connection = await connect()
    fake.fail({ kind: 'broken', operation: 'StartQueryExecution', times: 1 })
    expect(await rowsOf(connection)).toEqual([{ a: 1 }, { a: 2 }])
    const tokens = fake.calls
      .filter(({ operation }) => operation === 'StartQueryExecution')
      .map(({ input }) => input.ClientRequestToken)
    expect([new Set(tokens).size, tokens.length, queries.executions.length]).toEqual([1, 2, 1])
  })

  it('waits while too many others run', async () => {
    const { connect, fake } = await open({ fake: { active: 1 }, answer: slow(40) })
    const connection = await connect()
    const all = await Promise.all([rowsOf(connection), rowsOf(connection), rowsOf(connection)])
    expect(all).toEqual([[{ a: 1 }], [{ a: 1 }], [{ a: 1 }]])
    expect(fake.calls.some(({ failed }) => failed === 'TooManyRequestsException')).toBe(true)
  })

  it('is asked again where Athena itself calls its failure passing', async () => {
    let tries = 0
    const { connect } = await open({
      answer: async () => (++tries === 1 ? { error: 'GENERIC_INTERNAL_ERROR: index 1', retryable: true } : numbers),
    })
    expect(await rowsOf(await connect())).toHaveLength(2)
  })

  it.each(['throttle', 'broken', 'reset'] as const)('survives a failure of kind %s of each call', async (kind) => {
    const { connect, fake } = await open()
    for (const operation of ['GetTable', 'StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'])
      fake.fail({ kind, operation, times: 1 })
    expect(await rowsOf(await connect())).toHaveLength(2)
  })
})

const slow =
  (ms: number): FakeAthenaOptions['execute'] =>
  async () => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { columns: numbers.columns, rows: [['1']] }
  }

describe('ending a query early', () => {
  it('an abort ends it on Athena', async () => {
    const { connect, queries } = await open({ answer: slow(5000) })
    const connection = await connect()
    const abort = new AbortController()
    const asked = failure(rowsOf(connection, plain, { signal: abort.signal }))
    while (queries.executions[0]?.state !== 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5))
    abort.abort()
    expect(await asked).toBe('ENGINE_INTERRUPTED: The query was interrupted.')
    expect(queries.executions[0]!.state).toBe('CANCELLED')
  })

  it('a time limit ends it on Athena', async () => {
    const { connect, queries } = await open({ answer: slow(5000), settings: { timeLimitMs: 100 } })
    expect(await failure(rowsOf(await connect()))).toBe(
      'ENGINE_TIME_LIMIT: The query was stopped after 0.1 s, its time limit.',
    )
    expect(queries.executions[0]!.state).toBe('CANCELLED')
  })

  it('a reader who stops early is read no further page', async () => {
    const many = { columns: numbers.columns, rows: Array.from({ length: 2500 }, (_, at) => [String(at)]) }
    const { connect, fake } = await open({ answer: many })
    const connection = await connect()
    const run = await connection.run(plain, scope)
    for await (const _ of run.rows) break
    expect(fake.calls.filter(({ operation }) => operation === 'GetQueryResults')).toHaveLength(1)
  })
})

describe('failures of a query', () => {
  it.each([
    ['DIVISION_BY_ZERO: Division by zero', 'ENGINE_RUNTIME: The query failed on a value: Division by zero.'],
    [
      "COLUMN_NOT_FOUND: line 2:8: Column 'e.tlsdetails' cannot be resolved",
      'ATHENA_COLUMN_MISSING: The query reads tlsDetails, which the table security.cloudtrail_logs does not have.',
    ],
    [
      "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.security.cloudtrail_logs' does not exist",
      'ATHENA_TABLE_MISSING: The Data Catalog has no table security.cloudtrail_logs.',
    ],
    [
      "SYNTAX_ERROR: line 1:11: mismatched input '<EOF>'",
      "ATHENA_FAILED: Athena refused the query (SYNTAX_ERROR): mismatched input '<EOF>' (line 1, column 11 of its text).",
    ],
    [
      'Query exhausted resources at this scale factor.',
      'ATHENA_RESOURCES: Athena stopped the query at a limit of its own (FAILED): Query exhausted resources at this scale factor.',
    ],
    [
      'CONSTRAINT_VIOLATION: For the injected projected partition column account, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.',
      'ATHENA_INJECTED: The partitions of security.cloudtrail_logs must be named in every query: For the injected projected partition column account, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.',
    ],
    [
      'HIVE_EXCEEDED_PARTITION_LIMIT: Query over table security.cloudtrail_logs can potentially read more than 1000000 partitions',
      'ATHENA_PARTITIONS: The query would read more partitions of security.cloudtrail_logs than Athena allows: Query over table security.cloudtrail_logs can potentially read more than 1000000 partitions.',
    ],
    [
      'HIVE_BAD_DATA: Error reading s3://trail-logs/a.json.gz',
      'ATHENA_DATA: Athena cannot read the data of security.cloudtrail_logs (HIVE_BAD_DATA): Error reading s3://trail-logs/a.json.gz.',
    ],
    [
      'Insufficient Lake Formation permission(s): Required Select on cloudtrail_logs',
      'ATHENA_LAKE_FORMATION: Lake Formation refuses access to security.cloudtrail_logs: Insufficient Lake Formation permission(s): Required Select on cloudtrail_logs.',
    ],
    [
      'PERMISSION_DENIED: User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::trail-logs/a.json.gz because no policy allows it',
      'AWS_ACCESS_DENIED: Access denied: s3:GetObject on arn:aws:s3:::trail-logs/a.json.gz is not allowed to arn:aws:sts::111122223333:assumed-role/r/s.',
    ],
    [
      'PERMISSION_DENIED: User: arn:aws:iam::111122223333:user/u is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:444455556666:key/12345678-1234-1234-1234-123456789012 because no resource-based policy allows it',
      'AWS_KMS_DENIED: Access denied: kms:Decrypt with the key arn:aws:kms:us-east-1:444455556666:key/12345678-1234-1234-1234-123456789012 of account 444455556666, which encrypts arn:aws:kms:us-east-1:444455556666:key/12345678-1234-1234-1234-123456789012.',
    ],
    ['GENERIC_INTERNAL_ERROR: index 1', 'ATHENA_FAULT: Athena failed within itself (GENERIC_INTERNAL_ERROR): index 1.'],
  ])('%s', async (error, expected) => {
    const { connect } = await open({ answer: { error } })
    expect(await failure(rowsOf(await connect()))).toBe(expected)
  })

  it("the service's own time limit is named", async () => {
    const { connect } = await open({ answer: slow(2000), fake: { timeoutMs: 50 } })
    expect(await failure(rowsOf(await connect()))).toContain(
      'ATHENA_TIMEOUT: Athena ended the query at its own time limit',
    )
  })

  it("a workgroup's cut-off is named, and what was scanned is charged", async () => {
    const { connect, queries } = await open({
      answer: { ...numbers, bytesScanned: 20_000_000 },
      fake: { workgroups: [{ name: 'wg', outputLocation: 's3://results/', cutoff: 10_000_000 }] },
    })
    expect(await failure(rowsOf(await connect()))).toBe(
      'ATHENA_CUTOFF: The workgroup wg ended the query at its limit of bytes scanned: Bytes scanned limit was exceeded.',
    )
    expect(queries.executions[0]!.state).toBe('CANCELLED')
  })
})

describe('failures of calls', () => {
  it.each<[string, Given, string]>([
    [
      'no such workgroup',
      { settings: { workgroup: 'other' } },
      'ATHENA_WORKGROUP: Athena cannot use the workgroup other: WorkGroup other is not found.',
    ],
    [
      'a workgroup that is switched off',
      { fake: { workgroups: [{ name: 'wg', disabled: true }] } },
      'ATHENA_WORKGROUP: Athena cannot use the workgroup wg: WorkGroup wg is disabled.',
    ],
    [
      'no place for results',
      { settings: { workgroup: 'primary' } },
      'ATHENA_OUTPUT: Athena has no place for results: No output location provided',
    ],
    [
      'a bucket for results that is not there',
      { fake: { buckets: [] } },
      'ATHENA_OUTPUT: Athena has no place for results: Unable to verify/create output bucket results.',
    ],
    [
      'a place for results beside managed ones',
      { fake: { workgroups: [{ name: 'wg', managed: true }] }, settings: { output: 's3://mine/' } },
      'ATHENA_OUTPUT: Athena has no place for results: ResultConfiguration cannot be set for a workgroup with managed query results.',
    ],
    [
      'no such table',
      { settings: { table: 'other' } },
      'ATHENA_TABLE_MISSING: The Data Catalog has no table security.other.',
    ],
    [
      'a table without a needed column',
      { table: { Name: 'cloudtrail_logs', StorageDescriptor: { Columns: [text('eventname')] } } },
      'ATHENA_COLUMN_MISSING: The query reads eventTime, which the table security.cloudtrail_logs does not have.',
    ],
    [
      'a column of another type',
      {
        table: { Name: 'cloudtrail_logs', StorageDescriptor: { Columns: [{ Name: 'eventtime', Type: 'timestamp' }] } },
      },
      'ATHENA_COLUMN_TYPE: In the table security.cloudtrail_logs, eventTime is timestamp where varchar is needed.',
    ],
  ])('%s', async (_, given, expected) => {
    const { connect } = await open(given)
    expect(await failure(connect().then((connection) => rowsOf(connection)))).toContain(expected)
  })

  it.each([
    ['expired', 'AWS_CREDENTIALS_EXPIRED'],
    ['denied', 'AWS_ACCESS_DENIED: Access denied: athena:StartQueryExecution on workgroup wg'],
  ] as const)(
    'credentials or limits: %s',
    async (kind, expected) => {
      const { connect, fake } = await open()
      const connection = await connect()
      fake.fail({ kind, operation: 'StartQueryExecution' })
      expect(await failure(rowsOf(connection))).toContain(expected)
    },
    30_000,
  )

  it('settings of an enforcing workgroup win without a word', async () => {
    const { connect } = await open({
      fake: { workgroups: [{ name: 'wg', outputLocation: 's3://theirs/', enforced: true }] },
      settings: { output: 's3://mine/' },
    })
    expect(await rowsOf(await connect())).toHaveLength(2)
  })
})

it('a call that stays throttled after all tries is named', () => {
  const settings = { name: 'trail', catalog: 'c', database: 'd', table: 't', workgroup: 'wg', aws: {} }
  const error = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException', $metadata: { attempts: 5 } })
  expect(callFailure(error, 'athena:GetQueryExecution', settings)).toMatchObject({
    code: 'AWS_THROTTLED',
    message: expect.stringContaining('athena:GetQueryExecution gave up after 5 attempts'),
  })
})

describe('the budget', () => {
  it('refuses a further query once it is used up', async () => {
    const { connect, queries } = await open({
      answer: { ...numbers, bytesScanned: 30_000_000 },
      settings: { budgetBytes: 50_000_000 },
      table: {
        ...rawTable(),
        PartitionKeys: [],
        StorageDescriptor: { ...rawTable().StorageDescriptor, Location: undefined },
        Parameters: {},
      },
    })
    const connection = await connect()
    await rowsOf(connection)
    await rowsOf(connection)
    expect(await failure(rowsOf(connection))).toBe(
      'ATHENA_BUDGET: The budget of the connection "trail" is 50.0 MB for one run: 60.0 MB are used, and another query does not fit in.',
    )
    expect(queries.executions).toHaveLength(2)
  })
})

describe('partitions beyond the limit', () => {
  const sql = 'SELECT eventName, eventTime FROM cloudtrail_logs'
  const asked = (connection: Connection, query: string, over: Scope = scope) =>
    compile(analyze(query).query!, { dialect: connection.dialect, scope: over, parameters: {} })

  it('a question that can be asked in parts is, newest first where its rows are', async () => {
    const long = {
      ...scope,
      earliest: '2026-01-01T06:00:00Z',
      window: { from: '2026-01-01T06:00:00Z', to: '2026-01-11T00:00:00Z' },
    }
    const { connect, queries } = await open({
      answer: { columns: [], rows: [['a', 'b']] },
      mostPartitions: 28,
    })
    const connection = await connect()
    const run = await connection.run(asked(connection, `${sql} ORDER BY eventTime DESC LIMIT 2`, long), long)
    const rows: Row[] = []
    for await (const batch of run.rows) rows.push(...batch)
    expect(rows).toHaveLength(2)
    // The limit is reached after two of three parts.
    expect(
      queries.executions.map(({ sql: text }) =>
        /eventTime" >= '([^']*)' AND "e"."eventTime" < '([^']*)'/.exec(text)?.slice(1),
      ),
    ).toEqual([
      ['2026-01-09T00:00:00Z', '2026-01-11T00:00:00Z'],
      ['2026-01-05T00:00:00Z', '2026-01-09T00:00:00Z'],
    ])
  })

  it('a question that cannot is refused before it is asked', async () => {
    const { connect, queries } = await open({ mostPartitions: 15 })
    const connection = await connect()
    const query = asked(connection, 'SELECT eventName, count(*) AS n FROM cloudtrail_logs GROUP BY 1')
    expect(await failure(connection.run(query, scope))).toBe(
      'ATHENA_TOO_MANY_PARTITIONS: The question spans 20 partitions of security.cloudtrail_logs (2 accounts x 2 Regions x 5 days), where Athena reads 15 in one query, and it cannot be asked in parts: rows of its answer come from events of several days together.',
    )
    expect(queries.executions).toEqual([])
  })
})
