/** From events of the lake back to the records of log files they were read from. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { SourceKind } from '../core/event/source.ts'
import type { LakeContent, LakeState, Provenance, SourceFile, Span } from '../core/evidence/sources.ts'
import type { Cell } from '../core/ports.ts'
import { openDatabase } from '../duckdb/open.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import { chunkRows } from '../duckdb/rows.ts'
import { createDigestVerdicts } from './digest-status.ts'
import { type Lake, snapshotOf } from './lake.ts'
import type { Manifest, ManifestEventPart } from './manifest.ts'

/** More than this are not hashed into a bundle: seconds become minutes. */
const affordable = { events: 3_000_000, partBytes: 2 * 2 ** 30 }

const touches =
  ({ from, to }: Span) =>
  ({ first, last }: Pick<ManifestEventPart, 'first' | 'last'>): boolean =>
    last >= from && first < to

/** Lends a connection to a locked DuckDB over the lake. */
async function* withLake<T>(
  lake: Lake,
  work: (connection: DuckDBConnection) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const database = await openDatabase({ folders: [lake.folder], memoryLimit: '1GB' })
  try {
    const connection = await database.connect()
    try {
      yield* work(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    database.close()
  }
}

/**
 * Where events came from, in order of location, then content, then ordinal. Looked for first in the span and then, for ids that are not
 * there, in the rest of the lake: steps may look further than their run.
 */
export async function* provenance(
  lake: Lake,
  eventIds: Iterable<string>,
  span: Span,
): AsyncGenerator<readonly Provenance[]> {
  const manifest = await lake.manifest()
  if (manifest.events.length === 0) return
  yield* withLake(lake, async function* (connection) {
    const table = async (name: string, columns: string): Promise<void> => {
      await connection.run(`CREATE TEMP TABLE ${name} (${columns})`)
    }
    await table('wanted', 'id VARCHAR')
    const appender = await connection.createAppender('wanted', 'main', 'temp')
    for (const id of eventIds) {
      appender.appendVarchar(id)
      appender.endRow()
    }
    appender.closeSync()
    await table('found', 'id VARCHAR, hash UUID, ordinal INTEGER, kind VARCHAR, account VARCHAR, file BIGINT')
    const inSpan = manifest.events.filter(touches(span))
    await find(connection, lake.folder, inSpan, 'true')
    const missing = await connection.runAndReadAll('SELECT count(*) FROM wanted WHERE id NOT IN (SELECT id FROM found)')
    if (missing.getRows()[0]?.[0] !== 0n)
      await find(
        connection,
        lake.folder,
        manifest.events.filter((part) => !inSpan.includes(part)),
        'w.id NOT IN (SELECT id FROM found)',
      )
    const { files } = snapshotOf(lake.folder, manifest)
    await createDigestVerdicts(connection, files, 'SELECT file FROM found')
    const result = await connection.stream(
      `SELECT f.id, replace(CAST(f.hash AS VARCHAR), '-', ''), f.ordinal, f.kind, f.account,
         l.location, l.version, l.sha256, l.bytes, l.delivered, v.verdict
       FROM found f JOIN ${readParquet(files)} l ON l.file = f.file
         LEFT JOIN digest_verdicts v ON v.location = l.location AND v.sha256 = l.sha256 ORDER BY l.location, l.sha256, l.file, f.ordinal, f.hash, f.id`,
    )
    const types = result.columnTypes()
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      yield chunkRows(chunk, types).map(toProvenance)
    }
  })
}

async function find(
  connection: DuckDBConnection,
  lake: string,
  parts: readonly ManifestEventPart[],
  where: string,
): Promise<void> {
  if (parts.length === 0) return
  const events = readParquet(parts.map(({ path }) => join(lake, path)))
  await connection.run(
    `INSERT INTO found SELECT w.id, e._hash, e._ordinal, e._kind, e._account, e._file
     FROM ${events} e JOIN (SELECT DISTINCT id FROM wanted) w ON e.eventID = w.id WHERE ${where}`,
  )
}

type Columns = [string, string, number, SourceKind, string | null, ...FileColumns]
type FileColumns = [string, string | null, string | null, number | null, string | null, string | null]

function toProvenance(cells: readonly Cell[]): Provenance {
  const [eventID, identity, ordinal, kind, account, ...rest] = cells as unknown as Columns
  const [location, version, sha256, bytes, delivered, digest] = rest
  const file: SourceFile = { location, version, sha256, bytes, delivered, digest }
  return { eventID, identity, account, kind, ordinal, file }
}

/** The events of a span as one digest for each day, so that the same events have the same digests however parts lie. */
export async function lakeContent(lake: Lake, span: Span): Promise<LakeContent> {
  const parts = (await lake.manifest()).events.filter(touches(span))
  const rows = parts.reduce((total, part) => total + part.rows, 0)
  const empty = { ...span, events: 0, days: [], reason: null }
  if (parts.length === 0) return empty
  if (rows > affordable.events) {
    const reason = `The span holds up to ${rows} events; identities are computed up to ${affordable.events}.`
    return { ...empty, events: null, days: null, reason }
  }
  const events = readParquet(parts.map(({ path }) => join(lake.folder, path)))
  const time = (text: string): string => `CAST(${quoted(text.replace('Z', ''))} AS TIMESTAMP)`
  const lines = `CAST(_hash AS VARCHAR) || ' ' || coalesce(_account, '')`
  for await (const days of withLake(lake, async function* (connection) {
    const reader = await connection.runAndReadAll(
      `SELECT strftime(_time, '%Y-%m-%d') AS day, count(*)::INTEGER, sha256(string_agg(line, chr(10) ORDER BY line))
       FROM (SELECT _time, ${lines} AS line FROM ${events} WHERE _time >= ${time(span.from)} AND _time < ${time(span.to)})
       GROUP BY day ORDER BY day`,
    )
    yield reader.getRows() as [string, number, string][]
  })) {
    return {
      ...empty,
      events: days.reduce((total, [, count]) => total + count, 0),
      days: days.map(([day, count, identities]) => ({ day, events: count, identities })),
    }
  }
  return empty
}

/** The lake's files as they lie now; those that the span touches with their hashes. */
export async function lakeState(lake: Lake, span: Span): Promise<LakeState> {
  const manifest = await lake.manifest()
  const parts = manifest.events.filter(touches(span))
  const bytes = parts.reduce((total, part) => total + part.bytes, 0)
  const hashes = bytes > affordable.partBytes ? [] : await Promise.all(parts.map((part) => hashOf(lake, part)))
  return {
    folder: lake.folder,
    manifest: manifest.id,
    parts: parts.map(({ path, rows, bytes: size, first, last }, at) => ({
      path,
      rows,
      bytes: size,
      first,
      last,
      sha256: hashes[at] ?? null,
    })),
    partsOfLake: manifest.events.length,
  }
}

/** Null where a writer has replaced and removed the part since. */
async function hashOf(
  lake: Pick<Lake, 'folder'>,
  part: Pick<Manifest['events'][number], 'path'>,
): Promise<string | null> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(join(lake.folder, part.path)), hash)
  } catch {
    return null
  }
  return hash.digest('hex')
}
