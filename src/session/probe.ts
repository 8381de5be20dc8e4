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

/** Counted by a query whose window had this end, in milliseconds. */
type CountedUnder<T> = T & { readonly end: number }

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
  | {
      readonly facts: CoverageFacts
      readonly span: Span
      readonly byResource: boolean
      readonly seesTrails: boolean
      /** Where changes of trails are known only from the span on: why. */
      readonly older?: string
    }
  | { readonly refusal: string }

/** More series and hours than this are not held in memory. */
const mostRows = 2_000_000

export function probeOf(connection: Connection, options: ProbeOptions): Probe {
  const { clock, budget = {}, margin = usualMargin } = options
  const { billed, exactOnce } = connection.capabilities
  const counted: CountedUnder<Span>[] = []
  const failed: (Span & { readonly reason: string })[] = []
  const hours: CountedUnder<CountedHour>[] = []
  const trails: Counted['trailEvents'][number][] = []
  const spent = { bytes: 0, usd: 0 }
  const more = new Map<string, Promise<boolean>>()
  let byResource = true
  let seesTrails = true
  let asOf: number | undefined
  let last: Promise<unknown> = Promise.resolve()
  let isToldBefore = true
  const trailsRead: Span[] = []
  let older = billed ? 'reading all of the table costs money' : undefined

  const charged = (charges: readonly Charge[] = []): void => {
    if (isToldBefore) return
    spent.bytes += charges.filter(({ what }) => what === 'scan').reduce((sum, { amount }) => sum + amount, 0)
    spent.usd += usdOf(charges)
  }

  const neededFor = (scope: Scope): Span => {
    const { from, to } = ownOf(scope)
    if (asOf === undefined || to > asOf) asOf = clock.now()
    return { from: Math.floor((from - margin) / hour) * hour, to: Math.max(to, Math.min(to + margin, asOf)) }
  }

  /**
   * Raw tables are read by days of delivery near a query's own time. Counted together with what comes after it, its time would
   * show events that were delivered later than its queries look: it is counted up to its own end, unless it was up to an earlier one.
   */
  const missingFor = (scope: Scope): readonly Span[] => {
    const needed = neededFor(scope)
    const known = inOrder([...counted, ...failed])
    if (exactOnce) return without(needed, known)
    const own = ownOf(scope)
    const knownSo = inOrder([...counted.filter(({ end }) => end <= own.to), ...failed])
    return [
      ...without({ from: needed.from, to: own.from }, known),
      ...without(own, knownSo),
      ...without({ from: own.to, to: needed.to }, known),
    ]
  }

  /** Until when a query over the span looks for late deliveries; where it sees all of them this says nothing. */
  const endOf = ({ to }: Span): number => (exactOnce ? -Infinity : to)

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
      end: endOf(span),
      counts: options.only === 'trails' ? undefined : printCounts(span),
      changes: tryPrint(trailQuery(), span),
    }))
    seesTrails &&= asks.every(({ changes }) => changes !== undefined)
    const queries = asks.flatMap(({ counts, changes }) => [counts, changes]).filter((one) => one !== undefined)
    const paid = await pay(connection, { queries, budget, spent }, asking)
    isToldBefore = paid.isToldBefore
    try {
      for (const { counts, changes, end } of asks) {
        for await (const row of counts === undefined ? [] : ask(counts, asking, paid)) {
          hours.push(...countedHours(row).map((one) => ({ ...one, end })))
          if (hours.length > mostRows) throw new Error(`its answer has more than ${mostRows} hours`)
        }
        if (changes !== undefined) for await (const row of ask(changes, asking, paid)) trails.push(trailEventOf(row))
      }
    } finally {
      paid.release()
    }
  }

  const look = async (scope: Scope, asking: Asking): Promise<void> => {
    const spans = missingFor(scope)
    try {
      if (spans.length > 0) await count(spans, asking)
      counted.push(...spans.map((span) => ({ ...span, end: endOf(span) })))
      trailsRead.push(...spans)
    } catch (error) {
      if (asking.signal?.aborted) throw error
      failed.push(...spans.map((span) => ({ ...span, reason: reasonOf(error) })))
    }
    await lookBack(neededFor(scope), asking)
  }

  /** A trail records what it was told to, however long ago that was. */
  const lookBack = async ({ from }: Span, asking: Asking): Promise<void> => {
    for (const span of without({ from: 0, to: from }, inOrder(trailsRead))) {
      if (older !== undefined) return
      try {
        const changes = tryPrint(trailQuery(), span)
        if (changes === undefined) return
        const paid = await pay(connection, { queries: [changes], budget, spent }, asking)
        isToldBefore = paid.isToldBefore
        try {
          for await (const row of ask(changes, asking, paid)) trails.push(trailEventOf(row))
        } finally {
          paid.release()
        }
        trailsRead.push(span)
      } catch (error) {
        if (asking.signal?.aborted) throw error
        older = reasonOf(error)
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
          deliveries: deliveriesOf(
            seenFrom(
              ownOf(scope),
              hours.filter(({ first, last }) => isIn(first) || isIn(last)),
            ),
          ),
          trailEvents: trails.filter(({ time }) => milliseconds(time) < span.to),
        },
        span,
        byResource,
        seesTrails,
        ...(older !== undefined && { older }),
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

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message.replace(/\.$/, '') : String(error))

/** What queries of the scope read, from the beginning of an hour. */
const ownOf = ({ window, earliest }: Scope): Span => ({
  from: Math.floor(Math.min(milliseconds(window.from), milliseconds(earliest)) / hour) * hour,
  to: milliseconds(window.to),
})

/** Hours as queries of that time see them; what lies outside of it only tells the rhythm, whatever its end was. */
const seenFrom = (own: Span, hours: readonly CountedUnder<CountedHour>[]): CountedHour[] =>
  hours.flatMap((one): CountedHour[] => {
    if (one.end <= own.to || one.last < own.from || one.first >= own.to) return [one]
    return one.last < own.to ? [] : [{ ...one, first: one.last }]
  })

const before = ({ from }: Span): Span => ({ from: 0, to: from })
const after = ({ to }: Span): Span => ({ from: to, to: milliseconds('2100-01-01T00:00:00Z') })

/** All accounts and Regions: a rhythm ends where that of all others ends, and trails are changed in accounts of their own. */
function scopeOf(span: Span): Scope {
  const window = { from: isoTime(span.from), to: isoTime(span.to) }
  return { window, earliest: window.from, accounts: [], regions: [], services: [] }
}
