import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { stubAwsEnvironment } from '../../test/support/aws-environment.ts'
import { openBucket } from './bucket.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Speaks for S3: the test says what to answer, and sees what was asked. */
let server: Server
let endpoint = ''
let asked: { readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers'] }[] = []
let answer: (request: IncomingMessage) => Answer = () => ({})

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    const { status = 200, headers = {}, body = '' } = answer(request)
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stubAwsEnvironment()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const failure = (code: string, message: string, more = ''): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`
const isHead = ({ method }: IncomingMessage): boolean => method === 'HEAD'
const isList = ({ url }: IncomingMessage): boolean => url?.includes('list-type=2') ?? false

describe('openBucket', () => {
  test('signs for the Region that the bucket says it lies in', async () => {
    answer = (request) =>
      isHead(request)
        ? { status: 301, headers: { 'x-amz-bucket-region': 'eu-central-1' } }
        : { body: '<ListBucketResult/>' }
    const bucket = await openBucket('trail', { endpoint })
    await bucket.list({ prefix: '' })
    bucket.close()
    expect(asked.at(-1)?.headers.authorization).toContain('/eu-central-1/s3/aws4_request')
    expect(asked.at(-1)?.headers['user-agent']).toContain('trailbook')
  })

  test('a bucket that there is not ends it with its name', async () => {
    answer = () => ({ status: 404 })
    await expect(openBucket('trail', { endpoint })).rejects.toMatchObject({
      code: 'AWS_NO_BUCKET',
      message: 'There is no bucket trail.',
    })
  })

  test('a server that is not there is named', async () => {
    await expect(openBucket('trail', { endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({
      code: 'AWS_UNREACHABLE',
      message: 'The endpoint http://127.0.0.1:1 cannot be reached: the connection was refused.',
    })
  })
})

describe('list', () => {
  test('keys come with the characters that they have', async () => {
    answer = (request) =>
      isList(request)
        ? {
            body: '<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>a+%2B%26%C3%A9.json</Key><Size>3</Size><ETag>&quot;e&quot;</ETag></Contents><CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes></ListBucketResult>',
          }
        : {}
    const bucket = await openBucket('trail', { endpoint })
    expect(await bucket.list({ prefix: 'p/', folders: true, startAfter: 'p/a' })).toEqual({
      objects: [{ key: 'a +&é.json', size: 3, etag: 'e' }],
      folders: ['x y/'],
      token: 't',
    })
    expect(asked.at(-1)?.url).toContain('delimiter=%2F')
    expect(asked.at(-1)?.url).toContain('start-after=p%2Fa')
    bucket.close()
  })

  test('keys of a server that does not encode them stay as they are', async () => {
    answer = (request) =>
      isList(request)
        ? { body: '<ListBucketResult><Contents><Key>a+b%zz.json</Key><Size>3</Size></Contents></ListBucketResult>' }
        : {}
    const bucket = await openBucket('trail', { endpoint })
    expect((await bucket.list({ prefix: '' })).objects).toEqual([{ key: 'a+b%zz.json', size: 3, etag: '' }])
    bucket.close()
  })

  test('an answer that says that there is more, and not where, is no end of the listing', async () => {
    answer = (request) =>
      isList(request) ? { body: '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>' } : {}
    const bucket = await openBucket('trail', { endpoint })
    await expect(bucket.list({ prefix: '' })).rejects.toMatchObject({ code: 'AWS_FAILED' })
    bucket.close()
  })

  test('a refusal names the permission and the bucket', async () => {
    answer = (request) =>
      isHead(request) ? { status: 403 } : { status: 403, body: failure('AccessDenied', 'Access Denied') }
    const bucket = await openBucket('trail', { endpoint })
    await expect(bucket.list({ prefix: 'AWSLogs/' })).rejects.toMatchObject({
      code: 'AWS_ACCESS_DENIED',
      message: 'Access denied: s3:ListBucket on arn:aws:s3:::trail (prefix AWSLogs/).',
    })
    bucket.close()
  })

  test('expired credentials are looked up again, and used when there are new ones', async () => {
    answer = (request) =>
      isHead(request)
        ? {}
        : request.headers.authorization?.includes('AKIAIOSFODNN7EXAMPLE')
          ? { status: 400, body: failure('ExpiredToken', 'The provided token has expired.') }
          : { body: '<ListBucketResult/>' }
    const bucket = await openBucket('trail', { endpoint })
    await expect(bucket.list({ prefix: '' })).rejects.toMatchObject({
      code: 'AWS_CREDENTIALS_EXPIRED',
      hint: expect.stringContaining('aws sso login'),
    })
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'ASIAIOSFODNN7EXAMPLE')
    expect((await bucket.list({ prefix: '' })).objects).toEqual([])
    bucket.close()
  })

  test('answers that ask for patience are tried again', async () => {
    let tries = 0
    answer = (request) =>
      isHead(request)
        ? {}
        : ++tries < 3
          ? { status: 503, body: failure('SlowDown', 'Please reduce your request rate.') }
          : { body: '<ListBucketResult/>' }
    const bucket = await openBucket('trail', { endpoint })
    expect((await bucket.list({ prefix: '' })).objects).toEqual([])
    expect(tries).toBe(3)
    bucket.close()
  })
})

describe('get', () => {
  const got = async (respond: typeof answer, version?: string) => {
    answer = (request) => (isHead(request) && /^\/trail\/?$/.test(request.url ?? '') ? {} : respond(request))
    const bucket = await openBucket('trail', { endpoint })
    try {
      const object = await bucket.get({ key: 'a b.json', from: 3, etag: 'e', version })
      const chunks: Uint8Array[] = []
      for await (const chunk of object.body) chunks.push(chunk)
      return { ...object, body: Buffer.concat(chunks).toString() }
    } finally {
      bucket.close()
    }
  }

  test('asks for the remainder of the same object and tells its metadata', async () => {
    const object = await got(() => ({
      status: 206,
      headers: { etag: '"e"', 'x-amz-meta-signature': 'abc', 'x-amz-version-id': 'v1', 'content-length': '4' },
      body: 'rest',
    }))
    expect(object).toMatchObject({ body: 'rest', size: 4, etag: 'e', version: 'v1', metadata: { signature: 'abc' } })
    expect(asked.at(-1)?.headers).toMatchObject({ range: 'bytes=3-', 'if-match': '"e"' })
  })

  const arn = 'arn:aws:kms:eu-west-1:444455556666:key/0e1d2c3b-4a59-4c6d-8e7f-901234567890'
  test.each<[string, typeof answer, string, string]>([
    [
      'is no longer there',
      () => ({ status: 404, body: failure('NoSuchKey', 'The specified key does not exist.') }),
      'INPUT_OBJECT_GONE',
      'no longer there',
    ],
    [
      'was overwritten',
      () => ({ status: 412, body: failure('PreconditionFailed', 'At least one of the pre-conditions did not hold') }),
      'INPUT_OBJECT_CHANGED',
      'overwritten',
    ],
    [
      'is archived',
      () => ({
        status: 403,
        body: failure('InvalidObjectState', 'The operation is not valid', '<StorageClass>DEEP_ARCHIVE</StorageClass>'),
      }),
      'INPUT_OBJECT_ARCHIVED',
      '(DEEP_ARCHIVE)',
    ],
    [
      'may not be read',
      () => ({ status: 403, body: failure('AccessDenied', 'Access Denied') }),
      'AWS_ACCESS_DENIED',
      'Access denied: s3:GetObject on arn:aws:s3:::trail/a b.json.',
    ],
    [
      'is encrypted with a key that the refusal names',
      () => ({
        status: 403,
        body: failure(
          'AccessDenied',
          `User: x is not authorized to perform: kms:Decrypt on resource: ${arn} because no policy allows it`,
        ),
      }),
      'AWS_KMS_DENIED',
      `kms:Decrypt with the key ${arn} of account 444455556666, which encrypts arn:aws:s3:::trail/a b.json`,
    ],
    [
      'is encrypted with a key that only its head names',
      (request) =>
        isHead(request)
          ? {
              headers: {
                'x-amz-server-side-encryption': 'aws:kms',
                'x-amz-server-side-encryption-aws-kms-key-id': arn,
              },
            }
          : { status: 403, body: failure('AccessDenied', 'Access Denied') },
      'AWS_KMS_DENIED',
      `kms:Decrypt with the key ${arn} of account 444455556666`,
    ],
  ])('an object that %s', async (_, respond, code, words) => {
    const error = await got(respond).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  })

  test.each<[string, number, string, string, string]>([
    [
      'of a version names the permission for versions',
      403,
      failure('AccessDenied', 'Access Denied'),
      'AWS_ACCESS_DENIED',
      's3:GetObjectVersion on arn:aws:s3:::trail/a b.json',
    ],
    ['of a mark of deletion is one of that object', 405, '', 'INPUT_OBJECT_GONE', 'no longer there'],
    ['of no version is one of that object', 404, failure('NoSuchVersion', 'x'), 'INPUT_OBJECT_GONE', 'no longer there'],
    [
      'of what is no version at all is one of that object',
      400,
      failure('InvalidArgument', 'Invalid version id specified'),
      'INPUT_UNREADABLE',
      'S3 answers 400 InvalidArgument',
    ],
  ])('a refusal %s', async (_, status, body, code, words) => {
    const error = await got(() => ({ status, body }), 'v/1').catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
    expect(asked.find(({ method }) => method === 'GET')?.url).toContain('versionId=v%2F1')
  })
})
