import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { openDatabase } from '../duckdb/open.ts'
import { isKeptTrue } from './attestation.ts'
import { checkDays } from './check-days.ts'
import { checkLedgers } from './check-ledgers.ts'
import { checkParts } from './check-parts.ts'
import { commitOf, orphansOf } from './clean.ts'
import { type Lake, ledgerOf, markerName } from './lake.ts'
import { lockOwner } from './lock.ts'
import { type Manifest, manifestIds, readManifestOf } from './manifest.ts'
import { graceMs } from './with-lock.ts'

export interface CheckOptions {
  /** Reads every column of every part, not only those that tell rows apart. */
  readonly deep?: boolean
  readonly now?: () => number
  readonly memoryLimit?: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void
}

interface CheckFinding {
  readonly kind: FindingKind
  /** Of a part or another file, within the lake; null where the lake as a whole is meant. */
  readonly path: string | null
  readonly message: string
  /** What to do. */
  readonly advice: string
}

/** What can be wrong, and what to do then. */
const findingAdvice = {
  part: 'Restore the part from a copy of the lake, or ingest the log files into a new lake.',
  rows: 'Restore the lake from a copy, or ingest the log files into a new lake; please report it.',
  double: 'Counts over this day are too high. Ingest the log files into a new lake; please report it.',
  ledger: 'Queries are right, but where an event came from cannot be told. Restore the lake from a copy.',
  coverage: 'Coverage may call times missing that are not. Ingest the log files into a new lake.',
  digests: 'Somebody changed it. Remove the file: it is made again, and every answer since then is to be asked again.',
  orphan: 'trailbook lake vacuum removes it.',
  retired: 'A query that began before may fail; ask it again.',
  manifest: 'Restore the folder "manifest" from a copy. The newest manifest can be read, so the lake can be used.',
  marker: 'trailbook lake upgrade mends it.',
} as const

export type FindingKind = keyof typeof findingAdvice

/** The machine output of `lake check`. */
export interface CheckReport {
  readonly clean: boolean
  readonly deep: boolean
  readonly manifest: number
  readonly format: number
  readonly parts: number
  readonly rows: number
  readonly bytes: number
  readonly days: number
  /** Files of the ledger. */
  readonly files: number
  /** Another process was writing, so that files without a manifest were not looked at. */
  readonly writing: boolean
  readonly findings: readonly CheckFinding[]
}

/**
 * Holds the lake against its manifest. Changes nothing and takes no lock; the state it looks at is the newest one at its start.
 *
 * @throws TrailbookError LAKE_MISSING, RUN_INTERRUPTED, and what keeps a lake from being opened
 */
export async function checkLake(lake: Lake, options: CheckOptions = {}): Promise<CheckReport> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const { deep = false, now = Date.now } = options
  const manifest = await lake.manifest()
  const findings: CheckFinding[] = []
  const add = (kind: FindingKind, path: string | null, message: string): void => {
    findings.push({ kind, path, message, advice: findingAdvice[kind] })
  }
  await checkMarker(lake, manifest, add)
  await checkChain(lake, manifest, add)
  const database = await openDatabase({
    folders: [lake.folder],
    memoryLimit: options.memoryLimit ?? '600MB',
    threads: 2,
  })
  let files = 0
  try {
    const connection = await database.connect()
    try {
      const request = { ...options, deep, connection, lake: lake.folder, manifest, add }
      const readable = await checkParts(request)
      await checkDays({ ...request, manifest: readable })
      files = await checkLedgers({ ...request, manifest: readable }, readable.events.length === manifest.events.length)
    } finally {
      connection.closeSync()
    }
  } finally {
    database.close()
  }
  await checkKept(lake, manifest, { add, readable: findings.length === 0 })
  const writing = (await lockOwner(lake.folder)) !== undefined
  await checkLeftovers(lake, manifest, { add, writing, now: now() })
  const parts = [...manifest.events, ...manifest.files, ...manifest.coverage]
  return {
    clean: findings.length === 0,
    deep,
    manifest: manifest.id,
    format: manifest.format,
    parts: parts.length,
    rows: manifest.events.reduce((total, part) => total + part.rows, 0),
    bytes: parts.reduce((total, part) => total + part.bytes, 0),
    days: new Set(manifest.events.map(({ date }) => date)).size,
    files,
    writing,
    findings,
  }
}

type Add = (kind: FindingKind, path: string | null, message: string) => void

async function checkMarker(lake: Lake, manifest: Manifest, add: Add): Promise<void> {
  const { format } = JSON.parse(await readFile(join(lake.folder, markerName), 'utf8')) as { format: number }
  if (format !== manifest.format) add('marker', markerName, `names format ${format}, the manifest ${manifest.format}`)
}

/** What coverage takes from digests is kept beside the parts, and no manifest tells of it. */
async function checkKept(
  lake: Lake,
  manifest: Manifest,
  { add, readable }: { readonly add: Add; readonly readable: boolean },
): Promise<void> {
  if (!readable) return
  const { path, same } = await isKeptTrue(ledgerOf(lake.folder, manifest))
  if (!same) add('digests', path, 'is not what the digests in the lake say')
}

/** Manifests before the newest one: those that are kept follow one another and can be read. */
async function checkChain(lake: Lake, manifest: Manifest, add: Add): Promise<void> {
  const ids = (await manifestIds(lake.folder)).filter((id) => id <= manifest.id)
  for (const [at, id] of ids.entries()) {
    const path = `manifest/${String(id).padStart(10, '0')}.json`
    const next = ids[at + 1]
    if (next !== undefined && next !== id + 1) add('manifest', path, `is followed by number ${next}`)
    try {
      const read = await readManifestOf(lake.folder, id)
      if (read !== undefined && read.id !== id) add('manifest', path, `says that it is number ${read.id}`)
    } catch (error) {
      add('manifest', path, error instanceof Error ? error.message : String(error))
    }
  }
}

/** Files that no manifest names. What a writer made since this check began is not judged. */
async function checkLeftovers(
  lake: Lake,
  before: Manifest,
  { add, writing, now }: { readonly add: Add; readonly writing: boolean; readonly now: number },
): Promise<void> {
  const manifest = await lake.manifest()
  const orphans = await orphansOf(lake.folder, manifest)
  for (const path of orphans) {
    const commit = commitOf(path)
    if (commit > manifest.id + 1) add('manifest', path, `belongs to commit ${commit}, which is lost`)
    else if (!writing && manifest.id === before.id) add('orphan', path, 'is named by no manifest')
  }
  const there = new Set(await orphansOf(lake.folder, { ...manifest, retired: [] }))
  if (manifest.id === before.id)
    for (const { path, at } of manifest.retired)
      if (at > now - graceMs && !there.has(path)) add('retired', path, 'was replaced less than an hour ago and is gone')
}
