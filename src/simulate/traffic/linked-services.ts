/** Services that look after resources through roles of their own in the account. */
import { readCall, throttled, writeCall } from '../calls/simple.ts'
import { computeReads, everythingReads, identityReads, networkReads, storeReads } from '../calls/sweeps.ts'
import type { Account, RoleName } from '../organisation.ts'
import type { Call } from '../record.ts'
import { homeRegion } from '../regions.ts'
import { burst, type Scene, type Source, stretch } from './scene.ts'

/** Most of a service's work is where the resources are. */
export const workRegion = ({ account, random }: Scene): string =>
  random.chance(0.6) ? homeRegion : random.pick(account.business)

interface Linked {
  readonly name: string
  readonly role: RoleName
  readonly service: string
  readonly session: string
  readonly share: number
  readonly calls: readonly Call[]
  /** How many in a row. */
  readonly row: number
}

const targets = {
  targetGroupArn: 'arn:aws:elasticloadbalancing:eu-central-1:444455556666:targetgroup/orders-api/0f1e2d3ce8a3b1e0',
  targets: [{ id: '10.20.3.14', port: 8080 }],
}

const linked: readonly Linked[] = [
  {
    name: 'config-recorder',
    role: 'configRecorder',
    service: 'config.amazonaws.com',
    session: 'configRecorder',
    share: 10,
    calls: everythingReads,
    row: 6,
  },
  {
    name: 'trusted-advisor',
    role: 'trustedAdvisor',
    service: 'trustedadvisor.amazonaws.com',
    session: 'TrustedAdvisor',
    share: 2,
    calls: [...computeReads, ...identityReads],
    row: 12,
  },
  {
    name: 'inspector',
    role: 'inspector',
    service: 'inspector2.amazonaws.com',
    session: 'MandoService',
    share: 3,
    calls: [
      ...computeReads.slice(0, 6),
      readCall('ecr', 'DescribeImages'),
      readCall('ssm', 'DescribeInstanceInformation'),
    ],
    row: 4,
  },
  {
    name: 'security-hub',
    role: 'securityHub',
    service: 'securityhub.amazonaws.com',
    session: 'securityhub',
    share: 2,
    calls: [readCall('config', 'DescribeConfigRules'), readCall('config', 'DescribeConfigurationRecorders')],
    row: 2,
  },
  {
    name: 'access-analyzer',
    role: 'accessAnalyzer',
    service: 'access-analyzer.amazonaws.com',
    session: 'access-analyzer',
    share: 3,
    calls: [...identityReads, ...storeReads.slice(8)],
    row: 8,
  },
  {
    name: 'guardduty',
    role: 'guardDuty',
    service: 'guardduty.amazonaws.com',
    session: 'guardduty',
    share: 1,
    calls: [readCall('ec2', 'DescribeInstances', { filterSet: {} }), readCall('organizations', 'DescribeOrganization')],
    row: 1,
  },
  {
    name: 'load-balancing',
    role: 'loadBalancing',
    service: 'elasticloadbalancing.amazonaws.com',
    session: 'ElasticLoadBalancing',
    share: 4,
    calls: networkReads,
    row: 3,
  },
  {
    name: 'ecs',
    role: 'ecs',
    service: 'ecs.amazonaws.com',
    session: 'ecs-service-scheduler',
    share: 5,
    calls: [
      readCall('elasticloadbalancing', 'DescribeTargetHealth'),
      readCall('ec2', 'DescribeNetworkInterfaces', { filterSet: {} }),
      writeCall('elasticloadbalancing', 'RegisterTargets', targets),
      readCall('elasticloadbalancing', 'DescribeTargetGroups', { pageSize: 100 }),
      writeCall('ec2', 'CreateNetworkInterface', { subnetId: 'subnet-0e8a3b1e0e8a3b1e0', description: 'ecs task' }),
      writeCall('elasticloadbalancing', 'DeregisterTargets', targets),
      writeCall('ec2', 'DeleteNetworkInterface', { networkInterfaceId: 'eni-0e8a3b1e0e8a3b1e0' }),
    ],
    row: 3,
  },
]

const runs = ({ kind }: Account): boolean => kind !== 'management' && kind !== 'sandbox'

export const linkedServices: readonly Source[] = linked.map((plan) => ({
  name: plan.name,
  share: (account: Account) => (runs(account) || plan.row > 4 ? plan.share : plan.share / 4),
  length: plan.row,
  act(scene: Scene) {
    const region = workRegion(scene)
    const caller = scene.sessions.linked(scene, scene.account.roles[plan.role], { ...plan, region })
    const calls = stretch(scene.random, plan.calls, scene.random.between(1, plan.row * 2 - 1))
    burst(scene, { caller, region, pause: 700 }, scene.random.chance(0.02) ? calls.map(throttled) : calls)
  },
}))
