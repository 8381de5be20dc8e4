/** Pipelines deploy, Terraform plans and now and then applies: the ordinary changes of an organisation. */
import { minute, second } from '../../core/time.ts'
import { authorizeIngress } from '../calls/ec2.ts'
import { attachRolePolicy, createPolicyVersion, getRole, putRolePolicy, updateTrust } from '../calls/iam.ts'
import { decrypt } from '../calls/kms.ts'
import { bucketCall } from '../calls/s3.ts'
import { failed, readCall, writeCall } from '../calls/simple.ts'
import { assumeRole, assumeRoleWithWebIdentity, getCallerIdentity, webIdentityCaller } from '../calls/sts.ts'
import { bucketSweep, everythingReads } from '../calls/sweeps.ts'
import { resourceId } from '../ids.ts'
import type { Account } from '../organisation.ts'
import { type Caller, onBehalf, roleOf, roleSession } from '../principals.ts'
import type { Call } from '../record.ts'
import { globalRegion, homeRegion } from '../regions.ts'
import { bucketFor, burst, type Scene, type Source, stretch, workday } from './scene.ts'

const runsWorkloads = (account: Account): boolean => account.workloads.length > 0

/** The build service of the shared account, which assumes the deployment roles of the others. */
export const buildRole = (shared: Account) => roleOf(shared.id, '/automation/release-builder')

const buildAgent =
  'aws-cli/2.22.18 md/awscrt#0.23.4 ua/2.0 os/linux#5.10.230 md/arch#x86_64 lang/python#3.12.6 exec-env/AWS_ECS_EC2 md/prompt#off'

const deployments: Source = {
  name: 'deployments',
  share: (account) => (runsWorkloads(account) && account.kind !== 'shared' && account.kind !== 'security' ? 5 : 0),
  length: 17,
  busy: workday,
  act(scene) {
    const { random, account, organisation } = scene
    const shared = organisation.account('shared')
    const builder = roleSession(buildRole(shared), {
      name: `AWSCodeBuild-${random.uuid()}`,
      created: scene.at - minute,
      random,
      address: `192.0.2.${random.between(70, 79)}`,
      agent: buildAgent,
    })
    const role = account.roles.deploy
    const name = `release-${random.between(1000, 9999)}`
    const deployer = roleSession(role, { name, created: scene.at, random, address: builder.address, agent: buildAgent })
    const grant = assumeRole({ role, name, key: deployer.key, at: scene.at, random })
    const issued = scene.happen(builder, grant, { account: shared.id, owner: account.id, region: homeRegion })
    if (issued.length === 0) return
    const artifact = {
      account: shared.id,
      region: homeRegion,
      keyId: `0f1e2d3c-4b5a-6978-8796-${shared.id}`,
      context: { 'aws:s3:arn': `arn:aws:s3:::amzn-s3-demo-artifacts-${shared.id}` },
    }
    // The key belongs to the shared account, so its account sees this call too.
    scene.happen(deployer, decrypt(artifact), { owner: shared.id, region: homeRegion, at: scene.at + 2 * second })
    burst(scene, { caller: deployer, region: homeRegion, pause: 4 * second, at: scene.at + 5 * second }, release(scene))
    const stack = onBehalf(deployer, 'cloudformation.amazonaws.com')
    burst(scene, { caller: stack, region: homeRegion, pause: 5 * second, at: scene.at + 90 * second }, changes(scene))
  },
}

function release({ random, account }: Scene): Call[] {
  const workload = random.pick(account.workloads)
  const name = `${workload.name}-${account.name}`
  const stack = { stackName: name }
  const ship =
    workload.runtime === 'lambda'
      ? [
          writeCall('lambda', 'UpdateFunctionCode20150331v2', {
            functionName: workload.name,
            publish: true,
            dryRun: false,
          }),
          readCall('lambda', 'GetFunction20150331v2', { functionName: workload.name }),
        ]
      : [
          writeCall('ecs', 'RegisterTaskDefinition', {
            family: workload.name,
            networkMode: 'awsvpc',
            cpu: '512',
            memory: '1024',
          }),
          writeCall('ecs', 'UpdateService', {
            cluster: account.name,
            service: workload.name,
            forceNewDeployment: false,
          }),
          readCall('ecs', 'DescribeServices', { cluster: account.name, services: [workload.name] }),
        ]
  return [
    getCallerIdentity,
    readCall('cloudformation', 'DescribeStacks', stack),
    writeCall('cloudformation', 'CreateChangeSet', { ...stack, changeSetName: `release-${random.hex(8)}` }),
    readCall('cloudformation', 'DescribeChangeSet', stack),
    writeCall('cloudformation', 'ExecuteChangeSet', stack),
    ...ship,
    readCall('cloudformation', 'DescribeStackEvents', stack),
  ]
}

/** What a stack changes; some of it is what runbooks look for, done by those who may. */
function changes({ random, account, at }: Scene): Call[] {
  const workload = random.pick(account.workloads)
  const roleName = workload.role.name
  const found: Call[] = [getRole(workload.role), readCall('iam', 'GetRolePolicy', { roleName, policyName: 'access' })]
  const statement = {
    Effect: 'Allow',
    Action: ['dynamodb:GetItem', 'dynamodb:Query'],
    Resource: `arn:aws:dynamodb:*:${account.id}:table/${workload.table}`,
  }
  if (random.chance(0.35)) found.push(putRolePolicy(roleName, 'access', statement))
  if (random.chance(0.06))
    found.push(attachRolePolicy(workload.role, 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'))
  if (random.chance(0.05))
    found.push(
      updateTrust(workload.role, {
        Effect: 'Allow',
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
    )
  if (random.chance(0.06))
    found.push(
      createPolicyVersion({
        policyArn: `arn:aws:iam::${account.id}:policy/${workload.name}-access`,
        version: `v${random.between(2, 9)}`,
        statement,
        at,
      }),
    )
  if (random.chance(0.12)) {
    const groupId = resourceId('sg', random)
    found.push(
      authorizeIngress({
        account: account.id,
        groupId,
        port: 443,
        range: '10.20.0.0/16',
        random,
        description: 'from the load balancer',
      }),
    )
  }
  if (random.chance(0.08)) {
    const bucket = bucketFor(account, 'orders-assets')
    const rule = { Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 30 }, ID: 'expire-temporary' }
    const parameters = {
      lifecycle: '',
      LifecycleConfiguration: { xmlns: 'http://s3.amazonaws.com/doc/2006-03-01/', Rule: rule },
    }
    found.push(bucketCall('PutBucketLifecycle', false, { bucket, account: account.id, random, parameters }))
  }
  found.push(writeCall('logs', 'PutRetentionPolicy', { logGroupName: `/app/${workload.name}`, retentionInDays: 90 }))
  return found
}

const oidc = 'token.actions.githubusercontent.com'
const terraformAgent =
  'APN/1.0 HashiCorp/1.0 Terraform/1.10.3 (+https://www.terraform.io) terraform-provider-aws/5.82.2 (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.32.7 ua/2.1 os/linux lang/go#1.23.3 md/GOOS#linux md/GOARCH#amd64'

/** A session of a Terraform role, given out to the pipeline for its token. */
function terraformSession(scene: Scene, kind: 'terraformPlan' | 'terraformApply'): Caller | undefined {
  const { random, account } = scene
  const role = account.roles[kind]
  const name = `run-${random.between(100_000_000, 999_999_999)}`
  const subject = `repo:example/infrastructure:${kind === 'terraformPlan' ? 'pull_request' : 'ref:refs/heads/main'}`
  const place = { address: `198.51.100.${random.between(195, 199)}`, agent: terraformAgent }
  const session = roleSession(role, {
    name,
    created: scene.at,
    random,
    ...place,
    web: { federatedProvider: `arn:aws:iam::${account.id}:oidc-provider/${oidc}`, attributes: {} },
  })
  const call = assumeRoleWithWebIdentity({
    role,
    name,
    key: session.key,
    at: scene.at,
    random,
    provider: oidc,
    subject,
  })
  const caller = webIdentityCaller({ provider: oidc, subject, role }, place)
  return scene.happen(caller, call, { region: globalRegion }).length === 0 ? undefined : session
}

/** A plan reads everything that Terraform looks after. */
const terraformPlans: Source = {
  name: 'terraform-plans',
  share: () => 7,
  length: 75,
  busy: workday,
  act(scene) {
    const session = terraformSession(scene, 'terraformPlan')
    if (session === undefined) return
    burst(
      scene,
      { caller: session, region: homeRegion, pause: 250, at: scene.at + second },
      sweep(scene, scene.random.between(30, 110)),
    )
  },
}

const missingRole = { code: 'NoSuchEntityException', message: 'The role with name retired-importer cannot be found.' }

function sweep({ random, account }: Scene, count: number): Call[] {
  const calls = stretch(random, everythingReads, count - 16)
  const ofBucket = bucketSweep({ bucket: random.pick(account.buckets), account: account.id, random })
  return [
    getCallerIdentity,
    ...calls,
    ...ofBucket,
    failed(readCall('iam', 'GetRole', { roleName: 'retired-importer' }), missingRole),
  ]
}

const terraformApplies: Source = {
  name: 'terraform-applies',
  share: () => 1.2,
  length: 40,
  busy: workday,
  act(scene) {
    const { random, account } = scene
    const session = terraformSession(scene, 'terraformApply')
    if (session === undefined) return
    const groupId = resourceId('sg', random)
    const end = burst(
      scene,
      { caller: session, region: homeRegion, pause: 250, at: scene.at + second },
      sweep(scene, random.between(20, 50)),
    )
    const writes = [
      writeCall('ec2', 'CreateTags', {
        resourcesSet: { items: [{ resourceId: groupId }] },
        tagSet: { items: [{ key: 'owner', value: 'platform' }] },
      }),
      authorizeIngress({
        account: account.id,
        groupId,
        port: 5432,
        range: '10.30.0.0/16',
        random,
        description: 'reporting',
      }),
      putRolePolicy('terraform-managed', 'inline', { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: '*' }),
      writeCall('monitoring', 'PutMetricAlarm', { alarmName: `${account.name}-errors`, threshold: 5 }),
      writeCall('ssm', 'PutParameter', { name: `/${account.name}/release`, type: 'String', overwrite: true }),
      writeCall('route53', 'ChangeResourceRecordSets', {
        hostedZoneId: 'Z0EXAMPLE0ZONE',
        changeBatch: { changes: [] },
      }),
    ]
    burst(
      scene,
      { caller: session, region: homeRegion, pause: second, at: end },
      stretch(random, writes, random.between(2, writes.length)),
    )
  },
}

export const pipelineTraffic: readonly Source[] = [deployments, terraformPlans, terraformApplies]
