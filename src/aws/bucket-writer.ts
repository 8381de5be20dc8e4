/** Writing to one bucket: checked by SHA-256 on the way, and only where a condition holds. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { TrailbookError } from '../core/errors.ts'
import { type Bucket, bucketOver } from './bucket.ts'
import { type BucketOwner, bucketClient, noBucket } from './bucket-client.ts'
import { awsError, isDenied, kmsKeyOf, statusOf } from './errors.ts'
import type { AwsSettings } from './settings.ts'

export interface WriterSettings extends AwsSettings, BucketOwner {
  /** Objects are encrypted with this key: an id, an ARN or an alias. Without it as the bucket is set up. */
  readonly kmsKey?: string | undefined
}

/** Of the state that the object must have: `new` is none at all, else the ETag of what is replaced. */
type Condition = { readonly isNew: true } | { readonly etag: string }

interface ReadObject {
  readonly text: string
  readonly etag: string
  /** By the server's clock, in milliseconds. */
  readonly modified: number
  /** The server's clock as it answered. */
  readonly now: number
}

export interface WritableBucket extends Bucket {
  /** The server is not AWS's own, so that what AWS is known to do is to be tried first. */
  readonly isCustom: boolean
  /** @returns undefined where there is none @throws TrailbookError AWS_*, SNAPSHOT_DENIED */
  read(key: string, signal?: AbortSignal): Promise<ReadObject | undefined>
  /** @returns the new ETag; undefined where the condition does not hold @throws TrailbookError AWS_*, SNAPSHOT_DENIED */
  put(key: string, text: string, condition?: Condition, signal?: AbortSignal): Promise<string | undefined>
  /** Puts a file of this machine; a large one in pieces. @throws TrailbookError AWS_*, SNAPSHOT_DENIED */
  putFile(key: string, path: string, signal?: AbortSignal): Promise<void>
  /** @throws TrailbookError AWS_*, SNAPSHOT_DENIED */
  remove(keys: readonly string[], signal?: AbortSignal): Promise<void>
  /** Ends uploads in pieces that were begun below a prefix and never finished. */
  dropUploads(prefix: string, signal?: AbortSignal): Promise<void>
}

/** S3 wants 5 MB or more, and 10,000 pieces at most: files of up to 160 GB. */
const pieceBytes = 16 * 1024 * 1024
const piecesAtOnce = 4
/** Of a description: ten years of days with a hundred files each are a third of it. */
const mostReadBytes = 64 * 1024 * 1024
/** As many as one DeleteObjects takes. */
const removedAtOnce = 1000

/** @throws TrailbookError what `bucketClient` throws */
export async function openWritableBucket(
  name: string,
  settings: WriterSettings = {},
  signal?: AbortSignal,
): Promise<WritableBucket> {
  const client = await bucketClient(name, settings, signal)
  const { s3, send, arn, told, isCustom } = client
  const { kmsKey } = settings
  const encryption: Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId' | 'BucketKeyEnabled'> =
    kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey, BucketKeyEnabled: true }

  const refusal = (error: unknown, permission: string, key: string): unknown => {
    if ((error as Error).name === 'NoSuchBucket') return noBucket(name, error)
    const resource = `${arn}/${key}`
    const message = (error as Error).message ?? ''
    if (isDenied(error) && !/sts:AssumeRole/.test(message)) {
      const encrypting = kmsKeyOf(message)
      const who = /User: (arn:\S+)/.exec(message)?.[1]
      return new TrailbookError(
        'SNAPSHOT_DENIED',
        {
          permission: encrypting === undefined ? permission : 'kms:GenerateDataKey and kms:Decrypt',
          resource: encrypting === undefined ? resource : `the key ${encrypting.key}`,
          who: who === undefined ? '' : ` is not allowed to ${who}`,
        },
        { cause: error },
      )
    }
    return awsError(error, { permission, resource, ...told })
  }

  const bucket: WritableBucket = {
    ...bucketOver(client),
    isCustom,
    async read(key, aborting) {
      try {
        const command = new GetObjectCommand({ Bucket: name, Key: key })
        let now = Date.now()
        command.middlewareStack.add(
          (next) => async (args) => {
            const answer = await next(args)
            const date = (answer.response as { headers?: Record<string, string> }).headers?.date
            if (date !== undefined && !Number.isNaN(Date.parse(date))) now = Date.parse(date)
            return answer
          },
          { step: 'deserialize', priority: 'low', name: 'serverTime' },
        )
        const got = await send((options) => s3.send(command, options), aborting)
        const { ContentLength: bytes = 0 } = got
        if (bytes > mostReadBytes) {
          ;(got.Body as { destroy?: () => void } | undefined)?.destroy?.()
          throw new TrailbookError('LAKE_TARGET', {
            path: `s3://${name}/${key}`,
            reason: `it has ${bytes} bytes, which no description of a snapshot has`,
          })
        }
        const text = (await got.Body?.transformToString()) ?? ''
        return { text, etag: got.ETag ?? '', modified: got.LastModified?.getTime() ?? now, now }
      } catch (error) {
        if (error instanceof TrailbookError) throw error
        if (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket') return undefined
        throw refusal(error, 's3:GetObject', key)
      }
    },
    async put(key, text, condition, aborting) {
      const command = new PutObjectCommand({
        Bucket: name,
        Key: key,
        Body: text,
        ContentType: 'application/json',
        ChecksumSHA256: sha256(Buffer.from(text)),
        ...encryption,
        ...(condition && ('etag' in condition ? { IfMatch: condition.etag } : { IfNoneMatch: '*' })),
      })
      try {
        const answer = await send((options) => s3.send(command, options), aborting)
        return answer.ETag ?? ''
      } catch (error) {
        if (condition !== undefined && isUnmet(error)) return undefined
        // Of a server that knows that it does not know conditions.
        if (condition !== undefined && statusOf(error) === 501) {
          const what = 'etag' in condition ? 'If-Match' : 'If-None-Match'
          throw new TrailbookError(
            'SNAPSHOT_NO_CONDITIONS',
            { location: `s3://${name}/${key}`, what },
            { cause: error },
          )
        }
        throw refusal(error, 's3:PutObject', key)
      }
    },
    async putFile(key, path, aborting) {
      const file = await open(path)
      try {
        const { size } = await file.stat()
        const piece = async (at: number): Promise<Buffer> => {
          const bytes = Buffer.allocUnsafe(Math.min(pieceBytes, size - at))
          const { bytesRead } = await file.read(bytes, 0, bytes.length, at)
          return bytes.subarray(0, bytesRead)
        }
        if (size > pieceBytes) await inPieces(key, size, piece, aborting)
        else {
          const body = await piece(0)
          const command = new PutObjectCommand({
            Bucket: name,
            Key: key,
            Body: body,
            ChecksumSHA256: sha256(body),
            ...encryption,
          })
          await send((options) => s3.send(command, options), aborting)
        }
      } catch (error) {
        throw refusal(error, 's3:PutObject', key)
      } finally {
        await file.close()
      }
    },
    async remove(keys, aborting) {
      for (let at = 0; at < keys.length; at += removedAtOnce) {
        const Objects = keys.slice(at, at + removedAtOnce).map((Key) => ({ Key }))
        const command = new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } })
        try {
          const { Errors } = await send((options) => s3.send(command, options), aborting)
          const [first] = Errors ?? []
          if (first !== undefined) {
            const failure = Object.assign(new Error(first.Message ?? ''), { name: first.Code ?? '', $metadata: {} })
            throw failure
          }
        } catch (error) {
          throw refusal(error, 's3:DeleteObject', Objects[0]!.Key)
        }
      }
    },
    async dropUploads(prefix, aborting) {
      try {
        const command = new ListMultipartUploadsCommand({ Bucket: name, Prefix: prefix })
        const { Uploads = [] } = await send((options) => s3.send(command, options), aborting)
        for (const { Key, UploadId } of Uploads)
          await send((options) => s3.send(new AbortMultipartUploadCommand({ Bucket: name, Key, UploadId }), options))
      } catch (error) {
        // They cost room and harm nobody; a server may not know the question, a role may not be allowed it.
        if ((error as Error).name === 'AbortError') throw error
      }
    },
  }
  return bucket

  async function inPieces(
    key: string,
    size: number,
    piece: (at: number) => Promise<Buffer>,
    aborting: AbortSignal | undefined,
  ): Promise<void> {
    const place = { Bucket: name, Key: key }
    const begin = new CreateMultipartUploadCommand({ ...place, ChecksumAlgorithm: 'SHA256', ...encryption })
    const { UploadId } = await send((options) => s3.send(begin, options), aborting)
    const count = Math.ceil(size / pieceBytes)
    const done: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string }[] = []
    let next = 0
    const lane = async (): Promise<void> => {
      for (let n = next++; n < count; n = next++) {
        const body = await piece(n * pieceBytes)
        const ChecksumSHA256 = sha256(body)
        const command = new UploadPartCommand({ ...place, UploadId, PartNumber: n + 1, Body: body, ChecksumSHA256 })
        const { ETag } = await send((options) => s3.send(command, options), aborting)
        done.push({ ETag, PartNumber: n + 1, ChecksumSHA256 })
      }
    }
    try {
      await Promise.all(Array.from({ length: piecesAtOnce }, lane))
      done.sort((a, b) => a.PartNumber - b.PartNumber)
      const end = new CompleteMultipartUploadCommand({ ...place, UploadId, MultipartUpload: { Parts: done } })
      await send((options) => s3.send(end, options), aborting)
    } catch (error) {
      next = count
      await s3.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => {})
      throw error
    }
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64')

/** 412: it is not so. 409: somebody else is writing it at this moment. 404: what was to be replaced is gone. */
const isUnmet = (error: unknown): boolean =>
  statusOf(error) === 412 ||
  statusOf(error) === 409 ||
  (statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket')
