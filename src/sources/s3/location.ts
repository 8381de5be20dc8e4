import { TrailbookError } from '../../core/errors.ts'

interface S3Location {
  readonly bucket: string
  /** A key, or the beginning of keys; empty for the whole bucket. */
  readonly key: string
}

export const isS3Location = (text: string): boolean => /^s3a?n?:\/\//i.test(text)

/** `s3://bucket/prefix`. @throws TrailbookError AWS_LOCATION */
export function parseS3Location(text: string): S3Location {
  const match = /^s3a?n?:\/\/([^/]*)(?:\/(.*))?$/is.exec(text)
  const refuse = (reason: string): never => {
    throw new TrailbookError('AWS_LOCATION', { location: text, reason })
  }
  if (match === null) return refuse('it does not begin with s3://')
  const [, bucket = '', key = ''] = match
  if (bucket === '') return refuse('it names no bucket')
  // Buckets of before 2018 may have capitals and underscores.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket)) return refuse(`${bucket} cannot be the name of a bucket`)
  return { bucket, key }
}

/** What other programs call a place in S3, before the bucket's name or around it. */
const otherForms = [
  /^s3:\/?(?<bucket>[^/]+)(?:\/(?<key>.*))?$/is,
  /^arn:aws[a-z-]*:s3:::(?<bucket>[^/]+)(?:\/(?<key>.*))?$/s,
  /^https?:\/\/(?<bucket>[^/]+)\.s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?(?:\/(?<key>[^?#]*))?/i,
  /^https?:\/\/s3[a-z0-9.-]*\.amazonaws\.com(?:\.cn)?\/(?<bucket>[^/?#]+)(?:\/(?<key>[^?#]*))?/i,
]

/** `https://bucket.s3.amazonaws.com/key`, `arn:aws:s3:::bucket/key` or `s3:/bucket/key` -> `s3://bucket/key`; undefined for another text. */
export function meantS3Location(text: string): string | undefined {
  for (const form of otherForms) {
    const { bucket, key = '' } = form.exec(text)?.groups ?? {}
    if (bucket !== undefined) return s3Location(bucket, key)
  }
  return undefined
}

export const s3Location = (bucket: string, key: string): string => `s3://${bucket}/${key}`
