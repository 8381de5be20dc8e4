import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { TrailbookError } from '../../core/errors.ts'
import type { Row } from '../../core/ports.ts'
import { readType } from '../../core/sql/type-text.ts'
import { decoders } from './cells.ts'
import { trinoClient } from './client.ts'
import { connectTrino, overTable } from './connection.ts'
import { parseLossless } from './lossless.ts'
import { askRows, runQuery } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, url: string) => unknown

let server: Server | undefined
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

/** A server that gives one answer after the other, and notes what it was asked. */
async function serve(answers: readonly Answer[], changed: Partial<TrinoSettings> = {}) {
  const asked: { method: string; path: string; headers: IncomingMessage['headers'] }[] = []
  let url = ''
  let next = 0
  server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers })
    request.resume()
    if (request.method === 'DELETE') {
      response.writeHead(204).end()
      return
    }
    const body = answers[Math.min(next++, answers.length - 1)]!(request, response, url)
    if (body !== undefined) response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const settings = { name: 'test', url, user: 'me', catalog: 'hive', schema: 'ct', table: 'logs', ...changed }
  return { asked, settings, client: trinoClient(settings) }
}

const status =
  (code: number, body = '', headers = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers).end(body)
  }
const page =
  (members: object, more = true): Answer =>
  (_request, _response, url) => ({ id: 'q1', ...(more && { nextUri: `${url}/next` }), ...members })
const columns = [{ name: 'a', type: 'bigint' }]

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    ({ code, message }: TrailbookError) => `${code}: ${message.replace(/127\.0\.0\.1:\d+/, 'HOST')}`,
  )

describe('the statement protocol', () => {
  test('pages are followed until there is none, columns come late, and so do rows', async () => {
    const { client, asked } = await serve([
      page({}),
      page({}),
      page({ columns, data: [[1]] }),
      page({ columns }),
      page({ columns, data: [[2], [3]] }, false),
    ])
    expect(await askRows(client, 'SELECT 1')).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }])
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v1/statement',
      'GET /next',
      'GET /next',
      'GET /next',
      'GET /next',
    ])
  })

  test.each([502, 503, 504, 429])('HTTP %i is asked again', async (code) => {
    const { client } = await serve([status(code), page({}), status(code), page({ columns, data: [[1]] }, false)])
    expect(await askRows(client, 'SELECT 1')).toEqual([{ a: 1 }])
  })

  test('an answer that is cut off is asked for again; one to the statement itself, which may run already, is not', async () => {
    const cut: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"id":"q1","da')
      setTimeout(() => response.destroy(), 20)
    }
    const { client, asked } = await serve([
      page({ columns, data: [[1]] }),
      cut,
      cut,
      page({ columns, data: [[2]] }, false),
    ])
    expect(await askRows(client, 'SELECT 1')).toEqual([{ a: 1 }, { a: 2 }])
    expect(asked).toHaveLength(4)
    server?.close()
    const other = await serve([cut])
    expect(await failure(askRows(other.client, 'SELECT 1'))).toMatch(/^TRINO_UNREACHABLE: /)
    expect(other.asked).toHaveLength(1)
  })

  test('user, catalog, session, limit and sign-in travel with every request', async () => {
    const { client, asked } = await serve([page({}), page({ columns, data: [] }, false)], {
      token: 'abc',
      session: { query_priority: '7', x: 'a,b=c' },
      timeLimitMs: 5000,
    })
    await askRows(client, 'SELECT 1')
    for (const { headers } of asked)
      expect(headers).toMatchObject({
        'x-trino-user': 'me',
        'x-trino-catalog': 'hive',
        'x-trino-session': 'query_max_run_time=5000ms,query_priority=7,x=a%2Cb%3Dc',
        authorization: 'Bearer abc',
      })
  })

  test('a password goes as HTTP basic authentication', async () => {
    const { client, asked } = await serve([page({ columns, data: [] }, false)], { password: 'p:w' })
    await askRows(client, 'SELECT 1')
    expect(asked[0]!.headers.authorization).toBe(`Basic ${Buffer.from('me:p:w').toString('base64')}`)
  })

  test.each<[string, object]>([
    ['an address that is a number', { nextUri: 5 }],
    ['an address that is none', { nextUri: 'next' }],
    ['columns that are a text', { columns: 'a' }],
    ['a column that is null', { columns: [null] }],
    ['rows that are a text', { columns, data: 'abc' }],
    ['a row that is null', { columns, data: [null] }],
    ['a row with a cell more', { columns, data: [[1, 2]] }],
    ['a row with a cell less', { columns, data: [[]] }],
    ['a list that is a text', { columns: [{ name: 'a', type: 'array(varchar)' }], data: [['x']] }],
    ['an error without words', { error: { message: 5 } }],
    ['an id that is none', { id: 7 }],
  ])('%s is no answer of Trino', async (_, members) => {
    const { client } = await serve([page(members, false)])
    expect(await failure(askRows(client, 'SELECT 1'))).toMatch(/^TRINO_PROTOCOL: What answers at http:\/\/HOST/)
  })

  test.each<[string, object]>([
    ['a column more', { columns: [...columns, { name: 'b', type: 'bigint' }], data: [[1, 2]] }],
    ['none, and thereby no rows', {}],
  ])('an answer with %s than the query is none', async (_, members) => {
    const { client } = await serve([page(members, false)])
    const query = { text: 'SELECT 1', columns: [{ name: 'a', type: 'bigint' }] }
    expect(await failure(runQuery(client, query))).toMatch(/^TRINO_PROTOCOL: .* its answer has [02] columns/)
  })

  test('a page of errors without an end is told at once', async () => {
    const { client } = await serve([status(500, '<'.repeat(3_000_000))])
    const started = performance.now()
    expect(await failure(askRows(client, 'SELECT 1'))).toContain('TRINO_FAULT')
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('an address with a name and a password is not asked', async () => {
    const { client } = await serve([(_request, _response, url) => ({ id: 'q', nextUri: url.replace('//', '//a:b@') })])
    expect(await failure(askRows(client, 'SELECT 1'))).toContain('TRINO_PROTOCOL')
  })

  test('what is no address ends no query', async () => {
    const { client, asked } = await serve([status(200)])
    await client.cancel('no address')
    expect(asked).toEqual([])
  })

  test.each(['SECRET\n', 'SECRET\u0001', 'SECRET\u20ac'])(
    'a token that no header may have is not repeated: %j',
    async (token) => {
      const told = await failure(serve([page({}, false)], { token }))
      expect(told).toMatch(/the token has a line break or another character/)
      expect(told).not.toContain('SECRET')
    },
  )

  test('an abort while pages are awaited ends the query on the server', async () => {
    const abort = new AbortController()
    const { client, asked } = await serve([
      page({}),
      () => {
        abort.abort()
        return undefined
      },
    ])
    expect(await failure(runQuery(client, { text: 'SELECT 1', columns: [] }, { signal: abort.signal }))).toContain(
      'ENGINE_INTERRUPTED',
    )
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/next' })
  })

  test('a reader who stops early ends the query on the server', async () => {
    const { client, asked } = await serve([page({ columns, data: [[1]] })])
    const run = await runQuery(client, { text: 'SELECT 1', columns: [] })
    for await (const _ of run.rows) break
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/next' })
  })

  test('a time limit ends the query on the server', async () => {
    const { client, asked } = await serve([page({}), () => undefined], { timeLimitMs: 100 })
    expect(await failure(askRows(client, 'SELECT 1'))).toBe(
      'ENGINE_TIME_LIMIT: The query was stopped after 0.1 s, its time limit.',
    )
    expect(asked.at(-1)).toMatchObject({ method: 'DELETE', path: '/next' })
  })
})

const error = (errorName: string, errorType: string, message: string, at?: readonly [number, number]) =>
  page({
    error: { errorName, errorType, message, ...(at && { errorLocation: { lineNumber: at[0], columnNumber: at[1] } }) },
  })

describe('failures', () => {
  test.each<[string, Answer, string]>([
    [
      'a sign-in that is wanted',
      status(401, 'Unauthorized'),
      'TRINO_NO_SIGN_IN: Trino at http://HOST wants its users to sign in: Unauthorized.',
    ],
    [
      'somebody else',
      status(403, 'Access Denied: User a cannot impersonate user b'),
      'TRINO_IMPERSONATION: Trino signed somebody else in than the connection names: Access Denied: User a cannot impersonate user b.',
    ],
    ['a fault of the server', status(500, 'oops'), 'TRINO_FAULT: Trino failed within itself (HTTP 500): oops.'],
    [
      'a server that is overloaded for too long',
      status(503, '', { 'retry-after': '0.001' }),
      'TRINO_BUSY: Trino at http://HOST takes no queries at the moment: it answers HTTP 503, tried 20 times.',
    ],
    [
      'throttling for too long',
      status(429, '', { 'retry-after': '0.001' }),
      'TRINO_BUSY: Trino at http://HOST takes no queries at the moment: it answers HTTP 429, tried 20 times.',
    ],
    [
      'a server that starts',
      error('SERVER_STARTING_UP', 'INTERNAL_ERROR', 'Trino server is still initializing'),
      'TRINO_BUSY: Trino at http://HOST takes no queries at the moment: Trino server is still initializing.',
    ],
    [
      'files that are gone',
      error('HIVE_FILE_NOT_FOUND', 'EXTERNAL', 'File not found: s3://b/x.parquet'),
      'TRINO_DATA: Trino could not read the data behind hive.ct.logs (HIVE_FILE_NOT_FOUND): File not found: s3://b/x.parquet.',
    ],
    [
      'a view whose table is gone',
      error(
        'INVALID_VIEW',
        'USER_ERROR',
        "line 1:15: Failed analyzing stored view 'hive.ct.logs': line 3:3: no table",
        [1, 15],
      ),
      'TRINO_DATA: Trino could not read the data behind hive.ct.logs (INVALID_VIEW)',
    ],
    [
      'a query that nobody asked about for too long',
      error('ABANDONED_QUERY', 'USER_ERROR', 'Query q has not been accessed since t: currentTime u'),
      'TRINO_ABANDONED: Trino at http://HOST no longer knows the query: Query q has not been accessed since t: currentTime u.',
    ],
    ['a forbidden statement', status(403, 'no'), 'TRINO_DENIED: Trino refused access: no.'],
    [
      'something else at the address',
      status(200, '<html>hello</html>'),
      'TRINO_PROTOCOL: What answers at http://HOST does not speak as Trino does: the answer is no page of results.',
    ],
    [
      'no such path',
      status(404, '<h1>Not found</h1>'),
      'TRINO_PROTOCOL: What answers at http://HOST does not speak as Trino does: HTTP 404: Not found.',
    ],
    [
      'an address elsewhere',
      () => ({ id: 'q', nextUri: 'http://192.0.2.1/x' }),
      'TRINO_PROTOCOL: What answers at http://HOST does not speak as Trino does: it sends its clients on to http://192.0.2.1.',
    ],
    ['a redirect', status(302, '', { location: 'http://192.0.2.1/' }), 'TRINO_UNREACHABLE'],
    [
      'a division by zero',
      error('DIVISION_BY_ZERO', 'USER_ERROR', 'Division by zero'),
      'ENGINE_RUNTIME: The query failed on a value: Division by zero.',
    ],
    [
      'a missing column',
      error('COLUMN_NOT_FOUND', 'USER_ERROR', "line 2:8: Column 'e.tlsdetails' cannot be resolved"),
      'TRINO_COLUMN_MISSING: The query reads tlsDetails, which the table hive.ct.logs does not have.',
    ],
    [
      'a refused table',
      error('PERMISSION_DENIED', 'USER_ERROR', 'Access Denied: Cannot select from table x'),
      'TRINO_DENIED: Trino refused access: Access Denied: Cannot select from table x.',
    ],
    [
      'too much memory',
      error('EXCEEDED_LOCAL_MEMORY_LIMIT', 'INSUFFICIENT_RESOURCES', 'Query exceeded per-node memory limit'),
      'TRINO_RESOURCES: Trino stopped the query at a limit of its own (EXCEEDED_LOCAL_MEMORY_LIMIT): Query exceeded per-node memory limit.',
    ],
    [
      'a fault of Trino',
      error('GENERIC_INTERNAL_ERROR', 'INTERNAL_ERROR', 'index 1'),
      'TRINO_FAULT: Trino failed within itself (GENERIC_INTERNAL_ERROR): index 1.',
    ],
    [
      'a text that is no SQL',
      error('SYNTAX_ERROR', 'USER_ERROR', "line 1:11: mismatched input '<EOF>'", [1, 11]),
      "TRINO_FAILED: Trino refused the query (SYNTAX_ERROR): mismatched input '<EOF>' (line 1, column 11 of its text).",
    ],
    [
      'an administrator',
      error('ADMINISTRATIVELY_KILLED', 'USER_ERROR', 'Query killed. Message: enough'),
      'TRINO_CANCELLED: Somebody else ended the query on the Trino server (ADMINISTRATIVELY_KILLED): Query killed. Message: enough.',
    ],
    [
      'its own time limit',
      error('EXCEEDED_TIME_LIMIT', 'INSUFFICIENT_RESOURCES', 'Query exceeded'),
      'ENGINE_TIME_LIMIT',
    ],
  ])('%s', async (_, answer, expected) => {
    const { client } = await serve([answer])
    expect(await failure(askRows(client, 'SELECT 1'))).toContain(expected)
  })

  test.each<[string, Partial<TrinoSettings>, string]>([
    ['password', { password: 'secret' }, 'TRINO_AUTHENTICATION: Trino at http://HOST refused the password of me: no.'],
    ['token', { token: 'secret' }, 'TRINO_TOKEN: Trino at http://HOST refused the token: no.'],
  ])('a %s that is refused', async (_, changed, expected) => {
    const { client } = await serve([status(401, 'no')], changed)
    expect(await failure(askRows(client, 'SELECT 1'))).toBe(expected)
  })

  test.each([404, 410])('a query that is no more when its next page is asked for: HTTP %i', async (code) => {
    const { client } = await serve([page({}), status(code, 'Query not found')])
    expect(await failure(askRows(client, 'SELECT 1'))).toBe(
      `TRINO_ABANDONED: Trino at http://HOST no longer knows the query: HTTP ${code}: Query not found.`,
    )
  })

  test('a server that speaks no TLS', async () => {
    const { settings } = await serve([page({})])
    const overTls = (url: string) => failure(askRows(trinoClient({ ...settings, url }), 'SELECT 1'))
    expect(await overTls(settings.url.replace('http:', 'https:'))).toMatch(
      /^TRINO_UNREACHABLE: .* could not be reached: what answers there does not speak TLS\.$/,
    )
  })

  test('nobody at the address', async () => {
    const client = trinoClient({
      name: 'test',
      url: 'http://127.0.0.1:9',
      user: 'me',
      catalog: 'c',
      schema: 's',
      table: 't',
    })
    expect(await failure(askRows(client, 'SELECT 1'))).toMatch(
      /^TRINO_UNREACHABLE: Trino at http:\/\/HOST could not be reached: /,
    )
  })
})

describe('cells', () => {
  test.each([
    ['bigint', '9007199254740993', '9007199254740993'],
    ['bigint', '9007199254740991', 9007199254740991],
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
    ['double', '1.0E300', 1e300],
    ['double', '"NaN"', 'NaN'],
    ['decimal(38,2)', '"12345678901234567890.10"', '12345678901234567890.10'],
    ['varchar', '"12345678901234567890 \\" 9007199254740993"', '12345678901234567890 " 9007199254740993'],
    ['varchar', 'null', null],
    ['varbinary', '"AP8Q"', 'AP8Q'],
    ['timestamp(3)', '"2026-01-31 09:08:07.123"', '2026-01-31T09:08:07.123'],
    ['timestamp(0)', '"2026-01-31 09:08:07"', '2026-01-31T09:08:07.000'],
    ['timestamp(6)', '"10000-01-31 09:08:07.123456"', '+010000-01-31T09:08:07.123'],
    ['timestamp(3) with time zone', '"2026-01-31 09:08:07.000 UTC"', '2026-01-31T09:08:07.000Z'],
    ['timestamp(3) with time zone', '"2026-01-31 09:08:07.000 +02:30"', '2026-01-31T06:38:07.000Z'],
    ['timestamp(3) with time zone', '"2026-07-31 09:08:07.000 Europe/Berlin"', '2026-07-31T07:08:07.000Z'],
    ['array(bigint)', '[1,null,9007199254740993]', [1, null, '9007199254740993']],
    ['map(varchar, array(date))', '{"a b":["2026-01-31"],"c":null}', { 'a b': ['2026-01-31'], c: null }],
    [
      'row(type varchar, sessionContext row(a bigint, b timestamp(3)))',
      '["x",[1,"2026-01-31 00:00:00.000"]]',
      { type: 'x', sessionContext: { a: 1, b: '2026-01-31T00:00:00.000' } },
    ],
    ['row(integer, varchar)', '[1,"x"]', { field0: 1, field1: 'x' }],
    ['json', '"{\\"a\\":1}"', '{"a":1}'],
  ])('of type %s: %s', (type, json, expected) => {
    const [decode] = decoders([{ name: 'a', type }])
    expect(decode!((parseLossless(`[${json}]`) as unknown[])[0])).toEqual(expected)
  })

  test('a type with odd names is read apart', () => {
    expect(
      readType('row("a ""b), c" varchar, t timestamp(3) with time zone, interval day to second)').parts.map((part) => [
        part.name,
        part.type.base,
      ]),
    ).toEqual([
      ['a "b), c', 'varchar'],
      ['t', 'timestamp with time zone'],
      [undefined, 'interval day to second'],
    ])
  })
})

describe('the table', () => {
  const inspect = (types: Readonly<Record<string, string>>) =>
    page(
      {
        columns: [
          { name: 'column_name', type: 'varchar' },
          { name: 'data_type', type: 'varchar' },
        ],
        data: Object.entries(types),
      },
      false,
    )
  const raw = {
    eventtime: 'varchar',
    eventname: 'varchar',
    eventsource: 'varchar',
    awsregion: 'varchar',
    recipientaccountid: 'varchar',
  }

  test('that is not there is named', async () => {
    const { settings } = await serve([inspect({})])
    expect(await failure(connectTrino(settings))).toBe('TRINO_TABLE_MISSING: Trino has no table hive.ct.logs.')
  })

  test('without a needed column is named with the column', async () => {
    const { settings } = await serve([inspect({ eventname: 'varchar' })])
    expect(await failure(connectTrino(settings))).toBe(
      'TRINO_COLUMN_MISSING: The query reads eventTime, which the table hive.ct.logs does not have.',
    )
  })

  test('with a column of another type is named with both types', async () => {
    const { settings } = await serve([inspect({ ...raw, eventtime: 'timestamp(3)' })])
    expect(await failure(connectTrino(settings))).toContain(
      'In the table hive.ct.logs, eventTime is timestamp where varchar is needed.',
    )
  })

  test('of AWS: fields come into our order, booleans become text, and what lacks is told by coverage, which is never complete', async () => {
    const { settings } = await serve([
      inspect({ ...raw, readonly: 'boolean', resources: 'array(row(accountid varchar, arn varchar, type varchar))' }),
    ])
    const connection = await connectTrino(settings)
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
    const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
    const coverage = await connection.coverage(scope, [])
    expect(coverage).toMatchObject({ complete: false, basis: 'none', through: null })
    expect(coverage.gaps[1]!.reason).toContain('resources.ARNPrefix')
    expect(connection.capabilities.exactOnce).toBe(false)
  })
})

test('rows of a query bear its own names, by position', async () => {
  const { client } = await serve([
    page({ columns: [...columns, { name: 'a', type: 'varchar' }], data: [[1, 'x']] }, false),
  ])
  const run = await runQuery(client, {
    text: '',
    columns: [
      { name: 'eventName', type: 'bigint' },
      { name: 'b', type: 'varchar' },
    ],
  })
  const rows: Row[] = []
  for await (const batch of run.rows) rows.push(...batch)
  expect(rows).toEqual([{ eventName: 1, b: 'x' }])
})

describe('the span of a table', () => {
  const shape = { eventsTable: '"hive"."ct"."logs"', accountColumn: '_account', exactOnce: true, lacking: [] }
  const spanColumns = ['first', 'last'].map((name) => ({ name, type: 'varchar' }))

  test.each([
    [['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'], { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:01Z' }],
    [['', 'yesterday'], undefined],
    [['2026-01-01T00:00:00Z', '2026-19-39T00:00:00Z'], undefined],
    [[null, null], undefined],
  ])('of the times %j is %o', async (row, span) => {
    const { client } = await serve([page({ columns: spanColumns, data: [row] }, false)])
    expect(await overTable(client, shape).span()).toEqual(span)
  })

  test('is not asked for any longer after an abort', async () => {
    const { client, asked } = await serve([page({})])
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    expect(await failure(overTable(client, shape).span({ signal: stop.signal }))).toMatch(/^ENGINE_INTERRUPTED/)
    expect(asked.at(-1)?.method).toBe('DELETE')
  })
})
