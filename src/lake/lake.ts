import { access, mkdir, readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import type { EventStore, LakeSnapshot, RemovedTime } from '../core/event/snapshot.ts'
import { day, isoTime, milliseconds } from '../core/time.ts'
import { createAtomically } from './durable.ts'
import { emptyManifest, formatVersion, type Manifest, type Removal, readManifest, writeManifest } from './manifest.ts'

/** The file by which a folder is known as a lake, so that a wrong path is never written to. */
export const markerName = 'trailbook-lake.json'

export const markerText = (format: number): string => `${JSON.stringify({ kind: 'trailbook-lake', format })}\n`

export interface Lake extends EventStore {
  /** False until the first ingest: such a lake reads as empty. */
  readonly exists: boolean
  manifest(): Promise<Manifest>
}

/**
 * Opens the lake in a folder. The folder may be missing or empty: nothing is created before the first ingest.
 * @throws TrailbookError LAKE_NOT_A_LAKE, LAKE_NEWER, LAKE_DAMAGED, LAKE_MANIFEST_LOST
 */
export async function openLake(path: string): Promise<Lake> {
  const folder = resolve(path)
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return []
    const reason = error.code === 'ENOTDIR' ? 'it is a file' : 'it cannot be read'
    throw new TrailbookError('LAKE_NOT_A_LAKE', { path, reason }, { cause: error })
  })
  const exists = names.includes(markerName)
  if (!exists && names.some((name) => !name.startsWith('.')))
    throw new TrailbookError('LAKE_NOT_A_LAKE', { path, reason: `it holds other files and no ${markerName}` })
  const manifest = async (): Promise<Manifest> => (await readManifest(folder)) ?? (await emptyUnlessLost(folder))
  if (exists) {
    await checkMarker(folder)
    await manifest()
  }
  return { folder, exists, manifest, snapshot: async () => snapshotOf(folder, await manifest()) }
}

/**
 * The first manifest of a lake is written before its first part. Parts without any manifest tell that manifests were lost:
 * they must neither be taken for an empty lake nor be cleaned away.
 */
async function emptyUnlessLost(folder: string): Promise<Manifest> {
  for (const parts of ['events', 'files', 'coverage']) {
    const names = await readdir(join(folder, parts), { recursive: true }).catch((): string[] => [])
    if (names.some((name) => name.endsWith('.parquet')))
      throw new TrailbookError('LAKE_MANIFEST_LOST', { path: folder, found: 'none is there' })
  }
  return emptyManifest
}

async function checkMarker(folder: string): Promise<void> {
  let format: unknown
  try {
    format = (JSON.parse(await readFile(join(folder, markerName), 'utf8')) as { format?: unknown } | null)?.format
  } catch (cause) {
    throw new TrailbookError('LAKE_DAMAGED', { path: folder, reason: `${markerName} cannot be read` }, { cause })
  }
  if (typeof format !== 'number')
    throw new TrailbookError('LAKE_DAMAGED', { path: folder, reason: `${markerName} names no format` })
  if (format > formatVersion)
    throw new TrailbookError('LAKE_NEWER', { path: folder, found: format, known: formatVersion })
}

/** Makes the folder a lake if it is none yet. */
export async function createLake(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, markerName)
  const there = await access(path).then(
    () => true,
    () => false,
  )
  if (!there) await createAtomically(path, markerText(formatVersion))
}

/** The state to go on from; a lake without a manifest gets its first one, an empty one. Only under the lock. */
export async function firstManifest(lake: Lake): Promise<Manifest> {
  const manifest = await lake.manifest()
  if (manifest.id > 0) return manifest
  const first: Manifest = { ...emptyManifest, id: 1 }
  if (!(await writeManifest(lake.folder, first))) throw new TrailbookError('LAKE_LOCK_LOST', { path: lake.folder })
  return first
}

export function snapshotOf(folder: string, manifest: Manifest): LakeSnapshot {
  const absolute = ({ path }: { path: string }): string => join(folder, path)
  const files = manifest.files.map(absolute)
  return {
    events: manifest.events.map((part) => ({
      path: absolute(part),
      rows: part.rows,
      bytes: part.bytes,
      first: part.first,
      last: part.last,
    })),
    files,
    coverage: manifest.coverage.map(absolute),
    ...(files.length > 0 && {
      attestation: async () => (await import('./attestation.ts')).attestationOf(ledgerOf(folder, manifest)),
    }),
    ...(manifest.removed.length > 0 && { removed: manifest.removed.flatMap(removedTimes) }),
  }
}

/** What digests are judged by. */
export function ledgerOf(folder: string, { files, events, removed }: Manifest) {
  const paths = (parts: readonly { readonly path: string }[]): string[] => parts.map(({ path }) => join(folder, path))
  return { folder, files: paths(files), events: paths(events), removed }
}

function removedTimes({ from, to, accounts, at }: Removal): RemovedTime[] {
  const span = { from: `${from}T00:00:00Z`, to: isoTime(milliseconds(`${to}T00:00:00Z`) + day), at }
  // Events without an account may have been anybody's.
  return (accounts ?? [null]).map((account) => ({ ...span, account: account === '' ? null : account }))
}
