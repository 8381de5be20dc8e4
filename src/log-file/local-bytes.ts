import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { InputFault } from '../core/event/fault.ts'

const chunkSize = 256 * 1024

/**
 * The bytes of a local file as they are stored, up to the size that it has when it is opened, so that what is appended
 * meanwhile is left to the next reading as a whole. Pipes, devices and sockets are refused, because reading one may never end.
 *
 * Iterating throws InputFault INPUT_NOT_A_FILE, INPUT_CHANGED where the file was written to meanwhile, and errors of the system.
 */
export async function* localBytes(path: string): AsyncGenerator<Buffer, void> {
  const file = await openRegular(path)
  try {
    const { size, mtimeMs } = await file.stat()
    let position = 0
    // Files that the system makes up while they are read say that they are empty.
    const limit = size === 0 ? Number.POSITIVE_INFINITY : size
    while (position < limit) {
      const wanted = Math.min(chunkSize, limit - position)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, position)
      if (bytesRead === 0) break
      position += bytesRead
      yield bytesRead === wanted ? buffer : buffer.subarray(0, bytesRead)
    }
    if (position < size) throw new InputFault('INPUT_CHANGED')
    // What fits one reading was read at one moment.
    if (position > chunkSize) await refuseRewritten(file, { size, mtimeMs })
  } finally {
    await file.close()
  }
}

/** A file that only grew still holds what was read. */
async function refuseRewritten(file: FileHandle, before: Pick<Stats, 'size' | 'mtimeMs'>): Promise<void> {
  const { size, mtimeMs } = await file.stat()
  if (mtimeMs !== before.mtimeMs && size <= before.size) throw new InputFault('INPUT_CHANGED')
}

/** Opens a file that has a beginning and an end. @throws InputFault INPUT_NOT_A_FILE, and errors of the system */
export async function openRegular(path: string): Promise<FileHandle> {
  // Opening a pipe that nobody writes to would wait; this does not, nor does it make a terminal the process's own.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENXIO' ? new InputFault('INPUT_NOT_A_FILE', { found: 'a socket' }) : error
  })
  const found = kindOf(await file.stat())
  if (found === undefined) return file
  await file.close()
  throw new InputFault('INPUT_NOT_A_FILE', { found })
}

/** What else than a file or folder it is. */
function kindOf(stats: Pick<Stats, 'isFIFO' | 'isSocket' | 'isCharacterDevice' | 'isBlockDevice'>): string | undefined {
  if (stats.isFIFO()) return 'a pipe'
  if (stats.isSocket()) return 'a socket'
  return stats.isCharacterDevice() || stats.isBlockDevice() ? 'a device' : undefined
}
