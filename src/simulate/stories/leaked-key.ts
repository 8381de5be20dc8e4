import { denied } from '../calls/denied.ts'
import { describeInstances } from '../calls/ec2.ts'
import { createAccessKey, createLoginProfile, createUser } from '../calls/iam.ts'
import { listBuckets } from '../calls/s3.ts'
import { readCall } from '../calls/simple.ts'
import { getCallerIdentity } from '../calls/sts.ts'
import { longTermKey } from '../ids.ts'
import { userOf, withLongTermKey } from '../principals.ts'
import { homeRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** The key of a build job was pushed to a public repository; hours later somebody tries what it can do. */
export const leakedKey: Story = {
  id: 'leaked-key',
  title: 'A leaked access key is tried out and makes itself another',
  accounts: (organisation) => [organisation.account('development')],
  tell({ organisation, random, step, act, pause, now }) {
    const account = organisation.account('development').id
    const user = userOf(account, 'build-legacy')
    const thief = withLongTermKey(user, attackers.keyFinder)
    const where = { account }
    step({
      id: 'who-am-i',
      title: 'Whose key is it?',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(thief, getCallerIdentity, { account, region: 'us-east-1' })
    pause(20, 60)
    step({
      id: 'look-around',
      title: 'What can be seen with it?',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(thief, listBuckets(random, homeRegion), where)
    act(thief, describeInstances(), where)
    act(thief, readCall('ecr', 'DescribeRepositories'), where)
    act(thief, readCall('lambda', 'ListFunctions20150331'), where)
    pause(30, 90)
    step({
      id: 'denied',
      title: 'Much is refused',
      phase: 'discovery',
      outcome: 'denied',
      runbook: 'unauthorised-access-attempts',
    })
    const arn = (kind: string): string => `arn:aws:iam::${account}:${kind}`
    act(thief, denied(readCall('iam', 'ListUsers'), thief, { resource: arn('user/') }), where)
    act(thief, denied(readCall('iam', 'GetAccountAuthorizationDetails'), thief, { resource: '*' }), where)
    act(thief, denied(readCall('secretsmanager', 'ListSecrets'), thief, {}), where)
    act(
      thief,
      denied(readCall('ssm', 'DescribeParameters'), thief, { resource: `arn:aws:ssm:${homeRegion}:${account}:*` }),
      where,
    )
    act(thief, denied(readCall('organizations', 'ListAccounts'), thief, { resource: '*' }), where)
    pause(10, 40)
    const admin = userOf(account, 'orders-cache-warmer')
    act(thief, denied(createUser(admin, now()), thief, { resource: arn(`user/${admin.name}`) }), where)
    act(thief, denied(createLoginProfile('sofia.lindgren', now()), thief, { resource: 'user sofia.lindgren' }), where)
    pause(60, 200)
    step({
      id: 'second-key',
      title: 'One door is open: a key for another user',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'role-and-user-permission-changes',
    })
    const key = longTermKey(random)
    act(thief, createAccessKey('daniel.okafor', key, now()), where)
    pause(300, 900)
    step({
      id: 'second-key-used',
      title: 'The new key is used from elsewhere',
      phase: 'credential-access',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    const second = withLongTermKey({ ...userOf(account, 'daniel.okafor'), key }, attackers.secondHand)
    act(second, getCallerIdentity, where)
    act(second, readCall('secretsmanager', 'ListSecrets'), where)
    act(second, readCall('secretsmanager', 'GetSecretValue', { secretId: 'orders-api/database' }), where)
  },
}
