import { describe } from '../core/errors.ts'
import { InputFault } from '../core/event/fault.ts'
import type { Quarantined, Reading } from './file-ledger.ts'
import { keptEntries } from './tally.ts'

/** These are no events, so nothing is missing without them. */
const strangers: ReadonlySet<string> = new Set(['RECORD_NOT_CLOUDTRAIL', 'RECORD_AGGREGATED'])

/** Gathers what is known of a file while it is read. */
export function createReading(name: string) {
  const quarantined: Quarantined[] = []
  const kinds = new Set<string>()
  let records = 0
  let quarantinedRecords = 0
  let hidden = 0
  let first: string | null = null
  let last: string | null = null
  return {
    /** The ordinal of the next record. */
    next: (): number => records++,
    quarantine(ordinal: number, { code, reason }: { code: string; reason: string }): void {
      quarantinedRecords++
      if (!strangers.has(code)) hidden++
      if (quarantined.length < keptEntries.perFile) quarantined.push({ file: name, ordinal, code, reason })
    },
    saw(time: string, kind: string): void {
      kinds.add(kind)
      if (first === null || time < first) first = time
      if (last === null || time > last) last = time
    },
    result: (): Reading => ({
      records,
      quarantined,
      quarantinedRecords,
      hidden,
      kinds: [...kinds].sort(),
      first,
      last,
    }),
  }
}

/** What is wrong with a file as a whole, foreseen or not. */
export function faultOf(error: unknown): { readonly code: string; readonly reason: string } {
  if (error instanceof InputFault) return { code: error.code, reason: error.message }
  const said = error instanceof Error ? error.message : String(error)
  return { code: 'INPUT_UNFORESEEN', reason: describe('INPUT_UNFORESEEN', { reason: said.slice(0, 200) }).message }
}
