import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { createStagingTable, type StagedRow } from '../duckdb/event-staging.ts'
import { syncPath } from './durable.ts'
import { type FileEntry, writeFileLedger } from './file-ledger.ts'
import type { WriterLock } from './lock.ts'
import { type Manifest, type ManifestEventPart, type ManifestPart, pruneManifests, writeManifest } from './manifest.ts'
import { decide, type MergeCounts, mergeCounts } from './merge.ts'
import { filePartPath, rewriteParts, writeCoveragePart, writeEventParts } from './parts.ts'

interface WriterOptions {
  readonly lake: string
  readonly manifest: Manifest
  readonly connection: DuckDBConnection
  readonly lock: WriterLock
  /** A batch is committed when it has so many rows or inflated bytes. */
  readonly batchRows: number
  readonly batchBytes: number
  readonly now: () => number
}

/** Entries of files wait in memory for their commit, too. */
const batchFiles = 20_000

/** Readers may work with a replaced part for so long. */
const retirement = 60 * 60 * 1000

/** What a file came to, save what only the merge knows. */
type StagedFile = Omit<FileEntry, 'events' | 'variants'>

/** Parts of a batch that are written but not yet named by a manifest. */
interface Draft {
  readonly events: readonly ManifestEventPart[]
  readonly coverage: readonly ManifestPart[]
  readonly retired: Manifest['retired']
  readonly written: readonly string[]
}

/**
 * Puts files into the lake, whole files at a time. Rows are staged, merged with what the lake has, written as parts, and become
 * visible by the next manifest, all or none.
 *
 * A file larger than a batch is written in several goes, which all become visible with its last one.
 */
export async function createWriter({ lake, connection, lock, batchRows, batchBytes, now, ...options }: WriterOptions) {
  const staging = await createStagingTable(connection)
  let manifest = options.manifest
  let nextFile = manifest.nextFile
  let rows = 0
  let bytes = 0
  let complete: StagedFile[] = []
  let current: { id: number; rows: number } | undefined
  let counts = new Map<number, MergeCounts>()
  let draft: Draft | undefined

  const draftOf = (base: Manifest): Draft => ({
    events: base.events,
    coverage: base.coverage,
    retired: base.retired,
    written: [],
  })

  /** Merges staged rows into parts of the draft and takes them out of staging. */
  const write = async (batch: string): Promise<void> => {
    staging.flush()
    const base = draft ?? draftOf(manifest)
    const days = await connection.runAndReadAll(`SELECT DISTINCT eventTime[:10] FROM staging WHERE ${batch}`)
    const dates = new Set(days.getRowsJson().map(([date]) => date as string))
    if (dates.size === 0) return
    const existing = base.events.filter((part) => dates.has(part.date)).map((part) => join(lake, part.path))
    await decide(connection, batch, existing)
    for (const [file, { events, variants }] of await mergeCounts(connection)) {
      const before = counts.get(file)
      counts.set(file, { events: events + (before?.events ?? 0), variants: variants + (before?.variants ?? 0) })
    }
    const id = manifest.id + 1
    const rewritten = await rewriteParts(connection, lake, id, base.events)
    const added = await writeEventParts(connection, lake, id)
    const coverage = await writeCoveragePart(connection, lake, id)
    const kept = base.events.flatMap((part) => (rewritten.has(part.path) ? (rewritten.get(part.path) ?? []) : part))
    const replacements = [...rewritten.values()].filter((part) => part !== undefined)
    draft = {
      events: [...kept, ...added],
      coverage: [...base.coverage, coverage],
      retired: [...base.retired, ...[...rewritten.keys()].map((path) => ({ path, at: now() }))],
      written: [...base.written, ...[...replacements, ...added, coverage].map(({ path }) => path)],
    }
    await staging.remove(batch)
  }

  /** Names everything that is written in a new manifest. */
  const commit = async (): Promise<readonly FileEntry[]> => {
    const entries = complete.map((file): FileEntry => ({ ...file, events: 0, variants: 0, ...counts.get(file.id) }))
    if (entries.length === 0) return []
    const id = manifest.id + 1
    const ledger = filePartPath(id)
    await mkdir(join(lake, dirname(ledger)), { recursive: true })
    await writeFileLedger(connection, entries, join(lake, ledger))
    await syncPath(join(lake, ledger))
    await syncPath(join(lake, dirname(ledger)))
    for (const folder of ['events', 'coverage']) await syncPath(join(lake, folder)).catch(() => {})
    const state = draft ?? draftOf(manifest)
    const cutoff = now() - retirement
    const next: Manifest = {
      format: manifest.format,
      id,
      nextFile,
      events: state.events,
      files: [...manifest.files, { path: ledger, rows: entries.length, bytes: (await stat(join(lake, ledger))).size }],
      coverage: state.coverage,
      retired: state.retired.filter(({ at }) => at > cutoff),
    }
    await lock.check()
    if (!(await writeManifest(lake, next))) throw new TrailbookError('LAKE_LOCK_LOST', { path: lake })
    for (const { path, at } of state.retired) if (at <= cutoff) await rm(join(lake, path), { force: true })
    await pruneManifests(lake)
    manifest = next
    draft = undefined
    complete = []
    counts = new Map()
    rows = current?.rows ?? 0
    bytes = 0
    return entries
  }

  const isFull = (): boolean => rows >= batchRows || bytes >= batchBytes || complete.length >= batchFiles

  return {
    /** The id under which the next file's rows are staged. */
    beginFile(): number {
      current = { id: nextFile++, rows: 0 }
      return current.id
    },
    add(row: StagedRow): void {
      staging.add(row)
      rows++
      current!.rows++
    },
    /** Call after some rows, with the inflated bytes they stood for. @returns entries of earlier files, if they were committed */
    async relieve(more: number): Promise<readonly FileEntry[]> {
      bytes += more
      if (!isFull() || current === undefined) return []
      if (complete.length > 0) {
        await write(`_file <> ${current.id}`)
        return commit()
      }
      await write(`_file = ${current.id}`)
      current.rows = 0
      rows = 0
      bytes = 0
      return []
    },
    /** The file is good: it goes in with this or a later commit. */
    async endFile(file: StagedFile): Promise<readonly FileEntry[]> {
      current = undefined
      complete.push(file)
      bytes += file.digest?.length ?? 0
      if (!isFull() && draft === undefined) return []
      await write('true')
      return commit()
    },
    /** Nothing of the file goes in; it is noted as quarantined, if an entry is given. */
    async rejectFile(id: number, file: StagedFile | undefined): Promise<void> {
      staging.flush()
      await staging.remove(`_file = ${id}`)
      for (const path of draft?.written ?? []) await rm(join(lake, path), { force: true })
      draft = undefined
      counts.delete(id)
      rows -= current?.rows ?? 0
      current = undefined
      if (file !== undefined) complete.push(file)
    },
    async finish(): Promise<readonly FileEntry[]> {
      await write('true')
      return commit()
    },
    close: () => staging.close(),
  }
}

export type LakeWriter = Awaited<ReturnType<typeof createWriter>>
