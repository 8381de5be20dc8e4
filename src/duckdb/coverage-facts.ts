import type { DuckDBConnection } from '@duckdb/node-api'
import type { LakeSnapshot } from '../core/event/snapshot.ts'
import type { CoverageFacts, TrailEvent } from '../core/run/coverage-facts.ts'
import { day, isoTime, milliseconds, type Window } from '../core/time.ts'
import { readParquet } from './parquet.ts'
import { quoted } from './quote.ts'
import { readSweptHistory } from './swept-history.ts'

const time = (column: string): string => `CAST(replace(${column}, 'Z', '') AS TIMESTAMP)`
const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%SZ')`

/** Parts of older lakes know no more than the hour. */
const cellsSql = (parts: readonly string[]): string => `(
  SELECT account, region, class, hour, coalesce(first, hour) AS first, coalesce(last, hour + INTERVAL 3599 SECOND) AS last, trail, resource
  FROM (FROM ${readParquet(parts, { union: true })}
    UNION ALL BY NAME SELECT NULL::TIMESTAMP AS first, NULL::TIMESTAMP AS last, NULL::VARCHAR AS trail, NULL::VARCHAR AS resource WHERE false))`

/** Each class, management events as a whole, and each bucket, function or table of data events. */
const classesSql = (cells: string): string => `
  SELECT account, region, class, hour, first, last FROM ${cells}
  UNION ALL SELECT account, region, 'management', hour, first, last FROM ${cells} WHERE class LIKE 'management:%'
  UNION ALL SELECT account, region, class || ' ' || resource, hour, first, last FROM ${cells} WHERE resource IS NOT NULL`

/** The rhythm of a place is taken from so much time before and after what is asked for. */
const margin = 8 * day

/** Beyond these years ISO times have signs, which DuckDB does not read. */
const writable: Window = { from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' }

/**
 * Hours with their first and last event, by account, region and class: those near the span,
 * and the nearest one before and after these, so that every pause has its true ends.
 */
const hoursSql = (cells: string, { from, to }: Window): string => `
  CREATE OR REPLACE TEMP TABLE coverage_hours AS
  WITH cells AS (FROM ${cells}),
  classes AS (${classesSql('cells')}), near AS (FROM classes WHERE hour >= ${timestamp(from)} AND hour < ${timestamp(to)})
  SELECT account, region, class, hour, min(first) AS first, max(last) AS last FROM near GROUP BY ALL
  UNION ALL SELECT account, region, class, max(hour), max(first), max(last) FROM classes WHERE hour < ${timestamp(from)} GROUP BY ALL
  UNION ALL SELECT account, region, class, min(hour), min(first), min(last) FROM classes WHERE hour >= ${timestamp(to)} GROUP BY ALL`

const timestamp = (text: string): string => `CAST(${quoted(text.replace('Z', ''))} AS TIMESTAMP)`

const stepsSql = `
  SELECT *, lead(first) OVER place AS next, lead(hour) OVER place AS next_hour FROM coverage_hours
  WINDOW place AS (PARTITION BY account, region, class ORDER BY hour)`

/** A row per place and class: its rhythm, and its pauses as a flat list of beginnings and ends. */
const deliveriesSql = `
  SELECT account, region, class,
    count(*) FILTER (next_hour = hour + INTERVAL 1 HOUR)::INTEGER,
    coalesce(quantile_disc(epoch(next) - epoch(last), 0.95) FILTER (next_hour = hour + INTERVAL 1 HOUR), 0)::INTEGER,
    to_json(coalesce(list([${iso('last')}, ${iso('next')}] ORDER BY hour) FILTER (next - last >= INTERVAL 1 HOUR), []))::VARCHAR
  FROM (${stepsSql}) GROUP BY ALL ORDER BY ALL`

const boundsSql = (cells: string): string => `
  SELECT account, region, class, ${iso('min(first)')}, ${iso('max(last)')} FROM (${classesSql(cells)}) GROUP BY ALL ORDER BY ALL`

/**
 * The newest entry of each file. A readable file of the same name elsewhere is no proof that it is the same file: a damaged one
 * counts until it can be read in its own place.
 */
const latestSql = (files: string): string => `(
  SELECT * FROM ${files} QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1)`

/**
 * Files that cannot be read, and records that cannot be placed, may hide events: of a delivered file in the quarter of an hour
 * before its delivery; of another file with some unreadable records around the events that were read from it. Of a file
 * that could not be read, or not to its end, and is no delivered one, nothing limits where its events lie.
 * A file that could be read later counts no more.
 */
const damagedSql = (files: string): string => `
  SELECT account, region,
    CASE WHEN delivered IS NOT NULL THEN ${time('delivered')} - INTERVAL 15 MINUTE
      WHEN status <> 'quarantined' THEN ${time('first')} - INTERVAL 1 HOUR END,
    CASE WHEN delivered IS NOT NULL THEN ${time('delivered')}
      WHEN status <> 'quarantined' THEN ${time('last')} + INTERVAL 1 HOUR END,
    CASE WHEN status = 'quarantined' THEN 'The file ' || name || ' could not be read, and nobody knows which events it holds: ' || reason
      ELSE hidden_records || CASE WHEN hidden_records = 1 THEN ' record in ' ELSE ' records in ' END || name || ' could not be read.' END
  FROM ${latestSql(files)}
  WHERE hidden_records > 0
    OR (status = 'quarantined' AND NOT (code = 'INPUT_NOT_CLOUDTRAIL' AND delivered IS NULL) AND location NOT LIKE 'event-history:%')
  ORDER BY file`

interface CoverageReading {
  /** Of a sweep of Event history that asked for the events of one question only, see `readSweptHistory`. */
  readonly attributes?: readonly string[]
}

/** Reads what `judgeCoverage` needs from the ledgers of a lake, for a time that is asked about. */
export async function readCoverageFacts(
  connection: DuckDBConnection,
  snapshot: LakeSnapshot,
  span: Window,
  { attributes = [] }: CoverageReading = {},
): Promise<CoverageFacts> {
  const texts = (sql: string) => textsOf(connection, sql)
  let bounds: string[][] = []
  let rhythms: string[][] = []
  if (snapshot.coverage.length > 0) {
    const cells = cellsSql(snapshot.coverage)
    const near = {
      from: isoTime(Math.max(milliseconds(span.from) - margin, milliseconds(writable.from))),
      to: isoTime(Math.min(milliseconds(span.to) + margin, milliseconds(writable.to))),
    }
    await connection.run(hoursSql(cells, near))
    bounds = await texts(boundsSql(cells))
    rhythms = await texts(deliveriesSql)
  }
  const standing = await readStandingFacts(connection, snapshot, attributes)
  const rhythmOf = new Map(
    rhythms.map(([account, region, eventClass, ...rest]) => [keyOf(account!, region!, eventClass!), rest]),
  )
  return {
    deliveries: bounds.map(([account, region, eventClass, first, last]) => {
      const [steps, usual, pauses] = rhythmOf.get(keyOf(account!, region!, eventClass!)) ?? [0, 0, '[]']
      return {
        account: account!,
        region: region!,
        eventClass: eventClass!,
        first: first!,
        last: last!,
        steps: Number(steps),
        usual: Number(usual),
        pauses: (JSON.parse(String(pauses)) as [string, string][]).map(([from, to]) => ({ from, to })),
      }
    }),
    ...standing,
    attested: standing.attested.filter(({ from, to }) => from < span.to && to > span.from),
  }
}

/** All that does not depend on the time that is asked about. */
export async function readStandingFacts(
  connection: DuckDBConnection,
  snapshot: LakeSnapshot,
  attributes: readonly string[] = [],
): Promise<Omit<CoverageFacts, 'deliveries'>> {
  const texts = (sql: string) => textsOf(connection, sql)
  const trails =
    snapshot.coverage.length === 0
      ? []
      : await texts(
          `SELECT DISTINCT account, trail FROM ${cellsSql(snapshot.coverage)} WHERE trail IS NOT NULL ORDER BY ALL`,
        )
  let delivered: string[][] = []
  let damaged: (string | null)[][] = []
  if (snapshot.files.length > 0) {
    const files = readParquet(snapshot.files)
    delivered = await texts(`SELECT account, region, max(delivered) FROM ${files}
      WHERE status = 'ingested' AND records > 0 AND coalesce(folder, 'CloudTrail') = 'CloudTrail'
        AND account IS NOT NULL AND region IS NOT NULL AND delivered IS NOT NULL GROUP BY ALL ORDER BY ALL`)
    damaged = await texts(
      `SELECT account, region, ${iso('a')}, ${iso('b')}, reason FROM (${damagedSql(files)}) AS d(account, region, a, b, reason)`,
    )
  }
  const attestation = await snapshot.attestation?.()
  const history = await readSweptHistory(connection, snapshot, attributes)
  return {
    delivered: delivered.map(([account, region, at]) => ({ account: account!, region: region!, at: at! })),
    damaged: [
      ...damaged.map(([account, region, from, to, reason]) => ({
        account: account ?? null,
        region: region ?? null,
        from: from ?? null,
        to: to ?? null,
        reason: reason!,
      })),
      ...removedTimes(snapshot),
      ...(attestation?.lost ?? []),
    ],
    trailEvents: trails.flatMap(([account, list]) => trailEvents(account!, list!)),
    attested: attestation?.attested ?? [],
    ...(history && { history }),
  }
}

/** Every hour of each series, as `deliveriesOf` takes them. */
export const allHoursSql = (coverage: readonly string[]): string => `
  SELECT account, region, class AS event_class, ${iso('hour')} AS hour, ${iso('min(first)')} AS first_event, ${iso('max(last)')} AS last_event
  FROM (${classesSql(cellsSql(coverage))}) GROUP BY account, region, class, hour`

/** Cells are texts or null; the caller knows which columns may be null. */
async function textsOf(connection: DuckDBConnection, sql: string): Promise<string[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJson() as string[][]
}

/** The coverage ledger still counts what retention took out; nobody can look at it any more. */
const removedTimes = ({ removed = [] }: LakeSnapshot): CoverageFacts['damaged'] =>
  removed.map(({ from, to, account, at }) => ({
    account,
    region: null,
    from,
    to,
    reason: `Its events were removed by retention on ${at.slice(0, 10)}.`,
    removed: true,
  }))

const keyOf = (...parts: readonly string[]): string => parts.join(' ')

/** As `writeCoveragePart` keeps them: the two JSON texts of the event, in JSON. */
function trailEvents(account: string, list: string): TrailEvent[] {
  const rows = JSON.parse(list) as {
    id: string
    time: string
    name: string
    region: string
    request: string | null
    response: string | null
  }[]
  return rows.map(({ request, response, ...event }) => ({
    ...event,
    account,
    request: parsed(request),
    response: parsed(response),
  }))
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text)
  } catch {
    return null
  }
}
