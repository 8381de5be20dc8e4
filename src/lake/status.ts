import { TrailbookError } from '../core/errors.ts'
import { type Coverage, judgeCoverage, nothingCovered } from '../core/run/coverage.ts'
import { isoTime, milliseconds, second, type Window } from '../core/time.ts'
import { readCoverageFacts } from '../duckdb/coverage-facts.ts'
import { type Database, openDatabase } from '../duckdb/open.ts'
import { readParquet } from '../duckdb/parquet.ts'
import type { Lake } from './lake.ts'
import type { Manifest } from './manifest.ts'

/** The machine output of `status`. */
export interface LakeStatus {
  readonly lake: {
    readonly events: number
    /** Of event parts on disk. */
    readonly bytes: number
    /** Log files that went in. */
    readonly files: number
    /** Times of the first and the last event; null in an empty lake. */
    readonly first: string | null
    readonly last: string | null
  }
  readonly coverage: Coverage
}

/** @throws TrailbookError LAKE_MISSING */
export async function lakeStatus(lake: Lake): Promise<LakeStatus> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const manifest = await lake.manifest()
  const database = await openDatabase({ folders: [lake.folder], memoryLimit: '512MB' })
  try {
    const connection = await database.connect()
    let files = 0
    if (manifest.files.length > 0) {
      const { files: parts } = await lake.snapshot()
      const reader = await connection.runAndReadAll(
        `SELECT count(DISTINCT location)::INTEGER FROM ${readParquet(parts)} WHERE status <> 'quarantined'`,
      )
      files = reader.getRows()[0]![0] as number
    }
    connection.closeSync()
    const span = spanOf(manifest)
    return {
      lake: {
        events: manifest.events.reduce((total, part) => total + part.rows, 0),
        bytes: manifest.events.reduce((total, part) => total + part.bytes, 0),
        files,
        first: manifest.events.length === 0 ? null : manifest.events.map((part) => part.first).sort()[0]!,
        last:
          manifest.events.length === 0
            ? null
            : manifest.events
                .map((part) => part.last)
                .sort()
                .at(-1)!,
      },
      coverage: span === undefined ? nothing : await lakeCoverage(lake, database),
    }
  } finally {
    database.close()
  }
}

const nothing: Coverage = { ...nothingCovered({ from: '', to: '' }), window: null, gaps: [] }

/** From the first event up to a second after the last one, so that the window holds both. */
export function spanOf(manifest: Pick<Manifest, 'events'>): Window | undefined {
  if (manifest.events.length === 0) return undefined
  const from = manifest.events.map((part) => part.first).sort()[0]!
  const last = manifest.events
    .map((part) => part.last)
    .sort()
    .at(-1)!
  return { from, to: isoTime(milliseconds(last) + second) }
}

/** The coverage of everything the lake holds, for management events. */
export async function lakeCoverage(lake: Lake, database: Database): Promise<Coverage> {
  const window = spanOf(await lake.manifest())
  if (window === undefined) return nothing
  const connection = await database.connect()
  try {
    const facts = await readCoverageFacts(connection, await lake.snapshot(), window)
    return judgeCoverage(facts, { window, accounts: [], regions: [] }, [])
  } finally {
    connection.closeSync()
  }
}
