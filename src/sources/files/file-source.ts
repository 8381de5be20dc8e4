import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputFault } from '../../core/event/fault.ts'
import type { ListOptions, LogFile, LogSource, OpenedFile } from '../../core/event/source.ts'
import { localBytes } from '../../log-file/local-bytes.ts'
import { archiveFiles, openArchived, openArchivedLocation } from './archives.ts'
import { readSidecar } from './sidecar.ts'
import { type Found, walkPaths } from './walk.ts'

/** Local files, folders and archives as a source. A file named explicitly is tried whatever it is called. */
export function fileSource(paths: readonly string[]): LogSource {
  return {
    list: (options) => listFiles(paths, options),
    async open(file) {
      const bytes = await openArchived(file)
      if (bytes !== undefined) return { bytes, metadata: null, version: null }
      if (file.size === 0 && /\.gz$/i.test(file.location)) throw new InputFault('INPUT_EMPTY_GZIP')
      return openPlain(file.location)
    },
  }
}

/** The bytes of a file of this source by its location alone. Iterating throws InputFault and errors of the system. */
export async function* openLocation(location: string): AsyncGenerator<Uint8Array, void> {
  yield* (await openArchivedLocation(location)) ?? localBytes(location)
}

const openPlain = async (location: string): Promise<OpenedFile> => ({
  bytes: localBytes(location),
  metadata: await readSidecar(location),
  version: null,
})

const portion = 5000

/** Files whose times are asked for at once: more do not make a disk faster. */
const atOnce = 64

async function* listFiles(
  paths: readonly string[],
  options: ListOptions = {},
): AsyncGenerator<readonly LogFile[], void> {
  let files: LogFile[] = []
  let waiting: Promise<LogFile>[] = []
  for await (const found of walkPaths(paths, options)) {
    if (options.signal?.aborted) return
    if (found.kind === 'file') {
      waiting.push(logFile(found))
      if (waiting.length < atOnce) continue
      files.push(...(await Promise.all(waiting)))
      waiting = []
    } else {
      files.push(...(await Promise.all(waiting)))
      waiting = []
      for await (const file of archiveFiles(found.path, options)) {
        files.push(file)
        if (files.length < portion) continue
        yield files
        files = []
      }
    }
    if (files.length < portion) continue
    yield files
    files = []
  }
  files.push(...(await Promise.all(waiting)))
  if (files.length > 0) yield files
}

async function logFile({ path }: Found): Promise<LogFile> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  const location = resolve(path)
  return {
    name: path,
    location,
    path: location,
    size: Number(stats?.size ?? -1),
    // The time of the inode, too: a content of the same size with the time set back is another one.
    modified: stats === undefined ? '' : `${stats.mtimeNs}-${stats.ctimeNs}`,
    version: null,
  }
}
