/** What a lake's ledger knows of sweeps of Event history: which time of which account and Region was asked for, and when. */
import type { DuckDBConnection } from '@duckdb/node-api'
import {
  attributeText,
  type HistorySlice,
  parseHistoryLocation,
  settledUntil,
  settling,
} from '../core/event/history-slice.ts'
import type { LakeSnapshot } from '../core/event/snapshot.ts'
import type { SweptHistory, SweptPlace } from '../core/run/coverage-history.ts'
import { inOrder, type Span, within, without } from '../core/run/coverage-spans.ts'
import { isoTime, milliseconds, type Window } from '../core/time.ts'
import { readParquet } from './parquet.ts'

interface KnownSlice {
  readonly slice: HistorySlice
  /** It was read whole. */
  readonly whole: boolean
  /** Of a whole one the parts that are final, and of which retention removed nothing since. */
  readonly settled: readonly Window[]
  readonly reason: string
}

type Ledger = Pick<LakeSnapshot, 'files' | 'removed'>

/** The newest entry of each slice. */
export async function readKnownSlices(
  connection: DuckDBConnection,
  { files, removed = [] }: Ledger,
): Promise<KnownSlice[]> {
  if (files.length === 0) return []
  const reader = await connection.runAndReadAll(
    `SELECT location, modified, status = 'ingested' AND quarantined_records = 0, coalesce(reason, quarantined_records || ' of its records could not be read')
     FROM (SELECT * FROM ${readParquet(files)} WHERE location LIKE 'event-history:%'
       QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1) ORDER BY location`,
  )
  return reader.getRowsJson().flatMap((row): KnownSlice[] => {
    const [location, modified, whole, reason] = row as [string, string, boolean, string]
    const slice = parseHistoryLocation(location)
    if (slice === undefined) return []
    const until = settledUntil(modified)
    if (!whole || until === undefined) return [{ slice, whole: false, settled: [], reason }]
    const final = within(spanOf(slice), { from: -Infinity, to: milliseconds(until) })
    const asked = milliseconds(until) + settling
    const gone = removed
      .filter(({ account, at }) => (account === null || account === slice.account) && milliseconds(at) >= asked)
      .map(spanOf)
    return [{ slice, whole, settled: final.flatMap((span) => without(span, inOrder(gone))).map(windowOf), reason }]
  })
}

const spanOf = ({ from, to }: Window): Span => ({ from: milliseconds(from), to: milliseconds(to) })
const windowOf = ({ from, to }: Span): Window => ({ from: isoTime(from), to: isoTime(to) })

const isOthers = (files: readonly string[]): string =>
  `SELECT count(*)::INTEGER FROM ${readParquet(files)} WHERE records > 0 AND location NOT LIKE 'event-history:%'`

/**
 * @param attributes those that were asked for one by one (`EventName=CreateUser`) instead of all events: a time counts as swept
 * where each of them was asked for
 */
export async function readSweptHistory(
  connection: DuckDBConnection,
  ledger: Ledger,
  attributes: readonly string[] = [],
): Promise<SweptHistory | undefined> {
  const known = await readKnownSlices(connection, ledger)
  if (known.length === 0) return undefined
  const byPlace = new Map<string, KnownSlice[]>()
  for (const one of known) byPlace.set(keyOf(one), [...(byPlace.get(keyOf(one)) ?? []), one])
  const others = Number((await connection.runAndReadAll(isOthers(ledger.files))).getRows()[0]![0])
  return { only: others === 0, attributes, places: [...byPlace.values()].map((slices) => placeOf(slices, attributes)) }
}

const keyOf = ({ slice }: KnownSlice): string => `${slice.account} ${slice.region}`

function placeOf(slices: readonly KnownSlice[], attributes: readonly string[]): SweptPlace {
  const { account, region } = slices[0]!.slice
  const settled = (attribute: string | undefined): Span[] =>
    slices
      .filter(({ slice }) => (slice.attribute && attributeText(slice.attribute)) === attribute)
      .flatMap((one) => one.settled.map(spanOf))
  const all = settled(undefined)
  const each = attributes.map((attribute) => inOrder([...all, ...settled(attribute)]))
  const common =
    each.length === 0
      ? inOrder(all)
      : each.reduce((left, right) => left.flatMap((a) => right.flatMap((b) => within(a, b))))
  return {
    account,
    region,
    spans: common.map(windowOf),
    failed: slices
      .filter(({ whole }) => !whole)
      .map(({ slice, reason }) => ({ from: slice.from, to: slice.to, reason: sentence(reason) })),
  }
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`)
