/** One bucket: three requests and what can go wrong with them. */
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { TrailbookError } from '../core/errors.ts'
import { InputFault } from '../core/event/fault.ts'
import { type BucketClient, bucketClient, noBucket } from './bucket-client.ts'
import { awsError, isDenied, isExpired, isNetworkFailure, kmsKeyOf, statusOf } from './errors.ts'
import type { AwsSettings } from './settings.ts'

export interface ListedObject {
  readonly key: string
  /** Stored bytes. */
  readonly size: number
  /** Without its quotes. */
  readonly etag: string
  /** The class of storage, where objects must be restored from it before they can be read. */
  readonly archived?: string
}

export interface ListRequest {
  readonly prefix: string
  /** Tell of folders below the prefix instead of what lies in them. */
  readonly folders?: boolean
  /** Only keys that sort after this one. */
  readonly startAfter?: string | undefined
  readonly token?: string | undefined
  /** Objects and folders of one answer, at most 1,000. */
  readonly max?: number
  readonly signal?: AbortSignal | undefined
}

export interface ListPage {
  readonly objects: readonly ListedObject[]
  /** Prefixes, each with its final slash. */
  readonly folders: readonly string[]
  /** Where to go on; undefined at the end. */
  readonly token: string | undefined
}

export interface GetRequest {
  readonly key: string
  /** Without it the current one is meant; naming it needs s3:GetObjectVersion instead of s3:GetObject. */
  readonly version?: string | undefined
  /** Bytes to leave out at the beginning. */
  readonly from?: number
  /** Fail when the object is no longer this one. */
  readonly etag?: string
  readonly signal?: AbortSignal | undefined
}

export interface GotObject {
  readonly body: AsyncIterable<Uint8Array>
  /** Bytes of this answer; -1 where it does not say. */
  readonly size: number
  readonly etag: string
  /** Null in a bucket that never kept versions. */
  readonly version: string | null
  readonly metadata: Readonly<Record<string, string>>
}

export interface Bucket {
  readonly name: string
  /** @throws TrailbookError AWS_* */
  list(request: ListRequest): Promise<ListPage>
  /** @throws InputFault where this one object cannot be read; TrailbookError AWS_* where that will not be the only one */
  get(request: GetRequest): Promise<GotObject>
  close(): void
}

/**
 * Finds the bucket, in whichever Region it lies.
 *
 * @throws TrailbookError AWS_NO_BUCKET, AWS_CREDENTIALS_*, AWS_ROLE_REFUSED, AWS_UNREACHABLE
 */
export async function openBucket(name: string, settings: AwsSettings = {}, signal?: AbortSignal): Promise<Bucket> {
  return bucketOver(await bucketClient(name, settings, signal))
}

/** The three requests of reading over a client that is there. */
export function bucketOver({ name, arn, s3, told, send, close }: BucketClient): Bucket {
  return {
    name,
    async list({ prefix, folders, startAfter, token, max, signal }) {
      const command = new ListObjectsV2Command({
        Bucket: name,
        Prefix: prefix,
        // Keys may hold characters that XML has no way to write.
        EncodingType: 'url',
        ...(folders && { Delimiter: '/' }),
        ...(startAfter !== undefined && token === undefined && { StartAfter: startAfter }),
        ...(token !== undefined && { ContinuationToken: token }),
        ...(max !== undefined && { MaxKeys: max }),
      })
      try {
        const page = await send((options) => s3.send(command, options), signal)
        // Some servers give keys as they are, whatever was asked for.
        const plain = page.EncodingType === 'url' ? decoded : (text: string) => text
        if (page.IsTruncated && (page.NextContinuationToken ?? token) === token) throw listingBreaksOff()
        return {
          objects: (page.Contents ?? []).map(({ Key = '', Size = -1, ETag = '', StorageClass }) => ({
            key: plain(Key),
            size: Size,
            etag: unquoted(ETag),
            ...((StorageClass === 'GLACIER' || StorageClass === 'DEEP_ARCHIVE') && { archived: StorageClass }),
          })),
          folders: (page.CommonPrefixes ?? []).map(({ Prefix = '' }) => plain(Prefix)),
          token: page.IsTruncated ? page.NextContinuationToken : undefined,
        }
      } catch (error) {
        if ((error as Error).name === 'NoSuchBucket') throw noBucket(name, error)
        throw awsError(error, { permission: 's3:ListBucket', resource: `${arn} (prefix ${prefix || 'none'})`, ...told })
      }
    },
    async get({ key, version, from = 0, etag, signal }) {
      const command = new GetObjectCommand({
        Bucket: name,
        Key: key,
        ...(version !== undefined && { VersionId: version }),
        ...(from > 0 && { Range: `bytes=${from}-` }),
        ...(etag !== undefined && { IfMatch: `"${etag}"` }),
      })
      try {
        const got = await send((options) => s3.send(command, options), signal)
        return {
          body: got.Body as unknown as AsyncIterable<Uint8Array>,
          size: got.ContentLength ?? -1,
          etag: unquoted(got.ETag ?? ''),
          version: got.VersionId ?? null,
          metadata: got.Metadata ?? {},
        }
      } catch (error) {
        throw await getError(error, { key, version }, signal)
      }
    },
    close,
  }

  async function getError(error: unknown, object: ObjectName, signal: AbortSignal | undefined): Promise<unknown> {
    const { key, version } = object
    const { name: kind } = error as Error
    const status = statusOf(error)
    const cause = { cause: error }
    const permission = version === undefined ? 's3:GetObject' : 's3:GetObjectVersion'
    const asked = { permission, resource: `${arn}/${key}`, ...told }
    if (kind === 'NoSuchBucket') return noBucket(name, error)
    if (isExpired(error) || isNetworkFailure(error)) return awsError(error, asked)
    // A version that is a mark of deletion has no content (405).
    if (status === 404 || (version !== undefined && status === 405))
      return new InputFault('INPUT_OBJECT_GONE', {}, cause)
    if (status === 412) return new InputFault('INPUT_OBJECT_CHANGED', {}, cause)
    if (kind === 'InvalidObjectState') {
      const storage = (error as { StorageClass?: string }).StorageClass ?? 'GLACIER'
      return new InputFault('INPUT_OBJECT_ARCHIVED', { storage }, cause)
    }
    if (isDenied(error) || kmsKeyOf((error as Error).message) !== undefined) {
      const refusal = /AccessDenied|KMS/.test(kind) ? await kmsRefusal(error as Error, object, signal) : undefined
      return refusal ?? awsError(error, asked)
    }
    // A version can come with a message, and so be anything.
    const noVersion = version !== undefined && kind === 'InvalidArgument'
    if (noVersion || (status !== undefined && status >= 500 && status !== 503))
      return new InputFault('INPUT_UNREADABLE', { reason: `S3 answers ${status} ${kind}` }, cause)
    return awsError(error, asked)
  }

  /** The refusal often names no key; the object's head does, and can be read without it. */
  async function kmsRefusal(
    error: Error,
    { key, version }: ObjectName,
    signal?: AbortSignal,
  ): Promise<TrailbookError | undefined> {
    const named = kmsKeyOf(error.message)
    if (named === undefined && error.message.includes('s3:GetObject')) return undefined
    if (named !== undefined && named.account !== 'unknown') return kmsDenied(named.key, key, error)
    const head = await send(
      (options) => s3.send(new HeadObjectCommand({ Bucket: name, Key: key, VersionId: version }), options),
      signal,
    ).catch(() => undefined)
    const id = head?.SSEKMSKeyId
    return id === undefined && named === undefined ? undefined : kmsDenied(id ?? 'of the bucket', key, error)
  }

  function kmsDenied(id: string, key: string, cause: Error): TrailbookError {
    const account = /^arn:[^:]*:kms:[^:]*:(\d{12}):/.exec(id)?.[1] ?? 'unknown'
    return new TrailbookError('AWS_KMS_DENIED', { key: id, account, resource: `${arn}/${key}` }, { cause })
  }
}

type ObjectName = Pick<GetRequest, 'key' | 'version'>

/** Taken for a whole one, it would make files that nobody listed look like files that are not there. */
const listingBreaksOff = (): TrailbookError =>
  new TrailbookError('AWS_FAILED', {
    permission: 's3:ListBucket',
    reason: 'the server says that there is more, and not how to go on',
  })

const unquoted = (etag: string): string => etag.replace(/^W\//, '').replaceAll('"', '')

const decoded = (text: string): string => (/[%+]/.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text)
