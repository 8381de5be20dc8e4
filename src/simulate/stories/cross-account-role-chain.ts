import { denied } from '../calls/denied.ts'
import { listBuckets, objectCall } from '../calls/s3.ts'
import { readCall } from '../calls/simple.ts'
import { assumeRole, getCallerIdentity } from '../calls/sts.ts'
import { roleOf, roleSession, userOf, withLongTermKey } from '../principals.ts'
import { homeRegion } from '../regions.ts'
import { bucketFor } from '../traffic/scene.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** Roles of a migration that was over long ago still trust one another: from a developer's key to production in two hops. */
export const crossAccountRoleChain: Story = {
  id: 'cross-account-role-chain',
  title: 'From a user through a role to a role of a third account',
  accounts: (organisation) => [
    organisation.account('development'),
    organisation.account('shared'),
    organisation.account('production'),
  ],
  tell({ organisation, random, step, act, pause, now }) {
    const [a, b, c] = [
      organisation.account('development'),
      organisation.account('shared'),
      organisation.account('production'),
    ]
    const place = attackers.climber
    const user = withLongTermKey(userOf(a.id, 'sofia.lindgren'), place)
    const middle = roleOf(b.id, '/support/data-migration')
    const last = roleOf(c.id, '/support/migration-target')
    const name = 'migration-check'
    step({
      id: 'first-hop',
      title: 'The user assumes a role of the shared account',
      phase: 'lateral-movement',
      outcome: 'succeeded',
      runbook: 'temporary-credentials-in-use',
    })
    act(user, getCallerIdentity, { account: a.id })
    const first = roleSession(middle, { ...place, name, created: now(), random })
    act(user, assumeRole({ role: middle, name, key: first.key, at: now(), random }), { account: a.id, owner: b.id })
    pause(30, 90)
    step({
      id: 'wrong-door',
      title: 'A role of the security account is refused',
      phase: 'lateral-movement',
      outcome: 'denied',
      runbook: 'unauthorised-access-attempts',
    })
    // Refused, it is logged in the caller's account only.
    const door = organisation.account('security').roles.administrator
    const refused = assumeRole({ role: door, name, key: '', at: now(), random })
    act(first, denied(refused, first, { resource: door.arn, by: 'identity-based' }), { account: b.id })
    pause(20, 60)
    step({
      id: 'second-hop',
      title: 'The role assumes a role of the production account',
      phase: 'lateral-movement',
      outcome: 'succeeded',
      runbook: 'temporary-credentials-in-use',
    })
    const second = roleSession(last, { ...place, name, created: now(), random })
    act(first, assumeRole({ role: last, name, key: second.key, at: now(), random }), { account: b.id, owner: c.id })
    pause(20, 60)
    step({
      id: 'at-the-goal',
      title: 'Secrets and the ledger are read',
      phase: 'collection',
      outcome: 'succeeded',
      runbook: 'critical-bucket-activity',
    })
    const where = { account: c.id }
    act(second, listBuckets(random, homeRegion), where)
    act(second, readCall('secretsmanager', 'ListSecrets'), where)
    act(second, readCall('secretsmanager', 'GetSecretValue', { secretId: 'payments-worker/database' }), where)
    const bucket = bucketFor(c, 'payments-ledger')
    for (let index = 0; index < 8; index++)
      act(
        second,
        objectCall('GetObject', true, {
          bucket,
          account: c.id,
          random,
          key: `payments-ledger/2025/${index}.parquet`,
          bytes: 8_400_000,
        }),
        where,
      )
  },
}
