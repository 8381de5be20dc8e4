import { createAccessKey } from '../calls/iam.ts'
import { consoleLogin } from '../calls/signin.ts'
import { readCall, writeCall } from '../calls/simple.ts'
import { longTermKey } from '../ids.ts'
import { type Caller, rootSession } from '../principals.ts'
import type { Call } from '../record.ts'
import { globalRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** Whoever reads the mailbox of an account owns its root user. */
export const rootTakeover: Story = {
  id: 'root-takeover',
  title: 'The root user is taken over through its mailbox',
  accounts: (organisation) => [organisation.account('shared')],
  tell({ organisation, random, step, act, pause, now }) {
    const account = organisation.account('shared').id
    const place = attackers.rootThief
    const where = { account, region: globalRegion }
    const stranger: Caller = {
      identity: {
        type: 'Root',
        principalId: account,
        arn: `arn:aws:iam::${account}:root`,
        accountId: account,
        accessKeyId: '',
      },
      account,
      ...place,
      tls: true,
    }
    step({
      id: 'recovery',
      title: 'The password is recovered',
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'root-activity',
    })
    act(stranger, recovery('PasswordRecoveryRequested'), where)
    pause(120, 400)
    act(stranger, recovery('PasswordRecoveryCompleted'), where)
    pause(20, 60)
    step({
      id: 'mistyped',
      title: 'A sign-in fails',
      phase: 'initial-access',
      outcome: 'failed',
      runbook: 'root-activity',
    })
    act(stranger, consoleLogin({ region: globalRegion, mfa: false, failure: 'Failed authentication' }), where)
    pause(20, 40)
    step({
      id: 'sign-in',
      title: 'Root signs in without a second factor',
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'root-activity',
    })
    const root = rootSession(account, { ...place, created: now(), mfa: false, random })
    act({ ...stranger, identity: { ...stranger.identity } }, consoleLogin({ region: globalRegion, mfa: false }), where)
    pause(30, 90)
    step({
      id: 'look-around',
      title: 'Root looks around',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'root-activity',
    })
    act(root, readCall('iam', 'GetAccountSummary'), where)
    act(root, readCall('iam', 'ListUsers'), where)
    act(root, readCall('account', 'GetContactInformation'), where)
    pause(60, 120)
    step({
      id: 'root-key',
      title: 'Root makes itself an access key',
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'root-activity',
    })
    const key = createAccessKey('root', longTermKey(random), now())
    act(root, { ...key, parameters: null }, where)
    pause(20, 90)
    step({
      id: 'second-factor',
      title: "The intruder's own second factor locks the owner out",
      phase: 'persistence',
      outcome: 'succeeded',
      runbook: 'root-activity',
    })
    const serialNumber = `arn:aws:iam::${account}:mfa/phone-2`
    act(
      root,
      writeCall(
        'iam',
        'CreateVirtualMFADevice',
        { virtualMFADeviceName: 'phone-2' },
        { virtualMFADevice: { serialNumber } },
      ),
      where,
    )
    act(root, writeCall('iam', 'EnableMFADevice', { userName: 'AWS ROOT USER', serialNumber }), where)
  },
}

const recovery = (name: 'PasswordRecoveryRequested' | 'PasswordRecoveryCompleted'): Call => ({
  service: 'signin',
  name,
  read: false,
  type: 'AwsConsoleSignIn',
  response: { [name]: 'Success' },
  host: 'signin.aws.amazon.com',
})
