import type { Random } from '../random.ts'
import type { Call, Failure } from '../record.ts'

interface BucketRef {
  readonly name: string
  readonly region: string
}

export interface S3Options {
  readonly bucket: BucketRef
  /** Account that owns the bucket. */
  readonly account: string
  readonly random: Random
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly failure?: Failure
}

interface ObjectOptions extends S3Options {
  readonly key: string
  readonly bytes?: number
}

const hostOf = ({ name, region }: BucketRef): string => `${name}.s3.${region}.amazonaws.com`
const bucketArn = ({ name }: BucketRef): string => `arn:aws:s3:::${name}`

/** A call on a bucket: a management event. */
export function bucketCall(name: string, read: boolean, options: S3Options): Call {
  const { bucket, account, random, failure } = options
  const out = read && failure === undefined ? random.between(180, 900) : failure === undefined ? 0 : 313
  return {
    service: 's3',
    name,
    read,
    parameters: { bucketName: bucket.name, Host: hostOf(bucket), ...options.parameters },
    extra: transfer({ random, in: read ? 0 : random.between(120, 800), out }),
    resources: [{ accountId: account, type: 'AWS::S3::Bucket', ARN: bucketArn(bucket) }],
    host: hostOf(bucket),
    ...(failure !== undefined && { failure }),
  }
}

/** A call on an object: a data event. */
export function objectCall(name: string, read: boolean, options: ObjectOptions): Call {
  const { bucket, account, key, random, bytes = 0, failure } = options
  const done = failure === undefined
  return {
    service: 's3',
    name,
    read,
    data: true,
    parameters: { bucketName: bucket.name, Host: hostOf(bucket), key, ...options.parameters },
    ...(name === 'PutObject' && done && { response: { 'x-amz-server-side-encryption': 'AES256' } }),
    extra: transfer({
      random,
      in: read || !done ? 0 : bytes,
      out: done ? (read ? bytes : 0) : 277,
      ...(done && name.endsWith('Object') && { encryption: read ? 'Default_SSE_S3' : 'Default_SSE_S3' }),
    }),
    resources: [
      { type: 'AWS::S3::Object', ARN: `${bucketArn(bucket)}/${key}` },
      { accountId: account, type: 'AWS::S3::Bucket', ARN: bucketArn(bucket) },
    ],
    host: hostOf(bucket),
    ...(failure !== undefined && { failure }),
  }
}

/** DeleteObjects names its keys in the body, which CloudTrail does not keep. */
export function deleteObjects(options: S3Options): Call {
  return {
    ...bucketCall('DeleteObjects', false, { ...options, parameters: { delete: '' } }),
    data: true,
    resources: [
      { type: 'AWS::S3::Object', ARNPrefix: `${bucketArn(options.bucket)}/` },
      { accountId: options.account, type: 'AWS::S3::Bucket', ARN: bucketArn(options.bucket) },
    ],
  }
}

export function listBuckets(random: Random, region: string): Call {
  const host = `s3.${region}.amazonaws.com`
  return {
    service: 's3',
    name: 'ListBuckets',
    read: true,
    parameters: { Host: host },
    extra: transfer({ random, in: 0, out: random.between(600, 6000) }),
    host,
  }
}

interface Transfer {
  readonly random: Random
  readonly in: number
  readonly out: number
  readonly encryption?: string
}

const transfer = ({ random, in: bytesIn, out, encryption }: Transfer): Readonly<Record<string, unknown>> => ({
  SignatureVersion: 'SigV4',
  CipherSuite: 'TLS_AES_128_GCM_SHA256',
  bytesTransferredIn: bytesIn,
  ...(encryption !== undefined && { SSEApplied: encryption }),
  AuthenticationMethod: 'AuthHeader',
  'x-amz-id-2': `${random.base64(75)}=`,
  bytesTransferredOut: out,
})
