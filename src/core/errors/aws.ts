import type { ErrorEntry } from '../errors.ts'

const usage = 64
const quarantined = 65
/** AWS or the way to it failed. What was read before is stored; running again goes on from there. */
const failed = 3

/** `AWS_*` ends the command; `INPUT_OBJECT_*` keeps one object out, as `INPUT_*` does for files. */
export const awsErrors = {
  AWS_CREDENTIALS_NONE: {
    message: 'No AWS credentials were found.',
    hint: 'Sign in with aws sso login and set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    exit: failed,
  },
  AWS_CREDENTIALS_EXPIRED: {
    message: 'The AWS credentials have expired: {reason}.',
    hint: 'Sign in again (aws sso login{profile}) and repeat the command; it goes on from where it stopped.',
    exit: failed,
  },
  AWS_CREDENTIALS_REFUSED: {
    message: 'AWS does not accept the credentials: {reason}.',
    hint: 'Check AWS_PROFILE and the access key, and that both belong to the partition of the endpoint (aws, aws-cn, aws-us-gov).',
    exit: failed,
  },
  AWS_OTHER_ACCOUNT: {
    message: 'The credentials of {arn} belong to account {found}, and account {account} was to be read.',
    hint: 'Check the role or the profile, and AWS_ENDPOINT_URL if it is set. Nothing was read with them.',
    exit: failed,
  },
  AWS_ROLE_REFUSED: {
    message: 'The role {role} cannot be assumed: {reason}.',
    hint: 'Its trust policy must name you and the external id, if it wants one, and you need sts:AssumeRole on it.',
    exit: failed,
  },
  AWS_ACCESS_DENIED: {
    message: 'Access denied: {permission} on {resource}{who}.',
    hint: 'Allow it in the policy of these credentials, and in the policy of the bucket where that belongs to another account. docs/sources.md has the smallest policy for logs, docs/engine-athena.md for Athena.',
    exit: failed,
  },
  AWS_KMS_DENIED: {
    message: 'Access denied: kms:Decrypt with the key {key} of account {account}, which encrypts {resource}.',
    hint: 'Allow kms:Decrypt in the policy of the role that reads the logs and, where the key belongs to another account, in the policy of the key, too.',
    exit: failed,
  },
  AWS_NO_BUCKET: {
    message: 'There is no bucket {bucket}.',
    hint: 'Check its name and the partition: buckets of aws, aws-cn and aws-us-gov do not see one another.',
    exit: usage,
  },
  AWS_NO_OBJECTS: {
    message: 'There is nothing at {location}.',
    hint: 'Check the prefix; it counts from the top of the bucket and is written with / between its parts. {advice}',
    exit: usage,
  },
  AWS_LOCATION: {
    message: '{location} is no place in S3: {reason}.',
    hint: 'Write s3://bucket/prefix, for example s3://my-trail-bucket/AWSLogs/111122223333/CloudTrail/',
    exit: usage,
  },
  AWS_REGION: {
    message: 'The Region {region} is not the right one: {reason}.',
    hint: 'Name the Region of the bucket with --bucket-region, AWS_REGION or "region" of the source.',
    exit: failed,
  },
  AWS_THROTTLED: {
    message: 'AWS slowed the requests down so far that {permission} gave up after {attempts} attempts.',
    hint: 'Wait a while and repeat the command; it goes on from where it stopped. A smaller "concurrency" of the source asks less at once.',
    exit: failed,
  },
  AWS_UNREACHABLE: {
    message: 'The endpoint {endpoint} cannot be reached: {reason}.',
    hint: 'Check the network, a proxy, and AWS_ENDPOINT_URL if it is set. Repeat the command when it is back; it goes on from where it stopped.',
    exit: failed,
  },
  AWS_CLOCK: {
    message: 'AWS refused the request because the clock of this computer is wrong: {reason}.',
    hint: 'Set the clock; AWS allows a difference of 15 minutes.',
    exit: failed,
  },
  AWS_FAILED: {
    message: '{permission} failed: {reason}.',
    hint: 'Repeat the command; it goes on from where it stopped. If it stays so, see the status of the service.',
    exit: failed,
  },
  AWS_QUEUE: {
    message: '{queue} is no URL of a queue.',
    hint: 'It looks like https://sqs.us-east-1.amazonaws.com/111122223333/my-queue; aws sqs get-queue-url prints it.',
    exit: usage,
  },
  AWS_LOG_GROUP: {
    message: '{location} is no log group.',
    hint: 'Write cloudwatch:GROUP or cloudwatch:GROUP@REGION, for example cloudwatch:aws-cloudtrail-logs@us-east-1',
    exit: usage,
  },
  AWS_NO_LOG_GROUP: {
    message: 'There is no log group {group} in {region}.',
    hint: 'Check the name and the Region: cloudwatch:GROUP@REGION. The Region of the trail is not always that of the group.',
    exit: usage,
  },
  INPUT_OBJECT_GONE: {
    message: 'The object is no longer there; it was when the bucket was listed.',
    hint: 'A lifecycle rule or somebody deleted it. Repeat the command; if it stays away, its events are missing.',
    exit: quarantined,
  },
  INPUT_OBJECT_CHANGED: {
    message: 'The object was overwritten while it was being read.',
    hint: 'Repeat the command. A delivered log file never changes: look at who wrote to the bucket.',
    exit: quarantined,
  },
  INPUT_OBJECT_VERSION: {
    message: 'The object is no longer the one that was delivered, and version {version} of it may not be read.',
    hint: 'Allow s3:GetObjectVersion on the objects of the bucket. A delivered log file never changes: look at who wrote to the bucket.',
    exit: quarantined,
  },
  INPUT_OBJECT_DENIED: {
    message: 'Access to the object is denied: {permission} on {resource}.',
    hint: 'Other objects of the bucket can be read; this one has another owner or another key.',
    exit: quarantined,
  },
  INPUT_OBJECT_KMS: {
    message: 'Access to the object is denied: {reason}.',
    hint: 'Other objects of the bucket can be read; this one is encrypted with another key. Allow kms:Decrypt with it.',
    exit: quarantined,
  },
  INPUT_OBJECT_ARCHIVED: {
    message: 'The object lies in the archive ({storage}) and cannot be read at once.',
    hint: 'Restore it (aws s3api restore-object), wait until that is done, and repeat the command.',
    exit: quarantined,
  },
} as const satisfies Record<string, ErrorEntry>
