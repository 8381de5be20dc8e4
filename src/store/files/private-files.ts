/** Files and folders for their owner alone: what is kept here is sealed and unmasked. */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export const folderMode = 0o700
export const fileMode = 0o600

/** Makes a folder and those above it one by one: Node's recursive mkdir never ends below /proc. */
export async function makePrivateFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch(() => undefined)
  if (there?.isDirectory()) return
  if (dirname(folder) !== folder) await makePrivateFolder(dirname(folder))
  await mkdir(folder, { mode: folderMode }).catch((error: NodeJS.ErrnoException) => {
    // Another process may make it at the same time.
    if (error.code !== 'EEXIST') throw error
  })
}

/** Forces a folder's entries to the disk. Windows and some network file systems cannot. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

interface Written {
  readonly bytes: number
  readonly sha256: string
}

const bufferSize = 256 * 1024

export interface FileWriter {
  write(text: string): Promise<void>
  /** Forces it to the disk. */
  close(): Promise<Written>
  /** Closes it as it is, after a failure. */
  abandon(): Promise<void>
}

/** A new file that is written in pieces and hashed on the way. */
export async function createFile(path: string): Promise<FileWriter> {
  const handle: FileHandle = await open(path, 'wx', fileMode)
  const hash = createHash('sha256')
  let waiting: string[] = []
  let size = 0
  let bytes = 0
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return
    const buffer = Buffer.from(waiting.join(''), 'utf8')
    waiting = []
    size = 0
    hash.update(buffer)
    bytes += buffer.length
    await handle.writeFile(buffer)
  }
  return {
    async write(text) {
      waiting.push(text)
      size += text.length
      if (size >= bufferSize) await flush()
    },
    async close() {
      try {
        await flush()
        await handle.sync()
      } finally {
        await handle.close()
      }
      return { bytes, sha256: hash.digest('hex') }
    },
    abandon: () => handle.close().catch(() => {}),
  }
}

export async function writePrivateFile(path: string, text: string): Promise<Written> {
  const file = await createFile(path)
  await file.write(text)
  return file.close()
}
