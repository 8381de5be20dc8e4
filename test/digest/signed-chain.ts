/** Makes buckets with digests that are signed as CloudTrail signs them, by keys of its own. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { stringToSign } from '../../src/core/digest/string-to-sign.ts'
import { hour, isoTime, milliseconds } from '../../src/core/time.ts'

export interface Signer {
  readonly fingerprint: string
  sign(text: string): string
  /** As `aws cloudtrail list-public-keys` prints it. */
  listed(from?: string, to?: string): object
}

export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const der = publicKey.export({ type: 'pkcs1', format: 'der' })
  const fingerprint = createHash('md5').update(der).digest('hex')
  return {
    fingerprint,
    sign: (text) => sign('RSA-SHA256', Buffer.from(text, 'utf8'), privateKey).toString('hex'),
    listed: (ValidityStartTime = '2025-12-01T00:00:00+00:00', ValidityEndTime = '2026-12-01T00:00:00+00:00') => ({
      Value: der.toString('base64'),
      ValidityStartTime,
      ValidityEndTime,
      Fingerprint: fingerprint,
    }),
  }
}

/** An object; `metadata` is what S3 keeps with it. */
export interface StoredObject {
  readonly bucket: string
  readonly key: string
  bytes: Buffer
  /** Raw bytes on disk instead of `bytes` gzipped. */
  raw?: Buffer
  metadata?: Record<string, string>
}

export interface ChainOptions {
  readonly signer: Signer
  readonly start?: string
  readonly hours?: number
  readonly account?: string
  readonly region?: string
  readonly trail?: string
  readonly organization?: string
  readonly prefix?: string
  readonly bucket?: (index: number) => string
  readonly signerOf?: (index: number) => Signer
  /** Digests without log files. */
  readonly quiet?: readonly number[]
  /** Hours in which no digest was made; the next one begins a chain. */
  readonly off?: readonly number[]
  readonly backfill?: boolean
  /** Changes the content before it is signed. */
  readonly before?: (content: Record<string, unknown>, index: number) => void
}

export interface Chain {
  readonly digests: StoredObject[]
  readonly logs: StoredObject[]
}

const compact = (time: string): string => time.replace(/[-:]/g, '')
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const record = (eventID: string, { account, region, from }: { account: string; region: string; from: string }) => ({
  eventVersion: '1.08',
  userIdentity: { type: 'AWSService', invokedBy: 'example.amazonaws.com' },
  eventTime: from,
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  awsRegion: region,
  sourceIPAddress: 'example.amazonaws.com',
  requestParameters: null,
  responseElements: null,
  eventID,
  readOnly: true,
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: account,
  eventCategory: 'Management',
})

export function makeChain({
  signer,
  start = '2026-03-01T00:00:00Z',
  hours = 5,
  account = '111122223333',
  region = 'eu-west-1',
  trail = 'trail',
  organization,
  prefix,
  bucket = () => 'logs',
  signerOf = () => signer,
  quiet = [],
  off = [],
  backfill = false,
  before = () => {},
}: ChainOptions): Chain {
  const head = [...(prefix ? [prefix] : []), 'AWSLogs', ...(organization ? [organization] : []), account].join('/')
  const digests: StoredObject[] = []
  const logs: StoredObject[] = []
  let previous: StoredObject | undefined
  for (let index = 0; index < hours; index++) {
    if (off.includes(index)) {
      previous = undefined
      continue
    }
    const from = isoTime(milliseconds(start) + index * hour)
    const to = isoTime(milliseconds(from) + hour)
    const day = from.slice(0, 10).replaceAll('-', '/')
    const place = bucket(index)
    const own = quiet.includes(index)
      ? []
      : ['10', '30'].map((minute, at): StoredObject => {
          const name = `${account}_CloudTrail_${region}_${compact(from).slice(0, 11)}${minute}Z_${trail}${index}${at}.json.gz`
          const records = [0, 1].map((n) => record(`${trail}-${region}-${index}-${at}-${n}`, { account, region, from }))
          return {
            bucket: place,
            key: `${head}/CloudTrail/${region}/${day}/${name}`,
            bytes: Buffer.from(JSON.stringify({ Records: records })),
          }
        })
    logs.push(...own)
    const endDay = to.slice(0, 10).replaceAll('-', '/')
    const name = `${account}_CloudTrail-Digest_${region}_${trail}_eu-west-1_${compact(to)}${backfill ? '_backfill' : ''}.json.gz`
    const key = `${head}/CloudTrail-Digest/${region}/${endDay}/${name}`
    const by = signerOf(index)
    const content: Record<string, unknown> = {
      awsAccountId: account,
      digestStartTime: from,
      digestEndTime: to,
      digestS3Bucket: place,
      digestS3Object: key,
      digestPublicKeyFingerprint: by.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: own.length > 0 ? to : null,
      oldestEventTime: own.length > 0 ? from : null,
      previousDigestS3Bucket: previous?.bucket ?? null,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous ? sha256(previous.bytes) : null,
      previousDigestHashAlgorithm: previous ? 'SHA-256' : null,
      previousDigestSignature: previous?.metadata?.signature ?? null,
      logFiles: own.map((log) => ({
        s3Bucket: log.bucket,
        s3Object: log.key,
        hashValue: sha256(log.bytes),
        hashAlgorithm: 'SHA-256',
        newestEventTime: to,
        oldestEventTime: from,
      })),
    }
    before(content, index)
    const bytes = Buffer.from(JSON.stringify(content))
    const signed = {
      endText: to,
      bucket: place,
      object: key,
      previousSignature: content.previousDigestSignature as string,
    }
    previous = {
      bucket: place,
      key,
      bytes,
      metadata: {
        signature: by.sign(stringToSign(signed, sha256(bytes))),
        'signature-algorithm': 'SHA256withRSA',
        ...(backfill && { 'backfill-generation-timestamp': isoTime(milliseconds(to) + 30 * hour) }),
      },
    }
    digests.push(previous)
  }
  return { digests, logs }
}

/** As `aws s3 sync` leaves it, with `head-object` output beside digests that have metadata. */
export async function writeObjects(folder: string, objects: readonly StoredObject[]): Promise<void> {
  for (const { key, bytes, raw, metadata } of objects) {
    const path = join(folder, key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, raw ?? gzipSync(bytes))
    if (metadata !== undefined) await writeFile(`${path}.metadata.json`, JSON.stringify({ Metadata: metadata }))
  }
}
