import type { ErrorEntry } from '../errors.ts'

/** What was published before is unchanged. */
const failed = 3
const usage = 64
const interrupted = 130

/** Snapshots that lie in S3. */
export const snapshotErrors = {
  SNAPSHOT_DENIED: {
    message: 'Access denied: {permission} on {resource}{who}.',
    hint: 'Publishing needs s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload, and with a KMS key kms:GenerateDataKey and kms:Decrypt: docs/lake.md has the policy.',
    exit: failed,
  },
  SNAPSHOT_NO_CONDITIONS: {
    message: 'The server of {location} does not keep to the condition of a write ({what}).',
    hint: 'Two publishers could overwrite one another there unseen. Use AWS or a server that knows If-Match and If-None-Match, or publish to a folder and copy it: published.json last.',
    exit: usage,
  },
  SNAPSHOT_LOCKED: {
    message: 'Process {owner} is publishing to {location}.',
    hint: 'Wait until it has ended, and repeat the command. Its lock, {lock}, counts for {seconds} s after its last sign of life.',
    exit: failed,
  },
  SNAPSHOT_LOCK_LOST: {
    message: 'This process stood still for so long that another one may be publishing to {location}.',
    hint: 'Nothing was changed for readers. Repeat the command; it goes on from what lies there.',
    exit: failed,
  },
  SNAPSHOT_MOVED: {
    message: 'Somebody else published to {location} at the same moment.',
    hint: 'What they published stands. Repeat the command to publish this lake.',
    exit: failed,
  },
  SNAPSHOT_TORN: {
    message: 'Files of the snapshot are gone from {location}: {what}. Nothing was changed for readers.',
    hint: 'Somebody removed them, or a lifecycle rule did. Repeat the command, which writes them again.',
    exit: failed,
  },
  SNAPSHOT_NAME_TAKEN: {
    message: 'The name {table} is taken by {what}.',
    hint: 'Nothing was changed. Published snapshots are shown by a view of their own: give the connection another table name, or drop what stands there.',
    exit: usage,
  },
  SNAPSHOT_WAIT_ENDED: {
    message: 'Stopped while waiting for {owner}, which is publishing to {location}.',
    hint: 'Nothing was changed. Run the same command again.',
    exit: interrupted,
  },
} as const satisfies Record<string, ErrorEntry>
