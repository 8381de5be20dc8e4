/** Gives a connection that cannot vouch for its events an answer to what they cover. */
import type { Asking, Clock, Connection, Scope } from '../core/ports.ts'
import { type Coverage, type CoverageGap, judgeCoverage } from '../core/run/coverage.ts'
import { judgeListing } from '../core/run/coverage-listing.ts'
import type { Inventory } from '../core/run/inventory.ts'
import { standingGaps } from '../core/run/unknown-coverage.ts'
import { isoTime, type Window } from '../core/time.ts'
import { type ListDelivered, type Lister, listerOf } from './listing.ts'
import { type Probe, probeOf } from './probe.ts'
import type { CoverageBudget } from './probe-budget.ts'
import { type FindSnapshot, type Ledger, ledgerOf } from './published-ledger.ts'

export interface CoverageOptions {
  readonly basis: 'probe' | 'listing' | 'none'
  readonly clock: Clock
  /** What is expected; else what was seen. */
  readonly inventory?: Inventory | undefined
  readonly budget?: CoverageBudget | undefined
  /** How the names of delivered log files are listed; needed for `listing`. */
  readonly listing?: ListDelivered | undefined
  /** How a published snapshot is found; its ledger goes before any other basis. */
  readonly ledger?: FindSnapshot | undefined
  /** Of a probe: so many milliseconds before and after what is asked for are counted, too. */
  readonly margin?: number | undefined
}

/**
 * The connection, with coverage by another basis than its own. Facts are gathered before the first query that needs them, so
 * that what came later is not taken for seen; each is gathered once for as long as the connection is open.
 *
 * What the connection itself says stays: columns that a table lacks, or that nobody knows which events its store lets in.
 */
export function withCoverage(connection: Connection, options: CoverageOptions): Connection {
  const source = sourceOf(connection, options)
  return {
    ...connection,
    async run(query, scope, asking) {
      await source.look(scope, asking)
      return connection.run(query, scope, asking)
    },
    async coverage(scope, needs, asking) {
      const own = await connection.coverage(scope, needs, asking)
      return lessOf(await source.answer(scope, needs, asking), standingGaps(own))
    },
  }
}

interface Source {
  look(scope: Scope, asking?: Asking): Promise<void>
  answer(scope: Scope, needs: readonly string[], asking?: Asking): Promise<Coverage>
}

function sourceOf(connection: Connection, options: CoverageOptions): Source {
  const other = unpublished(connection, options)
  return options.ledger === undefined ? other : published(ledgerOf(connection, options.ledger), other, options)
}

function published(ledger: Ledger, other: Source, { inventory }: CoverageOptions): Source {
  return {
    look: async (scope, asking = {}) => ((await ledger.look(asking)) ? undefined : other.look(scope, asking)),
    async answer(scope, needs, asking = {}) {
      if (!(await ledger.look(asking))) return other.answer(scope, needs, asking)
      const told = await ledger.facts(scope, asking)
      return 'refusal' in told
        ? nothingKnown(scope, told.refusal)
        : judgeCoverage({ ...told.facts, inventory }, scope, needs)
    },
  }
}

function unpublished(connection: Connection, options: CoverageOptions): Source {
  if (options.basis === 'probe') return probed(probeOf(connection, options), connection, options)
  if (options.basis === 'listing' && options.listing !== undefined)
    return listed(
      listerOf(options.listing, options.margin),
      probeOf(connection, { ...options, only: 'trails' }),
      options,
    )
  return {
    look: async () => {},
    answer: async (scope) =>
      nothingKnown(
        scope,
        options.basis === 'none'
          ? 'Nobody looked at what this table holds: `coverage: probe` of the connection in trailbook.yaml counts its events.'
          : 'Nobody looked at what this table holds: `coverage: listing` needs `logs:`, the places of the log files.',
      ),
  }
}

const probeLimits = (from: number, to: number): string =>
  `counted from ${isoTime(from)} to ${isoTime(to)}: a file that is lost or unreadable in an hour that has others does not show`

function probed(probe: Probe, connection: Connection, { inventory }: CoverageOptions): Source {
  return {
    look: (scope, asking) => probe.look(scope, asking),
    async answer(scope, needs, asking) {
      const told = await probe.facts(scope, asking)
      if ('refusal' in told)
        return nothingKnown(scope, `The events of the table could not be counted: ${told.refusal}.`)
      const { facts, span } = told
      const judged = judgeCoverage({ ...facts, inventory, holder: 'table' }, scope, needs)
      const gaps: CoverageGap[] = []
      const add = (eventClass: string, reason: string): void => {
        gaps.push({ ...anywhere(scope), eventClass, state: 'unknown', reason })
      }
      if (!namesAll(inventory)) {
        const isMore = connection.capabilities.billed || (await probe.hasMore(scope, asking))
        if (isMore) add('*', unnamed({ from: isoTime(span.from), to: isoTime(span.to) }))
      }
      if (!told.seesTrails && !namesSelectors(inventory))
        add(
          '*',
          'What trails record is not known: this engine cannot say the question for it, and the inventory does not name the trails with their selectors.',
        )
      else if (told.older !== undefined && !namesSelectors(inventory)) add('*', unknownBefore(span.from, told.older))
      if (!told.byResource)
        for (const need of needs.filter((one) => one.startsWith('data:')))
          add(need, `${need} events cannot be counted by bucket, function or table on this engine.`)
      const limits = [judged.limits, probeLimits(span.from, span.to), olderLimits(span.from, told.older)]
        .filter((one) => one !== undefined)
        .join('; ')
      return { ...lessOf(judged, gaps), basis: 'probe', limits }
    },
  }
}

function listed(lister: Lister, trails: Probe, { inventory }: CoverageOptions): Source {
  return {
    async look(scope, asking) {
      await lister.look(scope, asking)
      await trails.look(scope, asking)
    },
    async answer(scope, needs, asking) {
      const files = await lister.files(scope, asking)
      if ('refusal' in files) return nothingKnown(scope, `The log files could not be listed: ${files.refusal}.`)
      const { listing, span } = files
      const told = await trails.facts(scope, asking)
      const trailEvents = 'refusal' in told ? [] : told.facts.trailEvents
      const judged = judgeListing(listing, scope, { inventory, needs, trailEvents })
      const gaps: CoverageGap[] = []
      const add = (eventClass: string, reason: string): void => {
        gaps.push({ ...anywhere(scope), eventClass, state: 'unknown', reason })
      }
      if (!namesAll(inventory)) add('*', unnamed(span))
      if ((inventory?.trails ?? []).length === 0)
        add(
          '*',
          'Names of log files do not tell which events are in them, and the inventory names no trail that records them.',
        )
      if ('refusal' in told || !told.seesTrails)
        add(
          '*',
          `Names of log files do not tell which events are in them, and calls that change trails could not be looked for${'refusal' in told ? `: ${told.refusal}` : ''}.`,
        )
      else if (told.older !== undefined && !namesSelectors(inventory))
        add('*', unknownBefore(told.span.from, told.older))
      for (const need of needs.filter((one) => one.startsWith('data:')))
        add(need, `Names of log files do not tell whose ${need} events are in them.`)
      const names = `${listing.count} names of log files, listed for about ${files.usd.toFixed(2)} USD: what is in the files is taken from the trails of the inventory`
      const before = 'refusal' in told ? undefined : olderLimits(told.span.from, told.older)
      return { ...lessOf(judged, gaps), limits: before === undefined ? names : `${names}; ${before}` }
    },
  }
}

/** Nothing is taken for complete that the inventory does not name whole. */
const namesAll = (inventory: Inventory | undefined): boolean =>
  inventory !== undefined &&
  inventory.accounts.length > 0 &&
  inventory.accounts.every(({ regions = inventory.regions }) => regions.length > 0)

/** As `collect inventory` writes them: of a trail that is merely named nobody said what it leaves out. */
const namesSelectors = (inventory: Inventory | undefined): boolean =>
  inventory !== undefined &&
  inventory.trails.length > 0 &&
  inventory.trails.every(
    ({ selectors }) => selectors?.eventSelectors !== undefined || selectors?.advancedEventSelectors !== undefined,
  )

const unknownBefore = (from: number, reason: string): string =>
  `What trails were told before ${isoTime(from)} is not known (${reason}), and the inventory does not name them with their selectors: they may leave events out. \`trailbook collect selectors\` writes them.`

const olderLimits = (from: number, older: string | undefined): string | undefined =>
  older === undefined ? undefined : `changes of trails before ${isoTime(from)} are not known`

const unnamed = ({ from, to }: Window): string =>
  `The inventory does not name every account with its Regions, so only what was seen from ${from} to ${to} is expected: what fell silent before would not be missed. \`trailbook collect inventory\` writes one.`

function lessOf(coverage: Coverage, gaps: readonly CoverageGap[]): Coverage {
  if (gaps.length === 0) return coverage
  return { ...coverage, complete: false, through: null, gaps: [...gaps, ...coverage.gaps] }
}

const anywhere = ({ window, earliest }: Scope) => ({
  account: '*',
  region: '*',
  eventClass: '*',
  from: [earliest, window.from].sort()[0]!,
  to: window.to,
})

function nothingKnown(scope: Scope, reason: string): Coverage {
  const { window } = scope
  const gaps: CoverageGap[] = [{ ...anywhere(scope), state: 'unknown', reason }]
  return { complete: false, basis: 'none', through: null, window, gaps }
}
