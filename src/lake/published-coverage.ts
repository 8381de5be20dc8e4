/** Writes what a lake knows of its coverage into one Parquet file, for engines that see published snapshots only. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Published, PublishedCoverage, SnapshotStore } from '../core/event/published.ts'
import type { LakeSnapshot } from '../core/event/snapshot.ts'
import { canonicalJson } from '../core/run/canonical.ts'
import { factColumns, standingRows } from '../core/run/coverage-published.ts'
import { allHoursSql, readStandingFacts } from '../duckdb/coverage-facts.ts'
import { openDatabase } from '../duckdb/open.ts'
import { quoted } from '../duckdb/quote.ts'
import { snapshotOf } from './lake.ts'
import type { Manifest } from './manifest.ts'

/** Parts are never changed and their names never used twice, so equal names are equal content. */
export function coverageSource({ files, coverage, removed }: Manifest): string {
  const names = [...files, ...coverage].map(({ path }) => path).sort()
  return createHash('sha256')
    .update(canonicalJson([names, removed]))
    .digest('hex')
}

/** Whether the snapshot has the file of this source still. */
export async function holdsCoverage(store: SnapshotStore, { coverage }: Published, source: string): Promise<boolean> {
  if (coverage?.source !== source) return false
  const { folder, name, rows, bytes } = coverage
  return store.holds({ date: '', folder, rows, bytes, files: [{ name, rows, bytes }] })
}

/** Puts the file into the snapshot's folder. */
export async function putCoverage(
  folder: string,
  manifest: Manifest,
  { id, store }: { readonly id: string; readonly store: SnapshotStore },
): Promise<Omit<PublishedCoverage, 'source'>> {
  const scratch = await mkdtemp(join(tmpdir(), 'trailbook-coverage-'))
  try {
    const name = `${id}.parquet`
    const rows = await writePublishedCoverage({ folder, snapshot: snapshotOf(folder, manifest), id, scratch, name })
    const path = join(scratch, name)
    const { size: bytes } = await stat(path)
    const place = `snapshots/${id}/coverage`
    await store.put(place, [path])
    return { folder: place, name, rows, bytes }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface CoverageFile {
  /** What the snapshot's parts lie below. */
  readonly folder: string
  readonly snapshot: LakeSnapshot
  /** Id of the published snapshot. */
  readonly id: string
  /** An existing folder to write into. */
  readonly scratch: string
  readonly name: string
}

/** @returns how many rows it has */
export async function writePublishedCoverage({ folder, snapshot, id, scratch, name }: CoverageFile): Promise<number> {
  const database = await openDatabase({ folders: [folder, scratch], memoryLimit: '1GB', threads: 2, spill: scratch })
  const connection = await database.connect()
  try {
    const standing = await readStandingFacts(connection, snapshot)
    await connection.run('CREATE TEMP TABLE standing (kind VARCHAR, body VARCHAR)')
    const appender = await connection.createAppender('standing', 'main', 'temp')
    for (const { kind, body } of standingRows(standing, id)) {
      appender.appendVarchar(kind)
      appender.appendVarchar(body)
      appender.endRow()
    }
    appender.closeSync()
    const hours =
      snapshot.coverage.length === 0
        ? ''
        : `UNION ALL BY NAME SELECT 'hour' AS kind, * FROM (${allHoursSql(snapshot.coverage)})`
    const none = factColumns.map((column) => `NULL::VARCHAR AS ${column}`).join(', ')
    const done = await connection.runAndReadAll(`COPY (SELECT ${factColumns.join(', ')} FROM (
        SELECT ${none} WHERE false UNION ALL BY NAME FROM standing ${hours})
      ORDER BY kind, event_class, account, region, hour) TO ${quoted(join(scratch, name))} (FORMAT parquet, COMPRESSION zstd)`)
    return Number(done.getRows()[0]?.[0] ?? 0)
  } finally {
    connection.closeSync()
    database.close()
  }
}
