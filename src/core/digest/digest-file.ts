import { z } from 'zod'
import { parseEventTime } from '../event/event-time.ts'
import type { Digest, DigestContent, DigestMetadata } from './types.ts'

const text = z.string().min(1)

/** Fields as the User Guide's "CloudTrail digest file structure" has them; further ones are of no matter here. */
const digestSchema = z.object({
  awsAccountId: z.string().nullish(),
  digestStartTime: text,
  digestEndTime: text,
  digestS3Bucket: text,
  digestS3Object: text,
  digestPublicKeyFingerprint: text,
  digestSignatureAlgorithm: z.string().nullish(),
  previousDigestS3Bucket: z.string().nullish(),
  previousDigestS3Object: z.string().nullish(),
  previousDigestHashValue: z.string().nullish(),
  previousDigestHashAlgorithm: z.string().nullish(),
  // Null for the first of a chain, and never left out.
  previousDigestSignature: z.string().nullable(),
  logFiles: z.array(
    z.object({
      s3Bucket: text,
      s3Object: text,
      hashValue: text,
      hashAlgorithm: z.string(),
      oldestEventTime: z.string().nullish(),
      newestEventTime: z.string().nullish(),
    }),
  ),
})

/** What the inflated text of a digest file says. */
export function readDigest(content: string): DigestContent {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch {
    return { kind: 'not-json', reason: 'it is no JSON' }
  }
  const parsed = digestSchema.safeParse(value)
  if (!parsed.success) {
    const [first] = parsed.error.issues
    const at = first?.path.join('.') ?? ''
    return { kind: 'not-a-digest', reason: `${at === '' ? 'it' : at} is not as in a digest` }
  }
  const { data } = parsed
  const from = parseEventTime(data.digestStartTime)
  const to = parseEventTime(data.digestEndTime)
  if (from === undefined || to === undefined || from > to)
    return { kind: 'not-a-digest', reason: 'its start and end are no times in order' }
  const digest: Digest = {
    account: data.awsAccountId ?? null,
    bucket: data.digestS3Bucket,
    object: data.digestS3Object,
    from,
    to,
    endText: data.digestEndTime,
    fingerprint: data.digestPublicKeyFingerprint.toLowerCase(),
    algorithm: data.digestSignatureAlgorithm ?? signatureAlgorithm,
    previous:
      data.previousDigestS3Bucket && data.previousDigestS3Object
        ? {
            bucket: data.previousDigestS3Bucket,
            object: data.previousDigestS3Object,
            sha256: data.previousDigestHashValue?.toLowerCase() ?? null,
            algorithm: data.previousDigestHashAlgorithm ?? null,
            signature: data.previousDigestSignature,
          }
        : null,
    previousSignature: data.previousDigestSignature,
    logs: data.logFiles.map((log) => ({
      bucket: log.s3Bucket,
      object: log.s3Object,
      sha256: log.hashValue.toLowerCase(),
      algorithm: log.hashAlgorithm,
      first: log.oldestEventTime ?? null,
      last: log.newestEventTime ?? null,
    })),
  }
  return { kind: 'digest', digest }
}

export const signatureAlgorithm = 'SHA256withRSA'
export const hashAlgorithm = 'SHA-256'

/** What the metadata of a digest's S3 object says; other metadata are of no matter here. */
export function readMetadata(metadata: Readonly<Record<string, unknown>>): DigestMetadata {
  const named = new Map(
    Object.entries(metadata).flatMap(([name, entry]): [string, string][] =>
      typeof entry === 'string' ? [[name.toLowerCase().replace(/^x-amz-meta-/, ''), entry]] : [],
    ),
  )
  return {
    signature: named.get('signature') ?? null,
    generated: parseEventTime(named.get('backfill-generation-timestamp') ?? '') ?? null,
  }
}
