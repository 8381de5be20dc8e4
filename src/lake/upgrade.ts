import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../core/errors.ts'
import { replaceAtomically } from './durable.ts'
import { type Lake, markerName, markerText } from './lake.ts'
import { formatVersion, type Manifest } from './manifest.ts'
import { type LockedLake, type UpkeepSettings, withLock } from './with-lock.ts'

/** What a version of the format changed, and how a lake of the version before becomes one. */
interface UpgradeStep {
  readonly from: number
  readonly says: string
  /** The manifest of the next format. New parts are written before, and old ones retired, as by any writer. */
  readonly change: (locked: LockedLake) => Promise<Partial<Manifest>>
}

const steps: readonly UpgradeStep[] = [
  {
    from: 1,
    says: 'legal holds and times removed by retention are kept in the manifest',
    change: async () => ({ holds: [], removed: [] }),
  },
]

export interface UpgradeOptions extends UpkeepSettings {
  readonly dryRun?: boolean
  /** Steps other than those of this version, for tests. */
  readonly steps?: readonly UpgradeStep[]
  readonly target?: number
}

/** The machine output of `lake upgrade`. */
export interface UpgradeReport {
  readonly dryRun: boolean
  readonly from: number
  readonly to: number
  readonly steps: readonly { readonly from: number; readonly says: string }[]
}

/**
 * Brings a lake to the format of this version, one commit for each step, so that a kill leaves it between two formats that
 * both can be read. Earlier versions of trailbook refuse it from then on.
 *
 * @throws TrailbookError LAKE_NEWER, LAKE_NO_UPGRADE and what `withLock` throws
 */
export async function upgrade(lake: Lake, options: UpgradeOptions = {}): Promise<UpgradeReport> {
  const { dryRun = false, target = formatVersion } = options
  const path = (found: number): readonly UpgradeStep[] =>
    stepsBetween(found, target, { ...options, folder: lake.folder })
  const told = (found: number): UpgradeReport => ({
    dryRun,
    from: found,
    to: target,
    steps: path(found).map(({ from, says }) => ({ from, says })),
  })
  if (dryRun) {
    if (!lake.exists) throw new TrailbookError('LAKE_MISSING', { path: lake.folder })
    return told((await lake.manifest()).format)
  }
  return withLock(lake, options, async (locked) => {
    const report = told(locked.manifest().format)
    for (const step of path(report.from)) await locked.commit({ ...(await step.change(locked)), format: step.from + 1 })
    // Last: a marker that says more than the manifest would keep this version from going on.
    const marker = join(lake.folder, markerName)
    if ((await readFile(marker, 'utf8')) !== markerText(target)) await replaceAtomically(marker, markerText(target))
    return report
  })
}

function stepsBetween(
  found: number,
  target: number,
  { steps: known = steps, folder }: Pick<UpgradeOptions, 'steps'> & { readonly folder: string },
): readonly UpgradeStep[] {
  return Array.from({ length: Math.max(0, target - found) }, (_, at) => {
    const step = known.find(({ from }) => from === found + at)
    if (step === undefined) throw new TrailbookError('LAKE_NO_UPGRADE', { path: folder, found, needed: target })
    return step
  })
}
