import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pathKind } from '../authoring/library.ts'
import { TrailbookError } from '../core/errors.ts'
import { systemReasons } from '../core/system-reasons.ts'

const reasons: Readonly<Record<string, string>> = {
  ...systemReasons,
  ENOENT: 'its folder does not exist',
  EEXIST: 'a file stands where a folder is needed',
}

const permissions = 'Check the permissions of the folder, or choose another one.'
const space = 'Free some space, or choose another disk.'
const elsewhere = 'Choose another path.'

const advice: Readonly<Record<string, string>> = {
  EACCES: permissions,
  EPERM: permissions,
  EROFS: 'Choose a folder on another disk.',
  ENOENT: 'Make the folder, or choose another one.',
  ENOTDIR: 'Choose a path that leads through folders only.',
  EEXIST: 'Move the file away, or choose another path.',
  ENOSPC: space,
  EDQUOT: space,
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
    const { code = '' } = cause as NodeJS.ErrnoException
    const reason = reasons[code]
    if (reason === undefined) throw cause
    throw new TrailbookError('CLI_UNWRITABLE', { path, reason, advice: advice[code] ?? elsewhere }, { cause })
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
