import { listBuckets } from '../calls/s3.ts'
import { consoleLogin } from '../calls/signin.ts'
import { readCall } from '../calls/simple.ts'
import { type Caller, userOf, userSession } from '../principals.ts'
import { globalRegion, homeRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** Somebody tries common passwords until one opens; the user never had a second factor. */
export const consoleGuessing: Story = {
  id: 'console-guessing',
  title: 'A console password is guessed',
  accounts: (organisation) => [organisation.account('staging')],
  tell({ organisation, random, step, act, pause, now }) {
    const account = organisation.account('staging').id
    const user = userOf(account, 'contractor-temp')
    const place = attackers.guesser
    const unknown: Caller = {
      identity: { type: 'IAMUser', accountId: account, accessKeyId: '', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      account,
      ...place,
      tls: true,
    }
    const known: Caller = {
      ...unknown,
      identity: { type: 'IAMUser', principalId: user.id, accountId: account, accessKeyId: '', userName: user.name },
    }
    const where = { account, region: globalRegion }
    step({
      id: 'spray',
      title: 'Logins that do not exist are tried',
      phase: 'credential-access',
      outcome: 'failed',
      runbook: 'console-login-guessing',
    })
    for (let round = 0; round < 4; round++) {
      act(
        unknown,
        consoleLogin({ region: globalRegion, mfa: false, failure: 'No username found in supplied account' }),
        where,
      )
      pause(2, 9)
    }
    step({
      id: 'guess',
      title: 'Passwords of one user are guessed',
      phase: 'credential-access',
      outcome: 'failed',
      runbook: 'console-login-guessing',
    })
    for (let round = 0; round < 11; round++) {
      act(known, consoleLogin({ region: globalRegion, mfa: false, failure: 'Failed authentication' }), where)
      pause(3, 25)
    }
    step({
      id: 'success',
      title: 'One opens, without a second factor',
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'console-login-guessing',
    })
    const session = userSession(user, { ...place, created: now(), mfa: false, random })
    const { accessKeyId: _, sessionContext: __, ...identity } = session.identity
    act({ ...session, identity, console: false }, consoleLogin({ region: globalRegion, mfa: false }), where)
    pause(10, 30)
    step({
      id: 'look-around',
      title: 'The intruder looks around',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(session, readCall('iam', 'ListUsers'), { account })
    act(session, readCall('iam', 'ListRoles'), { account })
    act(session, listBuckets(random, homeRegion), { account })
    act(session, readCall('secretsmanager', 'ListSecrets'), { account })
  },
}
