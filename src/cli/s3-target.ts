/** Where snapshots go: a folder of this machine, or a place in S3 with everything that decides how it is asked. */
import { resolve } from 'node:path'
import { shownPath } from '../authoring/library.ts'
import { isS3Location, meantS3Location, openS3Target, type S3Snapshots } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import { awsCall } from './aws-call.ts'
import { type CliContext, type Given, type OptionSpec, text } from './command.ts'
import { s3Given } from './s3-settings.ts'
import type { waitingOf } from './waiting.ts'

export const s3TargetOptions: readonly OptionSpec[] = [
  { flags: '--role-arn <arn>', description: 'publish to S3: a role to assume first' },
  { flags: '--external-id <id>', description: 'publish to S3: what the trust policy of the role asks for' },
  { flags: '--bucket-region <region>', description: 'publish to S3: where the bucket lies; found out when left out' },
  { flags: '--endpoint <url>', description: 'publish to S3: a server other than AWS; AWS_ENDPOINT_URL_S3 works, too' },
  {
    flags: '--kms-key <key>',
    description: 'publish to S3: encrypt with this key, rather than as the bucket is set up',
  },
  { flags: '--bucket-owner <account>', description: 'publish to S3: refuse a bucket of another account' },
]

/** Their names as `Given` has them. */
export const s3TargetNames = ['roleArn', 'externalId', 'bucketRegion', 'endpoint', 'kmsKey', 'bucketOwner'] as const

interface OpenedTarget {
  /** A folder, or what lies in S3. */
  readonly target: string | S3Snapshots
  readonly shown: string
  close(): void
}

/** @throws TrailbookError CLI_USAGE and what `openS3Snapshots` throws */
export async function openTarget(
  place: string,
  { given, context, waiting }: { given: Given; context: CliContext; waiting: ReturnType<typeof waitingOf> },
): Promise<OpenedTarget> {
  if (!isS3Location(place)) {
    const meant = meantS3Location(place)
    if (meant !== undefined)
      throw new TrailbookError('AWS_LOCATION', { location: place, reason: `it is written ${meant}` })
    const option = s3TargetNames.find((name) => given.options[name] !== undefined)
    if (option !== undefined) {
      const flag = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
      throw new TrailbookError('CLI_USAGE', {
        reason: `${flag} belongs to a target in S3`,
        advice: 'Name one: trailbook lake publish s3://bucket/prefix',
      })
    }
    const target = resolve(context.cwd, place)
    return { target, shown: shownPath(target, context.cwd), close: () => {} }
  }
  const store = await openS3Store(place, { given, context, waiting })
  return { target: store, shown: store.location, close: () => store.close() }
}

/** @throws TrailbookError CLI_USAGE and what `openS3Snapshots` throws */
export async function openS3Store(
  place: string,
  { given, context, waiting }: { given: Given; context: CliContext; waiting: ReturnType<typeof waitingOf> },
): Promise<S3Snapshots> {
  const expectedOwner = text(given, 'bucketOwner')
  if (expectedOwner !== undefined && !/^\d{12}$/.test(expectedOwner))
    throw new TrailbookError('CLI_USAGE', {
      reason: `--bucket-owner is "${expectedOwner}"`,
      advice: 'It is the number of an account: 12 digits.',
    })
  const kmsKey = text(given, 'kmsKey')
  const named = { roleArn: '', externalId: '', bucketRegion: '', endpoint: '' }
  const options = Object.fromEntries(Object.keys(named).map((name) => [name, given.options[name]]))
  return openS3Target(place, {
    ...waiting,
    aws: {
      ...s3Given({ ...given, options }, Date.now())?.aws,
      ...awsCall(context),
      ...(kmsKey !== undefined && { kmsKey }),
      ...(expectedOwner !== undefined && { expectedOwner }),
    },
  })
}
