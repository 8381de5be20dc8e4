/** The ledgers of a lake as they would be if some events had never come: made by the lake's own writer, read by the engine's own reader. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eventClass } from '../../src/core/event/event-class.ts'
import type { EventStore, LakeSnapshot } from '../../src/core/event/snapshot.ts'
import { type Coverage, judgeCoverage } from '../../src/core/run/coverage.ts'
import type { Inventory } from '../../src/core/run/inventory.ts'
import { day } from '../../src/core/time.ts'
import { readCoverageFacts } from '../../src/duckdb/coverage-facts.ts'
import { openDatabase } from '../../src/duckdb/open.ts'
import { readParquet } from '../../src/duckdb/parquet.ts'
import { quoted } from '../../src/duckdb/quote.ts'
import { connectLake } from '../../src/engines/duckdb/connection.ts'
import { openLake } from '../../src/lake/lake.ts'
import { writePublishedCoverage } from '../../src/lake/published-coverage.ts'
import { withCoverage } from '../../src/session/with-coverage.ts'
import { writeCoveragePart } from './coverage-part.ts'
import type { LoggedEvent, Question } from './removals.ts'

export interface CutLake {
  readonly events: readonly LoggedEvent[]
  /** Names of files by their id. */
  readonly locations: ReadonlyMap<number, string>
  /** What the lake says to a question when these events are gone. */
  coverage(question: Question, removed: readonly LoggedEvent[], inventory: Inventory | undefined): Promise<Coverage>
  /** What a table without these events says, of which nothing is known but its events: by counting them. */
  probed(
    question: Question,
    removed: readonly LoggedEvent[],
    options: { readonly inventory: Inventory | undefined; readonly margin: number },
  ): Promise<Coverage>
  /** What the snapshot says that is published of a lake without these events. */
  published(question: Question, removed: readonly LoggedEvent[], inventory: Inventory | undefined): Promise<Coverage>
  close(): void
}

const classColumns = ['eventCategory', 'eventType', 'managementEvent', 'readOnly', 'eventSource', 'eventName'] as const

/** @param scratch an existing folder, for ledgers that live as long as one question */
export async function openCutLake(folder: string, scratch: string): Promise<CutLake> {
  const snapshot = await (await openLake(folder)).snapshot()
  const database = await openDatabase({ folders: [folder, scratch], memoryLimit: '1GB', threads: 2 })
  const connection = await database.connect()
  const events = readParquet(snapshot.events.map(({ path }) => path))
  const files = readParquet(snapshot.files)
  await connection.run(`CREATE TEMP TABLE ledger AS FROM ${files}`)
  await connection.run('CREATE TEMP TABLE classes (id INTEGER, class VARCHAR)')
  await connection.run(`CREATE TEMP TABLE kinds AS SELECT row_number() OVER () AS id, * FROM
    (SELECT DISTINCT ${classColumns.join(', ')} FROM ${events})`)
  const kinds = await connection.runAndReadAll(`SELECT id, ${classColumns.join(', ')} FROM kinds`)
  for (const [id, ...values] of kinds.getRowsJson() as [string, ...(string | null)[]][]) {
    const input = Object.fromEntries(classColumns.map((name, at) => [name, values[at] ?? null]))
    await connection.run(`INSERT INTO classes VALUES (${id}, ${quoted(eventClass(input as never))})`)
  }
  const same = classColumns.map((name) => `e.${name} IS NOT DISTINCT FROM k.${name}`).join(' AND ')
  await connection.run(`CREATE TABLE staging AS
    SELECT row_number() OVER (ORDER BY e._file, e._ordinal) - 1 AS place, e._file, e._ordinal, e._account, coalesce(l.region, e.awsRegion) AS _region, c.class AS _class, e._hash,
      e.eventTime, e.eventID, e.eventName, e.eventSource, e.errorCode, e.awsRegion, e.requestParameters, e.responseElements, CAST(to_json(e.resources) AS VARCHAR) AS resources,
      json_extract_string(e.requestParameters, '$.bucketName') AS bucket
    FROM ${events} e JOIN kinds k ON ${same} JOIN classes c ON c.id = k.id LEFT JOIN ledger l ON l.file = e._file
    ORDER BY e._file, e._ordinal`)
  const rows =
    await connection.runAndReadAll(`SELECT _file::INTEGER, _ordinal, _account, _region, _class, epoch_ms(CAST(replace(eventTime, 'Z', '') AS TIMESTAMP))::DOUBLE,
    CASE WHEN _class = 'data:s3' THEN bucket END FROM staging ORDER BY place`)
  const logged = rows.getRows().map(
    ([file, ordinal, account, region, kind, time, bucket]): LoggedEvent => ({
      file: Number(file),
      ordinal: Number(ordinal),
      account: String(account),
      region: String(region),
      eventClass: String(kind),
      time: Number(time),
      bucket: bucket === null ? null : String(bucket),
    }),
  )
  const places = new Map(logged.map((event, place) => [event, place]))
  /** The events as one Parquet file, as a table would hold them. */
  const tableWithout = async (removed: readonly LoggedEvent[]): Promise<EventStore> => {
    await connection.run('CREATE OR REPLACE TEMP TABLE gone (file INTEGER, ordinal INTEGER)')
    const appender = await connection.createAppender('gone', 'main', 'temp')
    for (const { file, ordinal } of removed) {
      appender.appendInteger(file)
      appender.appendInteger(ordinal)
      appender.endRow()
    }
    appender.closeSync()
    const path = join(scratch, `table-${++count}.parquet`)
    await connection.run(`COPY (FROM ${events} e WHERE NOT EXISTS
      (FROM gone g WHERE g.file = e._file AND g.ordinal = e._ordinal)) TO ${quoted(path)} (FORMAT parquet)`)
    const part = { path, rows: logged.length, bytes: 0, first: '0001-01-01T00:00:00Z', last: '9999-12-31T23:59:59Z' }
    return { folder: scratch, snapshot: async () => ({ events: [part], files: [], coverage: [] }) }
  }
  const named = await connection.runAndReadAll('SELECT file::INTEGER, location FROM ledger')
  let count = 0

  const cut = async (removed: readonly LoggedEvent[]): Promise<LakeSnapshot> => {
    await connection.run('CREATE OR REPLACE TEMP TABLE removed (place INTEGER)')
    const appender = await connection.createAppender('removed', 'main', 'temp')
    for (const event of removed) {
      appender.appendInteger(places.get(event)!)
      appender.endRow()
    }
    appender.closeSync()
    await connection.run(`CREATE OR REPLACE TEMP TABLE verdict AS
      SELECT rowid AS id, true AS is_new FROM staging WHERE place NOT IN (FROM removed)`)
    const part = await writeCoveragePart(connection, scratch, ++count)
    const ledger = join(scratch, `files-${count}.parquet`)
    await connection.run(`COPY (FROM ledger WHERE file IN
      (SELECT _file FROM staging s JOIN verdict v ON v.id = s.rowid)) TO ${quoted(ledger)} (FORMAT parquet)`)
    return { ...snapshot, coverage: [join(scratch, part.path)], files: [ledger] }
  }

  return {
    events: logged,
    locations: new Map(named.getRows().map(([file, location]) => [Number(file), String(location)])),
    async coverage(question, removed, inventory) {
      const left = removed.length === 0 ? snapshot : await cut(removed)
      const span = { from: question.earliest, to: question.window.to }
      const facts = await readCoverageFacts(connection, left, span)
      if (left !== snapshot) for (const path of [...left.coverage, ...left.files]) await rm(path)
      return judgeCoverage({ ...facts, inventory }, question, question.needs)
    },
    async published({ needs, ...question }, removed, inventory) {
      const left = removed.length === 0 ? snapshot : await cut(removed)
      const name = `published-${++count}.parquet`
      const common = removed.length === 0 ? folder : scratch
      await writePublishedCoverage({ folder: common, snapshot: left, id: name, scratch, name })
      const nothing = async () => ({ events: [], files: [], coverage: [] })
      const bare = await connectLake({ folder: scratch, snapshot: nothing }, { threads: 2 })
      const ledger = async () => ({ relation: readParquet([join(scratch, name)]), snapshot: name })
      const table = withCoverage(bare, { basis: 'none', clock: { now: () => 0 }, inventory, ledger })
      try {
        return await table.coverage({ ...question, services: [] }, needs)
      } finally {
        await table.close()
        await rm(join(scratch, name))
        if (left !== snapshot) for (const path of [...left.coverage, ...left.files]) await rm(path)
      }
    },
    async probed({ needs, ...question }, removed, { inventory, margin }) {
      const store = await tableWithout(removed)
      const clock = { now: () => Math.max(...logged.map(({ time }) => time)) + day }
      const bare = await connectLake(store, { threads: 2, memoryLimit: '1GB' })
      const table = withCoverage(bare, { basis: 'probe', clock, inventory, margin })
      try {
        return await table.coverage({ ...question, services: [] }, needs)
      } finally {
        await table.close()
        for (const { path } of (await store.snapshot()).events) await rm(path)
      }
    },
    close() {
      connection.closeSync()
      database.close()
    },
  }
}
