import type { Dirent, Stats } from 'node:fs'
import { opendir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { TrailbookError } from '../../core/errors.ts'
import type { ListOptions } from '../../core/event/source.ts'
import { compareText } from '../../core/text.ts'
import { isArchiveName, isLogFileName } from '../../log-file/log-file-name.ts'
import { createFileOrder } from './file-order.ts'
import { isSidecarName } from './sidecar.ts'

/** What a walk comes upon: a log file, or an archive of such. */
export interface Found {
  readonly kind: 'file' | 'archive'
  /** As the user knows it. */
  readonly path: string
}

interface WalkOptions extends ListOptions {
  /** So many files are put in order at a time, which bounds the memory of a listing. */
  readonly run?: number
}

const defaultRun = 1_000_000

interface Walk {
  readonly exclude: string | undefined
  readonly passOver: NonNullable<ListOptions['passOver']>
  readonly signal: AbortSignal | undefined
  readonly run: number
  readonly order: ReturnType<typeof createFileOrder>
  readonly archives: string[]
  /** Real paths of folders that were walked. */
  readonly folders: Set<string>
  /** Real paths of files that came otherwise than by their folder. */
  readonly files: Set<string>
  /** Links are followed last, so that a file goes by its own path where both were given. */
  links: { readonly path: string; readonly folder: number; readonly name: string }[]
  /** Links that lead out of this folder are not followed: what lies there was not given. */
  root: string
  found: number
}

/**
 * Log files and archives below the given paths, early deliveries first, each once. A path that is a file is taken whatever it
 * is called. Up to a million files are put in order together.
 *
 * @throws TrailbookError INPUT_MISSING
 */
export async function* walkPaths(paths: readonly string[], options: WalkOptions = {}): AsyncGenerator<Found, void> {
  const { exclude, passOver = () => {}, signal, run = defaultRun, onFound } = options
  const walk: Walk = {
    exclude: exclude && (await realpath(exclude).catch(() => resolve(exclude))),
    passOver,
    signal,
    run,
    order: createFileOrder(),
    archives: [],
    folders: new Set(),
    files: new Set(),
    links: [],
    root: '',
    found: 0,
  }
  const take = function* (): Generator<Found, void> {
    onFound?.(walk.found)
    for (const path of walk.order.take()) yield { kind: 'file', path }
  }
  const given = new Map<string, Stats>()
  for (const path of paths)
    given.set(
      path,
      await stat(path).catch((error: unknown) => {
        throw new TrailbookError('INPUT_MISSING', { path }, { cause: error })
      }),
    )
  for (const [path, stats] of [...given].sort(([a], [b]) => compareText(resolve(a), resolve(b)))) {
    if (!stats.isDirectory()) await addFile(path, walk, stats.isFile())
    else {
      walk.root = await realpath(path)
      for await (const _full of walkFolder({ path, real: walk.root, parent: -1 }, walk)) yield* take()
      for await (const _full of walkLinks(walk)) yield* take()
    }
  }
  yield* take()
  for (const path of walk.archives) yield { kind: 'archive', path }
}

const isWithin = (folder: string, root: string): boolean =>
  folder === root || folder.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)

interface Folder {
  readonly path: string
  readonly real: string
  readonly parent: number
}

/** Yields whenever there is as much as may be kept. */
async function* walkFolder({ path, real, parent }: Folder, walk: Walk): AsyncGenerator<void, void> {
  if (walk.folders.has(real) || (walk.exclude !== undefined && isWithin(real, walk.exclude))) return
  if (walk.signal?.aborted) return
  walk.folders.add(real)
  const folder = walk.order.addFolder(parent < 0 ? path : basename(path), parent)
  const archives: string[] = []
  const below: string[] = []
  const others: Dirent[] = []
  const links: string[] = []
  try {
    for await (const entry of await opendir(path, { bufferSize: 1024 })) {
      const { name } = entry
      const hidden = name.startsWith('.')
      if (!hidden && entry.isDirectory()) below.push(name)
      else if (!hidden && entry.isSymbolicLink()) links.push(name)
      else if (!hidden && entry.isFile() && isListed(name)) {
        if (walk.files.size > 0 && walk.files.has(join(real, name))) continue
        if (isArchiveName(name)) archives.push(join(path, name))
        else addListed({ name, folder }, walk)
        if (walk.order.size() >= walk.run) yield
      } else if (isSidecarName(name)) continue
      else if (others.length < sortedOthers) others.push(entry)
      else walk.passOver(join(path, name), reasonOf(entry))
    }
  } catch {
    // Tried as a file, so that it is reported as unreadable and not passed over.
    addListed({ name: folderItself, folder }, walk)
  }
  // What the file system gives has no order.
  walk.archives.push(...archives.sort(compareText))
  for (const entry of others.sort((a, b) => compareText(a.name, b.name)))
    walk.passOver(join(path, entry.name), reasonOf(entry))
  for (const name of links.sort(compareText)) walk.links.push({ path: join(path, name), folder, name })
  for (const name of below.sort(compareText))
    yield* walkFolder({ path: join(path, name), real: join(real, name), parent: folder }, walk)
}

/** Of what is passed over some are named, and these should be the same each time. */
const sortedOthers = 1000

/** Joined to the path of a folder it is that path. */
const folderItself = '.'

const reasonOf = (entry: Dirent): 'name' | 'special' =>
  entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice() || entry.isBlockDevice() ? 'special' : 'name'

function addListed({ name, folder }: { readonly name: string; readonly folder: number }, walk: Walk): void {
  walk.order.add(name, folder)
  walk.found++
}

/**
 * Takes a file that was named, or that a link leads to.
 *
 * @param regular false for a pipe or the like, which a folder passes over, and which is a fault when it is named
 */
async function addFile(path: string, walk: Walk, regular = true): Promise<void> {
  const real = await realpath(path).catch(() => undefined)
  const listed = regular && real !== undefined && walk.folders.has(dirname(real)) && isListed(basename(real))
  if (listed || walk.files.has(real ?? resolve(path))) return
  walk.files.add(real ?? resolve(path))
  if (isArchiveName(path)) walk.archives.push(path)
  else addListed({ name: basename(path), folder: walk.order.addFolder(dirname(path), -1) }, walk)
}

const isListed = (name: string): boolean => isLogFileName(name) || (isArchiveName(name) && !/^[._]/.test(name))

/** A link that leads nowhere is tried as a file, so that it is reported and not passed over. */
async function* walkLinks(walk: Walk): AsyncGenerator<void, void> {
  while (walk.links.length > 0) {
    const links = walk.links
    walk.links = []
    for (const { path, name, folder } of links) {
      const stats = await stat(path).catch(() => undefined)
      const real = stats === undefined ? undefined : await realpath(path)
      if (real !== undefined && !isWithin(real, walk.root)) walk.passOver(path, 'link')
      else if (real !== undefined && stats?.isDirectory()) yield* walkFolder({ path, real, parent: folder }, walk)
      else if (isListed(name) && (stats === undefined || stats.isFile())) await addFile(path, walk)
      else walk.passOver(path, 'name')
    }
  }
}
