import { expect, test } from 'vitest'
import type { PolicyStatement } from '../ports.ts'
import { mergePolicy, policySize, wideGrants } from './policy.ts'

const statement = (Sid: string, Action: readonly string[], Resource: readonly string[]): PolicyStatement => ({
  Sid,
  Effect: 'Allow',
  Action,
  Resource,
})

const bucket = 'arn:aws:s3:::my-trail'

test('statements over the same resources become one, sorted, whatever their order', () => {
  const some = [
    statement('ReadLogs', ['s3:GetObject'], [`${bucket}/b/*`, `${bucket}/a/*`]),
    statement(
      'AskAthena',
      ['athena:StopQueryExecution', 'athena:StartQueryExecution'],
      ['arn:aws:athena:us-east-1:111122223333:workgroup/t'],
    ),
    statement('ReadToo', ['s3:GetObjectVersion', 's3:GetObject'], [`${bucket}/a/*`, `${bucket}/b/*`]),
  ]
  const policy = mergePolicy(some)
  expect(policy.Statement).toEqual([
    statement(
      'AskAthena',
      ['athena:StartQueryExecution', 'athena:StopQueryExecution'],
      ['arn:aws:athena:us-east-1:111122223333:workgroup/t'],
    ),
    statement('ReadLogs', ['s3:GetObject', 's3:GetObjectVersion'], [`${bucket}/a/*`, `${bucket}/b/*`]),
  ])
  expect(policySize(policy)).toBe(JSON.stringify(policy).length)
})

test('Sids are letters and digits, and each stands once', () => {
  const policy = mergePolicy([
    statement('Read-Logs', ['s3:GetObject'], [`${bucket}/a/*`]),
    statement('ReadLogs', ['s3:GetObject'], [`${bucket}/b/*`]),
    statement('', ['s3:ListBucket'], [bucket]),
  ])
  const sids = policy.Statement.map(({ Sid }) => Sid)
  expect(new Set(sids).size).toBe(3)
  for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/)
})

test('a condition keeps statements apart', () => {
  const listed = {
    ...statement('ListLogs', ['s3:ListBucket'], [bucket]),
    Condition: { StringLike: { 's3:prefix': ['a/*'] } },
  }
  expect(mergePolicy([listed, statement('LocateLogs', ['s3:GetBucketLocation'], [bucket])]).Statement).toHaveLength(2)
})

test('what cannot be narrowed is told with its reason', () => {
  const policy = mergePolicy([
    statement('UseLakeFormation', ['lakeformation:GetDataAccess'], ['*']),
    statement('AskAthena', ['athena:GetWorkGroup'], ['arn:aws:athena:us-east-1:*:workgroup/primary']),
  ])
  expect(wideGrants(policy)).toMatchInlineSnapshot(`
    [
      "AskAthena: the account is not known; name it by its ARN, or with account: where the connection takes that",
      "KnowsNoResource: lakeformation:GetDataAccess (Lake Formation decides by its own grants) on every resource",
    ]
  `)
})
