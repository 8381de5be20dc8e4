import { createHash } from 'node:crypto'
import { TrailbookError } from '../../core/errors.ts'
import { parseJson } from '../../core/event/json.ts'
import { normaliseRecord } from '../../core/event/normalise.ts'
import type { Connection } from '../../core/ports.ts'
import { nothingCovered } from '../../core/run/coverage.ts'
import { duckdbPrelude } from '../../core/sql/duckdb-prelude.ts'
import { duckdbDialect } from '../../core/sql/print/duckdb.ts'
import { isoTime, milliseconds, second, type Window } from '../../core/time.ts'
import { createStagingTable, partColumns } from '../../duckdb/event-staging.ts'
import { openDatabase } from '../../duckdb/open.ts'
import { capabilities, defaultMemoryLimit, type EngineOptions } from './connection.ts'
import { createQueue } from './queue.ts'
import { runQuery } from './run-query.ts'

/** An engine over records in memory, e.g. those of a runbook's case; they go through the same steps as a file's records. */
export interface MemoryEngine {
  /** Replaces the records by these; one whose connection was given before sees them too. */
  load(records: readonly unknown[]): Promise<Connection>
  close(): Promise<void>
}

/** @throws TrailbookError RECORD_* from `load` for a record that a lake would not take */
export async function openMemoryEngine(options: EngineOptions = {}): Promise<MemoryEngine> {
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit
  const database = await openDatabase({
    folders: [],
    prelude: ['CREATE SCHEMA trailbook', ...duckdbPrelude],
    memoryLimit,
    ...(options.threads !== undefined && { threads: options.threads }),
  })
  const loader = await database.connect()
  const staging = await createStagingTable(loader)
  await loader.run(`CREATE TABLE trailbook.events AS SELECT ${partColumns} FROM staging WHERE false`)
  const exclusive = createQueue()
  let span: Window | undefined

  const connection: Connection = {
    name: options.name ?? 'duckdb',
    dialect: duckdbDialect,
    capabilities,
    run: (query, _scope, abortable = {}) =>
      runQuery(database, query, {
        ...abortable,
        relate: async () => ({ bytesRead: 0, bytesTotal: 0 }),
        exclusive,
        memoryLimit,
        timeLimitMs: options.timeLimitMs,
      }),
    coverage: async (scope) => nothingCovered(scope.window),
    span: async () => span,
    close: async () => {},
  }

  const load = async (records: readonly unknown[]): Promise<Connection> => {
    const times: string[] = []
    await staging.remove('true')
    const hashes = new Set<string>()
    records.forEach((record, ordinal) => {
      const text = JSON.stringify(record)
      const event = normaliseRecord(text, parseJson(text))
      if ('code' in event) throw new TrailbookError(event.code, { found: 'unusable', reason: event.reason, limit: 100 })
      const hash = createHash('sha256').update(event.canonical).digest('hex').slice(0, 32)
      if (hashes.has(hash)) return
      hashes.add(hash)
      times.push(event.time)
      staging.add({ event, file: 0, ordinal, hash, kind: 'trail', account: event.account, region: event.region })
    })
    staging.flush()
    times.sort()
    span = times.length === 0 ? undefined : { from: times[0]!, to: isoTime(milliseconds(times.at(-1)!) + second) }
    await exclusive(async () => {
      await loader.run(`CREATE OR REPLACE TABLE trailbook.events AS SELECT ${partColumns} FROM staging`)
    })
    return connection
  }

  return {
    load,
    async close() {
      staging.close()
      loader.closeSync()
      database.close()
    },
  }
}
