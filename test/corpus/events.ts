import { fillEvents } from '../../src/core/runbook/case-events.ts'

/** A small account's day: two users, a role, a refused call, a cross-account call logged twice, a service's own call. */
export const someEvents = fillEvents([
  {
    eventName: 'CreateUser',
    userIdentity: { type: 'IAMUser', userName: 'alice' },
    requestParameters: { userName: 'new' },
    eventTime: '2026-01-14T08:00:00Z',
  },
  {
    eventName: 'AttachUserPolicy',
    userIdentity: { type: 'IAMUser', userName: 'alice' },
    requestParameters: { userName: 'new', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    eventTime: '2026-01-14T08:01:00Z',
  },
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'PutBucketPolicy',
    awsRegion: 'eu-central-1',
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { userName: 'deploy' } } },
    requestParameters: { bucketName: 'data', 'x-amz-acl': 'private' },
    resources: [{ ARN: 'arn:aws:s3:::data', accountId: '111122223333', type: 'AWS::S3::Bucket' }],
    eventTime: '2026-01-15T09:00:00Z',
  },
  {
    eventSource: 's3.amazonaws.com',
    eventName: 'GetObject',
    awsRegion: 'eu-central-1',
    recipientAccountId: '444455556666',
    userIdentity: { type: 'IAMUser', userName: 'bob' },
    errorCode: 'AccessDenied',
    errorMessage:
      'User: arn:aws:iam::111122223333:user/bob is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::data/x" with an explicit deny in a service control policy',
    resources: [
      { ARN: 'arn:aws:s3:::data/x', type: 'AWS::S3::Object' },
      { ARN: 'arn:aws:s3:::data', accountId: '111122223333', type: 'AWS::S3::Bucket' },
    ],
    eventTime: '2026-01-15T09:30:00Z',
  },
  {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    sharedEventID: '11111111-2222-3333-4444-555555555555',
    userIdentity: { type: 'IAMUser', userName: 'bob' },
    requestParameters: { roleArn: 'arn:aws:iam::444455556666:role/audit' },
    eventTime: '2026-01-15T10:00:00Z',
  },
  {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    sharedEventID: '11111111-2222-3333-4444-555555555555',
    recipientAccountId: '444455556666',
    userIdentity: { type: 'AWSAccount', accountId: '111122223333' },
    requestParameters: { roleArn: 'arn:aws:iam::444455556666:role/audit' },
    eventTime: '2026-01-15T10:00:00Z',
  },
  {
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    eventType: 'AwsConsoleSignIn',
    userIdentity: { type: 'IAMUser', userName: 'alice' },
    errorMessage: 'Failed authentication',
    responseElements: { ConsoleLogin: 'Failure' },
    additionalEventData: { MFAUsed: 'No' },
    eventTime: '2026-01-15T11:00:00Z',
  },
  {
    eventSource: 'kms.amazonaws.com',
    eventName: 'Decrypt',
    userIdentity: { type: 'AWSService', invokedBy: 'secretsmanager.amazonaws.com' },
    eventTime: '2026-01-15T11:30:00Z',
  },
])
