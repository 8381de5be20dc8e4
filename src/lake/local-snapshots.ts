import { constants } from 'node:fs'
import { access, copyFile, link, mkdir, readdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { type Published, publishedText, readPublished, type SnapshotStore } from '../core/event/published.ts'
import { createAtomically, replaceAtomically, syncPath } from './durable.ts'
import { diskReasons } from './lake-error.ts'
import { type LockOptions, lockLake } from './lock.ts'

const pointer = 'published.json'
const folderName = 'snapshots'
const description = 'snapshot.json'
const coverageName = 'coverage'

/**
 * Snapshots in a folder of this machine. Files are linked where that can be, so that they take no room twice, else copied.
 *
 * @throws TrailbookError LAKE_TARGET where the folder is something else
 */
export async function localSnapshots(path: string, lake: string, waiting: LockOptions = {}): Promise<SnapshotStore> {
  const target = resolve(path)
  const inLake = relative(await realPath(lake), await realPath(target))
  if (!inLake.startsWith('..') && !isAbsolute(inLake))
    throw new TrailbookError('LAKE_TARGET', { path, reason: 'it lies in the lake itself' })
  const names = await readdir(target).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new TrailbookError('LAKE_TARGET', { path, reason: diskReasons[error.code ?? ''] ?? 'it cannot be read' })
  })
  const own = [pointer, folderName, 'locks']
  const foreign = names.find((name) => !own.includes(name) && !name.startsWith('.'))
  if (foreign !== undefined)
    throw new TrailbookError('LAKE_TARGET', { path, reason: `it holds other files, such as ${foreign}` })

  const writing = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (cause) {
      const reason = diskReasons[(cause as NodeJS.ErrnoException).code ?? '']
      if (reason === undefined || cause instanceof TrailbookError) throw cause
      throw new TrailbookError('LAKE_TARGET_UNWRITABLE', { path, reason }, { cause })
    }
  }
  const snapshots = join(target, folderName)
  const read = async (file: string): Promise<Published | undefined> => {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw error
    })
    return text === undefined ? undefined : readPublished(text)
  }
  return {
    location: path,
    lock: () => writing(() => lockLake(target, waiting)),
    current: () => read(join(target, pointer)),
    async all() {
      const found: Published[] = []
      for (const id of await readdir(snapshots).catch((): string[] => [])) {
        const published = await read(join(snapshots, id, description))
        if (published !== undefined) found.push(published)
      }
      return found
    },
    holds: async (day) => {
      for (const { name, bytes } of day.files) {
        const found = await stat(join(target, day.folder, name)).catch(() => undefined)
        if (found?.size !== bytes) return false
      }
      return true
    },
    put: (folder, files) =>
      writing(async () => {
        const place = join(target, folder)
        await mkdir(place, { recursive: true })
        for (const file of files) await linkOrCopy(file, join(place, basename(file)))
        for (const made of [place, dirname(place), snapshots, target]) await syncPath(made)
      }),
    describe: (published) =>
      writing(async () => {
        await mkdir(join(snapshots, published.id), { recursive: true })
        await createAtomically(join(snapshots, published.id, description), publishedText(published))
      }),
    point: (published) => writing(() => replaceAtomically(join(target, pointer), publishedText(published))),
    removeOthers: async ({ folders, ids }) => {
      let removed = 0
      for (const entry of await readdir(snapshots, { withFileTypes: true }).catch(() => [])) {
        const id = entry.name
        // Nothing else lies here, and a name of another form would be somebody's own. A link would lead out, to the lake perhaps.
        if (!entry.isDirectory() || !/^\d{10,}-[0-9a-f]+$/.test(id)) continue
        for (const name of await readdir(join(snapshots, id)).catch((): string[] => [])) {
          const isDay = name.startsWith('event_date=')
          if ((isDay || name === coverageName) && !folders.has(`${folderName}/${id}/${name}`)) {
            await rm(join(snapshots, id, name), { recursive: true, force: true })
            if (isDay) removed++
          } else if (name.startsWith('.tmp-') || (name === description && !ids.has(id)))
            await rm(join(snapshots, id, name), { force: true })
        }
        await rmdir(join(snapshots, id)).catch(() => {})
      }
      for (const name of await readdir(target))
        if (name.startsWith('.tmp-')) await rm(join(target, name), { force: true })
      return removed
    },
  }
}

/** As far as it is there: where links lead, which names do not tell. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(await realPath(above), basename(path))
  }
}

const noLinks: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

async function linkOrCopy(from: string, to: string): Promise<void> {
  await access(from, constants.R_OK).catch((cause) => {
    throw new TrailbookError(
      'LAKE_DAMAGED',
      { path: dirname(from), reason: `the part ${basename(from)} is gone` },
      { cause },
    )
  })
  try {
    await link(from, to)
  } catch (error) {
    if (!noLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    await copyFile(from, to, constants.COPYFILE_FICLONE)
    await syncPath(to)
  }
}
