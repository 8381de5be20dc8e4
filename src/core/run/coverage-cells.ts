/** Which accounts, regions and event classes coverage is asked for. */
import { compareText } from '../text.ts'
import { milliseconds } from '../time.ts'
import type { CoverageScope } from './coverage.ts'
import type { CoverageFacts } from './coverage-facts.ts'
import { sweptPairs } from './coverage-history.ts'
import { type Cell, isManagement, keyOf, type Place } from './coverage-place.ts'
import type { Span } from './coverage-spans.ts'

const globalServices = 'IAM, STS, sign-in, Organizations, CloudFront and Route 53'

/** Where a partition logs its global services (User Guide, "Global service events"). */
const globalRegions: readonly (readonly [prefix: string, region: string])[] = [
  ['us-gov-', 'us-gov-west-1'],
  ['cn-', 'cn-north-1'],
  ['', 'us-east-1'],
]

const isGlobal = (region: string): boolean => globalRegions.some(([, global]) => global === region)

const globalRegionOf = (region: string): string => globalRegions.find(([prefix]) => region.startsWith(prefix))![1]

/** Why a place is asked for of which nothing was seen. */
export const globalNote = (cell: Cell): string =>
  isGlobal(cell.region) && isManagement(cell.eventClass) ? `, where ${globalServices} are logged` : ''

/**
 * Every account with each region in which it was seen, with those that are enabled by the inventory, and with those that the scope
 * names; for management events also with the region of the global services. Nothing is known of accounts and regions that
 * neither lake nor inventory nor scope names.
 */
export function expectedCells(facts: CoverageFacts, scope: CoverageScope, needs: readonly string[]): Cell[] {
  const { pairs, accounts } = inScope(facts, scope)
  const expected = new Map(pairs.map((pair) => [keyOf(pair), pair]))
  const add = (pair: Place): void => {
    expected.set(keyOf(pair), pair)
  }
  for (const account of accounts) {
    for (const region of scope.regions) add({ account, region })
    if (scope.regions.length === 0 && needs.every((need) => !isManagement(need)) && !pairs.some(isOf(account)))
      add({ account, region: '*' })
  }
  const global = new Map(
    accounts.flatMap((account) =>
      globalRegionsOf(account, facts, scope)
        .filter((region) => scope.regions.length === 0 || scope.regions.includes(region))
        .map((region) => [keyOf({ account, region }), { account, region }] as const),
    ),
  )
  const inOrder = [...new Map([...expected, ...global]).values()].sort(
    (a, b) => compareText(a.account, b.account) || compareText(a.region, b.region),
  )
  return inOrder.flatMap((pair) =>
    needs
      .filter((need) => expected.has(keyOf(pair)) || isManagement(need))
      .map((eventClass) => ({ ...pair, eventClass })),
  )
}

/** Regions of global services that the scope leaves out, for questions that need management events. */
export function leftOutRegions(
  facts: CoverageFacts,
  scope: CoverageScope,
  needs: readonly string[],
): (Place & { readonly reason: string })[] {
  if (scope.regions.length === 0 || !needs.some(isManagement)) return []
  return inScope(facts, scope).accounts.flatMap((account) =>
    globalRegionsOf(account, facts, scope)
      .filter((region) => !scope.regions.includes(region))
      .map((region) => ({
        account,
        region,
        reason: `${globalServices} log in ${region}, which the scope leaves out.`,
      })),
  )
}

/** Accounts of the scope of which the inventory says that it does not know all. */
export const unknownAccounts = (
  { inventory }: CoverageFacts,
  { accounts }: CoverageScope,
): { readonly account: string; readonly reason: string }[] =>
  (inventory?.accounts ?? []).flatMap(({ id, unknown }) =>
    unknown !== undefined && (accounts.length === 0 || accounts.includes(id))
      ? [{ account: id, reason: `The inventory does not know all of account ${id}: ${unknown}` }]
      : [],
  )

/** The part of the judged time in which the inventory has the account. */
export function periodOf(facts: CoverageFacts, account: string): Span {
  const known = facts.inventory?.accounts.find(({ id }) => id === account)
  return {
    from: known?.from === undefined ? -Infinity : milliseconds(known.from),
    to: known?.to === undefined ? Infinity : milliseconds(known.to),
  }
}

function inScope(facts: CoverageFacts, scope: CoverageScope): { pairs: readonly Place[]; accounts: readonly string[] } {
  // Events that name no account say nothing of an account's deliveries; they count where there is nothing better.
  const named = [
    ...facts.deliveries.filter(({ account }) => account !== ''),
    ...inventoryPairs(facts),
    ...sweptPairs(facts.history, judgedSpan(scope)),
  ]
  const known = named.length > 0 ? named : facts.deliveries
  const pairs = known
    .filter(({ account }) => scope.accounts.length === 0 || scope.accounts.includes(account))
    .filter(({ region }) => scope.regions.length === 0 || scope.regions.includes(region))
    .map(({ account, region }) => ({ account, region }))
  const listed = facts.inventory?.accounts.map(({ id }) => id) ?? []
  return {
    pairs,
    accounts: unique(scope.accounts.length > 0 ? scope.accounts : [...known.map(({ account }) => account), ...listed]),
  }
}

/** From the lookback's beginning to the window's end. */
const judgedSpan = ({ window, earliest = window.from }: CoverageScope): Span => ({
  from: Math.min(milliseconds(window.from), milliseconds(earliest)),
  to: milliseconds(window.to),
})

const inventoryPairs = ({ inventory }: CoverageFacts): Place[] =>
  (inventory?.accounts ?? []).flatMap(({ id, regions = inventory!.regions }) =>
    regions.map((region) => ({ account: id, region })),
  )

/** By the regions in which the account is known, or else those of the scope, or else of the whole lake. */
function globalRegionsOf(account: string, facts: CoverageFacts, scope: CoverageScope): string[] {
  const known = [...facts.deliveries, ...inventoryPairs(facts), ...sweptPairs(facts.history, judgedSpan(scope))]
  const own = known.filter(isOf(account)).map(({ region }) => region)
  const regions = own.length > 0 ? own : scope.regions.length > 0 ? scope.regions : known.map(({ region }) => region)
  return unique((regions.length > 0 ? regions : ['']).map(globalRegionOf))
}

const isOf =
  (account: string) =>
  (pair: Place): boolean =>
    pair.account === account

const unique = (values: readonly string[]): string[] => [...new Set(values)].sort()
