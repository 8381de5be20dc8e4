import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import type { CheckOptions, FindingKind } from './check.ts'
import { allParts, type Manifest, type ManifestPart } from './manifest.ts'

export interface CheckRequest extends CheckOptions {
  readonly connection: DuckDBConnection
  readonly lake: string
  readonly manifest: Manifest
  readonly add: (kind: FindingKind, path: string | null, message: string) => void
}

/**
 * Every part is there, has the size and the rows that the manifest says, and can be read.
 *
 * @returns the manifest without the parts that cannot
 */
export async function checkParts(request: CheckRequest): Promise<Manifest> {
  const { manifest, add, signal } = request
  const broken = new Set<ManifestPart>()
  const parts = allParts(manifest)
  const names = new Set<string>()
  for (const [at, part] of parts.entries()) {
    if (signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED')
    if (names.has(part.path)) add('rows', part.path, 'is named twice')
    names.add(part.path)
    const fault = await faultOf(part, request)
    if (fault !== undefined) {
      broken.add(part)
      add('part', part.path, fault)
    }
    request.onProgress?.({ done: at + 1, all: parts.length })
  }
  const whole = <Part extends ManifestPart>(list: readonly Part[]): readonly Part[] =>
    list.filter((part) => !broken.has(part))
  return {
    ...manifest,
    events: whole(manifest.events),
    files: whole(manifest.files),
    coverage: whole(manifest.coverage),
  }
}

async function faultOf(part: ManifestPart, { connection, lake, deep }: CheckRequest): Promise<string | undefined> {
  const path = join(lake, part.path)
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 'is not there'
  if (found.size !== part.bytes) return `has ${found.size} bytes instead of ${part.bytes}`
  try {
    const reader = await connection.runAndReadAll(
      deep
        ? `SELECT count(*)::BIGINT, sum(CAST(hash(r) AS HUGEINT)) FROM ${readParquet([path])} r`
        : `SELECT num_rows::BIGINT FROM parquet_file_metadata(${quoted(path)})`,
    )
    const rows = Number(reader.getRows()[0]?.[0] ?? 0)
    return rows === part.rows ? undefined : `has ${rows} rows instead of ${part.rows}`
  } catch (error) {
    return `cannot be read: ${(error as Error).message.split('\n')[0]?.replaceAll(`${lake}/`, '')}`
  }
}
