import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import {
  type Published,
  type PublishedDay,
  publishedColumns,
  type SnapshotStore,
  type SnapshotTable,
} from '../core/event/published.ts'
import { isoTime, milliseconds } from '../core/time.ts'
import type { Lake } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import type { Manifest, ManifestEventPart } from './manifest.ts'
import { coverageSource, holdsCoverage, putCoverage } from './published-coverage.ts'
import { graceMs } from './with-lock.ts'

export interface PublishOptions {
  /** So many snapshots stay, the new one included; those that were current within the last hour stay, too. */
  readonly keep?: number
  readonly now?: () => number
  readonly graceMs?: number
  /** Tables of other engines that show the newest snapshot. */
  readonly tables?: readonly SnapshotTable[]
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (progress: { readonly done: number; readonly all: number }) => void
}

/** The machine output of `lake publish`. */
export interface PublishReport {
  readonly id: string
  readonly manifest: number
  readonly target: string
  /** False where the newest snapshot already says what the lake holds. */
  readonly changed: boolean
  readonly days: number
  /** Days that came into a new folder. */
  readonly newDays: number
  readonly rows: number
  readonly bytes: number
  /** Of the new folders. */
  readonly newBytes: number
  /** Day folders of old snapshots that are gone. */
  readonly removedFolders: number
  readonly snapshots: number
  /** Tables of other engines that show it now. */
  readonly tables: readonly {
    readonly name: string
    /** False where it showed this snapshot already. */
    readonly changed: boolean
    /** Tables of old snapshots that are gone. */
    readonly removed: number
  }[]
}

const usualKeep = 3

/**
 * Publishes the lake's newest state as an immutable snapshot. Days that did not change since a snapshot that is still there
 * keep its folder. A kill leaves the snapshot before; the next publish removes what was half done.
 *
 * Tables of other engines follow after the files are there, and files go after the tables that named them: no moment lies between
 * in which a table shows a snapshot that is not whole. Where a table cannot be moved, nothing is removed.
 *
 * The lake is only read: an ingest may go on meanwhile.
 * @throws TrailbookError LAKE_MISSING, LAKE_TARGET_UNWRITABLE, LAKE_WAIT_ENDED, LAKE_DAMAGED, and those of the tables' engines
 */
export async function publish(lake: Lake, store: SnapshotStore, options: PublishOptions = {}): Promise<PublishReport> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const { keep = usualKeep, now = Date.now, graceMs: grace = graceMs, tables = [], signal } = options
  for (const table of tables) await table.check()
  const lock = await store.lock()
  try {
    const manifest = await lake.manifest()
    const current = await store.current()
    if (current?.conversion !== undefined)
      throw new TrailbookError('LAKE_TARGET', {
        path: store.location,
        reason: `it holds what was converted from ${current.conversion.source.split('#')[0]}`,
      })
    const before = await store.all()
    const id = `${String(manifest.id).padStart(10, '0')}-${randomBytes(5).toString('hex')}`
    const days: PublishedDay[] = []
    const fresh: PublishedDay[] = []
    const wanted = partsByDay(manifest)
    for (const [date, parts] of wanted) {
      if (signal?.aborted) throw new TrailbookError('RUN_INTERRUPTED')
      const folder = `snapshots/${id}/event_date=${date}`
      const files = parts.map(({ path, rows, bytes }) => ({ name: basename(path), rows, bytes }))
      const day: PublishedDay = { date, folder, rows: sum(parts, 'rows'), bytes: sum(parts, 'bytes'), files }
      const there = await held(store, day, [...(current ? [current] : []), ...before])
      if (there === undefined) {
        await store.put(
          folder,
          parts.map(({ path }) => join(lake.folder, path)),
        )
        fresh.push(day)
      }
      days.push(there ?? day)
      options.onProgress?.({ done: days.length, all: wanted.size })
    }
    const source = coverageSource(manifest)
    const changed =
      current === undefined || !sameDays(current.days, days) || !(await holdsCoverage(store, current, source))
    const published: Published = changed
      ? {
          schema: 'trailbook.published/v1',
          id,
          manifest: manifest.id,
          at: isoTime(now()),
          rows: sum(days, 'rows'),
          bytes: sum(days, 'bytes'),
          days,
          columns: publishedColumns,
          coverage: { ...(await putCoverage(lake.folder, manifest, { id, store })), source },
        }
      : current
    if (changed) {
      await store.describe(published)
      await store.point(published)
    }
    const shown = new Map<SnapshotTable, boolean>()
    const inUse = new Set<string>()
    for (const table of tables) {
      shown.set(table, await table.show(published))
      for (const id of await table.inUse(grace)) inUse.add(id)
    }
    const kept = keptSnapshots(published, before, { keep, now: now(), grace, inUse })
    const ids = new Set(kept.map((one) => one.id))
    const followers: PublishReport['tables'][number][] = []
    // Also what lies elsewhere and was shown until now.
    const stay = new Set([...ids, ...inUse])
    for (const [table, tableChanged] of shown)
      followers.push({ name: table.name, changed: tableChanged, removed: await table.letGo(stay) })
    const removedFolders = await store.removeOthers({
      folders: new Set(
        kept.flatMap(({ days, coverage }) => [...days.map(({ folder }) => folder), coverage?.folder ?? []].flat()),
      ),
      ids,
    })
    return {
      id: published.id,
      manifest: published.manifest,
      target: store.location,
      changed,
      days: days.length,
      newDays: fresh.length,
      rows: published.rows,
      bytes: published.bytes,
      newBytes: sum(fresh, 'bytes'),
      removedFolders,
      snapshots: kept.length,
      tables: followers,
    }
  } catch (error) {
    if (signal?.aborted && (error as Error).name === 'AbortError') throw new TrailbookError('RUN_INTERRUPTED')
    throw asLakeError(error, lake.folder)
  } finally {
    await lock.release()
  }
}

function partsByDay({ events }: Manifest): ReadonlyMap<string, readonly ManifestEventPart[]> {
  const days = new Map<string, ManifestEventPart[]>()
  const inOrder = [...events].sort((a, b) => (a.path < b.path ? -1 : 1))
  for (const part of inOrder) {
    const parts = days.get(part.date)
    if (parts === undefined) days.set(part.date, [part])
    else parts.push(part)
  }
  return new Map([...days].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const sum = <Key extends 'rows' | 'bytes'>(list: readonly Readonly<Record<Key, number>>[], key: Key): number =>
  list.reduce((total, one) => total + one[key], 0)

/** Parts are never changed and their names never used twice, so equal names are equal content. */
async function held(
  store: SnapshotStore,
  day: PublishedDay,
  snapshots: readonly Published[],
): Promise<PublishedDay | undefined> {
  const names = (one: PublishedDay): string => one.files.map(({ name, bytes }) => `${name} ${bytes}`).join('\n')
  const seen = new Set<string>()
  for (const snapshot of snapshots) {
    const found = snapshot.days.find(({ date }) => date === day.date)
    if (found === undefined || seen.has(found.folder) || names(found) !== names(day)) continue
    seen.add(found.folder)
    if (await store.holds(found)) return found
  }
  return undefined
}

const sameDays = (a: readonly PublishedDay[], b: readonly PublishedDay[]): boolean =>
  a.length === b.length && a.every(({ folder }, at) => folder === b[at]?.folder)

interface Keeping {
  readonly keep: number
  readonly now: number
  readonly grace: number
  readonly inUse: ReadonlySet<string>
}

/** The newest, those that tables show, and those that somebody who read `published.json` within the grace time may be reading. */
function keptSnapshots(
  current: Published,
  others: readonly Published[],
  { keep, now, grace, inUse }: Keeping,
): readonly Published[] {
  const older = others.filter(({ id }) => id !== current.id).sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0))
  const inOrder = [current, ...older]
  return inOrder.filter(
    ({ id }, at) => at < Math.max(1, keep) || inUse.has(id) || milliseconds(inOrder[at - 1]!.at) > now - grace,
  )
}
