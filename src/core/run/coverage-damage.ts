/** Files and records that are known to be lost, and the times that they take with them. */
import { milliseconds } from '../time.ts'
import type { CoverageFacts } from './coverage-facts.ts'
import { type Cell, keyOf } from './coverage-place.ts'
import { type OpenHole, type Span, within } from './coverage-spans.ts'

type Damage = CoverageFacts['damaged'][number]

/** Of a file of which nothing is known: it may have held anything. */
export const isEverywhere = (row: Damage): boolean =>
  row.account === null && row.region === null && row.from === null && row.to === null

type PlacedDamage = Damage & { readonly account: string; readonly region: string }

/** Where nothing else is known of a place, a file of it that is lost or cannot be read still is. */
export function damageElsewhere(
  facts: CoverageFacts,
  scope: { readonly accounts: readonly string[]; readonly regions: readonly string[] },
  expected: readonly Cell[],
): PlacedDamage[] {
  const judged = new Set(expected.map(keyOf))
  const isAsked = (asked: readonly string[], name: string): boolean => asked.length === 0 || asked.includes(name)
  return facts.damaged.filter(
    (row): row is PlacedDamage =>
      row.account !== null &&
      row.region !== null &&
      isAsked(scope.accounts, row.account) &&
      isAsked(scope.regions, row.region) &&
      !judged.has(`${row.account} ${row.region}`) &&
      !expected.some(({ account, region }) => account === row.account && region === '*'),
  )
}

export function damageHoles(row: Damage, whole: Span): OpenHole[] {
  return within(whole, {
    from: row.from === null ? whole.from : milliseconds(row.from),
    to: row.to === null ? whole.to : milliseconds(row.to),
    state: 'gap' as const,
    reasons: [row.reason],
  })
}

/** Damage of an unknown place may be anywhere. */
export const isDamageOf = (row: Damage, cell: Cell): boolean =>
  (row.account === null || cell.account === '*' || row.account === cell.account) &&
  (row.region === null || cell.region === '*' || row.region === cell.region)
