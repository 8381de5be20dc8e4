import { denied } from '../calls/denied.ts'
import { readCall, writeCall } from '../calls/simple.ts'
import { assumeRoleWithSaml, samlCaller } from '../calls/sts.ts'
import { resourceId } from '../ids.ts'
import { roleSession } from '../principals.ts'
import { homeRegion } from '../regions.ts'
import { attackers } from './attackers.ts'
import type { Story } from './story.ts'

/** A stolen administrator session turns off what watches the account; the organisation's own trail stays. */
export const loggingSwitchedOff: Story = {
  id: 'logging-switched-off',
  title: 'Logging and detection are switched off',
  accounts: (organisation) => [organisation.account('production')],
  tell({ organisation, random, step, act, pause, now }) {
    const target = organisation.account('production')
    const account = target.id
    const where = { account }
    const person = organisation.people[0]!
    const place = attackers.insider
    const session = roleSession(target.roles.administrator, { ...place, name: person.email, created: now(), random })
    const grant = {
      role: target.roles.administrator,
      name: person.email,
      key: session.key,
      at: now(),
      random,
      audience: 'https://signin.aws.amazon.com/saml',
    }
    step({
      id: 'session',
      title: "An administrator's session is opened from a new address",
      phase: 'initial-access',
      outcome: 'succeeded',
      runbook: 'temporary-credentials-in-use',
    })
    act(samlCaller(person.email, place), assumeRoleWithSaml(grant), where)
    pause(30, 90)
    step({
      id: 'look',
      title: 'What watches here?',
      phase: 'discovery',
      outcome: 'succeeded',
      runbook: 'api-usage-against-own-past',
    })
    act(session, readCall('cloudtrail', 'DescribeTrails', { includeShadowTrails: true }), where)
    act(session, readCall('guardduty', 'ListDetectors'), where)
    act(session, readCall('config', 'DescribeConfigurationRecorders'), where)
    pause(30, 60)
    const trailArn = (trail: string, owner: string): string =>
      `arn:aws:cloudtrail:${homeRegion}:${owner}:trail/${trail}`
    step({
      id: 'narrow-trail',
      title: "The account's own trail records reads only, and then nothing",
      phase: 'defense-evasion',
      outcome: 'succeeded',
      runbook: 'logging-and-detection-tampering',
    })
    const selectors = [
      {
        readWriteType: 'ReadOnly',
        includeManagementEvents: true,
        dataResources: [],
        excludeManagementEventSources: [],
      },
    ]
    act(
      session,
      writeCall(
        'cloudtrail',
        'PutEventSelectors',
        { trailName: target.trail, eventSelectors: selectors },
        { trailARN: trailArn(target.trail, account), eventSelectors: selectors },
      ),
      where,
    )
    act(session, writeCall('cloudtrail', 'StopLogging', { name: trailArn(target.trail, account) }), where)
    pause(10, 40)
    step({
      id: 'organisation-trail',
      title: "The organisation's trail cannot be touched",
      phase: 'defense-evasion',
      outcome: 'denied',
      runbook: 'logging-and-detection-tampering',
    })
    const shared = trailArn(organisationTrail, organisation.account('management').id)
    for (const name of ['StopLogging', 'DeleteTrail'])
      act(
        session,
        denied(writeCall('cloudtrail', name, { name: shared }), session, {
          resource: shared,
          explicit: true,
          by: 'service control',
        }),
        where,
      )
    pause(30, 90)
    step({
      id: 'guardduty',
      title: 'GuardDuty is deleted',
      phase: 'defense-evasion',
      outcome: 'succeeded',
      runbook: 'logging-and-detection-tampering',
    })
    const detectorId = `${random.hex(25)}e8a3b1e`
    act(session, writeCall('guardduty', 'DeleteDetector', { detectorId }), where)
    step({
      id: 'leave-administrator',
      title: 'Leaving the administrator account is refused',
      phase: 'defense-evasion',
      outcome: 'denied',
      runbook: 'logging-and-detection-tampering',
    })
    const detector = `arn:aws:guardduty:${homeRegion}:${account}:detector/${detectorId}`
    for (const name of ['DisassociateFromMasterAccount', 'DisassociateFromAdministratorAccount'])
      act(
        session,
        denied(writeCall('guardduty', name, { detectorId }), session, {
          resource: detector,
          explicit: true,
          by: 'service control',
        }),
        where,
      )
    pause(30, 90)
    step({
      id: 'config-and-flow-logs',
      title: 'Config and the flow logs go too',
      phase: 'defense-evasion',
      outcome: 'succeeded',
      runbook: 'logging-and-detection-tampering',
    })
    act(session, writeCall('config', 'StopConfigurationRecorder', { configurationRecorderName: 'default' }), where)
    act(session, writeCall('config', 'DeleteDeliveryChannel', { deliveryChannelName: 'default' }), where)
    const requestId = random.uuid()
    act(
      session,
      writeCall(
        'ec2',
        'DeleteFlowLogs',
        { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: resourceId('fl', random) } } },
        { DeleteFlowLogsResponse: { xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/', requestId, unsuccessful: '' } },
      ),
      where,
    )
    act(session, writeCall('logs', 'DeleteLogGroup', { logGroupName: `/vpc/${homeRegion}` }), where)
  },
}

/** Records all accounts, whatever becomes of the accounts' own trails. */
export const organisationTrail = 'organisation-trail'
