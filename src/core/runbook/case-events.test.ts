import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { milliseconds } from '../time.ts'
import { caseDefaults, fillEvents } from './case-events.ts'
import { identityNames } from './case-identity.ts'
import type { Json, JsonMap } from './json.ts'
import { type GivenEvent, givenEventSchema } from './schema-case.ts'

const given = (event: JsonMap): GivenEvent => givenEventSchema.parse(event)
const fill = (event: JsonMap): JsonMap => fillEvents([given(event)])[0] as JsonMap
const identity = (userIdentity: Json, more: JsonMap = {}) => fill({ ...more, userIdentity }).userIdentity as JsonMap

describe('fillEvents', () => {
  it('makes a whole record of nothing', () => {
    expect(fill({})).toMatchInlineSnapshot(`
      {
        "awsRegion": "us-east-1",
        "eventCategory": "Management",
        "eventID": "a0000000-0000-4000-8000-000000000001",
        "eventName": "ListUsers",
        "eventSource": "iam.amazonaws.com",
        "eventTime": "2026-01-15T10:40:00Z",
        "eventType": "AwsApiCall",
        "eventVersion": "1.11",
        "managementEvent": true,
        "readOnly": true,
        "recipientAccountId": "111122223333",
        "requestID": "b0000000-0000-4000-8000-000000000001",
        "requestParameters": null,
        "responseElements": null,
        "sourceIPAddress": "198.51.100.10",
        "userAgent": "aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64",
        "userIdentity": {
          "accessKeyId": "AKIADYJDWFW7AEXAMPLE",
          "accountId": "111122223333",
          "arn": "arn:aws:iam::111122223333:user/alice",
          "principalId": "AIDAGOIU7YSDJUOGQW7ED",
          "type": "IAMUser",
          "userName": "alice",
        },
      }
    `)
  })

  it('makes records that differ only where they should, always the same', () => {
    const events = [given({ eventName: 'CreateUser' }), given({ eventName: 'CreateUser', repeat: 3 })]
    const records = fillEvents(events)
    expect(new Set(records.map((record) => record.eventID)).size).toBe(4)
    expect(new Set(records.map((record) => record.requestID)).size).toBe(4)
    for (const { eventID } of records) expect(eventID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(fillEvents(events)).toEqual(records)
  })

  it.each([
    ['the default window', undefined],
    ['a window of an hour', { from: '2026-01-15T10:00:00Z', to: '2026-01-15T11:00:00Z' }],
    ['a window of a minute', { from: '2026-01-15T10:59:00Z', to: '2026-01-15T11:00:00Z' }],
    ['a week long ago', { from: '2026-01-05T00:00:00Z', to: '2026-01-12T00:00:00Z' }],
  ])('puts any number of events into %s, oldest first', (_, window) => {
    const from = milliseconds(window?.from ?? '2026-01-15T09:40:00Z')
    const to = milliseconds(window?.to ?? '2026-01-15T11:40:00Z')
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (count) => {
        const times = fillEvents(
          Array.from({ length: count }, () => given({})),
          window ? { window } : {},
        ).map((record) => milliseconds(String(record.eventTime)))
        expect(times).toEqual(times.toSorted((a, b) => a - b))
        expect(times.every((time) => time >= from && time < to)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it('repeats backwards from its place, and forwards from a time that is given', () => {
    const times = (event: JsonMap) => fillEvents([given(event)]).map((record) => String(record.eventTime).slice(11, 19))
    expect(times({})).toEqual(['10:40:00'])
    expect(times({ repeat: 3, every: '10m' })).toEqual(['10:20:00', '10:30:00', '10:40:00'])
    expect(times({ eventTime: '2026-01-14T00:00:00Z', repeat: 3 })).toEqual(['00:00:00', '00:01:00', '00:02:00'])
  })

  it('keeps what is given, null included, and removes what is $absent', () => {
    const record = fill({
      userAgent: null,
      sourceIPAddress: '$absent',
      requestParameters: { a: null, b: '$absent', list: ['x', '$absent'] },
      userIdentity: { type: 'IAMUser', accessKeyId: '$absent', userName: 'mallory' },
      madeUp: { x: 1 },
    })
    expect(record).toMatchObject({ userAgent: null, requestParameters: { a: null, list: ['x'] }, madeUp: { x: 1 } })
    expect(record).not.toHaveProperty('sourceIPAddress')
    expect(record.requestParameters).not.toHaveProperty('b')
    expect(record.userIdentity).not.toHaveProperty('accessKeyId')
    expect(fill({ userIdentity: null }).userIdentity).toBeNull()
    expect(fill({ userIdentity: '$absent' })).not.toHaveProperty('userIdentity')
  })

  it.each<[event: JsonMap, fields: JsonMap]>([
    [
      { eventName: 'ListRolePolicies' },
      { eventSource: 'iam.amazonaws.com', readOnly: true, managementEvent: true, eventCategory: 'Management' },
    ],
    [{ eventName: 'AttachRolePolicy' }, { readOnly: false }],
    [{ eventName: 'AssumeRole' }, { eventSource: 'sts.amazonaws.com', readOnly: true }],
    [{ eventName: 'Decrypt', eventSource: 'kms.amazonaws.com' }, { readOnly: true }],
    [
      { eventName: 'GetObject', eventSource: 's3.amazonaws.com' },
      { eventCategory: 'Data', managementEvent: false, readOnly: true },
    ],
    [
      { eventName: 'PutBucketPolicy', eventSource: 's3.amazonaws.com' },
      { eventCategory: 'Management', managementEvent: true },
    ],
    [{ eventName: 'Invoke', eventSource: 'lambda.amazonaws.com' }, { eventCategory: 'Data' }],
    [{ insightDetails: {} }, { eventCategory: 'Insight', eventType: 'AwsCloudTrailInsight', managementEvent: false }],
    [{ eventType: 'AwsVpceEvent' }, { eventCategory: 'NetworkActivity' }],
    [{ serviceEventDetails: {} }, { eventType: 'AwsServiceEvent' }],
    [
      { recipientAccountId: '444455556666' },
      { userIdentity: expect.objectContaining({ arn: 'arn:aws:iam::444455556666:user/alice' }) },
    ],
    [
      { awsRegion: 'us-gov-west-1' },
      { userIdentity: expect.objectContaining({ arn: 'arn:aws-us-gov:iam::111122223333:user/alice' }) },
    ],
    [
      { eventName: 'ConsoleLogin' },
      { eventType: 'AwsConsoleSignIn', responseElements: { ConsoleLogin: 'Success' }, readOnly: false },
    ],
    [
      {
        eventName: 'ConsoleLogin',
        responseElements: { ConsoleLogin: 'Failure' },
        additionalEventData: { MFAUsed: 'Yes' },
      },
      {
        errorMessage: 'Failed authentication',
        additionalEventData: { LoginTo: caseDefaults.loginTo, MobileVersion: 'No', MFAUsed: 'Yes' },
      },
    ],
    [
      { eventName: 'ConsoleLogin', errorMessage: 'No username found in supplied account' },
      { responseElements: { ConsoleLogin: 'Failure' } },
    ],
    [
      { eventName: 'DeleteUser', errorCode: 'AccessDenied', userIdentity: { userName: 'mallory' } },
      {
        requestParameters: null,
        responseElements: null,
        errorMessage:
          'User: arn:aws:iam::111122223333:user/mallory is not authorized to perform: iam:DeleteUser on resource: * because no identity-based policy allows the iam:DeleteUser action',
      },
    ],
  ])('%j', (event, fields) => {
    expect(fill(event)).toMatchObject(fields)
  })

  it('gives a failed sign-in no errorCode, and no sign-in an access key', () => {
    const record = fill({ eventName: 'ConsoleLogin', errorMessage: 'Failed authentication' })
    expect(record).not.toHaveProperty('errorCode')
    expect(record.userIdentity).not.toHaveProperty('accessKeyId')
  })

  it('lets the session that AssumeRole returned act with the same key and ids', () => {
    const [assume, act] = fillEvents([
      given({
        eventName: 'AssumeRole',
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/deploy/ci', roleSessionName: 'build' },
      }),
      given({ userIdentity: { arn: 'arn:aws:sts::111122223333:assumed-role/ci/build' } }),
    ])
    const response = assume?.responseElements as { credentials: JsonMap; assumedRoleUser: JsonMap }
    const actor = act?.userIdentity as JsonMap
    expect(response.credentials.accessKeyId).toBe(actor.accessKeyId)
    expect(response.assumedRoleUser).toEqual({ arn: actor.arn, assumedRoleId: actor.principalId })
  })
})

describe('fillIdentity', () => {
  it.each<[given: JsonMap, type: string]>([
    [{ userName: 'bob' }, 'IAMUser'],
    [{ arn: 'arn:aws:sts::111122223333:assumed-role/a/b' }, 'AssumedRole'],
    [{ sessionContext: { sessionIssuer: { userName: 'a' } } }, 'AssumedRole'],
    [{ arn: 'arn:aws:iam::111122223333:root' }, 'Root'],
    [{ invokedBy: 'ec2.amazonaws.com' }, 'AWSService'],
    [{ arn: 'arn:aws:sts::111122223333:federated-user/x' }, 'FederatedUser'],
  ])('%j is of type %s', (partial, type) => {
    expect(identity(partial).type).toBe(type)
  })

  it('agrees with itself for a role session', () => {
    expect(
      identity({
        type: 'AssumedRole',
        sessionContext: { sessionIssuer: { userName: 'ci' }, attributes: { mfaAuthenticated: 'true' } },
      }),
    ).toMatchInlineSnapshot(`
      {
        "accessKeyId": "ASIAYMR7US2EREXAMPLE",
        "accountId": "111122223333",
        "arn": "arn:aws:sts::111122223333:assumed-role/ci/session",
        "principalId": "AROABOJNF4WO3GAVG73UV:session",
        "sessionContext": {
          "attributes": {
            "creationDate": "2026-01-15T10:35:00Z",
            "mfaAuthenticated": "true",
          },
          "sessionIssuer": {
            "accountId": "111122223333",
            "arn": "arn:aws:iam::111122223333:role/ci",
            "principalId": "AROABOJNF4WO3GAVG73UV",
            "type": "Role",
            "userName": "ci",
          },
        },
        "type": "AssumedRole",
      }
    `)
  })

  it.each(['AWSService', 'AWSAccount', 'WebIdentityUser', 'SAMLUser', 'IdentityCenterUser'])(
    'gives %s no ARN',
    (type) => {
      expect(identity({ type })).not.toHaveProperty('arn')
    },
  )

  it('takes what is not known as it is', () => {
    expect(identity({ type: 'Directory', x: 1 })).toEqual({ type: 'Directory', accountId: '111122223333', x: 1 })
  })
})

describe('docs/format/case-defaults.md', () => {
  const page = readFileSync(new URL('../../../docs/format/case-defaults.md', import.meta.url), 'utf8')

  const { browser: _, loginTo: __, every: ___, ...stated } = caseDefaults

  it.each(Object.entries<string>({ ...stated, ...identityNames }))('states the default of %s', (_, value) => {
    expect(page).toContain(`\`${value}\``)
  })

  it('has a row for every field that is filled in, and for every identity', () => {
    const rows = [...page.matchAll(/^\| ([\w, ]+) \|/gm)].flatMap((match) => (match[1] ?? '').split(', '))
    for (const field of Object.keys(fill({}))) if (field !== 'userIdentity') expect(rows).toContain(field)
    for (const type of [
      'IAMUser',
      'AssumedRole',
      'Root',
      'AWSService',
      'AWSAccount',
      'FederatedUser',
      'WebIdentityUser',
      'SAMLUser',
      'IdentityCenterUser',
    ])
      expect(rows).toContain(type)
  })
})
