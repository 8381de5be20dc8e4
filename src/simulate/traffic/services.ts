/** The noise of AWS services: most of what a quiet account logs. */
import { runInstances, terminateInstances } from '../calls/ec2.ts'
import { decrypt, generateDataKey } from '../calls/kms.ts'
import { bucketCall } from '../calls/s3.ts'
import { readCall, writeCall } from '../calls/simple.ts'
import { assumeRole } from '../calls/sts.ts'
import { bucketSweep } from '../calls/sweeps.ts'
import { resourceId, temporaryKey } from '../ids.ts'
import type { Account } from '../organisation.ts'
import { awsService } from '../principals.ts'
import type { Random } from '../random.ts'
import type { Call } from '../record.ts'
import { homeRegion } from '../regions.ts'
import { linkedServices, workRegion } from './linked-services.ts'
import { bucketFor, burst, daytime, type Source } from './scene.ts'

/** Machines come and go with the load; nobody asked for it by hand. */
const autoScaling: Source = {
  name: 'auto-scaling',
  share: (account) => (account.kind === 'production' || account.kind === 'staging' ? 1.5 : 0),
  length: 4,
  busy: daytime,
  act(scene) {
    const { random, account } = scene
    const region = homeRegion
    const caller = scene.sessions.linked(scene, account.roles.autoScaling, {
      service: 'autoscaling.amazonaws.com',
      session: 'AutoScaling',
      region,
    })
    const instances = [resourceId('i', random)]
    const launch = { account: account.id, region, type: 'm7g.large', count: 1, random, profile: 'web-frontend' }
    burst(scene, { caller, region, pause: 2000 }, [
      readCall('ec2', 'DescribeInstanceStatus', { filterSet: {} }),
      runInstances({ ...launch, at: scene.at, instances, name: 'web-frontend' }),
    ])
    const end = scene.at + random.between(20, 240) * 60_000
    scene.happen(caller, terminateInstances(instances, random), { region, at: end })
    scene.happen(caller, readCall('elasticloadbalancing', 'DescribeTargetHealth'), { region, at: end + 1000 })
  },
}

const agents: Source = {
  name: 'ssm-agents',
  share: (account) => (account.workloads.some(({ runtime }) => runtime === 'ec2') ? 6 : 0),
  length: 1.2,
  act(scene) {
    const machines = scene.account.workloads.filter(({ runtime }) => runtime === 'ec2')
    const workload = scene.random.pick(machines)
    const caller = {
      ...scene.sessions.workload(scene, workload),
      agent: 'aws-sdk-go/1.55.5 (go1.22.9; linux; arm64) amazon-ssm-agent/3.3.1345.0',
    }
    const instanceId = scene.random.pick(workload.instances)
    const about = { instanceId, agentVersion: '3.3.1345.0', platformType: 'Linux', agentName: 'amazon-ssm-agent' }
    scene.happen(caller, writeCall('ssm', 'UpdateInstanceInformation', about), { region: workload.region })
    if (scene.random.chance(0.2))
      scene.happen(caller, readCall('ssm', 'ListInstanceAssociations', { instanceId, maxResults: 20 }), {
        region: workload.region,
      })
  },
}

/** Services that use keys and buckets in their own name. One event each time, at once. */
export const fillers: Source = {
  name: 'service-calls',
  share: () => 7,
  length: 1,
  act(scene) {
    const { random, account } = scene
    const region = workRegion(scene)
    const [service, call] = ownCall(account, region, random)
    scene.happen(awsService(service), call, { region })
  },
}

function ownCall(account: Account, region: string, random: Random): readonly [string, Call] {
  const key = (context: Readonly<Record<string, string>>) => ({
    account: account.id,
    region,
    keyId: keyOf(account),
    context,
  })
  const at = random.next()
  if (at < 0.35) {
    const group = `arn:aws:logs:${region}:${account.id}:log-group:/app`
    return ['logs.amazonaws.com', decrypt(key({ 'aws:logs:arn': group }))]
  }
  if (at < 0.6) {
    const trail = `arn:aws:cloudtrail:${homeRegion}:${account.id}:trail/${account.trail}`
    return ['cloudtrail.amazonaws.com', generateDataKey(key({ 'aws:cloudtrail:arn': trail }))]
  }
  if (at < 0.75) return ['dynamodb.amazonaws.com', decrypt(key({ 'aws:dynamodb:tableName': 'orders' }))]
  const bucket = bucketFor(account, 'app-logs')
  return ['cloudtrail.amazonaws.com', bucketCall('GetBucketAcl', true, { bucket, account: account.id, random })]
}

/** Config and others read each bucket's configuration. */
const bucketSweeps: Source = {
  name: 'bucket-sweeps',
  share: () => 4,
  length: 15,
  act(scene) {
    const { random, account } = scene
    const bucket = random.pick(account.buckets)
    const caller = scene.sessions.linked(scene, account.roles.configRecorder, {
      service: 'config.amazonaws.com',
      session: 'configRecorder',
      region: bucket.region,
    })
    burst(scene, { caller, region: bucket.region, pause: 600 }, bucketSweep({ bucket, account: account.id, random }))
  },
}

/** Roles that services assume for every function, task and job; most of these sessions never call anything that is recorded. */
const assumptions: Source = {
  name: 'assumptions',
  share: ({ workloads }) => (workloads.length > 0 ? 7 : 2),
  length: 1,
  act(scene) {
    const { random, account, at } = scene
    const workload = account.workloads.length > 0 && random.chance(0.7) ? random.pick(account.workloads) : undefined
    const role = workload?.role ?? account.roles.ssm
    const service =
      workload === undefined ? 'ssm' : { ec2: 'ec2', ecs: 'ecs-tasks', lambda: 'lambda' }[workload.runtime]
    const name = workload?.runtime === 'lambda' ? workload.name : random.hex(32)
    const call = assumeRole({ role, name, key: temporaryKey(random), at, random })
    scene.happen(awsService(`${service}.amazonaws.com`), call, { region: workload?.region ?? homeRegion })
  },
}

const keyOf = (account: Account): string => `0f1e2d3c-4b5a-6978-8796-${account.id}`

/** Things that happen to resources and that nobody called for. */
const serviceEvents: Source = {
  name: 'service-events',
  share: (account) => (account.workloads.length > 0 ? 0.6 : 0),
  length: 2,
  act(scene) {
    const { random, account } = scene
    const workload = random.pick(account.workloads)
    const arn = `arn:aws:secretsmanager:${workload.region}:${account.id}:secret:${workload.secret}-AbCdEf`
    for (const name of ['RotationStarted', 'RotationSucceeded'])
      scene.happen(
        {
          ...awsService('secretsmanager.amazonaws.com'),
          identity: { accountId: account.id, invokedBy: 'secretsmanager.amazonaws.com' },
          account: account.id,
        },
        { service: 'secretsmanager', name, read: false, type: 'AwsServiceEvent', extra: { SecretId: arn } },
        { region: workload.region, at: scene.at + (name === 'RotationStarted' ? 0 : random.between(2, 9) * 1000) },
      )
  },
}

/** AWS Backup copies disks at night. */
const backups: Source = {
  name: 'backups',
  share: (account) => (account.kind === 'production' ? 4 : 0),
  length: 6,
  busy: (at) => (new Date(at).getUTCHours() === 3 ? 1 : 0),
  act(scene) {
    const { random, account } = scene
    const region = homeRegion
    const caller = scene.sessions.linked(scene, account.roles.backup, {
      service: 'backup.amazonaws.com',
      session: 'AWSBackup-Default',
      region,
    })
    const volumeId = resourceId('vol', random)
    burst(scene, { caller, region, pause: 3000 }, [
      readCall('ec2', 'DescribeVolumes', { volumeSet: { items: [{ volumeId }] }, filterSet: {} }),
      writeCall(
        'ec2',
        'CreateSnapshot',
        { volumeId, description: 'AWS Backup' },
        { volumeId, status: 'pending', ownerId: account.id },
      ),
      writeCall('ec2', 'CreateTags', { resourcesSet: { items: [{ resourceId: resourceId('snap', random) }] } }),
      readCall('ec2', 'DescribeSnapshots', { filterSet: {} }),
      readCall('ec2', 'DescribeSnapshots', { filterSet: {} }),
      readCall('ec2', 'DescribeTags', { filterSet: {} }),
    ])
  },
}

export const serviceTraffic: readonly Source[] = [
  ...linkedServices,
  autoScaling,
  agents,
  fillers,
  bucketSweeps,
  assumptions,
  serviceEvents,
  backups,
]
