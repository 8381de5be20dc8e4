import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stubAwsEnvironment } from '../../../test/support/aws-environment.ts'
import type { LogFile } from '../../core/event/source.ts'
import { openS3Source } from './open.ts'

const key = (minute: string): string =>
  `AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/08/111122223333_CloudTrail_us-east-1_20260108T00${minute}Z_abcdefgh12345678.json.gz`
const classes: readonly (readonly [string, string | undefined])[] = [
  [key('05'), undefined],
  [key('10'), 'STANDARD_IA'],
  [key('15'), 'GLACIER_IR'],
  [key('20'), 'GLACIER'],
  [key('25'), 'DEEP_ARCHIVE'],
]
let server: Server
let lists = 0

beforeEach(async () => {
  lists = 0
  server = createServer(({ url = '' }, response) => {
    if (url.includes('list-type=2')) lists++
    const contents = classes.map(
      ([name, kind]) =>
        `<Contents><Key>${name}</Key><Size>9</Size>${kind === undefined ? '' : `<StorageClass>${kind}</StorageClass>`}</Contents>`,
    )
    response.end(`<ListBucketResult>${contents.join('')}</ListBucketResult>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stubAwsEnvironment()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function listed(onRequest: () => void): Promise<readonly LogFile[]> {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const locations = ['s3://trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/08/']
  const { source, close } = await openS3Source({ locations, aws: { endpoint }, onRequest })
  const files: LogFile[] = []
  try {
    for await (const portion of source.list()) files.push(...portion)
  } finally {
    close()
  }
  return files
}

test('files of classes that must be restored first are told as archived, and each request is told before it is sent', async () => {
  let told = 0
  const files = await listed(() => {
    told++
    expect(lists).toBeLessThan(told)
  })
  expect(files.map(({ archived }) => archived)).toEqual([undefined, undefined, undefined, 'GLACIER', 'DEEP_ARCHIVE'])
  expect(told).toBe(lists)
})

test('what is thrown instead of a request ends the listing before it is sent', async () => {
  const failing = listed(() => {
    throw new Error('too dear')
  })
  await expect(failing).rejects.toThrow('too dear')
  expect(lists).toBe(0)
})
