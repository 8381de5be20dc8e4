import { setTimeout as sleep } from 'node:timers/promises'
import type { Bucket, GotObject } from '../../aws/bucket.ts'
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'

interface ObjectBytesOptions {
  readonly bucket: Bucket
  readonly key: string
  /** By which `first` was asked for. */
  readonly version?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Pauses before going on, in milliseconds; as many as there are attempts without a byte between them. */
  readonly pauses?: readonly number[]
}

const usualPauses = [100, 400, 1600, 5000]

/**
 * The bytes of an object to its end: a body that is cut off is asked for again from there, as long as the object is
 * still the same.
 *
 * @throws InputFault INPUT_OBJECT_CHANGED and others of `Bucket.get`, INPUT_UNREADABLE where what comes is not the rest;
 *   TrailbookError AWS_UNREACHABLE
 */
export async function* objectBytes(
  first: GotObject,
  { bucket, key, version, signal, pauses = usualPauses }: ObjectBytesOptions,
): AsyncGenerator<Uint8Array, void> {
  let got = first
  let at = 0
  let idle = 0
  for (;;) {
    let cause: unknown
    try {
      for await (const chunk of got.body) {
        at += chunk.length
        if (chunk.length > 0) idle = 0
        yield chunk
      }
      if (first.size < 0) return
    } catch (error) {
      if (signal?.aborted || error instanceof InputFault || error instanceof TrailbookError) throw error
      cause = error
    }
    if (at === first.size) return
    if (first.size >= 0 && at > first.size) throw notTheRest(at)
    const pause = pauses[idle++]
    if (pause === undefined)
      throw new TrailbookError(
        'AWS_UNREACHABLE',
        { endpoint: `of s3://${bucket.name}`, reason: 'it cuts off what it sends' },
        { cause },
      )
    // Spread out, so that many streams that broke together do not come back together.
    await sleep(pause * (0.5 + Math.random()), undefined, signal === undefined ? {} : { signal })
    got = await bucket.get({ key, version, from: at, etag: first.etag, signal })
    // A server or proxy may leave the range aside and begin anew (RFC 9110, section 14.2); without a size nobody would know.
    if (at > 0 && got.size !== first.size - at) {
      await discard(got)
      throw notTheRest(at)
    }
  }
}

const notTheRest = (at: number): InputFault =>
  new InputFault('INPUT_UNREADABLE', { reason: `after ${at} bytes the server sent something else than the rest` })

/** A body that nobody reads would keep its connection. */
async function discard({ body }: GotObject): Promise<void> {
  try {
    for await (const _ of body) return
  } catch {}
}
