import { denied } from '../calls/denied.ts'
import { authorizeIngress, runInstances, terminateInstances } from '../calls/ec2.ts'
import { failed, readCall, writeCall } from '../calls/simple.ts'
import { getCallerIdentity } from '../calls/sts.ts'
import { resourceId } from '../ids.ts'
import { userOf, withLongTermKey } from '../principals.ts'
import { homeRegion, quietRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

const overLimit = {
  code: 'Client.VcpuLimitExceeded',
  message:
    'You have requested more vCPU capacity than your current vCPU limit of 64 allows for the instance bucket that the specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.',
}

/** The key of a backup program mines where nobody looks, and on its way out takes the web servers down. */
export const unusualRegion: Story = {
  id: 'unusual-region',
  title: 'Mining in a region that nobody uses, and the end of the web servers',
  accounts: (organisation) => [organisation.account('production')],
  tell({ organisation, random, step, act, pause, now }) {
    const target = organisation.account('production')
    const account = target.id
    const miner = withLongTermKey(userOf(account, 'backup-agent'), attackers.miner)
    const far = { account, region: quietRegion }
    const near = { account, region: homeRegion }
    step({
      id: 'look',
      title: 'Where is room?',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(miner, getCallerIdentity, far)
    act(miner, readCall('ec2', 'DescribeRegions', { filterSet: {} }), far)
    act(miner, readCall('servicequotas', 'ListServiceQuotas', { serviceCode: 'ec2' }), far)
    pause(30, 60)
    step({
      id: 'prepare',
      title: 'A key pair and an open security group',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'network-exposure-changes',
    })
    const groupId = resourceId('sg', random)
    act(
      miner,
      writeCall(
        'ec2',
        'CreateKeyPair',
        { keyName: 'k1', keyType: 'rsa', keyFormat: 'pem' },
        { keyName: 'k1', keyPairId: resourceId('key', random) },
      ),
      far,
    )
    act(
      miner,
      writeCall('ec2', 'CreateSecurityGroup', { groupName: 'k1', groupDescription: 'k1' }, { groupId, _return: true }),
      far,
    )
    act(miner, authorizeIngress({ account, groupId, port: 22, range: '0.0.0.0/0', random }), far)
    pause(10, 30)
    step({
      id: 'too-large',
      title: 'The largest machines are over the limit',
      phase: 'impact',
      outcome: 'failed',
      runbook: 'unusual-region-resources',
    })
    const launch = { account, region: quietRegion, random, image: resourceId('ami', random) }
    for (const type of ['p4d.24xlarge', 'g5.48xlarge'])
      act(miner, failed(runInstances({ ...launch, type, count: 8, at: now() }), overLimit), far)
    step({
      id: 'mine',
      title: 'Smaller ones run',
      phase: 'impact',
      outcome: 'succeeded',
      runbook: 'unusual-region-resources',
    })
    for (let round = 0; round < 3; round++) {
      const instances = Array.from({ length: 4 }, () => resourceId('i', random))
      act(miner, runInstances({ ...launch, type: 'c7i.4xlarge', count: 4, at: now(), instances }), far)
    }
    pause(1200, 2400)
    step({
      id: 'protected',
      title: 'Administration of other accounts is refused',
      phase: 'discovery',
      outcome: 'denied',
      runbook: 'unauthorised-access-attempts',
    })
    const user = `arn:aws:iam::${account}:user/`
    act(miner, denied(readCall('iam', 'ListUsers'), miner, { resource: user }), near)
    act(miner, denied(writeCall('iam', 'CreateUser'), miner, { resource: `${user}orders-cache-warmer` }), near)
    act(
      miner,
      denied(writeCall('ec2', 'CreateSnapshot', { volumeId: resourceId('vol', random) }), miner, {
        resource: `arn:aws:ec2:${quietRegion}::snapshot/*`,
      }),
      far,
    )
    pause(60, 300)
    step({
      id: 'terminate',
      title: 'The web servers are terminated',
      phase: 'impact',
      outcome: 'succeeded',
      runbook: 'ec2-terminations',
    })
    const servers =
      target.workloads.find(({ runtime, region }) => runtime === 'ec2' && region === homeRegion)?.instances ?? []
    for (const instanceId of servers.slice(0, 1))
      act(
        miner,
        writeCall(
          'ec2',
          'ModifyInstanceAttribute',
          { instanceId, disableApiTermination: { value: false } },
          { _return: true },
        ),
        near,
      )
    act(miner, terminateInstances(servers, random), near)
  },
}
