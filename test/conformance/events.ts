/** Records of every shape that real trails have, made up: see docs/format/case-defaults.md for what is filled in elsewhere. */
const account = '111122223333'
const other = '444455556666'
const alice = `arn:aws:iam::${account}:user/alice`
const role = `arn:aws:iam::${account}:role/team/deploy`

const user = {
  type: 'IAMUser',
  principalId: 'AIDAEXAMPLE',
  arn: alice,
  accountId: account,
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  userName: 'alice',
}
const issuer = { type: 'Role', principalId: 'AROAEXAMPLE', arn: role, accountId: account, userName: 'deploy' }
const attributes = { mfaAuthenticated: 'false', creationDate: '2026-01-10T08:00:00Z' }
const session = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:ci',
  arn: `arn:aws:sts::${account}:assumed-role/deploy/ci`,
  accountId: account,
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: { attributes, sessionIssuer: issuer, webIdFederationData: {} },
}

type Members = Readonly<Record<string, unknown>>

const shapes: readonly Members[] = [
  {
    eventName: 'CreateUser',
    userIdentity: user,
    requestParameters: { userName: 'new' },
    responseElements: { user: { userName: 'new', tags: [] } },
  },
  {
    eventName: 'AttachUserPolicy',
    userIdentity: session,
    requestParameters: { policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  // A denied call says in words what it wanted, and nothing else.
  {
    eventName: 'DeleteUser',
    userIdentity: user,
    errorCode: 'AccessDenied',
    errorMessage: `User: ${alice} is not authorized to perform: iam:DeleteUser on resource: user bob because no identity-based policy allows the iam:DeleteUser action`,
    requestParameters: null,
    responseElements: null,
  },
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    userIdentity: session,
    errorCode: 'AccessDenied',
    errorMessage: `User: ${session.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::data/x" with an explicit deny in a service control policy`,
    readOnly: true,
    managementEvent: false,
    eventCategory: 'Data',
    resources: [
      { ARN: 'arn:aws:s3:::data/x', type: 'AWS::S3::Object' },
      { ARN: 'arn:aws:s3:::data', accountId: account, type: 'AWS::S3::Bucket' },
    ],
  },
  {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    userIdentity: session,
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage: 'You are not authorized to perform this operation.',
  },
  {
    eventSource: 'grafana.amazonaws.com',
    eventName: 'ReadDashboard',
    userIdentity: user,
    errorCode: '200',
    sourceIPAddress: '203.0.113.7, 192.0.2.10',
  },
  {
    eventSource: 'ec2.amazonaws.com',
    eventName: 'StopInstances',
    userIdentity: user,
    errorCode: 'Client.InvalidInstanceID.NotFound',
    errorMessage: 'No such instance',
  },
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'PutBucketTagging',
    userIdentity: user,
    errorCode: null,
    errorMessage: null,
    requestParameters: { bucketName: 'data', Tagging: { a: 1 }, tagging: '' },
  },
  // Keys with dots, colons, slashes, brackets, quotes and blanks; deep values; numbers of every kind.
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'PutObject',
    userIdentity: user,
    requestParameters: {
      'x-amz-acl': 'private',
      'aws:s3:arn': 'arn:aws:s3:::data',
      'a.b': { 'c/d': [1, { e: 'deep' }] },
      "it's": 'quoted',
      'a b': true,
      'k"q': 'double',
      'b[0]': 'bracket',
      '': 'empty',
    },
    additionalEventData: {
      bytesTransferredIn: 9007199254740992,
      ratio: 0.1,
      big: 1e300,
      negative: -0.5,
      none: null,
      on: true,
      list: [1, 'x', null, false, { a: 1 }],
    },
    vpcEndpointId: 'vpce-0123456789abcdef0',
    resources: null,
  },
  {
    eventSource: 'iam.amazonaws.com',
    eventName: 'PutRolePolicy',
    userIdentity: user,
    requestParameters: {
      roleName: 'ci',
      policyDocument: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}',
    },
  },
  {
    eventSource: 'rds.amazonaws.com',
    eventName: 'CreateDBInstance',
    userIdentity: user,
    requestParameters: { masterUserPassword: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    responseElements: { instanceCreateTime: 'Jul 10, 2023 12:24:51 PM' },
  },
  // The same key with other types.
  { eventName: 'ListUsers', userIdentity: user, requestParameters: { maxResults: 100 }, readOnly: true },
  {
    eventName: 'ListUsers',
    userIdentity: user,
    requestParameters: { maxResults: '100' },
    readOnly: 'true',
    managementEvent: 'true',
  },
  { eventName: 'ListRoles', userIdentity: user, requestParameters: 'a text where others have an object' },
  // Callers of every type.
  {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    userIdentity: { type: 'AWSService', invokedBy: 'secretsmanager.amazonaws.com' },
    sourceIPAddress: 'secretsmanager.amazonaws.com',
  },
  {
    eventSource: 'cloudformation.amazonaws.com',
    eventName: 'CreateStack',
    userIdentity: { ...user, invokedBy: 'cloudformation.amazonaws.com' },
  },
  {
    eventSource: 'secretsmanager.amazonaws.com',
    eventName: 'EndSecretVersionDelete',
    eventType: 'AwsServiceEvent',
    userIdentity: { accountId: account, invokedBy: 'secretsmanager.amazonaws.com' },
    requestParameters: null,
    requestID: undefined,
    serviceEventDetails: { secretId: 's', '🔑': 'é' },
  },
  {
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    userIdentity: { type: 'Root', principalId: account, arn: `arn:aws:iam::${account}:root`, accountId: account },
    responseElements: { ConsoleLogin: 'Success' },
    additionalEventData: { MFAUsed: 'Yes', LoginTo: 'https://console.aws.amazon.com/console/home' },
  },
  {
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    userIdentity: { type: 'IAMUser', accountId: account, accessKeyId: '', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    errorMessage: 'Failed authentication',
    responseElements: { ConsoleLogin: 'Failure' },
  },
  {
    eventSource: 'signin.amazonaws.com',
    eventName: 'CheckMfa',
    eventType: 'AwsConsoleSignIn',
    userIdentity: user,
    responseElements: { CheckMfa: 'Failure' },
  },
  {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    userIdentity: user,
    sharedEventID: '11111111-2222-3333-4444-555555555555',
  },
  {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    userIdentity: { type: 'AWSAccount', principalId: 'AIDAEXAMPLE', accountId: account },
    recipientAccountId: other,
    sharedEventID: '11111111-2222-3333-4444-555555555555',
    resources: [{ ARN: `arn:aws:iam::${other}:role/audit`, accountId: other, type: 'AWS::IAM::Role' }],
  },
  {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: 'p:sub',
      userName: 'sub',
      identityProvider: 'token.actions.githubusercontent.com',
    },
  },
  {
    eventSource: 'sso.amazonaws.com',
    eventName: 'Authenticate',
    userIdentity: {
      type: 'IdentityCenterUser',
      accountId: account,
      onBehalfOf: { userId: 'u-1', identityStoreArn: `arn:aws:identitystore::${account}:identitystore/d-1` },
      credentialId: 'c-1',
    },
  },
  {
    eventSource: 'eks.amazonaws.com',
    eventName: 'ListClusters',
    userIdentity: {
      ...session,
      sessionContext: {
        attributes,
        sessionIssuer: {
          ...issuer,
          arn: `arn:aws:iam::${account}:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS`,
        },
        sourceIdentity: 'human@example.com',
        ec2RoleDelivery: '2.0',
        webIdFederationData: {
          federatedProvider: 'arn:aws:iam::111122223333:oidc-provider/x',
          attributes: { 'x:aud': 'sts.amazonaws.com', 'x:sub': 'repo:a/b' },
        },
      },
    },
  },
  {
    eventName: 'GetUser',
    userIdentity: {
      type: 'FederatedUser',
      principalId: `${account}:fed`,
      arn: `arn:aws:sts::${account}:federated-user/fed`,
      accountId: account,
      sessionContext: {},
    },
  },
  { eventName: 'GetUser', userIdentity: { type: 'Unknown', principalId: '', arn: '', accountId: '' } },
  // Partitions, Regions and accounts that no list has.
  {
    awsRegion: 'us-gov-west-1',
    userIdentity: { ...user, arn: 'arn:aws-us-gov:iam::111122223333:user/alice' },
    recipientAccountId: other,
  },
  {
    awsRegion: 'cn-north-1',
    userAgent: '[S3Console/0.4, aws-internal/3]',
    sourceIPAddress: '2001:db8::1',
    userIdentity: user,
  },
  {
    awsRegion: 'eu-central-1',
    userAgent: 'naïve/1.0 😀',
    sourceIPAddress: 'AWS Internal',
    recipientAccountId: undefined,
    userIdentity: user,
  },
  {
    eventVersion: '1.05',
    eventCategory: undefined,
    managementEvent: undefined,
    readOnly: undefined,
    apiVersion: '2012-08-10',
    userIdentity: user,
  },
  // Insight, network activity, late and enriched events.
  {
    eventSource: 'ec2.amazonaws.com',
    eventType: 'AwsCloudTrailInsight',
    eventCategory: 'Insight',
    eventName: undefined,
    userIdentity: undefined,
    userAgent: undefined,
    sourceIPAddress: undefined,
    insightDetails: {
      state: 'Start',
      insightType: 'ApiCallRateInsight',
      insightContext: { statistics: { baseline: { average: 0.002 } } },
    },
  },
  {
    eventSource: 's3.amazonaws.com',
    eventType: 'AwsVpceEvent',
    eventCategory: 'NetworkActivity',
    eventName: 'ListBuckets',
    userIdentity: { type: 'AWSAccount', accountId: other },
    vpcEndpointId: 'vpce-1',
    vpcEndpointAccountId: account,
    errorCode: 'VpceAccessDenied',
    errorMessage: 'The request was denied due to a VPC endpoint policy',
  },
  {
    userIdentity: user,
    addendum: { reason: 'DELIVERY_DELAY', updatedFields: 'a', originalRequestID: 'r', originalEventID: 'e' },
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: 'iam.amazonaws.com',
    },
    sessionCredentialFromConsole: true,
    edgeDeviceDetails: { a: [1] },
  },
  {
    userIdentity: { ...user, notDocumented: { x: 1 } },
    eventContext: { tagContext: {} },
    p_log_type: 'AWS.CloudTrail',
  },
  { userIdentity: user, errorMessage: 'line one\nline two\ttab \\ backslash \'quote\' "double" %_ é 😀' },
  { userIdentity: user, userAgent: 'x'.repeat(1024) },
]

/** Whole records, five minutes apart on three days, ids in the order of the list. */
export const conformanceRecords: readonly Readonly<Record<string, unknown>>[] = shapes.map((members, at) => {
  const day = `2026-01-${String(10 + (at % 3)).padStart(2, '0')}`
  const clock = `${String(8 + Math.floor(at / 12)).padStart(2, '0')}:${String((at * 5) % 60).padStart(2, '0')}:00`
  return Object.fromEntries(
    Object.entries({
      eventVersion: '1.11',
      eventTime: `${day}T${clock}Z`,
      eventSource: 'iam.amazonaws.com',
      eventName: 'ListUsers',
      awsRegion: 'us-east-1',
      sourceIPAddress: '198.51.100.10',
      userAgent: 'aws-cli/2.15.0',
      requestID: `r-${at}`,
      eventID: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
      readOnly: false,
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      ...members,
    }).filter(([, value]) => value !== undefined),
  )
})
