import { describe, expect, test } from 'vitest'
import { awsError, isExpired } from './errors.ts'

const made = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, $fault: 'client' }, more)
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode, attempts: 5 } })
const asked = {
  permission: 's3:ListBucket',
  resource: 'arn:aws:s3:::trail',
  endpoint: 'http://127.0.0.1:1',
  role: 'arn:aws:iam::111122223333:role/reader',
}

describe('awsError', () => {
  test.each([
    [
      'AWS_CREDENTIALS_NONE',
      made('CredentialsProviderError', 'Could not load credentials from any providers'),
      'No AWS credentials were found.',
    ],
    [
      'AWS_CREDENTIALS_EXPIRED',
      made('ExpiredToken', 'The provided token has expired.'),
      'The AWS credentials have expired: The provided token has expired.',
    ],
    [
      'AWS_CREDENTIALS_EXPIRED',
      made(
        'CredentialsProviderError',
        "The SSO session associated with this profile has expired. To refresh this SSO session run 'aws sso login'",
      ),
      "The AWS credentials have expired: The SSO session associated with this profile has expired. To refresh this SSO session run 'aws sso login'.",
    ],
    [
      'AWS_CREDENTIALS_REFUSED',
      made('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.', status(403)),
      'AWS does not accept the credentials: The AWS Access Key Id you provided does not exist in our records.',
    ],
    [
      'AWS_ROLE_REFUSED',
      made(
        'AccessDenied',
        'User: arn:aws:iam::444455556666:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/reader',
        status(403),
      ),
      'The role arn:aws:iam::111122223333:role/reader cannot be assumed: User: arn:aws:iam::444455556666:user/jo is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/reader.',
    ],
    [
      'AWS_ACCESS_DENIED',
      made(
        'AccessDenied',
        'User: arn:aws:iam::444455556666:user/jo is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::trail"',
        status(403),
      ),
      'Access denied: s3:ListBucket on arn:aws:s3:::trail is not allowed to arn:aws:iam::444455556666:user/jo.',
    ],
    [
      'AWS_ACCESS_DENIED',
      made('AccessDenied', 'Access Denied', status(403)),
      'Access denied: s3:ListBucket on arn:aws:s3:::trail.',
    ],
    [
      'AWS_KMS_DENIED',
      made(
        'AccessDenied',
        'User: arn:aws:sts::111122223333:assumed-role/reader/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-west-1:444455556666:key/0e1d2c3b-4a59 because no identity-based policy allows it',
        status(403),
      ),
      'Access denied: kms:Decrypt with the key arn:aws:kms:eu-west-1:444455556666:key/0e1d2c3b-4a59 of account 444455556666, which encrypts arn:aws:s3:::trail.',
    ],
    [
      'AWS_CLOCK',
      made(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        status(403),
      ),
      'AWS refused the request because the clock of this computer is wrong: The difference between the request time and the current time is too large.',
    ],
    [
      'AWS_THROTTLED',
      made('SlowDown', 'Please reduce your request rate.', status(503)),
      'AWS slowed the requests down so far that s3:ListBucket gave up after 5 attempts.',
    ],
    [
      'AWS_UNREACHABLE',
      Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
      'The endpoint http://127.0.0.1:1 cannot be reached: the connection was refused.',
    ],
    [
      'AWS_REGION',
      made('AuthorizationHeaderMalformed', "the region 'us-east-1' is wrong; expecting 'eu-west-1'"),
      "The Region asked is not the right one: the region 'us-east-1' is wrong; expecting 'eu-west-1'.",
    ],
    [
      'AWS_FAILED',
      made('InternalError', 'We encountered an internal error.', status(500)),
      's3:ListBucket failed: We encountered an internal error.',
    ],
    [
      'AWS_FAILED',
      made(
        'SyntaxError',
        'Unexpected token \'<\', "<html>" is not valid JSON\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.',
        status(200),
      ),
      's3:ListBucket failed: Unexpected token \'<\', "<html>" is not valid JSON.',
    ],
  ])('%s', (code, error, message) => {
    const told = awsError(error, asked)
    expect(told).toMatchObject({ code, message })
    expect((told as { hint: string }).hint).not.toContain('{')
  })

  test('what is no error of AWS stays what it was', () => {
    const error = new TypeError('x is not a function')
    expect(awsError(error, asked)).toBe(error)
  })

  test('missing credentials are not taken for expired ones', () => {
    expect(isExpired(made('CredentialsProviderError', 'Could not load credentials from any providers'))).toBe(false)
  })
})
