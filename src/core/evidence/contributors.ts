import type { Row } from '../ports.ts'
import { canonicalJson } from '../run/canonical.ts'
import { eventIdsOf } from '../run/findings.ts'
import type { Query } from '../sql/tree.ts'

/** Events behind one row of an aggregate. */
export interface Contributors {
  /** Of the step's file, from 1. */
  readonly row: number
  /** The first {@link contributorLimits}.ids of them, sorted. */
  readonly eventIDs: readonly string[]
  /** How many there are. */
  readonly events: number
}

/** More would carry whole logs into a bundle. */
export const contributorLimits = { rows: 500, ids: 20, events: 500_000 }

/**
 * Texts of the same question that also give the ids of the events behind each row, the first that can be analysed to be
 * used; none where the question is more than one SELECT over the event table.
 */
export function contributorTexts(sql: string, { tree }: { readonly tree: Query }): readonly string[] {
  const { body } = tree
  if (tree.with.length > 0 || body.kind !== 'select' || body.distinct || body.from.length !== 1) return []
  const [table] = body.from
  const last = body.items.at(-1)
  if (table?.kind !== 'table' || table.source?.kind !== 'events' || last?.kind !== 'expression') return []
  const { end } = last.span
  const adding = (column: string): string => `${sql.slice(0, end)}, ${column}${sql.slice(end)}`
  return [adding('array_sort(array_agg(DISTINCT eventID)) AS eventIDs'), adding('eventID')]
}

const bare = (row: Row): string =>
  canonicalJson(Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'eventIDs' && name !== 'eventID')))

/** Puts the ids of the further question to the rows of the first; rows that are not found again get none. */
export function contributorsOf(rows: readonly Row[], withIds: readonly Row[]): readonly Contributors[] {
  const ids = new Map<string, Set<string>>()
  for (const row of withIds) {
    const known = ids.get(bare(row)) ?? new Set()
    for (const id of eventIdsOf(row)) known.add(id)
    ids.set(bare(row), known)
  }
  return rows.flatMap((row, index) => {
    const found = [...(ids.get(bare(row)) ?? [])].sort()
    if (found.length === 0) return []
    return [{ row: index + 1, eventIDs: found.slice(0, contributorLimits.ids), events: found.length }]
  })
}
