import { randomBytes } from 'node:crypto'
import { basename, join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { type Published, type PublishedDay, publishedColumns, type SnapshotStore } from '../core/event/published.ts'
import { isoTime, milliseconds } from '../core/time.ts'
import type { Lake } from './lake.ts'
import { asLakeError } from './lake-error.ts'
import type { Manifest, ManifestEventPart } from './manifest.ts'
import { graceMs } from './with-lock.ts'

export interface PublishOptions {
  /** So many snapshots stay, the new one included; those that were current within the last hour stay, too. */
  readonly keep?: number
  readonly now?: () => number
  readonly graceMs?: number
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
}

const usualKeep = 3

/**
 * Publishes the lake's newest state as an immutable snapshot. Days that did not change since a snapshot that is still there
 * keep its folder. A kill leaves the snapshot before; the next publish removes what was half done.
 *
 * The lake is only read: an ingest may go on meanwhile.
 * @throws TrailbookError LAKE_MISSING, LAKE_TARGET_UNWRITABLE, LAKE_WAIT_ENDED, LAKE_DAMAGED
 */
export async function publish(lake: Lake, store: SnapshotStore, options: PublishOptions = {}): Promise<PublishReport> {
  if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
  const { keep = usualKeep, now = Date.now, signal } = options
  const lock = await store.lock()
  try {
    const manifest = await lake.manifest()
    const current = await store.current()
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
    const changed = current === undefined || !sameDays(current.days, days)
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
        }
      : current
    if (changed) {
      await store.describe(published)
      await store.point(published)
    }
    const kept = keptSnapshots(published, before, { keep, now: now(), grace: options.graceMs ?? graceMs })
    const removedFolders = await store.removeOthers({
      folders: new Set(kept.flatMap((one) => one.days.map(({ folder }) => folder))),
      ids: new Set(kept.map((one) => one.id)),
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
    }
  } catch (error) {
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

/** The newest, and those that somebody who read `published.json` within the grace time may be reading. */
function keptSnapshots(
  current: Published,
  others: readonly Published[],
  { keep, now, grace }: { readonly keep: number; readonly now: number; readonly grace: number },
): readonly Published[] {
  const older = others.filter(({ id }) => id !== current.id).sort((a, b) => (a.at > b.at ? -1 : a.at < b.at ? 1 : 0))
  const inOrder = [current, ...older]
  return inOrder.filter((_, at) => at < Math.max(1, keep) || milliseconds(inOrder[at - 1]!.at) > now - grace)
}
