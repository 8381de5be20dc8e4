import type { Bucket, GotObject } from '../../aws/bucket.ts'
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'
import type { LogFile } from '../../core/event/source.ts'

interface Asked {
  readonly key: string
  readonly signal: AbortSignal | undefined
}

interface OpenedVersion {
  readonly got: GotObject
  /** By which the rest of it is asked for, too; undefined where the current one was. */
  readonly version: string | undefined
}

/**
 * Opens the version that a message named: the object may have been replaced since. Where versions may not be read, which is
 * a permission of its own, the current one is as good while its ETag is that of the message.
 */
export function versionOpener(bucket: Bucket) {
  /** Remembered: else each object would cost a refusal. */
  let denied = false

  /** @throws what `Bucket.get` throws; InputFault INPUT_OBJECT_VERSION */
  return async (
    { version, modified: etag }: Pick<LogFile, 'version' | 'modified'>,
    { key, signal }: Asked,
  ): Promise<OpenedVersion> => {
    if (version === null) return { got: await bucket.get({ key, signal }), version: undefined }
    const named = async (): Promise<OpenedVersion> => ({ got: await bucket.get({ key, version, signal }), version })
    if (etag === '') return named()
    if (!denied)
      try {
        return await named()
      } catch (error) {
        if (!isDenied(error)) throw error
      }
    try {
      const got = await bucket.get({ key, etag, signal })
      denied = true
      return { got, version: undefined }
    } catch (error) {
      if (!isReplaced(error)) throw error
    }
    // Nothing else will do; it may be allowed by now.
    return named().catch((error: unknown) => {
      throw isDenied(error) ? new InputFault('INPUT_OBJECT_VERSION', { version }, { cause: error }) : error
    })
  }
}

/**
 * Opens the version that a lake noted, or the current one where there is none, or it is no longer there or may not be read:
 * whoever knows the hash sees the difference.
 */
export async function openOriginal(
  bucket: Bucket,
  { version, ...asked }: Asked & { readonly version: string | null },
): Promise<OpenedVersion> {
  if (version !== null)
    try {
      return { got: await bucket.get({ ...asked, version }), version }
    } catch (error) {
      if (!isDenied(error) && !isReplaced(error)) throw error
    }
  return { got: await bucket.get(asked), version: undefined }
}

const isDenied = (error: unknown): boolean => error instanceof TrailbookError && error.code === 'AWS_ACCESS_DENIED'

const isReplaced = (error: unknown): boolean =>
  error instanceof InputFault && (error.code === 'INPUT_OBJECT_CHANGED' || error.code === 'INPUT_OBJECT_GONE')
