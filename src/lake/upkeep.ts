import type { SnapshotStore } from '../core/event/published.ts'
import { type CheckOptions, type CheckReport, checkLake } from './check.ts'
import { type CompactOptions, type CompactReport, compact } from './compact.ts'
import { addHold, releaseHold } from './hold.ts'
import type { Lake } from './lake.ts'
import { localSnapshots } from './local-snapshots.ts'
import type { Hold } from './manifest.ts'
import { type PublishOptions, type PublishReport, publish } from './publish.ts'
import { type RetainOptions, type RetainReport, retain } from './retention.ts'
import { type UpgradeOptions, type UpgradeReport, upgrade } from './upgrade.ts'
import { type VacuumOptions, type VacuumReport, vacuum } from './vacuum.ts'
import type { UpkeepSettings } from './with-lock.ts'

/** Everything that looks after a lake. */
export interface Upkeep {
  compact(options: CompactOptions): Promise<CompactReport>
  vacuum(options: VacuumOptions): Promise<VacuumReport>
  check(options: CheckOptions): Promise<CheckReport>
  upgrade(options: UpgradeOptions): Promise<UpgradeReport>
  /** @param target a folder, or a store of another kind */
  publish(target: string | SnapshotStore, options: PublishOptions & UpkeepSettings): Promise<PublishReport>
  retain(options: RetainOptions): Promise<RetainReport>
  holds(): Promise<readonly Hold[]>
  addHold(hold: Omit<Hold, 'at'>, settings: UpkeepSettings): Promise<Hold>
  releaseHold(name: string, settings: UpkeepSettings): Promise<Hold>
}

export const upkeepOf = (lake: Lake): Upkeep => ({
  compact: (options) => compact(lake, options),
  vacuum: (options) => vacuum(lake, options),
  check: (options) => checkLake(lake, options),
  upgrade: (options) => upgrade(lake, options),
  publish: async (target, options) =>
    publish(lake, typeof target === 'string' ? await localSnapshots(target, lake.folder, options) : target, options),
  retain: (options) => retain(lake, options),
  holds: async () => (await lake.manifest()).holds,
  addHold: (hold, settings) => addHold(lake, hold, settings),
  releaseHold: (name, settings) => releaseHold(lake, name, settings),
})
