import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { AwsClients } from '../../../aws/clients.ts'
import type { Piece } from './pieces.ts'
import type { SetupSettings } from './wanted.ts'

const ruleId = 'trailbook-results'

const blocked = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true }

const notSet = (error: unknown): undefined => {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
  if ($metadata?.httpStatusCode === 404 || /^NoSuch|NotFound/.test(name)) return undefined
  throw error
}

/** The bucket of results: nobody from outside, encrypted, and emptied after a while. Rules of others in it stay. */
export function resultsBucket(settings: SetupSettings & { readonly output: string }, clients: AwsClients): Piece {
  const s3 = new S3Client({ ...clients.config(), forcePathStyle: clients.customEndpoint('S3') })
  const [, , Bucket = '', ...rest] = settings.output.split('/')
  const { encryption, keepResultsDays } = settings
  const owned = { Bucket, ...(settings.outputOwner !== undefined && { ExpectedBucketOwner: settings.outputOwner }) }
  const rule: LifecycleRule = {
    ID: ruleId,
    Status: 'Enabled',
    Filter: { Prefix: rest.join('/') },
    Expiration: { Days: keepResultsDays },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  }
  const kmsKey = encryption?.option === 'SSE_KMS' ? encryption.key : undefined
  const rules = async (): Promise<readonly LifecycleRule[]> =>
    (await s3.send(new GetBucketLifecycleConfigurationCommand(owned)).catch(notSet))?.Rules ?? []
  const apply = async (): Promise<void> => {
    await s3.send(new PutPublicAccessBlockCommand({ ...owned, PublicAccessBlockConfiguration: blocked }))
    const byDefault =
      kmsKey === undefined
        ? { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' as const } }
        : {
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: kmsKey },
            BucketKeyEnabled: true,
          }
    await s3.send(
      new PutBucketEncryptionCommand({ ...owned, ServerSideEncryptionConfiguration: { Rules: [byDefault] } }),
    )
    const others = (await rules()).filter(({ ID }) => ID !== ruleId)
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({ ...owned, LifecycleConfiguration: { Rules: [...others, rule] } }),
    )
  }
  return {
    name: `bucket ${Bucket}`,
    async look() {
      if ((await s3.send(new HeadBucketCommand(owned)).catch(notSet)) === undefined) return undefined
      const [access, encrypted, life] = await Promise.all([
        s3.send(new GetPublicAccessBlockCommand(owned)).catch(notSet),
        s3.send(new GetBucketEncryptionCommand(owned)).catch(notSet),
        rules(),
      ])
      const found: string[] = []
      const { PublicAccessBlockConfiguration: block = {} } = access ?? {}
      if (!Object.keys(blocked).every((name) => block[name as keyof typeof blocked] === true))
        found.push('public access is not blocked')
      const how = encrypted?.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault
      if (how === undefined) found.push('no encryption is set')
      else if (kmsKey !== undefined && how.KMSMasterKeyID !== kmsKey)
        found.push(
          `encryption is ${how.SSEAlgorithm} with ${how.KMSMasterKeyID ?? 'no key of its own'}, not with ${kmsKey}`,
        )
      const ours = life.find(({ ID }) => ID === ruleId)
      if (ours === undefined) found.push('nothing removes old results')
      else if (ours.Expiration?.Days !== keepResultsDays)
        found.push(`results are removed after ${ours.Expiration?.Days} days, not ${keepResultsDays}`)
      return found
    },
    async make() {
      const { region } = clients
      const place = region === 'us-east-1' ? {} : { CreateBucketConfiguration: { LocationConstraint: region as never } }
      await s3.send(new CreateBucketCommand({ Bucket, ...place }))
      await apply()
    },
    change: apply,
  }
}
