import { readFile } from 'node:fs/promises'
import { parseDigestName } from '../../core/digest/digest-name.ts'

/**
 * The metadata of the object that a digest was: a copy to disk loses it, so it is looked for beside the copy, as
 * `aws s3api head-object` prints it.
 */
const sidecarEnding = '.metadata.json'

/** Read with its digest, and no file of its own. */
export const isSidecarName = (name: string): boolean => /_CloudTrail-Digest_.*\.metadata\.json$/.test(name)

/** Null where there is none; empty where nothing can be read from it. */
export async function readSidecar(location: string): Promise<Readonly<Record<string, string>> | null> {
  if (parseDigestName(location.replaceAll('\\', '/')) === undefined) return null
  try {
    const { Metadata } = JSON.parse(await readFile(location + sidecarEnding, 'utf8')) as { Metadata?: unknown }
    return Metadata !== null && typeof Metadata === 'object' ? (Metadata as Record<string, string>) : {}
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : {}
  }
}
