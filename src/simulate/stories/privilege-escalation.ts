import { denied } from '../calls/denied.ts'
import { administrator, attachRolePolicy, createPolicyVersion, putRolePolicy } from '../calls/iam.ts'
import { readCall, writeCall } from '../calls/simple.ts'
import { assumeRole, getCallerIdentity } from '../calls/sts.ts'
import { awsService, roleSession } from '../principals.ts'
import { homeRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

const everything = { Effect: 'Allow', Action: '*', Resource: '*' }

/** Credentials of an instance leave it through a hole in its web server and are used to become administrator. */
export const privilegeEscalation: Story = {
  id: 'privilege-escalation',
  title: "An instance's credentials become an administrator's",
  accounts: (organisation) => [organisation.account('staging')],
  tell({ organisation, random, step, act, pause, now }) {
    const target = organisation.account('staging')
    const account = target.id
    const workload = target.workloads.find(({ runtime }) => runtime === 'ec2') ?? target.workloads[0]!
    const name = workload.instances[0] ?? 'i-00000000000e8a3b1'
    const where = { account }
    const thief = roleSession(workload.role, {
      ...attackers.instanceThief,
      name,
      created: now(),
      random,
      instance: true,
    })
    step({
      id: 'credentials',
      title: 'The instance gets its credentials',
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'temporary-credentials-in-use',
    })
    const grant = { role: workload.role, name, key: thief.key, at: now(), random, duration: 21_600 }
    act(awsService('ec2.amazonaws.com'), assumeRole(grant), where)
    pause(600, 1200)
    step({
      id: 'outside',
      title: 'They are used from outside',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'temporary-credentials-in-use',
    })
    act(thief, getCallerIdentity, where)
    act(thief, readCall('iam', 'ListAttachedRolePolicies', { roleName: workload.role.name }), where)
    act(
      thief,
      readCall('iam', 'GetPolicy', { policyArn: `arn:aws:iam::${account}:policy/${workload.name}-access` }),
      where,
    )
    pause(40, 120)
    step({
      id: 'refused',
      title: 'The direct ways are refused',
      phase: 'privilege-escalation',
      outcome: 'denied',
      runbook: 'unauthorised-access-attempts',
    })
    const own = `role ${workload.role.name}`
    act(thief, denied(attachRolePolicy(workload.role, administrator), thief, { resource: own }), where)
    act(thief, denied(putRolePolicy(workload.role.name, 'all', everything), thief, { resource: own }), where)
    act(thief, denied(readCall('iam', 'ListUsers'), thief, { resource: `arn:aws:iam::${account}:user/` }), where)
    pause(60, 180)
    step({
      id: 'policy-version',
      title: 'A new version of its own policy allows everything',
      phase: 'privilege-escalation',
      outcome: 'succeeded',
      runbook: 'iam-policy-change',
    })
    const policyArn = `arn:aws:iam::${account}:policy/${workload.name}-access`
    act(thief, createPolicyVersion({ policyArn, version: 'v7', statement: everything, at: now() }), where)
    pause(20, 60)
    step({
      id: 'administrator',
      title: 'The role becomes administrator, and passes a strong role to a function',
      phase: 'privilege-escalation',
      outcome: 'succeeded',
      runbook: 'role-and-user-permission-changes',
    })
    act(thief, attachRolePolicy(workload.role, administrator), where)
    step({
      id: 'pass-role',
      title: 'A function gets the deployment role',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'key-resource-changes',
    })
    const functionName = 'orders-cache-warmer'
    act(
      thief,
      writeCall(
        'lambda',
        'CreateFunction20150331',
        { functionName, runtime: 'python3.12', role: target.roles.deploy.arn, handler: 'index.handler', timeout: 900 },
        {
          functionName,
          functionArn: `arn:aws:lambda:${homeRegion}:${account}:function:${functionName}`,
          runtime: 'python3.12',
          role: target.roles.deploy.arn,
          state: 'Pending',
        },
      ),
      where,
    )
  },
}
