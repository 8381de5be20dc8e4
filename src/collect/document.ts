/** From what was collected to the inventory that coverage reads. */
import type { CollectedInventory } from '../core/run/inventory.ts'
import { isoTime } from '../core/time.ts'
import type { Collected, CollectedAccount } from './collect.ts'
import type { CollectedTrail } from './trails.ts'

/** @param at when it was collected, in milliseconds */
export function inventoryDocument(collected: Collected, at: number): CollectedInventory {
  const { accounts, trails, problems, by, organization } = collected
  return {
    schema: 'trailbook.inventory/v1',
    collected: {
      at: isoTime(at),
      by: by.arn,
      ...(organization !== undefined && { organization }),
      suspended: accounts.filter(isSuspended).map(({ id }) => id),
      problems: problems.map(({ account, reason }) => ({ ...(account !== null && { account }), reason })),
    },
    accounts: accounts.filter((one) => !isSuspended(one)).map(accountEntry),
    regions: [],
    trails: trails.map(trailEntry),
  }
}

/** A suspended account can do nothing, so that nothing is expected of it. */
const isSuspended = ({ status }: CollectedAccount): boolean => status === 'SUSPENDED'

const accountEntry = ({ id, name, unit, regions, joined, problem }: CollectedAccount) => ({
  id,
  name,
  ...(unit !== undefined && { unit }),
  ...(regions !== undefined && regions.length > 0 && { regions: [...regions] }),
  resources: [],
  ...(joined !== undefined && { from: isoTime(joined.getTime()) }),
  ...(problem !== undefined && { unknown: problem }),
})

function trailEntry(trail: CollectedTrail): CollectedInventory['trails'][number] {
  const { name, owner, home, bucket, multiRegion, organization, logging, stopped, insights } = trail
  const advanced = trail.advancedEventSelectors.length > 0
  return {
    name,
    bucket,
    ...(!organization && { accounts: [owner] }),
    ...(!multiRegion && { regions: [home] }),
    // It recorded until then; of one that never logged nothing is known to be recorded.
    ...(!logging && { to: isoTime(stopped?.getTime() ?? 0) }),
    management: 'all',
    exclude: [],
    data: [],
    network: false,
    insights,
    selectors: advanced
      ? { advancedEventSelectors: plain(trail.advancedEventSelectors) }
      : { eventSelectors: plain(trail.eventSelectors) },
  }
}

const plain = (selectors: readonly unknown[]): Record<string, unknown>[] =>
  JSON.parse(JSON.stringify(selectors)) as Record<string, unknown>[]
