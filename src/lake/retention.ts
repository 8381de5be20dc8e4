import { dirname, join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { TrailbookError } from '../core/errors.ts'
import { day, isoTime } from '../core/time.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { quoted } from '../duckdb/quote.ts'
import { retiredAt } from './compact.ts'
import { heldOn, requireHolds } from './hold.ts'
import type { Lake } from './lake.ts'
import type { Manifest, ManifestEventPart, Removal } from './manifest.ts'
import { newPartPath } from './part-file.ts'
import { writeSortedPart } from './sorted-part.ts'
import { type LockedLake, type UpkeepSettings, withLock } from './with-lock.ts'

export interface RetainOptions extends UpkeepSettings {
  /** Event days that ended before so long go. */
  readonly olderThanMs: number
  readonly dryRun?: boolean
}

/** The machine output of `lake retain`. */
export interface RetainReport {
  readonly dryRun: boolean
  /** Days before this one were looked at. */
  readonly before: string
  /** Days that lost events. */
  readonly days: readonly RetainedDay[]
  readonly rows: number
  readonly bytes: number
  /** Days of that age that stay, at least in part, and the holds that keep them. */
  readonly held: readonly { readonly date: string; readonly holds: readonly string[] }[]
}

interface RetainedDay {
  readonly date: string
  /** Null before it was done, where only the events of some accounts leave. */
  readonly rows: number | null
  /** Accounts whose events stay. */
  readonly kept: readonly string[]
}

/**
 * Takes events out of the lake that are older than they are to be kept, by whole event days, save those that are held.
 * It is one commit. The file ledger and the counts of the coverage ledger stay: they say what was there. What is gone
 * counts as a gap, so no question about that time is ever answered with "clear".
 *
 * The bytes leave the disk when no reader can hold them any more: after an hour, with the next commit or `vacuum`.
 * @throws TrailbookError LAKE_OLD_FORMAT, LAKE_REWRITE and what `withLock` throws
 */
export async function retain(lake: Lake, options: RetainOptions): Promise<RetainReport> {
  const { olderThanMs, dryRun = false, now = Date.now } = options
  const before = isoTime(now() - olderThanMs).slice(0, 10)
  if (dryRun) {
    if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
    const manifest = await lake.manifest()
    const days = agedDays(manifest, before)
    return {
      ...reportOf(manifest, before, days),
      dryRun,
      days: days.map(({ date, parts, kept }) => ({ date, rows: kept.length === 0 ? rowsOf(parts) : null, kept })),
    }
  }
  return withLock(lake, options, async (locked) => {
    requireHolds(locked)
    const manifest = locked.manifest()
    const days = agedDays(manifest, before)
    const done: RetainedDay[] = []
    const gone: ManifestEventPart[] = []
    const made = new Map<ManifestEventPart, ManifestEventPart>()
    const removals: Removal[] = []
    const at = isoTime(now())
    if (days.length > 0)
      await locked.withConnection(async (connection) => {
        for (const { date, parts, kept } of days) {
          let rows = 0
          const accounts = new Set<string>()
          for (const part of parts) {
            const left = kept.length === 0 ? { rows: 0, others: [] } : await countKept(connection, locked, part, kept)
            if (left.rows === part.rows) continue
            gone.push(part)
            rows += part.rows - left.rows
            for (const account of left.others) accounts.add(account)
            if (left.rows > 0) made.set(part, await rewrite(connection, locked, part, kept))
          }
          if (rows === 0) continue
          done.push({ date, rows, kept })
          removals.push({ from: date, to: date, accounts: kept.length === 0 ? null : [...accounts].sort(), rows, at })
        }
      })
    if (gone.length > 0) {
      const leaving = new Set(gone)
      await locked.commit({
        events: manifest.events.flatMap((part) => (leaving.has(part) ? (made.get(part) ?? []) : part)),
        retired: [...manifest.retired, ...retiredAt(gone, now())],
        removed: joined([...manifest.removed, ...removals]),
      })
    }
    const bytes = bytesOf(gone) - bytesOf([...made.values()])
    return {
      ...reportOf(manifest, before, days),
      dryRun,
      days: done,
      rows: sum(done.map(({ rows }) => rows ?? 0)),
      bytes,
    }
  })
}

interface AgedDay {
  readonly date: string
  readonly parts: readonly ManifestEventPart[]
  readonly kept: readonly string[]
}

function agedDays(manifest: Manifest, before: string): AgedDay[] {
  const dates = [...new Set(manifest.events.map(({ date }) => date))].filter((date) => date < before).sort()
  return dates.flatMap((date) => {
    const kept = heldOn(date, manifest)
    return kept === 'all' ? [] : { date, kept, parts: manifest.events.filter((part) => part.date === date) }
  })
}

function reportOf(manifest: Manifest, before: string, days: readonly AgedDay[]): Omit<RetainReport, 'days' | 'dryRun'> {
  const aged = [...new Set(manifest.events.map(({ date }) => date))].filter((date) => date < before).sort()
  const held = aged.flatMap((date) => {
    const holds = manifest.holds.filter((hold) => heldOn(date, { holds: [hold] }).length > 0).map(({ name }) => name)
    return holds.length === 0 ? [] : { date, holds }
  })
  const leaving = days.filter(({ kept }) => kept.length === 0).flatMap(({ parts }) => parts)
  return { before, held, rows: rowsOf(leaving), bytes: bytesOf(leaving) }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
const rowsOf = (parts: readonly ManifestEventPart[]): number => sum(parts.map(({ rows }) => rows))
const bytesOf = (parts: readonly ManifestEventPart[]): number => sum(parts.map(({ bytes }) => bytes))

const isKept = (kept: readonly string[]): string => `coalesce(_account, '') IN (${kept.map(quoted).join(', ')})`

/** How many rows of a part stay, and the accounts of the others. */
async function countKept(
  connection: DuckDBConnection,
  { folder }: LockedLake,
  part: ManifestEventPart,
  kept: readonly string[],
): Promise<{ readonly rows: number; readonly others: readonly string[] }> {
  const reader = await connection.runAndReadAll(
    `SELECT coalesce(_account, '') AS account, count(*)::INTEGER, ${isKept(kept)} FROM ${readParquet([join(folder, part.path)])} GROUP BY ALL`,
  )
  const counts = reader.getRows() as [string, number, boolean][]
  return {
    rows: sum(counts.filter(([, , stays]) => stays).map(([, rows]) => rows)),
    others: counts.filter(([, , stays]) => !stays).map(([account]) => account),
  }
}

async function rewrite(
  connection: DuckDBConnection,
  locked: LockedLake,
  part: ManifestEventPart,
  kept: readonly string[],
): Promise<ManifestEventPart> {
  const from = [join(locked.folder, part.path)]
  const where = isKept(kept)
  const reader = await connection.runAndReadAll(
    `SELECT count(*)::INTEGER, min(eventTime), max(eventTime) FROM ${readParquet(from)} WHERE ${where}`,
  )
  const [rows, first, last] = reader.getRows()[0] as [number, string, string]
  const path = newPartPath(dirname(part.path), locked.nextId())
  const made = await writeSortedPart(connection, { lake: locked.folder, path, from, rows, where })
  if (made.rows !== rows) {
    const what = `of ${part.path} ${rows} rows were to stay, and ${made.rows} did`
    throw new TrailbookError('LAKE_REWRITE', { path: locked.folder, what })
  }
  return { ...made, date: part.date, first, last }
}

/** Days that follow one another, or were emptied again, become one entry: a daily retention does not grow a list. */
function joined(removals: readonly Removal[]): readonly Removal[] {
  const next = (date: string): string => isoTime(Date.parse(date) + day).slice(0, 10)
  const result: Removal[] = []
  for (const one of [...removals].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const at = result.findIndex(
      (before) =>
        String(before.accounts) === String(one.accounts) &&
        isNull(before) === isNull(one) &&
        next(before.to) >= one.from,
    )
    const before = result[at]
    if (before === undefined) result.push(one)
    else
      result[at] = {
        ...before,
        to: before.to > one.to ? before.to : one.to,
        rows: before.rows + one.rows,
        at: before.at > one.at ? before.at : one.at,
      }
  }
  return result
}

const isNull = ({ accounts }: Removal): boolean => accounts === null
