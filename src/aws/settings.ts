/** What decides how AWS is asked. Everything has a default that the AWS CLI would choose, too. */
import type { AwsCredentialIdentity } from '@smithy/types'

export type { AwsCredentialIdentity }

interface RoleSettings {
  readonly arn: string
  readonly externalId?: string | undefined
  /** Shown in the trail of the account that is read. */
  readonly sessionName?: string | undefined
}

export interface AwsSettings {
  /** Without it AWS_REGION, AWS_DEFAULT_REGION, the profile's, or the first Region of the role's partition. */
  readonly region?: string | undefined
  /** Without it AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, or the service's own. */
  readonly endpoint?: string | undefined
  readonly role?: RoleSettings | undefined
  /** Requests at once, for the number of sockets. */
  readonly concurrency?: number | undefined
  /** Shown to AWS with every request. */
  readonly userAgent?: string | undefined
  /** Where somebody may sign in again while the command waits. */
  readonly login?: LoginWait | undefined
  /** Shown each new access key before a request is signed with it. @throws where it may not be used */
  readonly admit?: ((credentials: AwsCredentialIdentity) => Promise<void>) | undefined
}

/** What to do when credentials ran out in the middle of the work. */
export interface LoginWait {
  /** How long to wait for new ones, in milliseconds. */
  readonly patience: number
  /** How often to look for them, in milliseconds. */
  readonly poll?: number
  /** Told once, before the wait begins. */
  readonly onWait: () => void
  readonly signal: AbortSignal
}

export type Partition =
  | 'aws'
  | 'aws-cn'
  | 'aws-us-gov'
  | 'aws-iso'
  | 'aws-iso-b'
  | 'aws-iso-e'
  | 'aws-iso-f'
  | 'aws-eusc'

const partitions: readonly (readonly [begin: string, partition: Partition, first: string])[] = [
  ['cn-', 'aws-cn', 'cn-north-1'],
  ['us-gov-', 'aws-us-gov', 'us-gov-west-1'],
  ['us-iso-', 'aws-iso', 'us-iso-east-1'],
  ['us-isob-', 'aws-iso-b', 'us-isob-east-1'],
  ['eu-isoe-', 'aws-iso-e', 'eu-isoe-west-1'],
  ['us-isof-', 'aws-iso-f', 'us-isof-south-1'],
  ['eusc-', 'aws-eusc', 'eusc-de-east-1'],
]

/** The partition that a Region belongs to: credentials of one are unknown in the others. */
export const partitionOf = (region: string): Partition =>
  partitions.find(([begin]) => region.startsWith(begin))?.[1] ?? 'aws'

/** A Region of the partition that an ARN names, to ask global questions in. */
export const firstRegionOf = (arn: string | undefined): string =>
  partitions.find(([, partition]) => arn?.split(':')[1] === partition)?.[2] ?? 'us-east-1'
