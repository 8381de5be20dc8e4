// Writes src/core/event/known-events.data.ts: the pairs of event source and event name that lint knows.
//
//   pip download botocore==1.44.5 --no-deps && unzip botocore-*.whl
//   node scripts/known-events.mjs botocore/data
//
// An event is named after the API operation, and its source after the name that the service signs with. Botocore (Apache-2.0)
// holds the operations of every service; only their names are taken. What CloudTrail calls otherwise stands below.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const target = 'src/core/event/known-events.data.ts'
const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder botocore/data.')

/** Services whose events bear another name than their requests are signed with. */
const renamed = { IoTSecuredTunneling: 'iot' }

/** Addresses that no event bears. */
const addressOnly = new Set(['email', 'lambda'])

/** Events that are no API operation, or that CloudTrail names in its own way (its User Guide, and those of the services). */
const further = {
  signin:
    'ConsoleLogin CheckMfa SwitchRole ExitRole RenewRole CredentialChallenge CredentialVerification GetSigninToken ' +
    'PasswordRecoveryRequested PasswordRecoveryCompleted PasswordUpdated EmailUpdated UserAuthentication StartSession ' +
    'ConsoleLogout CreateOAuth2Token AuthorizeOAuth2Access',
  s3:
    'PutBucketPublicAccessBlock GetBucketPublicAccessBlock DeleteBucketPublicAccessBlock PutAccountPublicAccessBlock ' +
    'GetAccountPublicAccessBlock DeleteAccountPublicAccessBlock PutBucketLifecycle GetBucketLifecycle DeleteBucketLifecycle ' +
    'PutBucketReplication GetBucketReplication DeleteBucketReplication PutBucketEncryption GetBucketEncryption ' +
    'DeleteBucketEncryption PutBucketNotification GetBucketNotification PutBucketObjectLockConfiguration ' +
    'GetBucketObjectLockConfiguration PutBucketLogging PutBucketCors ListObjectVersions HeadBucket HeadObject UploadPartCopy ' +
    'CopyObject OptionsObject PreflightRequest InitiateMultipartUpload GetBucketAnalyticsConfiguration ' +
    'GetBucketInventoryConfiguration GetBucketMetricsConfiguration GetBucketIntelligentTieringConfiguration PostObject ' +
    'GetAccelerateConfiguration JobCreated JobStatusChanged GetStorageLensDashboardDataInternal',
  iam: 'CheckMFA',
  sso: 'Authenticate Federate UpdateSsoConfiguration ListApplications ListProfilesForApplication Logout',
  'sso-directory':
    'CreateUser DeleteUser UpdateUser DescribeUser DescribeUsers SearchUsers CreateGroup DeleteGroup UpdateGroup ' +
    'DescribeGroup SearchGroups AddMemberToGroup RemoveMemberFromGroup ListMembersInGroup EnableUser DisableUser ' +
    'UpdatePassword VerifyEmail StartVirtualMfaDeviceRegistration CompleteVirtualMfaDeviceRegistration ' +
    'DeleteMfaDeviceForUser ListMfaDevicesForUser CreateBearerToken DeleteBearerToken EnableExternalIdPConfigurationForDirectory',
  kms: 'RotateKey DeleteKey SynchronizeMultiRegionKey',
  ec2:
    'SharedSnapshotVolumeCreated SharedSnapshotCopyInitiated BidEvictedEvent BidFulfilledEvent EnableSerialConsoleAccess ' +
    'InstanceTerminatedByPlatform CreateDefaultVpc',
  cloudshell:
    'CreateEnvironment DeleteEnvironment StartEnvironment StopEnvironment CreateSession SendHeartBeat PutCredentials ' +
    'GetEnvironmentStatus DescribeEnvironments GetFileDownloadUrls GetFileUploadUrls RedeemCode',
  ssm: 'UpdateInstanceInformation UpdateInstanceAssociationStatus ListInstanceAssociations PutComplianceItems RegisterManagedInstance',
  ec2messages: 'GetMessages SendReply AcknowledgeMessage DeleteMessage FailMessage GetEndpoint',
  ssmmessages: 'CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel',
  'ec2-instance-connect': 'OpenTunnel CloseTunnel',
  cloudtrail: 'InsightEvent ConsoleSignin',
  rds: 'StartExportTask DownloadCompleteDBLogFile',
  billing:
    'AWSPaymentPortalService PaymentProfileDetails GetBillingPreferences SetAlternateContacts SetContactInformation',
  autoscaling: 'TerminateInstance LaunchInstance',
  ecr: 'PolicyExecutionEvent InitiateLayerUpload',
  elasticfilesystem: 'NewClientConnection UpdateClientConnection',
  health: 'DescribeEventAggregates',
  lambda: 'Invoke InvokeExecution',
  secretsmanager:
    'RotationStarted RotationSucceeded RotationFailed RotationAbandoned StartSecretVersionDelete EndSecretVersionDelete CancelSecretVersionDelete',
  acm: 'RenewCertificate',
  account: 'CloseAccount',
  controltower: 'SetupLandingZone UpdateManagedAccount CreateManagedAccount EnableGuardrail DisableGuardrail',
}

const services = new Map()
const add = (source, names) => {
  const known = services.get(source) ?? new Set()
  for (const name of names) known.add(name)
  services.set(source, known)
}

/** Lambda's first API carries the day of its version in the name of the event: CreateFunction20150331. */
const dated = new Set()

for (const service of (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
  for (const version of await readdir(join(folder, service.name))) {
    const model = await readModel(join(folder, service.name, version))
    if (!model) continue
    const { signingName, endpointPrefix } = model.metadata
    const source = signingName ?? endpointPrefix
    // Some services log under the first part of their address instead.
    if (!endpointPrefix.includes('.') && !addressOnly.has(endpointPrefix))
      add(endpointPrefix, Object.keys(model.operations))
    for (const [name, { http }] of Object.entries(model.operations)) {
      const day = source === 'lambda' ? /^\/(\d{4})-(\d{2})-(\d{2})\//.exec(http?.requestUri ?? '') : undefined
      if (day && `${day[1]}${day[2]}${day[3]}` === '20150331' && !name.startsWith('Invoke')) dated.add(name)
      else add(renamed[source] ?? source, [name])
    }
  }
}
for (const [source, names] of Object.entries(further)) if (names) add(source, names.split(' '))
add(
  'lambda',
  [...dated].map((name) => `${name}20150331`),
)

async function readModel(path) {
  const entries = await readdir(path).catch(() => [])
  if (!entries.includes('service-2.json.gz')) return undefined
  return JSON.parse(gunzipSync(await readFile(join(path, 'service-2.json.gz'))).toString('utf8'))
}

/** Verbs once: `Create:Role,User`. Names without a second word stand as they are. */
function packed(names) {
  const verbs = new Map()
  for (const name of [...names].sort()) {
    const [, verb, rest] = /^([A-Z][a-z]+)(.*)$/.exec(name) ?? [name, name, '']
    verbs.set(verb, [...(verbs.get(verb) ?? []), rest])
  }
  return [...verbs].map(([verb, rests]) => (rests.join() === '' ? verb : `${verb}:${rests.join()}`)).join(' ')
}

const lines = [...services].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, names]) => `${source} ${packed(names)}`)
const count = [...services.values()].reduce((sum, names) => sum + names.size, 0)
await writeFile(
  target,
  [
    '// Written by scripts/known-events.mjs; do not edit.',
    `// ${services.size} sources, ${count} events. A line: source (without .amazonaws.com), then names by verb: Create:Role,User.`,
    `export const knownEventsData = \`${lines.join('\n')}\``,
    '',
  ].join('\n'),
)
console.log(`${target}: ${services.size} sources, ${count} events`)
