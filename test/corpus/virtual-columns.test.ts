import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventColumns } from '../../src/core/event/columns.ts'
import { parseJson } from '../../src/core/event/json.ts'
import { normaliseRecord } from '../../src/core/event/normalise.ts'
import type { ColumnType } from '../../src/core/event/types.ts'
import { virtualColumns } from '../../src/core/event/virtual.ts'
import type { Cell } from '../../src/core/ports.ts'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { trinoDialect } from '../../src/core/sql/print/trino.ts'
import { fromColumnType, typeName } from '../../src/core/sql/types.ts'
import { type EventEngine, openEvents, wholeScope } from './engine.ts'
import { askTrino, trinoUrl, withoutTrino } from './trino.ts'

type Expected = Partial<
  Record<'actor' | 'outcome' | 'denied_action' | 'denied_resource' | 'denied_by' | 'is_service' | 'side', Cell>
>
type Oddity = readonly [name: string, record: Record<string, unknown>, expected: Expected]

const account = '111122223333'
const alice = `arn:aws:iam::${account}:user/alice`
const role = `arn:aws:iam::${account}:role/team/deploy`
const user = { type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: alice, accountId: account, userName: 'alice' }
const session = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLE:ci',
  arn: `arn:aws:sts::${account}:assumed-role/deploy/ci`,
  accountId: account,
  sessionContext: { sessionIssuer: { type: 'Role', arn: role, accountId: account, userName: 'deploy' } },
}
const denied = (message: string, code = 'AccessDenied') => ({
  userIdentity: user,
  errorCode: code,
  errorMessage: message,
})
const login = (record: object) => ({
  eventSource: 'signin.amazonaws.com',
  eventName: 'ConsoleLogin',
  eventType: 'AwsConsoleSignIn',
  userIdentity: user,
  ...record,
})

const oddities: readonly Oddity[] = [
  // actor
  [
    'a user',
    { userIdentity: user },
    {
      actor: alice,
      outcome: 'succeeded',
      is_service: false,
      side: 'caller',
      denied_action: null,
      denied_resource: null,
      denied_by: null,
    },
  ],
  ['a session stands for its role, path included', { userIdentity: session }, { actor: role, is_service: false }],
  [
    'a session with an empty sessionIssuer',
    { userIdentity: { ...session, sessionContext: { sessionIssuer: {}, webIdFederationData: {} } } },
    { actor: session.arn },
  ],
  [
    'a session whose issuer has an empty ARN',
    { userIdentity: { ...session, sessionContext: { sessionIssuer: { type: 'Role', arn: '' } } } },
    { actor: session.arn },
  ],
  [
    'a federated user is not its issuing user',
    {
      userIdentity: {
        type: 'FederatedUser',
        arn: `arn:aws:sts::${account}:federated-user/carol`,
        sessionContext: { sessionIssuer: { type: 'IAMUser', arn: alice } },
      },
    },
    { actor: `arn:aws:sts::${account}:federated-user/carol` },
  ],
  [
    'root',
    {
      userIdentity: {
        type: 'Root',
        principalId: account,
        arn: `arn:aws:iam::${account}:root`,
        accountId: account,
        accessKeyId: '',
      },
    },
    { actor: `arn:aws:iam::${account}:root`, is_service: false },
  ],
  [
    'an identity without type',
    { userIdentity: { accountId: account, invokedBy: 'secretsmanager.amazonaws.com' } },
    { actor: 'secretsmanager.amazonaws.com', is_service: true, side: 'caller' },
  ],
  [
    'a service',
    { userIdentity: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' } },
    { actor: 'cloudtrail.amazonaws.com', is_service: true, side: 'caller' },
  ],
  [
    'a service event without identity',
    { eventType: 'AwsServiceEvent', eventName: 'RotateKey' },
    { actor: null, is_service: true },
  ],
  ['no identity at all', {}, { actor: null, is_service: false, side: 'caller', outcome: 'succeeded' }],
  [
    'a call that a service passes on for a user',
    { userIdentity: { ...user, invokedBy: 'cloudformation.amazonaws.com' } },
    { actor: alice, is_service: false },
  ],
  [
    'a service-linked role',
    {
      userIdentity: {
        ...session,
        sessionContext: {
          sessionIssuer: {
            type: 'Role',
            arn: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
          },
        },
      },
    },
    {
      actor: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
      is_service: true,
    },
  ],
  [
    'an unknown console user',
    login({
      userIdentity: {
        type: 'IAMUser',
        accountId: account,
        accessKeyId: '',
        userName: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      },
      errorMessage: 'No username found in supplied account',
      responseElements: { ConsoleLogin: 'Failure' },
    }),
    { actor: 'HIDDEN_DUE_TO_SECURITY_REASONS', outcome: 'failed' },
  ],
  [
    'a user of another account, ARN withheld',
    {
      userIdentity: { type: 'AWSAccount', principalId: 'AIDAOTHER', accountId: '444455556666' },
      recipientAccountId: account,
    },
    { actor: 'AIDAOTHER', side: 'resource', is_service: false },
  ],
  [
    'an account and no more',
    { userIdentity: { type: 'AWSAccount', accountId: '444455556666' }, recipientAccountId: account },
    { actor: '444455556666', side: 'resource' },
  ],
  [
    'a SAML user',
    { userIdentity: { type: 'SAMLUser', principalId: 'Example:bob', userName: 'bob', identityProvider: 'Example' } },
    { actor: 'Example:bob', side: 'caller' },
  ],
  // outcome
  [
    'a failed sign-in without errorCode',
    login({ errorMessage: 'Failed authentication', responseElements: { ConsoleLogin: 'Failure' } }),
    { outcome: 'failed' },
  ],
  [
    'a failed sign-in without errorMessage',
    login({ responseElements: { ConsoleLogin: 'Failure' } }),
    { outcome: 'failed' },
  ],
  ['a sign-in that succeeded', login({ responseElements: { ConsoleLogin: 'Success' } }), { outcome: 'succeeded' }],
  [
    'a failed check of MFA',
    login({ eventName: 'CheckMfa', responseElements: { CheckMfa: 'Failure' } }),
    { outcome: 'failed' },
  ],
  [
    'a failed switch of role',
    login({ eventName: 'SwitchRole', responseElements: { SwitchRole: 'Failure' } }),
    { outcome: 'failed' },
  ],
  [
    'Failure in another service is a word',
    { eventSource: 'iam.amazonaws.com', responseElements: { ConsoleLogin: 'Failure' }, userIdentity: user },
    { outcome: 'succeeded' },
  ],
  ['the HTTP status 200 as errorCode', { errorCode: '200' }, { outcome: 'succeeded' }],
  ['the HTTP status 404 as errorCode', { errorCode: '404' }, { outcome: 'failed' }],
  ['an empty errorCode', { errorCode: '' }, { outcome: 'succeeded' }],
  ['null errorCode and errorMessage', { errorCode: null, errorMessage: null }, { outcome: 'succeeded' }],
  [
    'a code of EC2',
    {
      errorCode: 'Client.UnauthorizedOperation',
      errorMessage: 'You are not authorized to perform this operation. Encoded authorization failure message: abc',
    },
    { outcome: 'denied', denied_action: null },
  ],
  ['another code of EC2', { errorCode: 'Client.InvalidGroup.NotFound' }, { outcome: 'failed' }],
  ['a code with Exception', { errorCode: 'AccessDeniedException' }, { outcome: 'denied' }],
  ['a code of S3', { errorCode: 'AccessDenied', errorMessage: 'Access Denied' }, { outcome: 'denied' }],
  ['a code of Organizations', { errorCode: 'AWSOrganizationsNotInUseException' }, { outcome: 'failed' }],
  ['a code in words', { errorCode: 'Not Authorized' }, { outcome: 'denied' }],
  ['an expired token', { errorCode: 'ExpiredTokenException' }, { outcome: 'failed' }],
  ['throttling', { errorCode: 'ThrottlingException' }, { outcome: 'failed' }],
  // what a denied call wanted
  [
    'an IAM user is no ARN',
    denied(
      `User: ${alice} is not authorized to perform: iam:DeleteLoginProfile on resource: user bob because no identity-based policy allows the iam:DeleteLoginProfile action`,
    ),
    {
      outcome: 'denied',
      denied_action: 'iam:DeleteLoginProfile',
      denied_resource: 'user bob',
      denied_by: 'identity-based policy',
    },
  ],
  [
    'an explicit deny in a service control policy',
    denied(
      `User: ${alice} is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::${account}:user/x with an explicit deny in a service control policy`,
    ),
    {
      outcome: 'denied',
      denied_action: 'iam:CreateUser',
      denied_resource: `arn:aws:iam::${account}:user/x`,
      denied_by: 'service control policy',
    },
  ],
  [
    'an explicit deny in an identity-based policy',
    denied(
      `User: ${alice} is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" with an explicit deny in an identity-based policy`,
    ),
    { denied_action: 's3:PutObject', denied_resource: '"arn:aws:s3:::b/k"', denied_by: 'identity-based policy' },
  ],
  [
    'no permissions boundary allows',
    denied(
      `User: ${alice} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:${account}:key/k because no permissions boundary allows the kms:Decrypt action`,
    ),
    {
      denied_action: 'kms:Decrypt',
      denied_resource: `arn:aws:kms:us-east-1:${account}:key/k`,
      denied_by: 'permissions boundary',
    },
  ],
  [
    'no VPC endpoint policy allows',
    denied(
      `User: ${alice} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/r because no VPC endpoint policy allows the sts:AssumeRole action`,
    ),
    { denied_action: 'sts:AssumeRole', denied_by: 'VPC endpoint policy' },
  ],
  [
    'a message that stops after the resource',
    denied(`User: ${alice} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/r`),
    { denied_resource: 'arn:aws:iam::444455556666:role/r', denied_by: null },
  ],
  [
    'a message without resource',
    denied(
      `User: ${alice} is not authorized to perform: ec2:DescribeInstances because no identity-based policy allows the ec2:DescribeInstances action`,
    ),
    { denied_action: 'ec2:DescribeInstances', denied_resource: null, denied_by: 'identity-based policy' },
  ],
  [
    'a message of two lines',
    denied(
      `User: ${alice} is not authorized to perform: iam:GetUser on resource: user bob\nbecause no identity-based policy allows`,
    ),
    { denied_action: 'iam:GetUser' },
  ],
  [
    'a denial without message',
    { errorCode: 'AccessDenied' },
    { outcome: 'denied', denied_action: null, denied_resource: null, denied_by: null },
  ],
  [
    'a denial by message alone',
    { errorMessage: `User: ${alice} is not authorized to perform: iam:GetUser on resource: user bob` },
    { outcome: 'denied', denied_action: 'iam:GetUser' },
  ],
  // side
  [
    'the copy of the resource account',
    { userIdentity: { ...user, accountId: '444455556666' }, recipientAccountId: account },
    { side: 'resource' },
  ],
  ['no recipientAccountId', { userIdentity: user, recipientAccountId: null }, { side: 'caller' }],
]

const records = oddities.map(([, record], i) => ({
  eventVersion: '1.08',
  eventSource: 'iam.amazonaws.com',
  eventName: 'X',
  eventID: String(i).padStart(3, '0'),
  eventTime: '2026-01-15T10:00:00Z',
  awsRegion: 'us-east-1',
  recipientAccountId: account,
  ...record,
}))
const names = virtualColumns.map((column) => column.name)
const sql = `SELECT ${names.join(', ')} FROM cloudtrail_logs ORDER BY eventID`

let engine: EventEngine
let rows: Record<string, Cell>[]
beforeAll(async () => {
  engine = await openEvents(records)
  rows = (await engine.ask(sql)).map((cells) => Object.fromEntries(cells.map((cell, i) => [names[i]!, cell])))
})
afterAll(() => engine.close())

describe('virtual columns', () => {
  it.each(oddities.map(([name, , expected], i) => [name, i, expected] as const))('read %s', (_, i, expected) => {
    expect(rows[i]).toMatchObject(expected)
  })

  it('are tested, every one', () => {
    const tested = new Set(['event_time', ...oddities.flatMap(([, , expected]) => Object.keys(expected))])
    expect(names.filter((name) => !tested.has(name))).toEqual([])
    expect(new Set(rows.map((row) => row.event_time))).toEqual(new Set(['2026-01-15T10:00:00.000Z']))
  })

  it('have a value for every record where only absence is no answer', () => {
    for (const row of rows)
      expect([typeof row.outcome, typeof row.is_service, typeof row.side]).toEqual(['string', 'boolean', 'string'])
  })

  it.skipIf(!trinoUrl)(`mean the same on Trino (skipped where ${withoutTrino})`, async () => {
    const { query } = analyze(sql)
    const { text } = compile(query!, {
      dialect: trinoDialect({ eventsTable: `(VALUES ${records.map(trinoRow).join(', ')})` }),
      scope: wholeScope,
      parameters: {},
    })
    const columns = `AS "e" (${eventColumns.map((column) => `"${column.name}"`).join(', ')})`
    const answers = await askTrino(text.replace('AS "e"', columns))
    const plain = (cell: Cell) =>
      typeof cell === 'string' ? cell.replace(' UTC', 'Z').replace(/^(\d{4}-\d\d-\d\d) /, '$1T') : cell
    expect(answers.map((cells) => cells.map(plain))).toEqual(rows.map((row) => names.map((name) => row[name])))
  })
})

/** One record as a row of VALUES, in Trino's words. */
function trinoRow(record: object): string {
  const text = JSON.stringify(record)
  const event = normaliseRecord(text, parseJson(text))
  if ('code' in event) throw new Error(event.code)
  return `(${eventColumns.map((column, i) => trinoValue(event.columns[i] === null ? null : column.form === 'struct' ? JSON.parse(event.columns[i]!) : event.columns[i]!, column.type)).join(', ')})`
}

function trinoValue(value: Cell, type: ColumnType): string {
  const cast = (text: string) => `CAST(${text} AS ${typeName(fromColumnType(type)).replace(/\b(type)\b /g, '"$1" ')})`
  if (value === null || value === undefined) return cast('NULL')
  if (type.kind === 'row')
    return cast(
      `ROW(${type.fields.map((field) => trinoValue((value as Record<string, Cell>)[field.name] ?? null, field.type)).join(', ')})`,
    )
  if (type.kind === 'array')
    return cast(`ARRAY[${(value as Cell[]).map((item) => trinoValue(item, type.element)).join(', ')}]`)
  if (type.kind === 'map') return cast('NULL')
  return cast(`'${String(value).replaceAll("'", "''")}'`)
}
