import { resourceId } from '../ids.ts'
import type { Random } from '../random.ts'
import type { Call } from '../record.ts'
import { readCall, writeCall } from './simple.ts'

interface Launch {
  readonly account: string
  readonly region: string
  readonly type: string
  readonly count: number
  readonly at: number
  readonly random: Random
  readonly image?: string
  readonly name?: string
  readonly profile?: string
  /** Where nothing was launched no ids are given out. */
  readonly instances?: readonly string[]
}

export function runInstances(launch: Launch): Call {
  const { account, region, type, count, at, random, instances } = launch
  const image = launch.image ?? 'ami-00e8a3b1e00e8a3b1'
  const token = random.uuid()
  const [subnet, vpc, group] = [resourceId('subnet', random), resourceId('vpc', random), resourceId('sg', random)]
  const tags = launch.name === undefined ? [] : [{ key: 'Name', value: launch.name }]
  const reservation = {
    requestId: random.uuid(),
    reservationId: resourceId('r', random),
    ownerId: account,
    groupSet: {},
    instancesSet: {
      items: (instances ?? []).map((instanceId, index) => ({
        instanceId,
        imageId: image,
        instanceState: { code: 0, name: 'pending' },
        privateDnsName: `ip-10-20-${index}-${random.between(4, 250)}.${region}.compute.internal`,
        amiLaunchIndex: index,
        productCodes: {},
        instanceType: type,
        launchTime: at,
        placement: { availabilityZone: `${region}a`, tenancy: 'default' },
        monitoring: { state: 'pending' },
        subnetId: subnet,
        vpcId: vpc,
        privateIpAddress: `10.20.${index}.${random.between(4, 250)}`,
        stateReason: { code: 'pending', message: 'pending' },
        architecture: 'x86_64',
        rootDeviceType: 'ebs',
        rootDeviceName: '/dev/xvda',
        virtualizationType: 'hvm',
        hypervisor: 'xen',
        tagSet: { items: tags },
        clientToken: token,
        groupSet: { items: [{ groupId: group }] },
        sourceDestCheck: true,
        ebsOptimized: false,
        enaSupport: true,
        metadataOptions: {
          state: 'pending',
          httpTokens: 'required',
          httpPutResponseHopLimit: 2,
          httpEndpoint: 'enabled',
        },
      })),
    },
  }
  return writeCall(
    'ec2',
    'RunInstances',
    {
      instancesSet: { items: [{ imageId: image, minCount: count, maxCount: count }] },
      instanceType: type,
      blockDeviceMapping: {},
      monitoring: { enabled: false },
      subnetId: subnet,
      disableApiTermination: false,
      disableApiStop: false,
      clientToken: token,
      ...(launch.profile !== undefined && { iamInstanceProfile: { name: launch.profile } }),
      ...(tags.length > 0 && { tagSpecificationSet: { items: [{ resourceType: 'instance', tags }] } }),
    },
    instances === undefined ? undefined : reservation,
  )
}

export const terminateInstances = (instances: readonly string[], random: Random): Call =>
  writeCall(
    'ec2',
    'TerminateInstances',
    { instancesSet: { items: instances.map((instanceId) => ({ instanceId })) } },
    {
      requestId: random.uuid(),
      instancesSet: {
        items: instances.map((instanceId) => ({
          instanceId,
          currentState: { code: 32, name: 'shutting-down' },
          previousState: { code: 16, name: 'running' },
        })),
      },
    },
  )

interface Opening {
  readonly account: string
  readonly groupId: string
  readonly port: number
  readonly range: string
  readonly random: Random
  readonly description?: string
}

export function authorizeIngress({ account, groupId, port, range, random, description }: Opening): Call {
  const note = description === undefined ? {} : { description }
  return writeCall(
    'ec2',
    'AuthorizeSecurityGroupIngress',
    {
      groupId,
      ipPermissions: {
        items: [
          {
            ipProtocol: 'tcp',
            fromPort: port,
            toPort: port,
            groups: {},
            ipRanges: { items: [{ cidrIp: range, ...note }] },
            ipv6Ranges: {},
            prefixListIds: {},
          },
        ],
      },
    },
    {
      requestId: random.uuid(),
      _return: true,
      securityGroupRuleSet: {
        items: [
          {
            groupOwnerId: account,
            groupId,
            securityGroupRuleId: resourceId('sgr', random),
            ...note,
            isEgress: false,
            ipProtocol: 'tcp',
            fromPort: port,
            toPort: port,
            cidrIpv4: range,
          },
        ],
      },
    },
  )
}

/** A filter as the EC2 API writes it. */
const filterSet = (name: string, values: readonly string[]): Readonly<Record<string, unknown>> => ({
  filterSet: { items: [{ name, valueSet: { items: values.map((value) => ({ value })) } }] },
})

export const describeInstances = (instances: readonly string[] = []): Call =>
  readCall('ec2', 'DescribeInstances', {
    instancesSet: instances.length === 0 ? {} : { items: instances.map((instanceId) => ({ instanceId })) },
    ...(instances.length === 0 ? filterSet('instance-state-name', ['running', 'pending']) : { filterSet: {} }),
  })
