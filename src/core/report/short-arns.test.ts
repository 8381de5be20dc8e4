import { expect, test } from 'vitest'
import { shortArns } from './short-arns.ts'

const cases: readonly (readonly [string, string])[] = [
  ['arn:aws:iam::111122223333:user/staff/alice ran it', 'user/alice (111122223333) ran it'],
  [
    'arn:aws:iam::111122223333:role/ci made arn:aws:iam::111122223333:policy/open',
    'role/ci (111122223333) made policy/open',
  ],
  [
    'arn:aws:iam::111122223333:role/ci made arn:aws:iam::444455556666:policy/open',
    'role/ci (111122223333) made policy/open (444455556666)',
  ],
  [
    'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef',
    'role/AWSReservedSSO_Admin (111122223333)',
  ],
  ['arn:aws:sts::111122223333:assumed-role/ci/session', 'assumed-role/ci/session (111122223333)'],
  ['arn:aws:iam::aws:policy/AdministratorAccess', 'policy/AdministratorAccess (aws)'],
  ['arn:aws:iam::111122223333:root', 'root (111122223333)'],
  ['arn:aws:s3:::amzn-s3-demo-bucket/key', 'amzn-s3-demo-bucket/key'],
  [
    'on trail arn:aws-cn:cloudtrail:cn-north-1:111122223333:trail/audit (stopped)',
    'on trail audit (111122223333, cn-north-1) (stopped)',
  ],
  ['arn:aws:lambda:eu-west-1:111122223333:function:f', 'function:f (111122223333, eu-west-1)'],
  ['arn: no such thing, arn:aws:iam', 'arn: no such thing, arn:aws:iam'],
]

test.each(cases)('%s is short', (text, short) => {
  expect(shortArns(text)).toBe(short)
})
