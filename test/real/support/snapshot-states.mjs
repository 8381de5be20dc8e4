// What a whole snapshot looks like, found out by DuckDB from its own files, and asked of Trino by the same sum.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

const cells = ['eventID', 'eventTime', 'userAgent', '_account', 'requestParameters', '_file', '_ordinal', 'event_date']

/** One row: how many events, and the sum of 48 bits of a hash of each. */
export const sumInTrino = (table) =>
  `SELECT count(*) AS n, CAST(coalesce(sum(CAST(from_base(substr(to_hex(md5(to_utf8(concat_ws('|', ${cells.map((name) => `CAST("${name}" AS varchar)`).join(', ')})))), 1, 12), 16) AS decimal(38, 0))), 0) AS varchar) AS s FROM ${table}`

const inDuckDb = (files) =>
  `SELECT count(*)::VARCHAR AS n, coalesce(sum(('0x' || substr(md5(concat_ws('|', ${cells.map((name) => `CAST("${name}" AS VARCHAR)`).join(', ')})), 1, 12))::BIGINT), 0)::VARCHAR AS s FROM read_parquet([${files.map((path) => `'${path}'`).join(', ')}], hive_partitioning = true, hive_types_autocast = false)`

/**
 * All snapshots that were ever described below a target.
 *
 * @returns `look()` reads what is new; `whole`: `n s` -> id
 */
export async function snapshotStates(target) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const known = new Map()
  const whole = new Map()
  const look = async () => {
    const folder = join(target, 'snapshots')
    for (const id of existsSync(folder) ? readdirSync(folder) : []) {
      const path = join(folder, id, 'snapshot.json')
      if (known.has(id) || !existsSync(path)) continue
      const published = JSON.parse(readFileSync(path, 'utf8'))
      const state = await contents(published)
      if (Number(state.split(' ')[0]) !== published.rows)
        throw new Error(`${id} says ${published.rows} rows and has ${state}`)
      known.set(id, state)
      whole.set(state, id)
    }
  }
  const contents = async ({ days }) => {
    const files = days.flatMap(({ folder, files }) => files.map(({ name }) => join(target, folder, name)))
    const [row] = (await connection.runAndReadAll(inDuckDb(files))).getRows()
    return row.join(' ')
  }
  return {
    look,
    whole,
    stateOf: (id) => known.get(id),
    newest: () => JSON.parse(readFileSync(join(target, 'published.json'), 'utf8')).id,
  }
}
