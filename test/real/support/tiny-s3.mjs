// A server that speaks the two requests of S3 that reading needs, from memory and as fast as Node goes: it shows what the
// reader can do where the emulator is the slower of the two. Usage: node tiny-s3.mjs <objects> ; prints its port
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'

const wanted = Number(process.argv[2] ?? 10_000)
const accounts = ['111122223333', '444455556666']
const regions = ['us-east-1', 'eu-west-1']
const record = (n) => ({
  eventVersion: '1.11',
  userIdentity: { type: 'IAMUser', accountId: accounts[n % 2], userName: `user-${n % 7}` },
  eventTime: '2026-01-08T00:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'DescribeInstances',
  awsRegion: regions[n % 2],
  sourceIPAddress: '192.0.2.1',
  requestID: `${n}`,
  eventID: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: accounts[n % 2],
  eventCategory: 'Management',
})
const objects = new Map()
for (let n = 0; n < wanted; n++) {
  const account = accounts[n % 2]
  const region = regions[(n >> 1) % 2]
  const day = String(1 + (Math.floor((n * 7) / wanted) % 28)).padStart(2, '0')
  const key = `AWSLogs/${account}/CloudTrail/${region}/2026/01/${day}/${account}_CloudTrail_${region}_202601${day}T${String(Math.floor(n / 60) % 24).padStart(2, '0')}${String(n % 60).padStart(2, '0')}Z_${String(n).padStart(16, 'A')}.json.gz`
  objects.set(key, gzipSync(JSON.stringify({ Records: [record(n)] }), { level: 1 }))
}
const keys = [...objects.keys()].sort()

/** First key that is not before the given text. */
function from(text) {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (keys[middle] < text) low = middle + 1
    else high = middle
  }
  return low
}

function list(query) {
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter')
  const after = query.get('continuation-token') ?? query.get('start-after') ?? ''
  const most = Number(query.get('max-keys') ?? 1000)
  const contents = []
  const folders = []
  let last = ''
  let truncated = false
  for (let at = from(after > prefix ? `${after}\0` : prefix); at < keys.length; at++) {
    const key = keys[at]
    if (!key.startsWith(prefix)) break
    if (contents.length + folders.length === most) {
      truncated = true
      break
    }
    const cut = delimiter ? key.indexOf(delimiter, prefix.length) : -1
    if (cut >= 0) {
      const folder = key.slice(0, cut + 1)
      folders.push(folder)
      last = `${folder}\uffff`
      at = from(last) - 1
    } else {
      const body = objects.get(key)
      contents.push(
        `<Contents><Key>${key}</Key><Size>${body.length}</Size><ETag>"${body.length}-${at}"</ETag></Contents>`,
      )
      last = key
    }
  }
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${truncated}</IsTruncated>${truncated ? `<NextContinuationToken>${last}</NextContinuationToken>` : ''}${contents.join('')}${folders.map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`).join('')}</ListBucketResult>`
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1')
  const [, , ...parts] = url.pathname.split('/')
  const key = decodeURIComponent(parts.join('/'))
  if (request.method === 'HEAD') return response.writeHead(200, { 'x-amz-bucket-region': 'us-east-1' }).end()
  if (key === '') return response.writeHead(200, { 'content-type': 'application/xml' }).end(list(url.searchParams))
  const body = objects.get(key)
  if (body === undefined) return response.writeHead(404).end()
  response.writeHead(200, { 'content-length': body.length, etag: `"${body.length}"` }).end(body)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.on('disconnect', () => process.exit())
