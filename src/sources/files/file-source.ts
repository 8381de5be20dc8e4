import type { BigIntStats } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'
import { parseLogPath } from '../../core/event/log-path.ts'
import type { ListOptions, LogFile, LogSource } from '../../core/event/source.ts'
import { localBytes } from '../../log-file/inflate.ts'
import { isLogFileName } from './log-files.ts'
import { readSidecar } from './sidecar.ts'

/** Local files and folders as a source. A file named explicitly is tried whatever it is called. */
export function fileSource(paths: readonly string[]): LogSource {
  return {
    list: (options) => listFiles(paths, options),
    async open({ size, location }) {
      if (size === 0 && /\.gz$/i.test(location)) throw new InputFault('INPUT_EMPTY_GZIP')
      return { bytes: localBytes(location), metadata: await readSidecar(location) }
    },
  }
}

const portion = 5000

interface Walk {
  readonly files: Map<string, LogFile & { readonly delivered: string }>
  readonly folders: Set<string>
  readonly exclude: string | undefined
  /** Links that lead out of this folder are not followed: what lies there was not given. */
  root: string
  readonly passOver: NonNullable<ListOptions['passOver']>
}

async function* listFiles(
  paths: readonly string[],
  { exclude, passOver = () => {}, onFound, signal }: ListOptions = {},
): AsyncGenerator<readonly LogFile[], void> {
  const walk: Walk = {
    files: new Map(),
    folders: new Set(),
    exclude: exclude && (await realpath(exclude).catch(() => resolve(exclude))),
    root: '',
    passOver,
  }
  for (const path of paths) {
    if (signal?.aborted) return
    const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
      throw new TrailbookError('INPUT_MISSING', { path }, { cause: error })
    })
    if (stats.isDirectory()) {
      walk.root = await realpath(path)
      await walkFolder(path, walk)
    } else await addFile(path, stats, walk)
  }
  const files = [...walk.files.values()]
  // By delivery, so that a batch holds few days and copies of one event meet early; names break ties.
  files.sort((a, b) => compare(a.delivered, b.delivered) || compare(a.location, b.location))
  onFound?.(files.length)
  for (let at = 0; at < files.length; at += portion)
    yield files.slice(at, at + portion).map(({ delivered: _, ...file }) => file)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const isWithin = (folder: string, root: string): boolean =>
  folder === root || folder.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)

async function walkFolder(folder: string, walk: Walk): Promise<void> {
  const real = await realpath(folder)
  if (walk.folders.has(real) || (walk.exclude !== undefined && isWithin(real, walk.exclude))) return
  walk.folders.add(real)
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  // Reported as an unreadable file, rather than passed over.
  if (entries === undefined) return addFile(folder, undefined, walk)
  entries.sort((a, b) => compare(a.name, b.name))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) walk.passOver(path, 'name')
    else if (entry.isDirectory()) await walkFolder(path, walk)
    else if (entry.isSymbolicLink()) await walkLink(path, entry.name, walk)
    else if (entry.isFile() && isLogFileName(entry.name))
      await addFile(path, await stat(path, { bigint: true }).catch(() => undefined), walk)
    else walk.passOver(path, 'name')
  }
}

/** A link that leads nowhere is tried as a file, so that it is reported and not passed over. */
async function walkLink(path: string, name: string, walk: Walk): Promise<void> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  if (stats !== undefined && !isWithin(await realpath(path), walk.root)) walk.passOver(path, 'link')
  else if (stats?.isDirectory()) await walkFolder(path, walk)
  else if (isLogFileName(name) && (stats === undefined || stats.isFile())) await addFile(path, stats, walk)
  else walk.passOver(path, 'name')
}

async function addFile(path: string, stats: BigIntStats | undefined, walk: Walk): Promise<void> {
  const real = await realpath(path).catch(() => resolve(path))
  if (walk.files.has(real)) return
  walk.files.set(real, {
    name: path,
    location: resolve(path),
    path: resolve(path),
    size: Number(stats?.size ?? -1),
    // The time of the inode, too: a content of the same size with the time set back is another one.
    modified: stats === undefined ? '' : `${stats.mtimeNs}-${stats.ctimeNs}`,
    version: null,
    delivered: parseLogPath(path).delivered ?? '',
  })
}
