import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import type { StagedParts } from './columnar/messages.ts'
import { syncPath } from './durable.ts'
import { type FileEntry, writeFileLedger } from './file-ledger.ts'
import { createKeyIndex } from './key-index.ts'
import type { WriterLock } from './lock.ts'
import { type Manifest, type ManifestEventPart, type ManifestPart, pruneManifests, writeManifest } from './manifest.ts'
import { decide, mergeCounts } from './merge.ts'
import { filePartPath, placeCoverage, placeEvents, rewriteParts } from './parts.ts'

interface WriterOptions {
  readonly lake: string
  readonly manifest: Manifest
  readonly connection: DuckDBConnection
  readonly lock: WriterLock
  readonly now: () => number
}

/** Readers may work with a replaced part for so long. */
const retirement = 60 * 60 * 1000

/** What a file came to, save what only the merge knows. */
export type StagedFile = Omit<FileEntry, 'events' | 'variants'>

/** Parts that are in their place but not yet named by a manifest. */
interface Draft {
  readonly events: readonly ManifestEventPart[]
  readonly coverage: readonly ManifestPart[]
  readonly retired: Manifest['retired']
}

/**
 * Puts files into the lake, whole files at a time: their staged parts are merged with what the lake has, and become visible
 * by the next manifest, all or none.
 */
export function createWriter({ lake, connection, lock, now, ...options }: WriterOptions) {
  let manifest = options.manifest
  let nextFile = manifest.nextFile
  let complete: StagedFile[] = []
  const index = createKeyIndex(connection)

  /** Names everything that is in its place in a new manifest. */
  const commit = async (
    draft: Draft,
    counts: ReadonlyMap<number, { events: number; variants: number }>,
  ): Promise<readonly FileEntry[]> => {
    const entries = complete.map((file): FileEntry => ({ ...file, events: 0, variants: 0, ...counts.get(file.id) }))
    if (entries.length === 0) return []
    const id = manifest.id + 1
    const ledger = filePartPath(id)
    await mkdir(join(lake, dirname(ledger)), { recursive: true })
    await writeFileLedger(connection, entries, join(lake, ledger))
    await syncPath(join(lake, ledger))
    await syncPath(join(lake, dirname(ledger)))
    const cutoff = now() - retirement
    const next: Manifest = {
      ...manifest,
      id,
      nextFile,
      events: draft.events,
      files: [...manifest.files, { path: ledger, rows: entries.length, bytes: (await stat(join(lake, ledger))).size }],
      coverage: draft.coverage,
      retired: draft.retired.filter(({ at }) => at > cutoff),
    }
    await lock.check()
    if (!(await writeManifest(lake, next))) throw new TrailbookError('LAKE_LOCK_LOST', { path: lake })
    for (const { path, at } of draft.retired) if (at <= cutoff) await rm(join(lake, path), { force: true })
    await pruneManifests(lake)
    manifest = next
    complete = []
    return entries
  }

  /** Parts of the group, and of the lake, that may hold copies of one another. */
  const suspects = async (group: readonly StagedParts[]): Promise<{ staged: Set<string>; existing: Set<string> }> => {
    const days = new Set<string>()
    const found = new Set<string>()
    const inLake = new Map<string, string[]>()
    for (const { path, date } of manifest.events) inLake.set(date, [...(inLake.get(date) ?? []), join(lake, path)])
    const parts = group.flatMap((staged) => staged.parts)
    for (const { date, path } of parts) {
      const hits = await index.add(date, path, inLake.get(date) ?? [])
      if (hits.size > 0) days.add(date)
      for (const hit of hits) found.add(hit)
    }
    const ours = new Set(parts.map(({ path }) => path))
    return {
      staged: new Set(parts.filter(({ date }) => days.has(date)).map(({ path }) => path)),
      existing: new Set([...found].filter((path) => !ours.has(path))),
    }
  }

  return {
    /** The id under which the next file's rows are staged. */
    beginFile: (): number => nextFile++,
    /** The file goes into the ledger with the next commit. */
    endFile(file: StagedFile): void {
      complete.push(file)
    },
    /** Files that wait for a commit. */
    waiting: (): number => complete.length,
    /** Merges staged parts and commits them with the files that have ended: those whose rows they hold must be among them. */
    async merge(group: readonly StagedParts[]): Promise<readonly FileEntry[]> {
      const place = { lake, commit: manifest.id + 1 }
      const { staged, existing } = await suspects(group)
      const counts = new Map<number, { events: number; variants: number }>()
      const ended = new Set(complete.map(({ id }) => id))
      for (const { rowsOf } of group)
        for (const [file, rows] of rowsOf) {
          if (!ended.has(file)) throw new Error(`rows of file ${file} were staged, which has not ended`)
          counts.set(file, { events: rows + (counts.get(file)?.events ?? 0), variants: 0 })
        }
      let leaving = new Map<string, number>()
      let knownRows = new Map<string, readonly number[]>()
      let rewritten = new Map<string, ManifestEventPart | undefined>()
      if (staged.size > 0) {
        await decide(connection, [...staged], [...existing])
        for (const [file, { known, variants }] of await mergeCounts(connection))
          counts.set(file, { events: (counts.get(file)?.events ?? 0) - known, variants })
        leaving = await leavingRows(connection)
        knownRows = await rowsKnown(connection)
        rewritten = await rewriteParts(connection, place, manifest.events)
      }
      const added: ManifestEventPart[] = []
      const coverage: ManifestPart[] = []
      for (const { parts, coverage: covered, groups } of group) {
        const known = new Map<number, number>()
        let before = 0
        for (const part of parts) {
          for (const row of knownRows.get(part.path) ?? []) {
            const covering = groups[before + row]!
            known.set(covering, (known.get(covering) ?? 0) + 1)
          }
          before += part.rows
          const placed = await placeEvents(connection, place, part, leaving.get(part.path) ?? 0)
          index.moved(part.date, part.path, placed && join(lake, placed.path))
          if (placed !== undefined) added.push(placed)
        }
        if (covered !== null) coverage.push(await placeCoverage(connection, place, covered, known))
      }
      for (const [path, part] of rewritten) {
        const date = manifest.events.find((old) => old.path === path)!.date
        index.moved(date, join(lake, path), part && join(lake, part.path))
      }
      const kept = manifest.events.flatMap((part) =>
        rewritten.has(part.path) ? (rewritten.get(part.path) ?? []) : part,
      )
      const entries = await commit(
        {
          events: [...kept, ...added],
          coverage: [...manifest.coverage, ...coverage],
          retired: [...manifest.retired, ...[...rewritten.keys()].map((path) => ({ path, at: now() }))],
        },
        counts,
      )
      index.settle()
      return entries
    },
    /** Commits the files that have ended. */
    finish(): Promise<readonly FileEntry[]> {
      return commit({ events: manifest.events, coverage: manifest.coverage, retired: manifest.retired }, new Map())
    },
  }
}

/** Counts of rows that do not go in, by staged part. */
async function leavingRows(connection: DuckDBConnection): Promise<Map<string, number>> {
  const reader = await connection.runAndReadAll(
    'SELECT part, count(*)::INTEGER FROM verdict WHERE NOT go_in GROUP BY part',
  )
  return new Map(reader.getRows() as [string, number][])
}

/** Places of the rows that are no new events, by staged part. */
async function rowsKnown(connection: DuckDBConnection): Promise<Map<string, readonly number[]>> {
  const rows = new Map<string, number[]>()
  const result = await connection.stream('SELECT part, row::INTEGER FROM verdict WHERE NOT is_new')
  for (;;) {
    const chunk = await result.fetchChunk()
    if (chunk === null || chunk.rowCount === 0) return rows
    const [parts, places] = [chunk.getColumnValues(0) as string[], chunk.getColumnValues(1) as number[]]
    for (const [at, part] of parts.entries()) {
      const list = rows.get(part) ?? []
      if (list.push(places[at]!) === 1) rows.set(part, list)
    }
  }
}

export type LakeWriter = ReturnType<typeof createWriter>
