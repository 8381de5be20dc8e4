/** Those who look at everything by design: the security team's scanner, a monitoring vendor, programs with old keys. */
import { hour, second } from '../../core/time.ts'
import { denied } from '../calls/denied.ts'
import { listBuckets } from '../calls/s3.ts'
import { failed, readCall, throttled, writeCall } from '../calls/simple.ts'
import { assumeRole, getCallerIdentity } from '../calls/sts.ts'
import { computeReads, controlReads, everythingReads, storeReads } from '../calls/sweeps.ts'
import { resourceId, vendorAccount } from '../ids.ts'
import type { Account } from '../organisation.ts'
import { type Caller, roleOf, roleSession, withLongTermKey } from '../principals.ts'
import type { Call } from '../record.ts'
import { globalRegion, homeRegion } from '../regions.ts'
import { burst, type Source, stretch } from './scene.ts'

const scannerRole = (security: Account) => roleOf(security.id, '/security/cloud-security-scanner')

const scannerAgent =
  'Boto3/1.35.80 md/Botocore#1.35.80 ua/2.0 os/linux#6.1.119 lang/python#3.12.7 cfg/retry-mode#standard'

const securityScans: Source = {
  name: 'security-scans',
  share: (account) => (account.kind === 'security' ? 0 : 8),
  length: 45,
  act(scene) {
    const { random, account, organisation } = scene
    const security = organisation.account('security')
    const place = { address: '192.0.2.80', agent: scannerAgent }
    const scanner = roleSession(scannerRole(security), {
      name: 'scheduled-scan',
      created: scene.at - hour / 2,
      random,
      ...place,
    })
    const role = account.roles.audit
    const name = `scan-${account.id}`
    const session = roleSession(role, { name, created: scene.at, random, ...place })
    const grant = assumeRole({ role, name, key: session.key, at: scene.at, random })
    if (scene.happen(scanner, grant, { account: security.id, owner: account.id, region: homeRegion }).length === 0)
      return
    const region = random.pick(account.regions)
    const calls = stretch(random, everythingReads, random.between(25, 60)).map((call) =>
      random.chance(0.02) ? throttled(call) : call,
    )
    const last = readCall('organizations', 'ListAccounts')
    burst(scene, { caller: session, region, pause: 180, at: scene.at + second }, [
      ...calls,
      listBuckets(random, region),
      // Only the management account may ask this; the scanner tries in all.
      account.kind === 'management' ? last : denied(last, session, { resource: '*' }),
    ])
  },
}

/** A vendor outside of the organisation: its own copy of the call is in its own account. */
const vendorSweeps: Source = {
  name: 'vendor-sweeps',
  share: (account) => (account.workloads.length > 0 ? 7 : 0),
  length: 22,
  act(scene) {
    const { random, account } = scene
    const place = {
      address: `192.0.2.${random.between(120, 124)}`,
      agent: 'aws-sdk-go-v2/1.32.7 ua/2.1 os/linux lang/go#1.23.3 observability-crawler',
    }
    const vendor = roleSession(roleOf(vendorAccount, '/crawler'), {
      name: 'crawler',
      created: scene.at,
      random,
      ...place,
    })
    const role = account.roles.vendor
    const session = roleSession(role, { name: 'observability', created: scene.at, random, ...place })
    const grant = assumeRole({
      role,
      name: 'observability',
      key: session.key,
      at: scene.at,
      random,
      externalId: 'example-external-id',
    })
    if (scene.happen(vendor, grant, { region: globalRegion }).length === 0) return
    const region = random.pick(account.business)
    const calls = stretch(random, [...computeReads, ...storeReads, ...controlReads], random.between(12, 30))
    burst(
      scene,
      { caller: session, region, pause: 300, at: scene.at + second },
      calls.map((call) => (random.chance(0.015) ? throttled(call) : call)),
    )
  },
}

/** Programs that still use the long-term key of an IAM user. */
const oldKeys: Source = {
  name: 'old-keys',
  share: (account) => (account.users.some(isProgram) ? 3 : 0),
  length: 4,
  act(scene) {
    const { random, account } = scene
    const user = random.pick(account.users.filter(isProgram))
    const caller = withLongTermKey(user, programs[user.name]!.place)
    burst(scene, { caller, region: homeRegion, pause: second }, programs[user.name]!.calls(account, caller, random))
  },
}

interface Program {
  readonly place: { readonly address: string; readonly agent: string }
  readonly calls: (account: Account, caller: Caller, random: Parameters<typeof listBuckets>[0]) => Call[]
}

const programs: Readonly<Record<string, Program>> = {
  'backup-agent': {
    place: { address: '198.51.100.200', agent: 'aws-sdk-go/1.44.261 (go1.19.8; linux; amd64)' },
    calls: (account, _, random) => [
      readCall('ec2', 'DescribeVolumes', { filterSet: {} }),
      writeCall(
        'ec2',
        'CreateSnapshot',
        { volumeId: resourceId('vol', random), description: 'nightly' },
        { status: 'pending', ownerId: account.id },
      ),
      readCall('ec2', 'DescribeSnapshots', { filterSet: {} }),
    ],
  },
  'orders-report-export': {
    place: {
      address: '198.51.100.201',
      agent: 'aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-126-generic botocore/1.23.34',
    },
    calls: (account, caller) => [
      getCallerIdentity,
      readCall('ssm', 'GetParameter', { name: '/reporting/target', withDecryption: false }),
      denied(readCall('secretsmanager', 'GetSecretValue'), caller, {
        resource: `arn:aws:secretsmanager:${homeRegion}:${account.id}:secret:reporting/smtp-AbCdEf`,
      }),
    ],
  },
  'build-legacy': {
    place: {
      address: '198.51.100.202',
      agent: 'aws-cli/1.22.34 Python/3.10.12 Linux/5.15.0-126-generic botocore/1.23.34',
    },
    calls: () => [
      getCallerIdentity,
      readCall('ecr', 'GetAuthorizationToken'),
      readCall('ecr', 'BatchCheckLayerAvailability', { repositoryName: 'orders-api' }),
      writeCall('ecr', 'PutImage', { repositoryName: 'orders-api', imageTag: 'nightly' }),
      failed(readCall('ec2', 'DescribeInstances', { dryRun: true }), {
        code: 'Client.DryRunOperation',
        message: 'Request would have succeeded, but DryRun flag is set.',
      }),
    ],
  },
  'registry-mirror': {
    place: { address: '198.51.100.203', agent: 'containerd/1.7.24 aws-sdk-go/1.55.5 (go1.22.9; linux; amd64)' },
    calls: () => [
      readCall('ecr', 'GetAuthorizationToken'),
      readCall('ecr', 'BatchGetImage', { repositoryName: 'base-images' }),
      readCall('ecr', 'GetDownloadUrlForLayer', { repositoryName: 'base-images' }),
    ],
  },
}

const isProgram = ({ name }: { readonly name: string }): boolean => Object.hasOwn(programs, name)

export const scannerTraffic: readonly Source[] = [securityScans, vendorSweeps, oldKeys]
