/**
 * The coverage of a lake as a table beside its published snapshot: what `judgeCoverage` needs to answer as the lake itself did
 * when it was published.
 */
import type { Cell, Row } from '../ports.ts'
import { isoTime, milliseconds, type Window } from '../time.ts'
import type { CoverageFacts } from './coverage-facts.ts'
import { deliveriesOf } from './coverage-hourly.ts'
import { usualMargin } from './coverage-probe.ts'

/** All are texts. `hour` rows have the hours of all series; the others have one fact each, as JSON in `body`. */
export const factColumns = [
  'kind',
  'account',
  'region',
  'event_class',
  'hour',
  'first_event',
  'last_event',
  'body',
] as const

/** Name of the table of a snapshot's coverage, beside the snapshot's own table: whoever knows one finds the other. */
export const coverageName = (own: string): string => `${own}_coverage`

interface StandingRow {
  readonly kind: string
  readonly body: string
}

const kinds = ['delivered', 'damaged', 'trailEvents', 'attested'] as const

export function standingRows(facts: Omit<CoverageFacts, 'deliveries'>, snapshot: string): StandingRow[] {
  const row = (kind: string, value: unknown): StandingRow => ({ kind, body: JSON.stringify(value) })
  return [
    row('snapshot', { id: snapshot }),
    ...kinds.flatMap((kind) => facts[kind].map((one) => row(kind, one))),
    ...(facts.history === undefined ? [] : [row('history', facts.history)]),
  ]
}

/** Times of other forms than these sort elsewhere. */
const least = '0001-01-01T00:00:00Z'
const most = '9999-12-31T23:59:59Z'

/**
 * The facts for a span in words that Trino, Athena and DuckDB share: hours near it, for each series the nearest one before and
 * after these, so that every pause has its true ends, the bounds of each series, and everything else.
 */
export function publishedQuery(relation: string, span: Window): string {
  const shifted = (time: string, by: number): string => {
    const at = milliseconds(time) + by
    return at < milliseconds(least) ? least : at > milliseconds(most) ? most : isoTime(at)
  }
  const from = `'${shifted(span.from, -usualMargin)}'`
  const to = `'${shifted(span.to, usualMargin)}'`
  const columns = factColumns.join(', ')
  const summed = (kind: string, first: string, last: string, where: string): string => `
SELECT '${kind}', account, region, event_class, CAST(NULL AS varchar), ${first}(first_event), ${last}(last_event), CAST(NULL AS varchar)
FROM ${relation} WHERE kind = 'hour'${where} GROUP BY account, region, event_class`
  return `SELECT ${columns} FROM ${relation} WHERE kind <> 'hour' OR (hour >= ${from} AND hour < ${to})
UNION ALL ${summed('hour', 'max', 'max', ` AND hour < ${from}`)}
UNION ALL ${summed('hour', 'min', 'min', ` AND hour >= ${to}`)}
UNION ALL ${summed('bounds', 'min', 'max', '')}`
}

/** How often that query reads its table. */
export const publishedReads = 4

const text = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : '')

/** Undefined where the rows are not of this snapshot. */
export function publishedFacts(rows: readonly Row[], snapshot: string, span: Window): CoverageFacts | undefined {
  const of = (kind: string): Row[] => rows.filter((row) => row.kind === kind)
  const bodies = <Kind extends keyof CoverageFacts>(kind: Kind) =>
    of(kind).map(({ body }) => JSON.parse(text(body))) as unknown as CoverageFacts[Kind]
  const ids = of('snapshot').map(({ body }) => (JSON.parse(text(body)) as { id?: unknown }).id)
  if (ids.length !== 1 || ids[0] !== snapshot) return undefined
  const series = ({ account, region, event_class: eventClass, first_event: first, last_event: last }: Row) => ({
    account: text(account),
    region: text(region),
    eventClass: text(eventClass),
    first: milliseconds(text(first)),
    last: milliseconds(text(last)),
  })
  const history = (bodies('history') as unknown as CoverageFacts['history'][])[0]
  return {
    deliveries: deliveriesOf(of('hour').map(series), of('bounds').map(series)),
    delivered: bodies('delivered'),
    damaged: bodies('damaged'),
    trailEvents: bodies('trailEvents'),
    attested: bodies('attested').filter(({ from, to }) => from < span.to && to > span.from),
    ...(history && { history }),
  }
}
