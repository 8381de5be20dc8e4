import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** The newest manifest, as a reader of another make would read it. */
export function manifestOf(lake) {
  const folder = join(lake, 'manifest')
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^\d+\.json$/.test(name)) : []
  const newest = names.sort().at(-1)
  return newest === undefined ? undefined : JSON.parse(readFileSync(join(folder, newest), 'utf8'))
}

/** What readers see of a lake. */
export async function contentsOfLake(lake) {
  const manifest = manifestOf(lake)
  return contentsOf((manifest?.events ?? []).map(({ path }) => join(lake, path)))
}

/** What readers see of a target of `lake publish`. */
export async function contentsOfTarget(target) {
  const published = publishedOf(target)
  const files = (published?.days ?? []).flatMap(({ folder, files }) =>
    files.map(({ name }) => join(target, folder, name)),
  )
  return contentsOf(files)
}

export function publishedOf(target) {
  const path = join(target, 'published.json')
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

let connection

/** Rows, distinct identities, and a hash over the identities and where each came from. */
async function contentsOf(files) {
  if (files.length === 0) return { rows: 0, distinct: 0, hash: createHash('sha256').digest('hex') }
  connection ??= await (await DuckDBInstance.create(':memory:')).connect()
  const list = files.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ')
  const reader = await connection.runAndReadAll(
    `SELECT CAST(_hash AS VARCHAR), eventID, eventTime, _account, requestParameters
     FROM read_parquet([${list}], hive_partitioning = false) ORDER BY ALL`,
  )
  const rows = reader.getRows()
  const hash = createHash('sha256')
  for (const row of rows) hash.update(`${row.join('\u0000')}\n`)
  return { rows: rows.length, distinct: new Set(rows.map(([first]) => first)).size, hash: hash.digest('hex') }
}

/** How many Parquet files lie below a folder. */
export function partCount(folder) {
  if (!existsSync(folder)) return 0
  try {
    return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.parquet')).length
  } catch {
    // A folder went while it was listed.
    return 0
  }
}
