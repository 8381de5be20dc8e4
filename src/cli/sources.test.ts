import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { stubAwsEnvironment } from '../../test/support/aws-environment.ts'
import { quietContext } from '../../test/support/cli-context.ts'
import type { CommandSpec } from './command.ts'
import { ingestCommand } from './commands/ingest.ts'
import { queryCommand } from './commands/query.ts'
import { verifyLogsCommand } from './commands/verify-logs.ts'

const role = 'arn:aws:iam::111122223333:role/reader'
const key = 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/31/a.json'
const record = {
  eventVersion: '1.11',
  eventTime: '2026-01-31T09:00:00Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'GetCallerIdentity',
  awsRegion: 'us-east-1',
  eventID: '11111111-1111-4111-8111-111111111111',
  eventType: 'AwsApiCall',
  recipientAccountId: '111122223333',
}

let server: Server
let folder = ''
/** Access keys by which S3 was asked. */
let keys: Set<string>
let externalIds: string[]

beforeEach(async () => {
  keys = new Set()
  externalIds = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const [type, answer] = answerTo(request, body)
    response.writeHead(200, { 'content-type': type }).end(request.method === 'HEAD' ? undefined : answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  stubAwsEnvironment()
  folder = await mkdtemp(join(tmpdir(), 'trailbook-sources-'))
  const sources = { main: { url: 's3://trail/AWSLogs/', role, externalId: 'x-1', regions: ['eu-west-1'] } }
  await writeFile(join(folder, 'trailbook.yaml'), stringify({ sources }))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

/** STS, and a bucket with one log file. */
function answerTo(request: IncomingMessage, body: string): [type: string, answer: string] {
  const signedBy = /Credential=([^/]+)\/\d+\/[^/]+\/(\w+)\//.exec(request.headers.authorization ?? '')
  if (signedBy?.[2] === 'sts') {
    externalIds.push(new URLSearchParams(body).get('ExternalId') ?? 'none')
    return [
      'text/xml',
      '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    ]
  }
  if (signedBy?.[2] === 'cloudtrail') return ['application/x-amz-json-1.1', '{"PublicKeyList":[]}']
  keys.add(signedBy?.[1] ?? 'nobody')
  const url = new URL(request.url ?? '/', 'http://s3')
  if (url.searchParams.get('list-type') !== '2') return ['application/json', JSON.stringify({ Records: [record] })]
  const prefix = url.searchParams.get('prefix') ?? ''
  const below = key.startsWith(prefix) ? key.slice(prefix.length) : undefined
  const folders = url.searchParams.get('delimiter') === '/' && below?.includes('/')
  const content =
    below === undefined
      ? ''
      : folders
        ? `<CommonPrefixes><Prefix>${prefix}${below.slice(0, below.indexOf('/') + 1)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${key}</Key><Size>400</Size><ETag>"e"</ETag></Contents>`
  return ['application/xml', `<ListBucketResult>${content}</ListBucketResult>`]
}

async function call(command: CommandSpec, typed: { args?: object; options?: object }) {
  const given = { arguments: { ...typed.args }, options: { ...typed.options } }
  return command.action(given, quietContext(folder, '2026-01-31T12:00:00Z'))
}

const asReader = ['ASIAIOSFODNN7EXAMPLE']
const asMyself = ['AKIAIOSFODNN7EXAMPLE']

describe('a place below the url of a source of trailbook.yaml', () => {
  const query = (place: string) =>
    call(queryCommand, {
      args: { sql: 'SELECT eventname FROM cloudtrail_logs' },
      options: { logs: [place], limit: '10', record: false, timeout: '5m' },
    })

  test('query --logs reads it by the role of that source, and all of it', async () => {
    const { json } = await query('s3://trail/AWSLogs/111122223333/')
    expect(json).toMatchObject({ rows: [{ eventname: 'GetCallerIdentity' }] })
    expect([...keys]).toEqual(asReader)
    expect(externalIds).toEqual(['x-1'])
  })

  test('query --logs reads another place as whoever asks', async () => {
    await query('s3://trail')
    expect([...keys]).toEqual(asMyself)
    expect(externalIds).toEqual([])
  })

  test('ingest reads it by the role of that source', async () => {
    const { json } = await call(ingestCommand, { args: { path: ['s3://trail/AWSLogs'] } })
    expect(json).toMatchObject({ events: 1 })
    expect([...keys]).toEqual(asReader)
  })

  test('verify-logs reads it by the role of that source', async () => {
    const { json } = await call(verifyLogsCommand, { args: { path: ['s3://trail/AWSLogs/'] } })
    expect(json).toMatchObject({ places: [{ account: '111122223333' }] })
    expect([...keys]).toEqual(asReader)
  })
})

describe('ingest', () => {
  const failure = (args: readonly string[], options: object = {}) =>
    call(ingestCommand, { args: { path: args }, options }).then(
      () => undefined,
      (error: Error) => error.message,
    )

  test.each([
    [['https://trail.s3.amazonaws.com/AWSLogs/'], 'here it is called s3://trail/AWSLogs/.'],
    [['arn:aws:s3:::trail'], 'here it is called s3://trail/.'],
    [['s3:/trail/AWSLogs'], 'here it is called s3://trail/AWSLogs.'],
    [['s3:///AWSLogs'], 'it names no bucket.'],
  ])('%s is told as it should be written', async (args, reason) => {
    expect(await failure(args)).toBe(`${args[0]} is no place in S3: ${reason}`)
    expect([...keys]).toEqual([])
  })

  test.each<[object, string]>([
    [{ account: ['garbage'] }, '--account takes an account id of 12 digits, and got "garbage".'],
    [{ follow: true }, '--follow needs a queue that tells of new files.'],
    [
      { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/trail', since: '7d' },
      '--since does not go with --queue.',
    ],
    [
      { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/trail', fromEventHistory: true, since: '7d' },
      '--since does not go with --queue.',
    ],
  ])('%j is refused before anybody is asked', async (options, message) => {
    expect(await failure(options && 'fromEventHistory' in options ? [] : ['s3://trail'], options)).toBe(message)
    expect([...keys]).toEqual([])
  })

  test('standard input is told to be none', async () => {
    expect(await failure(['-'])).toBe('Logs are not read from standard input.')
    const logs = call(queryCommand, { args: { sql: 'SELECT 1 AS one' }, options: { logs: ['-'] } })
    await expect(logs).rejects.toMatchObject({ code: 'CLI_USAGE' })
  })

  test('verify-logs tells it, too', async () => {
    const told = call(verifyLogsCommand, { args: { path: ['arn:aws:s3:::trail'] } })
    await expect(told).rejects.toMatchObject({ code: 'AWS_LOCATION' })
  })

  test('a queue without places is refused: its messages could name the bucket of anybody', async () => {
    expect(await failure([], { queue: 'https://sqs.us-east-1.amazonaws.com/111122223333/trail' })).toBe(
      'It was not said which places are wanted, and a message may name any bucket.',
    )
  })
})
