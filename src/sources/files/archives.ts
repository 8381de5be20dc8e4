/** Archives as folders of log files: entries are files at `<archive>!/<path>`. */
import { hash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { InputFault } from '../../core/event/fault.ts'
import type { ListOptions, LogFile } from '../../core/event/source.ts'
import { isArchiveName, isLogFileName } from '../../log-file/log-file-name.ts'
import type { Archive, ArchiveEntry } from './archive-entry.ts'

type AnyArchive = Archive<ArchiveEntry>

/** Libraries for archives are loaded when there is one. */
async function openArchive(path: string): Promise<AnyArchive> {
  if (/\.zip$/i.test(path)) return (await import('./zip-archive.ts')).zipArchive(path) as Promise<AnyArchive>
  return (await import('./tar-archive.ts')).tarArchive(path) as Promise<AnyArchive>
}

/** How a file of an archive is opened; kept beside the file, since finding an entry again takes a pass over the archive. */
const openers = new WeakMap<LogFile, () => Promise<AsyncIterable<Uint8Array>>>()

/**
 * The log files of an archive in its order, and last the archive itself: a file without records, or with the fault of the
 * archive. So an archive that was damaged is no gap any more when a whole one has taken its place.
 */
export async function* archiveFiles(
  path: string,
  { passOver = () => {} }: Pick<ListOptions, 'passOver'> = {},
): AsyncGenerator<LogFile, void> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  const modified = stats === undefined ? '' : `${stats.mtimeNs}-${stats.ctimeNs}`
  const itself: LogFile = {
    name: path,
    location: resolve(path),
    size: Number(stats?.size ?? -1),
    modified,
    version: null,
  }
  try {
    const archive = await openArchive(path)
    for await (const { entry, place } of placedEntries(archive)) {
      const unlisted = whyNot(entry)
      if (unlisted !== undefined) passOver(`${path}${place}`, unlisted)
      else if (entry.type === 'file') {
        const size = entry.size
        const file: LogFile = {
          name: `${path}${place}`,
          location: `${resolve(path)}${place}`,
          size,
          modified,
          version: null,
        }
        openers.set(file, () => archive.open(entry))
        yield file
      }
    }
    openers.set(itself, async () => noRecords())
  } catch (error) {
    openers.set(itself, () => Promise.reject(error))
  }
  yield itself
}

/** A file without records; one without bytes would be a failed download. */
async function* noRecords(): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from('\n')
}

function whyNot({ path, type }: ArchiveEntry): Parameters<NonNullable<ListOptions['passOver']>>[1] | undefined {
  if (type === 'folder') return undefined
  if (type === 'link' || type === 'special') return type
  const steps = path.split(/[/\\]/)
  const name = steps.at(-1)!
  if (steps.some((step) => step.startsWith('.') && step !== '.' && step !== '..')) return 'name'
  if (isArchiveName(name)) return 'nested'
  return isLogFileName(name) ? undefined : 'name'
}

interface PlacedEntry {
  readonly entry: ArchiveEntry
  /** `!/path`, and `!2/path` for the second entry of a name, which hides the first one from who unpacks the archive. */
  readonly place: string
}

async function* placedEntries(archive: AnyArchive): AsyncGenerator<PlacedEntry, void> {
  const seen = new Set<number>()
  const repeated = new Map<number, number>()
  for await (const entry of archive.entries()) {
    const path = entry.path.replace(/^(?:\.\/)+/, '')
    // A million names as numbers: two names that meet in one only look like a repetition.
    const key = hash('sha1', path, 'buffer').readUIntBE(0, 6)
    const times = seen.has(key) ? (repeated.get(key) ?? 1) + 1 : 1
    if (times > 1) repeated.set(key, times)
    seen.add(key)
    yield { entry, place: `!${times === 1 ? '' : times}/${path}` }
  }
}

/** Splits `<archive>!/<path>`; undefined for another location. */
function splitLocation(location: string): { readonly archive: string; readonly place: string } | undefined {
  for (const match of location.matchAll(/!\d*[/\\]/g)) {
    const archive = location.slice(0, match.index)
    if (isArchiveName(archive)) return { archive, place: location.slice(match.index) }
  }
  return undefined
}

/** Opens what a source listed. @returns undefined where it is not in an archive @throws InputFault */
export async function openArchived(file: LogFile): Promise<AsyncIterable<Uint8Array> | undefined> {
  const opener = openers.get(file)
  return opener === undefined ? openArchivedLocation(file.location) : opener()
}

/** Finds an entry by its location, in a pass over the archive. @throws InputFault */
export async function openArchivedLocation(location: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const parts = splitLocation(location)
  if (parts === undefined || (await stat(location).catch(() => undefined))?.isFile()) return undefined
  const archive = await openArchive(parts.archive)
  for await (const { entry, place } of placedEntries(archive)) if (place === parts.place) return archive.open(entry)
  throw new InputFault('INPUT_UNREADABLE', { reason: 'it is no longer in the archive' })
}
