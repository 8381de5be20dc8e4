import { randomBytes } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { quoted } from '../duckdb/quote.ts'
import { syncPath } from './durable.ts'
import type { ManifestPart } from './manifest.ts'

/** A name that no part ever had; its number is that of the commit it is made for. */
export const newPartPath = (folder: string, commit: number): string =>
  `${folder}/${String(commit).padStart(10, '0')}-${randomBytes(5).toString('hex')}.parquet`

/**
 * Rows that are asked for together stand together: statistics of row groups then let queries skip most of a day by
 * service or event name.
 */
export const eventOrder = 'eventSource, eventName, _time, _hash'

/** Row groups are small enough to be skipped and large enough to compress. */
const format = '(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)'

interface PartRequest {
  readonly lake: string
  /** Within the lake. */
  readonly path: string
  readonly select: string
}

/** Writes a part and forces it to the disk: it is nothing to readers until a manifest names it. */
export async function writePart(
  connection: DuckDBConnection,
  { lake, path, select }: PartRequest,
): Promise<ManifestPart> {
  const target = join(lake, path)
  await mkdir(dirname(target), { recursive: true })
  try {
    const result = await connection.run(`COPY (${select}) TO ${quoted(target)} ${format}`)
    await syncPath(target)
    await syncPath(dirname(target))
    await syncPath(dirname(dirname(target)))
    return { path, rows: result.rowsChanged, bytes: (await stat(target)).size }
  } catch (error) {
    // A disk that is full needs the room at once.
    await rm(target, { force: true }).catch(() => {})
    throw error
  }
}
