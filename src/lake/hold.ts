import { TrailbookError } from '../core/errors.ts'
import { isoTime } from '../core/time.ts'
import type { Lake } from './lake.ts'
import type { Hold, Manifest } from './manifest.ts'
import { type LockedLake, type UpkeepSettings, withLock } from './with-lock.ts'

/** The first format that keeps holds and removals. */
const needed = 2

/** @throws TrailbookError LAKE_OLD_FORMAT */
export function requireHolds(locked: LockedLake): void {
  const found = locked.manifest().format
  if (found < needed) throw new TrailbookError('LAKE_OLD_FORMAT', { path: locked.folder, found, needed })
}

/**
 * Keeps the events of some days, of all accounts or some, from being removed by retention until it is released.
 *
 * @throws TrailbookError LAKE_HOLD_EXISTS, LAKE_OLD_FORMAT and what `withLock` throws
 */
export async function addHold(lake: Lake, asked: Omit<Hold, 'at'>, settings: UpkeepSettings = {}): Promise<Hold> {
  return withLock(lake, settings, async (locked) => {
    requireHolds(locked)
    const { holds } = locked.manifest()
    if (holds.some(({ name }) => name === asked.name))
      throw new TrailbookError('LAKE_HOLD_EXISTS', { name: asked.name })
    const hold: Hold = { ...asked, accounts: [...new Set(asked.accounts)].sort(), at: isoTime(locked.now()) }
    await locked.commit({ holds: [...holds, hold] })
    return hold
  })
}

/** @throws TrailbookError LAKE_HOLD_UNKNOWN, LAKE_OLD_FORMAT and what `withLock` throws */
export async function releaseHold(lake: Lake, wanted: string, settings: UpkeepSettings = {}): Promise<Hold> {
  return withLock(lake, settings, async (locked) => {
    requireHolds(locked)
    const { holds } = locked.manifest()
    const hold = holds.find(({ name }) => name === wanted)
    if (hold === undefined) throw new TrailbookError('LAKE_HOLD_UNKNOWN', { name: wanted })
    await locked.commit({ holds: holds.filter((one) => one !== hold) })
    return hold
  })
}

/** Whose events of a day are held: `all`, or some accounts, or none. */
export function heldOn(date: string, { holds }: Pick<Manifest, 'holds'>): 'all' | readonly string[] {
  const touching = holds.filter(({ from, to }) => (from === null || from <= date) && (to === null || to >= date))
  if (touching.some(({ accounts }) => accounts.length === 0)) return 'all'
  return [...new Set(touching.flatMap(({ accounts }) => accounts))].sort()
}
