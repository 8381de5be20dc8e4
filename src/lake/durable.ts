import { randomBytes } from 'node:crypto'
import { link, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Forces a file's or a folder's content to the disk, so that a power cut cannot take it back. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } catch (error) {
    // Windows and some network file systems cannot sync folders.
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'EINVAL' && code !== 'EISDIR' && code !== 'EBADF') throw error
  } finally {
    await handle.close()
  }
}

/**
 * Creates a file that is there completely or not at all.
 * @returns false when the file exists already: of two writers one wins
 */
export async function createAtomically(path: string, content: string): Promise<boolean> {
  const temporary = await writeTemporary(path, content)
  try {
    if (!(await linkOrRename(temporary, path))) return false
  } finally {
    await rm(temporary, { force: true })
  }
  await syncPath(dirname(path))
  return true
}

/** Puts a file in the place of another: readers see the one or the other, whole. */
export async function replaceAtomically(path: string, content: string): Promise<void> {
  const temporary = await writeTemporary(path, content)
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncPath(dirname(path))
}

/** @returns the path of a new file beside the other, on the disk; none is left where it cannot be written to the end */
async function writeTemporary(path: string, content: string): Promise<string> {
  const temporary = join(dirname(path), `.tmp-${process.pid}-${randomBytes(6).toString('hex')}`)
  const handle = await open(temporary, 'wx')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  } finally {
    await handle.close()
  }
  return temporary
}

/** `link` refuses an existing name, `rename` would replace it; file systems without links fall back to a check. */
async function linkOrRename(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error
  }
  const guard = await open(`${to}.claim`, 'wx').catch(() => undefined)
  if (guard === undefined) return false
  await guard.close()
  await rename(from, to)
  await rm(`${to}.claim`, { force: true })
  return true
}
