import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pathKind } from '../authoring/library.ts'
import { TrailbookError } from '../core/errors.ts'

interface Failure {
  readonly reason: string
  readonly advice: string
}

const permissions = 'Check the permissions of the folder, or choose another one.'

/** What the system says when a file or folder cannot be made. */
const failures: Readonly<Record<string, Failure>> = {
  EACCES: { reason: 'it is not permitted', advice: permissions },
  EPERM: { reason: 'it is not permitted', advice: permissions },
  EROFS: { reason: 'the file system is read-only', advice: 'Choose a folder on another file system.' },
  ENOENT: { reason: 'its folder does not exist', advice: 'Make the folder, or choose another one.' },
  ENOTDIR: { reason: 'a part of its path is a file', advice: 'Choose a path that leads through folders only.' },
  EEXIST: { reason: 'a file stands where a folder is needed', advice: 'Move the file away, or choose another path.' },
  EISDIR: { reason: 'it is a folder', advice: 'Choose another path.' },
  ENOSPC: { reason: 'the disk is full', advice: 'Free some space, or choose another disk.' },
  EDQUOT: { reason: 'the quota of the disk is used up', advice: 'Free some space, or choose another disk.' },
}

/**
 * Carries out a write.
 *
 * @throws TrailbookError CLI_UNWRITABLE where the system refuses it; `path` is told as given
 */
export async function writing<Result>(path: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (cause) {
    const failure = failures[(cause as NodeJS.ErrnoException).code ?? '']
    if (failure === undefined) throw cause
    throw new TrailbookError('CLI_UNWRITABLE', { path, ...failure }, { cause })
  }
}

/** Makes a folder and those above it one by one: Node's recursive mkdir never ends below /proc. */
export async function makeFolder(folder: string): Promise<void> {
  const kind = await pathKind(folder)
  if (kind === 'folder') return
  if (kind === 'file') throw Object.assign(new Error(folder), { code: 'ENOTDIR' })
  if (dirname(folder) !== folder) await makeFolder(dirname(folder))
  await mkdir(folder)
}
