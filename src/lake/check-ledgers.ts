import { join } from 'node:path'
import { plural } from '../core/report/text.ts'
import { readParquet } from '../duckdb/parquet.ts'
import type { CheckRequest } from './check-parts.ts'

/**
 * Every event comes from a file of the ledger, and the sums agree: events that files brought are those in the lake and those
 * that retention took out, and the coverage ledger counts the same.
 *
 * @param whole all event parts can be read, so that sums can be compared
 * @returns how many files the ledger knows
 */
export async function checkLedgers({ connection, lake, manifest, add }: CheckRequest, whole: boolean): Promise<number> {
  const numbers = async (sql: string): Promise<number[]> =>
    ((await connection.runAndReadAll(sql)).getRowsJson()[0] ?? []).map((value) => Number(value ?? 0))
  const paths = (parts: readonly { readonly path: string }[]): string[] => parts.map(({ path }) => join(lake, path))
  const rows = manifest.events.reduce((total, part) => total + part.rows, 0)
  const removed = manifest.removed.reduce((total, one) => total + one.rows, 0)
  const says = `${rows} in the lake${removed > 0 ? ` and ${removed} removed by retention` : ''}`
  if (manifest.files.length === 0) {
    if (rows > 0) add('ledger', null, 'There are events and no file ledger.')
    return 0
  }
  const files = readParquet(paths(manifest.files), { union: true })
  const [entries = 0, ids = 0, highest = 0, events = 0, locations = 0] = await numbers(
    `SELECT count(*), count(DISTINCT file), max(file), sum(events), count(DISTINCT location) FROM ${files}`,
  )
  if (ids !== entries)
    add('ledger', null, `${plural(entries - ids, 'entry', 'entries')} of the file ledger share a number.`)
  if (highest >= manifest.nextFile)
    add('ledger', null, `The file ledger has number ${highest}, the next would be ${manifest.nextFile}.`)
  if (whole && events !== rows + removed)
    add('ledger', null, `By the file ledger ${plural(events, 'event')} came in; there are ${says}.`)
  if (manifest.events.length > 0) {
    const [strangers = 0] = await numbers(
      `SELECT count(*) FROM ${readParquet(paths(manifest.events), { union: true })} WHERE _file NOT IN (SELECT file FROM ${files}) OR _file IS NULL`,
    )
    if (strangers > 0)
      add('ledger', null, `${plural(strangers, 'event')} come from a file that the ledger does not know.`)
  }
  if (manifest.coverage.length > 0 && whole) {
    const [counted = 0] = await numbers(
      `SELECT sum(events) FROM ${readParquet(paths(manifest.coverage), { union: true })}`,
    )
    if (counted !== rows + removed)
      add('coverage', null, `The coverage ledger counts ${plural(counted, 'event')}; there are ${says}.`)
  }
  return locations
}
