/** What a message tells of new objects in a bucket, in any of the ways in which AWS tells it. */

export interface NotifiedObject {
  readonly bucket: string
  readonly key: string
  /** Stored bytes, -1 where the message does not say. */
  readonly size: number
  readonly etag: string
  readonly version: string | null
}

type Notification =
  /** No objects where it tells of deletions or tests: there is nothing to do. */
  | { readonly kind: 'objects'; readonly objects: readonly NotifiedObject[] }
  | { readonly kind: 'unknown'; readonly reason: string }

/**
 * - `{"Records":[{"eventSource":"aws:s3",…}]}`: S3 to SQS
 * - `{"Type":"Notification","Message":"…"}`: any of the others through SNS
 * - `{"source":"aws.s3","detail-type":"Object Created",…}`: EventBridge
 * - `{"s3Bucket":"…","s3ObjectKey":["…"]}`: CloudTrail's own notification
 * - `{"Event":"s3:TestEvent",…}` and `CloudTrail validation message.`: sent when a notification is set up
 *
 * Sources: S3 User Guide, "Event message structure" and "EventBridge event message structure"; CloudTrail User Guide,
 * "Configuring Amazon SNS notifications".
 */
export function readNotification(body: string): Notification {
  if (/^\s*CloudTrail validation message/.test(body)) return nothing
  const message = parsed(body)
  if (message === undefined) return { kind: 'unknown', reason: 'it is not JSON' }
  if (!isObject(message)) return { kind: 'unknown', reason: 'it is no JSON object' }
  if (message.Type === 'Notification' && typeof message.Message === 'string') {
    const inner = readNotification(message.Message)
    return inner.kind === 'unknown' ? { ...inner, reason: `of the SNS message in it, ${inner.reason}` } : inner
  }
  if (message.Type === 'SubscriptionConfirmation')
    return { kind: 'unknown', reason: 'it asks to confirm a subscription to an SNS topic, which a person must do' }
  if (message.Event === 's3:TestEvent') return nothing
  if (Array.isArray(message.Records)) return ofRecords(message.Records)
  if (message.source === 'aws.s3') return ofEventBridge(message)
  if (typeof message.s3Bucket === 'string') return ofCloudTrail(message.s3Bucket, message.s3ObjectKey)
  return { kind: 'unknown', reason: 'it tells of no object in any known way' }
}

const nothing: Notification = { kind: 'objects', objects: [] }

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function ofRecords(records: readonly unknown[]): Notification {
  const objects: NotifiedObject[] = []
  for (const record of records) {
    const { eventSource, eventName, s3 } = isObject(record) ? record : ({} as Json)
    if (eventSource !== 'aws:s3' || typeof eventName !== 'string' || !isObject(s3))
      return { kind: 'unknown', reason: 'one of its records is not of S3' }
    if (!/^(?:s3:)?ObjectCreated:/.test(eventName)) continue
    const object = objectOf(s3.bucket, s3.object, { etag: 'eTag', version: 'versionId', encoded: true })
    if (object === undefined) return { kind: 'unknown', reason: 'one of its records names no object' }
    objects.push(object)
  }
  return { kind: 'objects', objects }
}

function ofEventBridge(message: Json): Notification {
  if (message['detail-type'] !== 'Object Created') return nothing
  const { bucket, object } = isObject(message.detail) ? message.detail : ({} as Json)
  // Here keys are written as they are.
  const found = objectOf(bucket, object, { etag: 'etag', version: 'version-id', encoded: false })
  return found === undefined ? { kind: 'unknown', reason: 'it names no object' } : { kind: 'objects', objects: [found] }
}

function ofCloudTrail(bucket: string, keys: unknown): Notification {
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string' && key !== ''))
    return { kind: 'unknown', reason: 'its s3ObjectKey is no list of keys' }
  return {
    kind: 'objects',
    objects: keys.map((key: string) => ({ bucket, key, size: -1, etag: '', version: null })),
  }
}

interface Spelling {
  readonly etag: string
  readonly version: string
  /** The key is written as in a form of a web page. */
  readonly encoded: boolean
}

function objectOf(bucket: unknown, object: unknown, { etag, version, encoded }: Spelling): NotifiedObject | undefined {
  if (!isObject(bucket) || !isObject(object)) return undefined
  if (typeof bucket.name !== 'string' || typeof object.key !== 'string' || object.key === '') return undefined
  const key = encoded ? decoded(object.key) : object.key
  if (key === undefined) return undefined
  const text = (name: string): string | undefined =>
    typeof object[name] === 'string' ? (object[name] as string) : undefined
  return {
    bucket: bucket.name,
    key,
    size: typeof object.size === 'number' ? object.size : -1,
    etag: text(etag) ?? '',
    version: text(version) || null,
  }
}

function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
