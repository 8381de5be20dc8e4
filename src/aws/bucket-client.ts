/** What every request to one bucket shares: its Region, credentials that are renewed, and what errors are told with. */
import { setMaxListeners } from 'node:events'
import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { TrailbookError } from '../core/errors.ts'
import { type AwsClients, awsClients, environmentEndpoint } from './clients.ts'
import { awsError, type SdkError, statusOf } from './errors.ts'
import { renewing } from './renewing.ts'
import type { AwsSettings } from './settings.ts'

export interface BucketClient {
  readonly name: string
  readonly arn: string
  readonly s3: S3Client
  /** For `awsError`. */
  readonly told: { readonly endpoint: string | undefined; readonly role: string | undefined }
  /** The server is not AWS's own. */
  readonly isCustom: boolean
  /** Once more with new credentials where the old ones ran out. */
  send<T>(call: (options: { abortSignal?: AbortSignal }) => Promise<T>, signal?: AbortSignal): Promise<T>
  close(): void
}

export interface BucketOwner {
  /** The account that the bucket must belong to; a bucket of anybody else is refused by S3. */
  readonly expectedOwner?: string | undefined
}

/**
 * Finds the bucket, in whichever Region it lies.
 *
 * @throws TrailbookError AWS_NO_BUCKET, AWS_CREDENTIALS_*, AWS_ROLE_REFUSED, AWS_UNREACHABLE
 */
export async function bucketClient(
  name: string,
  settings: AwsSettings & BucketOwner = {},
  signal?: AbortSignal,
): Promise<BucketClient> {
  const clients = await awsClients(settings)
  try {
    const region = await bucketRegion(name, clients, settings, signal)
    const s3 = newClient(clients, region)
    const { expectedOwner } = settings
    if (expectedOwner !== undefined)
      s3.middlewareStack.add(
        (next) => (args) => next({ ...args, input: { ...args.input, ExpectedBucketOwner: expectedOwner } }),
        {
          step: 'initialize',
          name: 'expectedBucketOwner',
        },
      )
    return {
      name,
      arn: bucketArn(clients, name),
      s3,
      told: { endpoint: endpointOf(settings), role: settings.role?.arn },
      isCustom: clients.customEndpoint('S3'),
      send(call, aborting) {
        // Each request under way listens to it: many are no leak.
        if (aborting !== undefined) setMaxListeners(0, aborting)
        return renewing(clients, () => call(aborting === undefined ? {} : { abortSignal: aborting }))
      },
      close: () => clients.close(),
    }
  } catch (error) {
    clients.close()
    throw error
  }
}

const newClient = (clients: AwsClients, region: string): S3Client =>
  new S3Client({
    ...clients.config(region),
    forcePathStyle: clients.customEndpoint('S3'),
    followRegionRedirects: true,
    // Gzip has a checksum of its own and digests hash the content, so another one over every body only costs time.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })

const endpointOf = (settings: AwsSettings): string | undefined => settings.endpoint ?? environmentEndpoint('S3')

/** Any answer names the Region, a refusal and a redirection, too. */
async function bucketRegion(
  name: string,
  clients: AwsClients,
  settings: AwsSettings,
  signal: AbortSignal | undefined,
): Promise<string> {
  const s3 = newClient(clients, clients.region)
  const asked = {
    permission: 's3:ListBucket',
    resource: bucketArn(clients, name),
    endpoint: endpointOf(settings),
    role: settings.role?.arn,
  }
  try {
    const answer = await renewing(clients, () =>
      s3.send(new HeadBucketCommand({ Bucket: name }), signal === undefined ? {} : { abortSignal: signal }),
    )
    return answer.BucketRegion ?? clients.region
  } catch (error) {
    const found = (error as SdkError).$response?.headers?.['x-amz-bucket-region']
    if (statusOf(error) === 404) throw noBucket(name, error)
    // A HEAD has no body that says why: the listing that follows tells it better.
    if (found !== undefined && found !== clients.region) return found
    if (statusOf(error) === 403 || statusOf(error) === 400) return found ?? clients.region
    throw awsError(error, asked)
  }
}

const bucketArn = ({ partition }: AwsClients, name: string): string => `arn:${partition}:s3:::${name}`

export const noBucket = (bucket: string, cause: unknown): TrailbookError =>
  new TrailbookError('AWS_NO_BUCKET', { bucket }, { cause })
