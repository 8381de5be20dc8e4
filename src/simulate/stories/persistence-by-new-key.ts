import {
  administrator,
  attachUserPolicy,
  createAccessKey,
  createLoginProfile,
  createUser,
  updateTrust,
} from '../calls/iam.ts'
import { checkMfa, consoleLogin } from '../calls/signin.ts'
import { readCall } from '../calls/simple.ts'
import { getCallerIdentity } from '../calls/sts.ts'
import { attackerAccount } from '../ids.ts'
import { userOf, userSession, withLongTermKey } from '../principals.ts'
import { globalRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** A phished console session, second factor and all, makes an identity that outlives it. */
export const persistenceByNewKey: Story = {
  id: 'persistence-by-new-key',
  title: 'A new user with a new key, and a role that trusts a stranger',
  accounts: (organisation) => [organisation.account('shared')],
  tell({ organisation, random, step, act, pause, now }) {
    const target = organisation.account('shared')
    const account = target.id
    const user = userOf(account, 'priya.raman')
    const place = attackers.phisher
    const session = userSession(user, { ...place, created: now(), mfa: true, random })
    const { accessKeyId: _, sessionContext: __, ...identity } = session.identity
    const before = { ...session, identity, console: false }
    const where = { account, region: globalRegion }
    step({
      id: 'phished-session',
      title: 'The session is phished together with its second factor',
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(before, checkMfa(globalRegion), where)
    act(
      before,
      consoleLogin({ region: globalRegion, mfa: true, mfaDevice: `arn:aws:iam::${account}:mfa/${user.name}` }),
      where,
    )
    pause(60, 120)
    step({
      id: 'new-user',
      title: 'A user with a harmless name becomes administrator',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'role-and-user-permission-changes',
    })
    const created = userOf(account, 'svc-metrics-sync')
    act(session, createUser(created, now()), where)
    act(session, attachUserPolicy(created.name, administrator), where)
    pause(10, 30)
    step({
      id: 'new-key',
      title: 'It gets a key and a password',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'role-and-user-permission-changes',
    })
    act(session, createAccessKey(created.name, created.key, now()), where)
    act(session, createLoginProfile(created.name, now()), where)
    pause(30, 90)
    step({
      id: 'trust',
      title: 'A role trusts an account of strangers',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'role-and-user-permission-changes',
    })
    const principal = { AWS: `arn:aws:iam::${attackerAccount}:root` }
    act(
      session,
      updateTrust(target.roles.audit, { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }),
      where,
    )
    pause(900, 2400)
    step({
      id: 'key-used',
      title: 'The new key is used',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    const ghost = withLongTermKey(created, attackers.secondHand)
    act(ghost, getCallerIdentity, { account })
    act(ghost, readCall('iam', 'ListAccessKeys', { userName: created.name }), where)
    act(ghost, readCall('ec2', 'DescribeRegions', { filterSet: {} }), { account })
  },
}
