/** The simulated time that passes slot by slot, and the events that wait for theirs. */
import { minute } from '../core/time.ts'
import type { Caller } from './principals.ts'
import type { Random } from './random.ts'
import type { Call } from './record.ts'
import { type Draft, recordText, requestIdOf } from './record.ts'
import { regionOf } from './regions.ts'

/**
 * Files are delivered every five minutes; each holds what happened from seven to two minutes before, which is how long
 * delivery mostly takes.
 */
export const slotLength = 5 * minute
const slotLead = 2 * minute

interface Happening {
  readonly caller: Caller
  readonly call: Call
  readonly account: string
  readonly region: string
  readonly at: number
  /** Another account that owns the resource: it gets a copy of its own. */
  readonly owner?: string
  /** Not of the account's quota: it was counted beforehand. */
  readonly reserved?: boolean
}

/** Events of one account and region that one delivery brings, as JSON texts. */
export interface Batch {
  readonly account: string
  readonly region: string
  readonly records: string[]
}

export interface World {
  /** First and last (excluded) millisecond of the window. */
  readonly from: number
  readonly to: number
  /** Puts an event into the time to come; ids are those of the records that were made, none when there was no room. */
  happen(happening: Happening, random: Random): readonly string[]
  /** Events that the account may still have. */
  room(account: string): number
  /** Ends the preparation: from now on each account has so many events at most, those that wait already left out. */
  limit(quotas: ReadonlyMap<string, number>): void
  /** Events that wait or have gone. */
  readonly count: () => number
  /** What was waiting for this slot. */
  take(slot: number): readonly Batch[]
  readonly slots: number
  readonly slotStart: (slot: number) => number
}

export function createWorld(from: number, to: number): World {
  const waiting = new Map<number, Map<string, Batch>>()
  const start = from - slotLead
  let room: Map<string, number> | undefined
  let count = 0
  let gone = 0

  const add = (draft: Draft): void => {
    // What comes out a little before the present slot goes with it, as late records do.
    const slot = Math.max(gone, Math.floor((draft.at - start) / slotLength))
    const batches = entry(waiting, slot, () => new Map<string, Batch>())
    const { account, region } = draft
    const batch = entry(batches, `${account} ${region}`, () => ({ account, region, records: [] }))
    batch.records.push(recordText(draft))
    count++
  }
  const spend = (accounts: readonly string[]): boolean => {
    if (room === undefined) return true
    for (const account of accounts) if ((room.get(account) ?? 0) < 1) return false
    for (const account of accounts) room.set(account, (room.get(account) ?? 0) - 1)
    return true
  }

  return {
    from,
    to,
    slots: Math.ceil((to - start) / slotLength),
    slotStart: (slot) => start + slot * slotLength,
    room: (account) => room?.get(account) ?? Number.POSITIVE_INFINITY,
    limit(quotas) {
      room = new Map(quotas)
    },
    count: () => count,
    take(slot) {
      const batches = waiting.get(slot)
      waiting.delete(slot)
      gone = slot + 1
      return batches === undefined ? [] : [...batches.values()]
    },
    happen({ caller, call, account, region, at, owner, reserved }, random) {
      if (at < from || at >= to) return []
      const copies = owner === undefined || owner === account ? [account] : [account, owner]
      if (reserved !== true && !spend(copies)) return []
      // Calls of AWS services and of strangers have a shared id too: the other copy is in an account that is not ours.
      const shared = copies.some((recipient) => isOutside(caller, recipient)) || caller.identity.type === 'AWSService'
      const requestId = requestIdOf(call, random)
      const sharedId = shared ? random.uuid() : undefined
      return copies.map((recipient) => {
        const eventId = random.uuid()
        add({
          caller,
          call,
          account: recipient,
          region: regionOf(call.service, region),
          at,
          eventId,
          requestId,
          ...(sharedId !== undefined && { sharedId }),
          ...(isOutside(caller, recipient) && { fromOutside: true }),
        })
        return eventId
      })
    },
  }
}

const isOutside = (caller: Caller, recipient: string): boolean =>
  caller.account !== undefined && caller.account !== recipient

/** The value of a key, made where there is none. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
