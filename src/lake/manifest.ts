import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { isWholeList } from '../core/event/held-lists.ts'
import { createAtomically } from './durable.ts'

/**
 * Raised when code of the last version would read a lake wrongly, or lose something by writing it.
 * 2: holds and removals, which format 1 would forget with its next commit.
 */
export const formatVersion = 2

export interface ManifestPart {
  /** Within the lake, with `/`. */
  readonly path: string
  readonly rows: number
  readonly bytes: number
}

export interface ManifestEventPart extends ManifestPart {
  /** The event day, `YYYY-MM-DD`. */
  readonly date: string
  readonly first: string
  readonly last: string
}

/** Somebody said that events must stay, whatever their age. */
export interface Hold {
  readonly name: string
  /** Whole event days, both included; null for no bound. */
  readonly from: string | null
  readonly to: string | null
  /** Empty for all. */
  readonly accounts: readonly string[]
  readonly reason: string
  readonly by: string
  readonly at: string
}

/** Events that retention took out. */
export interface Removal {
  /** Whole event days, both included. */
  readonly from: string
  readonly to: string
  /** Whose events; null for all. `''` stands for events without an account. */
  readonly accounts: readonly string[] | null
  readonly rows: number
  readonly at: string
}

/** One complete state of a lake. `manifest/<id>.json` is written once and never changed. */
export interface Manifest {
  readonly format: number
  readonly id: number
  /** The next file of the file ledger gets this id. */
  readonly nextFile: number
  readonly events: readonly ManifestEventPart[]
  readonly files: readonly ManifestPart[]
  readonly coverage: readonly ManifestPart[]
  /** Replaced parts that readers of earlier manifests may still hold open, with the time (ms) they were replaced. */
  readonly retired: readonly { readonly path: string; readonly at: number }[]
  readonly holds: readonly Hold[]
  readonly removed: readonly Removal[]
}

export const allParts = ({ events, files, coverage }: Manifest): readonly ManifestPart[] => [
  ...events,
  ...files,
  ...coverage,
]

export const emptyManifest: Manifest = {
  format: formatVersion,
  id: 0,
  nextFile: 1,
  events: [],
  files: [],
  coverage: [],
  retired: [],
  holds: [],
  removed: [],
}

const folder = 'manifest'
const nameOf = (id: number): string => `${String(id).padStart(10, '0')}.json`

/** The newest manifest, or undefined where there is none. @throws TrailbookError LAKE_NEWER, LAKE_DAMAGED */
export async function readManifest(lake: string): Promise<Manifest | undefined> {
  // A writer may remove an old manifest between listing and reading: then there is a newer one.
  for (let attempt = 0; attempt < 5; attempt++) {
    const ids = await manifestIds(lake)
    if (ids.length === 0) return undefined
    const name = nameOf(ids.at(-1)!)
    const text = await readFile(join(lake, folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined
      throw new TrailbookError(
        'LAKE_DAMAGED',
        { path: lake, reason: `manifest ${name} cannot be read` },
        { cause: error },
      )
    })
    if (text !== undefined) return parseManifest(lake, name, text)
  }
  throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: 'its manifests keep vanishing' })
}

/** Numbers of the manifests that are there, in order. */
export async function manifestIds(lake: string): Promise<number[]> {
  const names = await readdir(join(lake, folder)).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: 'its manifests cannot be read' }, { cause: error })
  })
  return names
    .filter((name) => /^\d{10,}\.json$/.test(name))
    .map((name) => Number(name.slice(0, -5)))
    .sort((a, b) => a - b)
}

/** One manifest by its number, undefined where it is not there. @throws TrailbookError LAKE_NEWER, LAKE_DAMAGED */
export async function readManifestOf(lake: string, id: number): Promise<Manifest | undefined> {
  const text = await readFile(join(lake, folder, nameOf(id)), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : parseManifest(lake, nameOf(id), text)
}

function parseManifest(lake: string, name: string, text: string): Manifest {
  let manifest: Partial<Manifest> | null
  try {
    manifest = JSON.parse(text) as Partial<Manifest> | null
  } catch (cause) {
    throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: `manifest ${name} is no JSON` }, { cause })
  }
  if (typeof manifest?.format !== 'number')
    throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: `manifest ${name} has no format` })
  if (manifest.format > formatVersion)
    throw new TrailbookError('LAKE_NEWER', { path: lake, found: manifest.format, known: formatVersion })
  const whole = { ...emptyManifest, ...manifest }
  for (const key of ['events', 'files', 'coverage', 'retired'] as const)
    if (!Array.isArray(manifest[key]) || whole[key].some(({ path }) => !partPath.test(path)))
      throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: `manifest ${name} names no parts under "${key}"` })
  for (const key of ['holds', 'removed'] as const)
    if (!isWholeList[key](whole[key]))
      throw new TrailbookError('LAKE_DAMAGED', { path: lake, reason: `manifest ${name} has no list of ${key}` })
  return whole
}

/** The only names that parts have: a manifest that comes from elsewhere must not name, read or delete anything else. */
const partPath = /^(events\/event_date=\d{4}-\d\d-\d\d|files|coverage)\/\d{10,}-[0-9a-f]+\.parquet$/

/** @returns false when another writer was quicker */
export async function writeManifest(lake: string, manifest: Manifest): Promise<boolean> {
  await mkdir(join(lake, folder), { recursive: true })
  return createAtomically(join(lake, folder, nameOf(manifest.id)), `${JSON.stringify(manifest)}\n`)
}

const kept = 3

/** Removes all but the newest manifests and whatever a killed writer left half-written. Only under the lock. */
export async function pruneManifests(lake: string): Promise<void> {
  const ids = await manifestIds(lake)
  for (const id of ids.slice(0, -kept)) await rm(join(lake, folder, nameOf(id)), { force: true })
  for (const name of await readdir(join(lake, folder)).catch(() => []))
    if (name.startsWith('.tmp-') || name.endsWith('.claim')) await rm(join(lake, folder, name), { force: true })
}
