// Notifications through a real queue, and a real log group, both of the emulator: every form of message, a reader that is
// stopped and one that is killed, and hours that are not asked for twice.
//
// usage: node test/real/queue.real.mjs
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { awsEnvironment, deleteObject, keepVersions, makeBucket, putObject, startMoto } from './support/moto.mjs'

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
const cli = process.env.TRAILBOOK_CLI ?? resolve(import.meta.dirname, '../../dist/cli.js')
const folder = mkdtempSync(join(tmpdir(), 'trailbook-queue-'))
const moto = await startMoto()
const env = awsEnvironment(moto.endpoint)
const bucket = 'amzn-s3-demo-trail'
const client = {
  endpoint: moto.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
}
const sqs = new SQSClient(client)
const logs = new CloudWatchLogsClient(client)
let passed = 0
let failed = 0
let queues = 0
let objects = 0

try {
  await makeBucket(moto.endpoint, bucket)
  await everyForm()
  await poison()
  await damagedContent()
  await elsewhere()
  await replaced()
  await stopped()
  await killed()
  await two()
  await oneBucket()
  await logGroup()
} finally {
  await moto.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

/** Direct, through SNS, through EventBridge and CloudTrail's own; tests and deletions are nothing to do. */
async function everyForm() {
  const queue = await newQueue()
  const [a, b, c, d, e] = [await put(2), await put(2, 'with space+plus'), await put(2), await put(2), await put(2)]
  await send(queue, created(a))
  await send(queue, created(b))
  await send(queue, { Type: 'Notification', MessageId: '1', TopicArn: 'arn', Message: JSON.stringify(created(c)) })
  await send(queue, {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { bucket: { name: bucket }, object: { key: d.key, size: d.size, etag: 'x' } },
  })
  await send(queue, {
    Type: 'Notification',
    Message: JSON.stringify({ s3Bucket: bucket, s3ObjectKey: [e.key, a.key] }),
  })
  await send(queue, { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: bucket })
  await send(queue, { Type: 'Notification', Message: 'CloudTrail validation message.' })
  await send(queue, { Records: [{ ...created(a).Records[0], eventName: 'ObjectRemoved:Delete' }] })
  const { code, json } = await run('forms', ['--queue', queue])
  check('every form of notification is understood', code === 0 && json?.events === 10, { code, json })
  check('what is done is deleted', (await waiting(queue)) === 0, await waiting(queue))
}

async function poison() {
  const queue = await newQueue()
  await send(queue, 'no JSON at all')
  await send(queue, { Records: [{ eventSource: 'aws:dynamodb' }] })
  const gone = await put(1)
  await deleteObject(moto.endpoint, bucket, gone.key)
  await send(queue, created(gone))
  await send(queue, created({ ...(await put(1)), bucket: 'amzn-s3-demo-nowhere' }))
  await send(queue, created(await put(3)))
  const { code, json, said } = await run('poison', ['--queue', queue])
  const named = said.split('\n').filter((line) => line.startsWith('Left in the queue'))
  check('messages that cannot be done are named', code === 65 && named.length === 4 && json?.left === 4, { code, said })
  check('and stay in the queue, while the others go in', (await waiting(queue)) === 4 && json?.events === 3, json)
}

/** A damaged object does not heal: the lake notes it, and the message is done. */
async function damagedContent() {
  const queue = await newQueue()
  const cut = await put(5, 'cut', (bytes) => bytes.subarray(0, bytes.length - 20))
  await send(queue, created(cut))
  const { json } = await run('damaged', ['--queue', queue])
  const status = await trailbook('damaged', ['status'])
  check(
    'a damaged object is noted in the lake and its message deleted',
    json?.events === 0 && (await waiting(queue)) === 0,
    { json, status: status.json },
  )
}

async function elsewhere() {
  const queue = await newQueue()
  await send(queue, created(await put(1)))
  const { code, json } = await run('elsewhere', ['--queue', queue, `s3://${bucket}/OtherLogs`])
  check(
    'a place that was not given is not read',
    code === 65 && json?.events === 0 && (await waiting(queue)) === 1,
    json,
  )
}

/** The object was overwritten before its message was read: what was delivered is still there as a version. */
async function replaced() {
  const name = 'amzn-s3-demo-versions'
  await makeBucket(moto.endpoint, name)
  await keepVersions(moto.endpoint, name)
  const queue = await newQueue()
  const [delivered, other] = [await put(3), await put(1)]
  const version = await putObject(moto.endpoint, name, delivered.key, delivered.bytes)
  await putObject(moto.endpoint, name, delivered.key, other.bytes)
  await send(queue, created({ ...delivered, bucket: name, version }))
  const gone = { ...(await put(1)), bucket: name, version: 'never' }
  await putObject(moto.endpoint, name, gone.key, gone.bytes)
  await send(queue, created(gone))
  const { json, said } = await run('replaced', ['--queue', queue, `s3://${name}`])
  check(
    'the version that was delivered is read, not what took its place',
    version !== undefined && json?.events === 3,
    {
      version,
      json,
      said,
    },
  )
  check('a version that is not there leaves its message', (await waiting(queue)) === 1 && json?.left === 1, said)
}

/** Ctrl-C while messages keep coming. */
async function stopped() {
  const queue = await newQueue()
  const following = start('stopped', placed(['--follow', '--queue', queue]))
  let sent = 0
  for (let round = 0; round < 6; round++) {
    for (let n = 0; n < 5; n++) {
      await send(queue, created(await put(4)))
      sent += 4
    }
    await sleep(300)
  }
  await until(() => following.said().includes('new event'))
  following.child.kill('SIGINT')
  const { code, json } = await following.ended
  const left = await waiting(queue)
  check('Ctrl-C ends after the commit that is being made', code === 0 && json?.events === sent - left * 4, {
    code,
    json,
    left,
    sent,
  })
  const { json: after } = await run('stopped', ['--queue', queue])
  check('the next reader has the remainder', after?.events === left * 4 && (await waiting(queue)) === 0, after)
}

/** kill -9 at several moments: messages come again, and nothing counts twice. */
async function killed() {
  const queue = await newQueue(2)
  let sent = 0
  for (let n = 0; n < 60; n++) {
    await send(queue, created(await put(3)))
    sent += 3
  }
  for (const after of [400, 900, 1400, 1900]) {
    const following = start('killed', placed(['--follow', '--queue', queue]))
    await sleep(after)
    following.child.kill('SIGKILL')
    await following.ended
    // What the killed one had received is hidden for a while.
  }
  const deadline = Date.now() + 180_000
  while ((await waiting(queue)) > 0 && Date.now() < deadline) {
    await run('killed', ['--queue', queue])
    await sleep(2000)
  }
  const count = 'SELECT count(*) AS n, count(DISTINCT eventid) AS d FROM cloudtrail_logs'
  const day = ['--from', '2026-01-31T00:00:00Z', '--to', '2026-02-01T00:00:00Z']
  const { json } = await trailbook('killed', ['query', count, ...day])
  const { n, d } = json?.rows?.[0] ?? {}
  check('after four kills every event is there once', n === sent && d === sent && (await waiting(queue)) === 0, {
    n,
    d,
    sent,
  })
}

/** Two processes on one queue and one lake. */
async function two() {
  const queue = await newQueue()
  let sent = 0
  for (let n = 0; n < 40; n++) {
    await send(queue, created(await put(2)))
    sent += 2
  }
  const both = await Promise.all([run('two', ['--queue', queue]), run('two', ['--queue', queue])])
  const events = both.reduce((sum, { json }) => sum + (json?.events ?? 0), 0)
  check('two readers of one queue share the work', both.every(({ code }) => code === 0) && events === sent, both)
}

/** Two processes ingest the same bucket at once, beside one that has it to itself. */
async function oneBucket() {
  const place = `s3://${bucket}/`
  const alone = await run('alone', [place])
  const both = await Promise.all([run('both', [place]), run('both', [place])])
  const events = both.reduce((sum, { json }) => sum + (json?.events ?? 0), 0)
  check('two processes add together what one does', events === alone.json?.events && events > 300, { alone, both })
  const [one, other] = [await idsIn('alone'), await idsIn('both')]
  check('and their lake is the same', one.length === events && one.join() === other.join(), [one.length, other.length])
}

/** Ids of the events of the day that `put` writes, sorted, doubled ones doubled. */
async function idsIn(lake) {
  const day = ['--from', '2026-01-31T00:00:00Z', '--to', '2026-02-01T00:00:00Z']
  const { json } = await trailbook(lake, [
    'query',
    'SELECT eventid FROM cloudtrail_logs ORDER BY 1',
    ...day,
    '--limit',
    '100000',
  ])
  return (json?.rows ?? []).map(({ eventid }) => eventid)
}

async function logGroup() {
  const group = 'aws-cloudtrail-logs/main'
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }))
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000
  let count = 0
  for (const stream of ['111122223333_CloudTrail_us-east-1', '111122223333_CloudTrail_us-east-1_2']) {
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }))
    for (const [hoursAgo, events] of [
      [30, 120],
      [3, 50],
      [0, 5],
    ]) {
      const logEvents = Array.from({ length: events }, (_, n) => {
        const timestamp = hour - hoursAgo * 3_600_000 + n
        return { timestamp, message: record(timestamp) }
      })
      count += events
      await logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }))
    }
  }
  const first = await trailbook('group', ['ingest', `cloudwatch:${group}@us-east-1`, '--since', '48h'])
  check('a log group is read whole', first.code === 0 && first.json?.events === count, { want: count, ...first })
  const again = await trailbook('group', ['ingest', `cloudwatch:${group}`, '--since', '48h'])
  check('again it gives nothing new', again.json?.events === 0 && again.json?.duplicates === count, again)
  const none = await trailbook('group', ['ingest', 'cloudwatch:nothing-here'])
  check('a group that is not there is told', none.code === 64 && none.json?.error?.code === 'AWS_NO_LOG_GROUP', none)
}

async function newQueue(visibility = 30) {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: `queue-${queues++}`, Attributes: { VisibilityTimeout: String(visibility) } }),
  )
  return QueueUrl
}

async function send(queue, body) {
  await sqs.send(
    new SendMessageCommand({ QueueUrl: queue, MessageBody: typeof body === 'string' ? body : JSON.stringify(body) }),
  )
}

/** Messages of a queue, hidden ones included. */
async function waiting(queue) {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queue, AttributeNames: ['All'] }),
  )
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible)
}

async function put(records, folder = 'AWSLogs', change = (bytes) => bytes) {
  const number = objects++
  const Records = Array.from({ length: records }, () => JSON.parse(record(Date.UTC(2026, 0, 31, 9) + number * 1000)))
  const bytes = change(gzipSync(JSON.stringify({ Records })))
  const key = `${folder}/111122223333/CloudTrail/us-east-1/2026/01/31/111122223333_CloudTrail_us-east-1_20260131T0910Z_${String(number).padStart(16, '0')}.json.gz`
  await putObject(moto.endpoint, bucket, key, bytes)
  return { key, size: bytes.length, bucket, bytes }
}

function created({ key, size, bucket: name, version: versionId }) {
  const written = encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/')
  const object = { key: written, size, eTag: 'x', versionId }
  return { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: { bucket: { name }, object } }] }
}

function record(time) {
  return JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'alice', accountId: '111122223333' },
    eventTime: new Date(time).toISOString().replace(/\.\d+Z/, 'Z'),
    eventSource: 'iam.amazonaws.com',
    eventName: 'ListUsers',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    eventID: crypto.randomUUID(),
    eventType: 'AwsApiCall',
    recipientAccountId: '111122223333',
  })
}

/** Of the bucket of these tests, where no place is named. */
function placed(args) {
  return args.some((one) => one.startsWith('s3://')) ? args : [...args, `s3://${bucket}`]
}

function run(lake, args) {
  return trailbook(lake, ['ingest', ...placed(args)])
}

function trailbook(lake, args) {
  return start(lake, args, []).ended
}

function start(lake, args, prefix = ['ingest']) {
  const child = spawn(process.execPath, [cli, ...prefix, ...args, '--lake', join(folder, lake), '--format', 'json'], {
    env,
  })
  let out = ''
  let said = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const ended = new Promise((done) => {
    child.on('close', (code) => {
      let json
      try {
        json = JSON.parse(out)
      } catch {}
      done({ code, json, said })
    })
  })
  return { child, ended, said: () => said }
}

async function until(is) {
  for (let tries = 0; !is() && tries < 300; tries++) await sleep(100)
}

function check(what, is, detail) {
  if (is) passed++
  else failed++
  console.log(`${is ? 'ok  ' : 'FAIL'} ${what}${is ? '' : ` ${JSON.stringify(detail).slice(0, 1500)}`}`)
}
