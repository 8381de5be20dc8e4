/** Coverage by counting the events of a connection, each hour once for as long as the connection is open. */
import { TrailbookError } from '../core/errors.ts'
import type { Asking, Charge, Clock, Connection, Row, Scope } from '../core/ports.ts'
import { usdOf } from '../core/run/cost.ts'
import { type CoverageFacts, noFacts } from '../core/run/coverage-facts.ts'
import { type CountedHour, deliveriesOf } from '../core/run/coverage-hourly.ts'
import {
  anyQuery,
  countedHours,
  countQueries,
  trailEventOf,
  trailQuery,
  usualMargin,
} from '../core/run/coverage-probe.ts'
import { inOrder, type Span, without } from '../core/run/coverage-spans.ts'
import { type AnalyzedQuery, compile } from '../core/sql/compile.ts'
import { hour, isoTime, milliseconds } from '../core/time.ts'
import { type CoverageBudget, type Paid, type Printed, pay } from './probe-budget.ts'
import { noteAside, settle } from './send.ts'

interface ProbeOptions {
  readonly clock: Clock
  readonly budget?: CoverageBudget | undefined
  /** Only the calls that change trails are asked for. */
  readonly only?: 'trails' | undefined
  /** Milliseconds before and after what is asked for that are counted, too. */
  readonly margin?: number | undefined
}

type Counted = Pick<CoverageFacts, 'deliveries' | 'trailEvents'>

export interface Probe {
  /**
   * Counts what was not counted before. To be called before the queries of a scope: an event that came after them must not be
   * taken for one that they saw. What fails is kept, and told by `facts`.
   */
  look(scope: Scope, asking?: Asking): Promise<void>
  /** Or why nothing can be said. */
  facts(scope: Scope, asking?: Asking): Promise<Told>
  /** Whether the table has events outside of the time that was counted for this scope. */
  hasMore(scope: Scope, asking?: Asking): Promise<boolean>
}

type Told =
  | { readonly facts: CoverageFacts; readonly span: Span; readonly byResource: boolean; readonly seesTrails: boolean }
  | { readonly refusal: string }

/** More series and hours than this are not held in memory. */
const mostRows = 2_000_000

export function probeOf(connection: Connection, options: ProbeOptions): Probe {
  const { clock, budget = {}, margin = usualMargin } = options
  const counted: Span[] = []
  const failed: (Span & { readonly reason: string })[] = []
  const hours: CountedHour[] = []
  const trails: Counted['trailEvents'][number][] = []
  const spent = { bytes: 0, usd: 0 }
  const more = new Map<string, Promise<boolean>>()
  let byResource = true
  let seesTrails = true
  let asOf: number | undefined
  let last: Promise<unknown> = Promise.resolve()
  let isToldBefore = true

  const charged = (charges: readonly Charge[] = []): void => {
    if (isToldBefore) return
    spent.bytes += charges.filter(({ what }) => what === 'scan').reduce((sum, { amount }) => sum + amount, 0)
    spent.usd += usdOf(charges)
  }

  const neededFor = ({ window, earliest }: Scope): Span => {
    const to = milliseconds(window.to)
    if (asOf === undefined || to > asOf) asOf = clock.now()
    const from = Math.min(milliseconds(window.from), milliseconds(earliest)) - margin
    return { from: Math.floor(from / hour) * hour, to: Math.max(to, Math.min(to + margin, asOf)) }
  }

  /**
   * Raw tables are read by days of delivery near a query's own time. Counted together with what comes after it, its time would
   * show events that were delivered later than its queries look.
   */
  const apart = (span: Span, { window, earliest }: Scope): readonly Span[] => {
    if (connection.capabilities.exactOnce) return [span]
    const from = Math.min(milliseconds(window.from), milliseconds(earliest))
    return [Math.floor(from / hour) * hour, milliseconds(window.to)].reduce(cutAt, [span])
  }

  const print = (query: AnalyzedQuery, span: Span): Printed => {
    const scope = scopeOf(span)
    return { compiled: compile(query, { dialect: connection.dialect, scope, parameters: {} }), scope }
  }

  /** The query's text, or undefined where the engine cannot say it. */
  const tryPrint = (query: AnalyzedQuery, span: Span) => {
    try {
      return print(query, span)
    } catch (error) {
      if (error instanceof TrailbookError && String(error.code).startsWith('SQL_')) return undefined
      throw error
    }
  }

  const printCounts = (span: Span) => {
    for (const { query, byResource: isFull } of countQueries()) {
      const printed = tryPrint(query, span)
      byResource &&= isFull || printed === undefined
      if (printed !== undefined) return printed
    }
    throw new Error('this engine cannot say the query that counts events')
  }

  async function* ask(printed: Printed, asking: Asking, paid?: Paid): AsyncGenerator<Row> {
    const reserved = paid?.begin(printed) ?? []
    const run = await connection.run(printed.compiled, printed.scope, asking)
    try {
      for await (const batch of run.rows) yield* batch
    } finally {
      const { charges } = run.statistics()
      charged(charges)
      noteAside(asking.spending, charges)
      if (paid?.budget !== undefined) settle(paid.budget, reserved, charges)
    }
  }

  /** All of them, or nothing: what they cost together is looked at first. */
  const count = async (spans: readonly Span[], asking: Asking): Promise<void> => {
    const asks = spans.map((span) => ({
      counts: options.only === 'trails' ? undefined : printCounts(span),
      changes: tryPrint(trailQuery(), span),
    }))
    seesTrails &&= asks.every(({ changes }) => changes !== undefined)
    const queries = asks.flatMap(({ counts, changes }) => [counts, changes]).filter((one) => one !== undefined)
    const paid = await pay(connection, { queries, budget, spent }, asking)
    isToldBefore = paid.isToldBefore
    try {
      for (const { counts, changes } of asks) {
        for await (const row of counts === undefined ? [] : ask(counts, asking, paid)) {
          hours.push(...countedHours(row))
          if (hours.length > mostRows) throw new Error(`its answer has more than ${mostRows} hours`)
        }
        if (changes !== undefined) for await (const row of ask(changes, asking, paid)) trails.push(trailEventOf(row))
      }
    } finally {
      paid.release()
    }
  }

  const look = async (scope: Scope, asking: Asking): Promise<void> => {
    const needed = neededFor(scope)
    for (const span of without(needed, inOrder([...counted, ...failed]))) {
      try {
        await count(apart(span, scope), asking)
        counted.push(span)
      } catch (error) {
        if (asking.signal?.aborted) throw error
        failed.push({ ...span, reason: error instanceof Error ? error.message.replace(/\.$/, '') : String(error) })
      }
    }
  }

  const probe: Probe = {
    look(scope, asking = {}) {
      const next = last.catch(() => {}).then(() => look(scope, asking))
      last = next
      return next
    },
    async facts(scope, asking = {}) {
      await probe.look(scope, asking)
      const span = neededFor(scope)
      const broken = failed.find(({ from, to }) => from < span.to && to > span.from)
      if (broken !== undefined) return { refusal: broken.reason }
      const isIn = (time: number): boolean => time >= span.from && time < span.to
      return {
        facts: {
          ...noFacts,
          deliveries: deliveriesOf(hours.filter(({ first, last }) => isIn(first) || isIn(last))),
          trailEvents: trails.filter(({ time }) => isIn(milliseconds(time))),
        },
        span,
        byResource,
        seesTrails,
      }
    },
    hasMore(scope, asking = {}) {
      const span = neededFor(scope)
      const key = `${span.from} ${span.to}`
      const known = more.get(key) ?? hasAny([before(span), after(span)], asking)
      more.set(key, known)
      known.catch(() => more.delete(key))
      return known
    },
  }

  const hasAny = async (spans: readonly Span[], asking: Asking): Promise<boolean> => {
    const query = anyQuery()
    for (const span of spans) for await (const _ of ask(print(query, span), asking)) return true
    return false
  }
  return probe
}

const cutAt = (spans: readonly Span[], at: number): readonly Span[] =>
  spans.flatMap(({ from, to }) =>
    from < at && at < to
      ? [
          { from, to: at },
          { from: at, to },
        ]
      : [{ from, to }],
  )

const before = ({ from }: Span): Span => ({ from: 0, to: from })
const after = ({ to }: Span): Span => ({ from: to, to: milliseconds('2100-01-01T00:00:00Z') })

/** All accounts and Regions: a rhythm ends where that of all others ends, and trails are changed in accounts of their own. */
function scopeOf(span: Span): Scope {
  const window = { from: isoTime(span.from), to: isoTime(span.to) }
  return { window, earliest: window.from, accounts: [], regions: [], services: [] }
}
