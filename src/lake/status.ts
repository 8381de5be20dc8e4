import { TrailbookError } from '../core/errors.ts'
import { type Coverage, judgeCoverage, nothingCovered } from '../core/run/coverage.ts'
import type { Inventory } from '../core/run/inventory.ts'
import { isoTime, milliseconds, second, type Window } from '../core/time.ts'
import { readCoverageFacts } from '../duckdb/coverage-facts.ts'
import { type Database, openDatabase } from '../duckdb/open.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { type Lake, snapshotOf } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import type { Hold, Manifest, Removal } from './manifest.ts'

/** The machine output of `status`. */
export interface LakeStatus {
  readonly lake: {
    readonly events: number
    /** Of event parts on disk. */
    readonly bytes: number
    /** Log files that went in. */
    readonly files: number
    /** Events that share an event id and account with another of other content. */
    readonly variants: number
    /** Unreadable files that somebody said are of no matter. */
    readonly forgotten: number
    /** Times of the first and the last event; null in an empty lake. */
    readonly first: string | null
    readonly last: string | null
    /** What retention must not take out, and what it took. */
    readonly holds: readonly Hold[]
    readonly removed: readonly Removal[]
  }
  readonly coverage: Coverage
}

/** @throws TrailbookError LAKE_MISSING */
export async function lakeStatus(lake: Lake, inventory?: Inventory): Promise<LakeStatus> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const manifest = await lake.manifest()
  const database = await openDatabase({ folders: [lake.folder], memoryLimit: '512MB' })
  try {
    const counts = await fileCounts(database, snapshotOf(lake.folder, manifest).files)
    return {
      lake: {
        events: manifest.events.reduce((total, part) => total + part.rows, 0),
        bytes: manifest.events.reduce((total, part) => total + part.bytes, 0),
        ...counts,
        first: manifest.events.length === 0 ? null : manifest.events.map((part) => part.first).sort()[0]!,
        last:
          manifest.events.length === 0
            ? null
            : manifest.events
                .map((part) => part.last)
                .sort()
                .at(-1)!,
        holds: manifest.holds,
        removed: manifest.removed,
      },
      coverage: await lakeCoverage(lake, database, inventory),
    }
  } catch (error) {
    throw asLakeError(error, lake.folder)
  } finally {
    database.close()
  }
}

async function fileCounts(
  database: Database,
  parts: readonly string[],
): Promise<Pick<LakeStatus['lake'], 'files' | 'variants' | 'forgotten'>> {
  if (parts.length === 0) return { files: 0, variants: 0, forgotten: 0 }
  const connection = await database.connect()
  try {
    const reader = await connection.runAndReadAll(
      `SELECT count(DISTINCT location) FILTER (status IN ('ingested', 'digest'))::INTEGER, sum(variants)::INTEGER,
         count(DISTINCT location) FILTER (newest AND status = 'forgotten')::INTEGER
       FROM (SELECT location, status, variants,
         row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1 AS newest FROM ${readParquet(parts)})`,
    )
    const [files, variants, forgotten] = reader.getRows()[0] as [number, number | null, number]
    return { files, variants: variants ?? 0, forgotten }
  } finally {
    connection.closeSync()
  }
}

const nothing: Coverage = { ...nothingCovered({ from: '', to: '' }), window: null, gaps: [] }

/** From the first event up to a second after the last one, so that the window holds both. */
function spanOf(manifest: Pick<Manifest, 'events'>): Window | undefined {
  if (manifest.events.length === 0) return undefined
  const from = manifest.events.map((part) => part.first).sort()[0]!
  const last = manifest.events
    .map((part) => part.last)
    .sort()
    .at(-1)!
  return { from, to: isoTime(milliseconds(last) + second) }
}

/** Of a lake without events no time is known; what could not be read may lie at any. */
const anyTime: Window = { from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' }

/** The coverage of everything the lake holds, for management events. */
export async function lakeCoverage(lake: Lake, database: Database, inventory?: Inventory): Promise<Coverage> {
  const manifest = await lake.manifest()
  const snapshot = snapshotOf(lake.folder, manifest)
  if (snapshot.files.length === 0) return nothing
  const window = spanOf(manifest)
  const connection = await database.connect()
  try {
    const facts = await readCoverageFacts(connection, snapshot, window ?? anyTime)
    const coverage = judgeCoverage(
      { ...facts, inventory },
      { window: window ?? anyTime, accounts: [], regions: [] },
      [],
    )
    if (window !== undefined) return coverage
    const { hours: _, ...timeless } = coverage
    return { ...timeless, window: null }
  } finally {
    connection.closeSync()
  }
}
