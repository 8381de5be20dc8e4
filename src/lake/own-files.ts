/** Which files of a lake are those that valid digests list, and what they alone show. */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { PlaceVerdict } from '../core/digest/judge.ts'
import { type ClassInput, eventClass } from '../core/event/event-class.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { readLedger } from './file-ledger.ts'

interface Place {
  readonly account: string
  readonly region: string
}

interface OwnFiles {
  /** False where log files of a trail without digests lie beside: that trail may have recorded what the others leave out. */
  readonly isAlone: (place: Place) => boolean
  /** Event classes of the listed files' events; undefined where the lake has no other files, so that all events are theirs. */
  readonly classesOf: ((place: Place) => readonly string[]) | undefined
}

const keyOf = ({ account, region }: Place): string => `${account} ${region}`

/**
 * Gathers the log files that digests prove, place by place, on a connection with the tables of `openDigestLedger`.
 *
 * @param parts of the file ledger
 */
export async function createOwnFiles(connection: DuckDBConnection, parts: readonly string[]) {
  const table = async (name: string, columns: readonly string[]) => {
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${name} (${columns.map((column) => `${column} VARCHAR`).join(', ')})`,
    )
    const appender = await connection.createAppender(name, 'main', 'temp')
    const add = (...values: readonly string[]): void => {
      for (const value of values) appender.appendVarchar(value)
      appender.endRow()
    }
    return { add, close: () => appender.closeSync() }
  }
  const listed = await table('own_hashes', ['sha256', 'account', 'region'])
  const settling = await table('own_settling', ['location'])
  return {
    add(places: readonly PlaceVerdict[]): void {
      for (const { account, region, to, logs } of places)
        for (const { sha256, path, verdict, delivered, fault } of logs)
          if (verdict === 'valid' && sha256 !== null) listed.add(sha256, account, region)
          // The next digest is going to list it.
          else if (path !== null && fault?.code === 'undigested' && to !== null && (delivered ?? '') >= to)
            settling.add(path)
    },
    /** @param events paths of event parts */
    async end(events: readonly string[]): Promise<OwnFiles> {
      listed.close()
      settling.close()
      const rows = async (sql: string): Promise<(string | null)[][]> =>
        (await connection.runAndReadAll(sql)).getRowsJson() as (string | null)[][]
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE other_files AS FROM digest_files
         WHERE status = 'ingested' AND first IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM own_hashes)
           AND replace(location, chr(92), '/') NOT IN (FROM own_settling)`,
      )
      const besides = await rows(
        `SELECT DISTINCT account, region FROM other_files o WHERE folder = 'CloudTrail' AND account IS NOT NULL AND region IS NOT NULL
         AND NOT EXISTS (FROM digest_files d WHERE (d.status = 'digest' OR d.folder = 'CloudTrail-Digest')
           AND d.account = o.account AND d.region = o.region AND d.organization IS NOT DISTINCT FROM o.organization)`,
      )
      const beside = new Set(besides.map(([account, region]) => keyOf({ account: account!, region: region! })))
      const isAlone = (place: Place): boolean => !beside.has(keyOf(place))
      const [[others]] = (await rows('SELECT count(*)::INTEGER FROM other_files')) as unknown as [[number]]
      if (others === 0) return { isAlone, classesOf: undefined }
      const classes = await classesOfOwn(rows, events, parts)
      return { isAlone, classesOf: (place) => [...(classes.get(keyOf(place)) ?? [])].sort() }
    },
  }
}

/** A name and a service are only read where the class needs them: so few combinations are left of any number of events. */
async function classesOfOwn(
  rows: (sql: string) => Promise<(string | null)[][]>,
  events: readonly string[],
  parts: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const classes = new Map<string, Set<string>>()
  if (events.length === 0) return classes
  const found = await rows(
    `WITH own AS (
       SELECT DISTINCT l.file, o.region FROM (SELECT file, sha256 FROM ${readLedger(parts)}) l JOIN own_hashes o USING (sha256))
     SELECT DISTINCT e._account, own.region, eventCategory, eventType, managementEvent::VARCHAR, readOnly::VARCHAR,
       CASE WHEN eventCategory IS DISTINCT FROM 'Management' THEN eventSource END,
       CASE WHEN eventCategory IS NULL OR readOnly IS NULL THEN eventName END
     FROM ${readParquet(events, { union: true })} e JOIN own ON own.file = e._file`,
  )
  for (const [account, region, ...columns] of found) {
    const [eventCategory, eventType, managementEvent, readOnly, eventSource, eventName] = columns
    const event = { eventCategory, eventType, managementEvent, readOnly, eventSource, eventName }
    const name = eventClass(withNulls(event))
    const key = keyOf({ account: account ?? '', region: region! })
    const known = classes.get(key) ?? new Set()
    known.add(name)
    if (name.startsWith('management:')) known.add('management')
    classes.set(key, known)
  }
  return classes
}

const withNulls = (event: { readonly [Key in keyof ClassInput]: string | null | undefined }): ClassInput => ({
  eventCategory: event.eventCategory ?? null,
  eventType: event.eventType ?? null,
  managementEvent: event.managementEvent ?? null,
  readOnly: event.readOnly ?? null,
  eventSource: event.eventSource ?? null,
  eventName: event.eventName ?? null,
})
