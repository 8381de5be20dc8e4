/** What workloads do all day: objects, secrets, keys, tables, and now and then a mistake. */
import { denied } from '../calls/denied.ts'
import { describeInstances } from '../calls/ec2.ts'
import { decrypt } from '../calls/kms.ts'
import { objectCall } from '../calls/s3.ts'
import { readCall, throttled, writeCall } from '../calls/simple.ts'
import { getCallerIdentity } from '../calls/sts.ts'
import type { Account, AccountKind } from '../organisation.ts'
import { awsService, type Caller, onBehalf } from '../principals.ts'
import { weighted } from '../random.ts'
import type { Call } from '../record.ts'
import type { Workload } from '../workloads.ts'
import { bucketFor, daytime, type Scene, type Source } from './scene.ts'

const hasWorkloads = (account: Account): boolean => account.workloads.length > 0

const steady = (account: Account): Workload[] => account.workloads.filter(({ nightly }) => !nightly)

const choosers = new WeakMap<Account, (random: Scene['random']) => Workload>()

function chooseWorkload({ account, random }: Scene): Workload {
  let choose = choosers.get(account)
  if (choose === undefined) {
    choose = weighted(steady(account).map((one) => [one, one.weight] as const))
    choosers.set(account, choose)
  }
  return choose(random)
}

const objectShares: Readonly<Partial<Record<AccountKind, number>>> = { production: 24, staging: 12, development: 8 }

/** Calls on objects. */
export const objectTraffic: Source = {
  name: 'objects',
  share: ({ kind }) => objectShares[kind] ?? 0,
  length: 1,
  busy: daytime,
  act(scene) {
    const workload = chooseWorkload(scene)
    const bucket = bucketFor(scene.account, workload.bucket)
    const { random } = scene
    const caller = scene.sessions.workload(scene, workload)
    const [name, read] = chooseObjectCall(random)
    const key = `${bucket.purpose}/2026/${random.between(10, 52)}/${random.hex(12)}.${bucket.purpose === 'orders-assets' ? 'webp' : 'pdf'}`
    const bytes = Math.round(2000 * 1.5 ** random.between(0, 16))
    const options = { bucket, account: scene.account.id, key, random, bytes }
    const missing = read && random.chance(0.012)
    scene.happen(
      caller,
      objectCall(name, read, {
        ...options,
        ...(missing && { failure: { code: 'NoSuchKey', message: 'The specified key does not exist.' } }),
      }),
      { region: bucket.region },
    )
  },
}

const chooseObjectCall = weighted<readonly [string, boolean]>([
  [['GetObject', true], 62],
  [['PutObject', false], 18],
  [['HeadObject', true], 14],
  [['GetObjectTagging', true], 4],
  [['CopyObject', false], 2],
])

/** The trail's own deliveries into the log bucket, which is recorded. */
export const logDeliveries: Source = {
  name: 'log-deliveries',
  share: (account) => (account.kind === 'security' ? 30 : 0),
  length: 1,
  act(scene) {
    const { random, account } = scene
    const bucket = bucketFor(account, 'trail-logs')
    const key = `AWSLogs/${random.pick(scene.organisation.accounts).id}/CloudTrail/${bucket.region}/${random.hex(20)}.json.gz`
    const call = objectCall('PutObject', false, {
      bucket,
      account: account.id,
      key,
      random,
      bytes: random.between(700, 90_000),
    })
    scene.happen(awsService('cloudtrail.amazonaws.com'), call, { region: bucket.region })
  },
}

export const invocations: Source = {
  name: 'invocations',
  share: (account) => (account.kind === 'production' ? 5 : 0),
  length: 1,
  busy: daytime,
  act(scene) {
    const functions = scene.account.workloads.filter(({ runtime }) => runtime === 'lambda')
    const target = scene.random.pick(functions)
    scene.happen(
      awsService(scene.random.pick(['sqs.amazonaws.com', 's3.amazonaws.com', 'events.amazonaws.com'])),
      invoke(target),
      {
        region: target.region,
      },
    )
  },
}

export function invoke({ name, region, role }: Workload): Call {
  const arn = `arn:aws:lambda:${region}:${role.account}:function:${name}`
  return {
    service: 'lambda',
    name: 'Invoke',
    read: false,
    data: true,
    parameters: { functionName: arn, invocationType: 'Event' },
    extra: { functionVersion: `${arn}:$LATEST` },
    resources: [{ accountId: role.account, type: 'AWS::Lambda::Function', ARN: arn }],
  }
}

/** Management calls of workloads. */
export const applicationCalls: Source = {
  name: 'application-calls',
  share: (account) => (hasWorkloads(account) ? 24 : 0),
  length: 1.5,
  busy: daytime,
  act(scene) {
    const workload = chooseWorkload(scene)
    const caller = scene.sessions.workload(scene, workload)
    chooseApplicationAct(scene.random)(scene, workload, caller)
  },
}

type Act = (scene: Scene, workload: Workload, caller: Caller) => void

const secret: Act = (scene, workload, caller) => {
  const { random, account } = scene
  const arn = `arn:aws:secretsmanager:${workload.region}:${account.id}:secret:${workload.secret}-AbCdEf`
  const region = workload.region
  scene.happen(
    caller,
    readCall('secretsmanager', 'GetSecretValue', { secretId: workload.secret, versionStage: 'AWSCURRENT' }),
    { region },
  )
  scene.happen(
    onBehalf(caller, 'secretsmanager.amazonaws.com'),
    decrypt({
      account: account.id,
      region,
      keyId: workload.keyId,
      context: { SecretARN: arn, SecretVersionId: random.uuid() },
    }),
    { region },
  )
}

const parameter: Act = (scene, workload, caller) => {
  const name = `/${workload.name}/${scene.random.pick(['database-url', 'feature-flags', 'queue-url', 'log-level'])}`
  scene.happen(caller, readCall('ssm', 'GetParameter', { name, withDecryption: true }), { region: workload.region })
}

const table: Act = (scene, workload, caller) => {
  const call = readCall('dynamodb', 'DescribeTable', { tableName: workload.table })
  scene.happen(caller, scene.random.chance(0.02) ? throttled(call) : call, { region: workload.region })
}

const objectKey: Act = (scene, workload, caller) => {
  const bucket = bucketFor(scene.account, workload.bucket)
  const context = { 'aws:s3:arn': `arn:aws:s3:::${bucket.name}/${bucket.purpose}/${scene.random.hex(12)}` }
  scene.happen(
    onBehalf(caller, 's3.amazonaws.com'),
    decrypt({ account: scene.account.id, region: workload.region, keyId: workload.keyId, context }),
    { region: workload.region },
  )
}

const plain =
  (call: Call): Act =>
  (scene, workload, caller) => {
    scene.happen(caller, call, { region: workload.region })
  }

const logStream: Act = (scene, workload, caller) => {
  const parameters = { logGroupName: `/app/${workload.name}`, logStreamName: scene.random.hex(32) }
  scene.happen(caller, writeCall('logs', 'CreateLogStream', parameters), { region: workload.region })
}

const metadata: Act = (scene, workload, caller) => {
  const call = describeInstances(workload.instances.slice(0, 1))
  scene.happen(caller, scene.random.chance(0.03) ? throttled(call) : call, { region: workload.region })
}

const chooseApplicationAct = weighted<Act>([
  [secret, 16],
  [objectKey, 26],
  [parameter, 14],
  [table, 8],
  [logStream, 9],
  [metadata, 5],
  [plain(readCall('sqs', 'GetQueueAttributes', { attributeNames: ['ApproximateNumberOfMessages'] })), 5],
  [plain(readCall('sns', 'ListTopics')), 2],
  [plain(getCallerIdentity), 5],
  [plain(readCall('ecr', 'GetAuthorizationToken')), 2],
])

/** A job that runs at night and lacks a permission that nobody has missed. */
export const nightlyReport: Source = {
  name: 'nightly-report',
  share: (account) => (account.workloads.some(({ nightly }) => nightly) ? 6 : 0),
  length: 9,
  busy: (at) => (new Date(at).getUTCHours() === 2 ? 1 : 0),
  act(scene) {
    const workload = scene.account.workloads.find(({ nightly }) => nightly)!
    const caller = scene.sessions.workload(scene, workload)
    const describeTable = readCall('dynamodb', 'DescribeTable', { tableName: 'orders-archive' })
    const resource = `arn:aws:dynamodb:${workload.region}:${scene.account.id}:table/orders-archive`
    for (let round = 0; round < 4; round++) {
      secret(scene, workload, caller)
      parameter(scene, workload, caller)
    }
    scene.happen(caller, denied(describeTable, caller, { resource }), { region: workload.region })
  },
}
