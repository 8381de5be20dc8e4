import type { DuckDBConnection } from '@duckdb/node-api'
import type { EventPart, EventStore, LakeSnapshot } from '../../core/event/snapshot.ts'
import type { Capabilities, Connection, Scope } from '../../core/ports.ts'
import { judgeCoverage, nothingCovered } from '../../core/run/coverage.ts'
import type { Inventory } from '../../core/run/inventory.ts'
import { duckdbPrelude } from '../../core/sql/duckdb-prelude.ts'
import { duckdbDialect } from '../../core/sql/print/duckdb.ts'
import { isoTime, milliseconds, second } from '../../core/time.ts'
import { readCoverageFacts } from '../../duckdb/coverage-facts.ts'
import { emptyEvents } from '../../duckdb/event-types.ts'
import { openDatabase } from '../../duckdb/open.ts'
import { readParquet } from '../../duckdb/parquet.ts'
import { asEngineError } from './failure.ts'
import { createQueue } from './queue.ts'
import { type Relation, runQuery } from './run-query.ts'

export interface EngineOptions {
  readonly name?: string
  /** What coverage expects beside what was seen. */
  readonly inventory?: Inventory | undefined
  /** Of a lake that was filled from Event history for one question: the attributes that were asked for (`EventName=CreateUser`). */
  readonly lookupAttributes?: readonly string[] | undefined
  /** In DuckDB's words; a query that needs more fails. */
  readonly memoryLimit?: string
  readonly threads?: number
  /** Of one query until its last row; none by default. */
  readonly timeLimitMs?: number
}

export const defaultMemoryLimit = '2GB'

export const capabilities: Capabilities = { exactOnce: true, billed: false, bindsParameters: true }

/**
 * The embedded engine over a lake. Everything is asked of one snapshot, the newest when the connection was first asked for
 * anything: else the coverage would speak for events that came after the queries. Its parts stay for an hour after they were
 * replaced; a query after that may fail. A query reads only the parts whose events may lie in its scope;
 * the exact bounds are in the compiled text.
 */
export async function connectLake(store: EventStore, options: EngineOptions = {}): Promise<Connection> {
  const memoryLimit = options.memoryLimit ?? defaultMemoryLimit
  const database = await openDatabase({
    folders: [store.folder],
    prelude: ['CREATE SCHEMA trailbook', ...duckdbPrelude],
    memoryLimit,
    ...(options.threads !== undefined && { threads: options.threads }),
  })
  const exclusive = createQueue()
  let first: Promise<LakeSnapshot> | undefined
  const snapshotOf = async (): Promise<LakeSnapshot> => {
    const looked = first ?? store.snapshot()
    first = looked
    try {
      return await looked
    } catch (error) {
      if (first === looked) first = undefined
      throw error
    }
  }
  return {
    name: options.name ?? 'duckdb',
    dialect: duckdbDialect,
    capabilities,
    run: (query, scope, abortable = {}) =>
      runQuery(database, query, {
        ...abortable,
        relate: async (connection) => relate(connection, await snapshotOf(), scope),
        exclusive,
        memoryLimit,
        timeLimitMs: options.timeLimitMs,
      }),
    async coverage(scope, needs) {
      const snapshot = await snapshotOf()
      if (snapshot.files.length === 0) return nothingCovered(scope.window)
      const span = { from: [scope.earliest, scope.window.from].sort()[0]!, to: scope.window.to }
      const connection = await database.connect()
      try {
        const facts = await readCoverageFacts(connection, snapshot, span, {
          attributes: options.lookupAttributes ?? [],
        })
        return judgeCoverage({ ...facts, inventory: options.inventory }, scope, needs)
      } catch (error) {
        throw asEngineError(error, undefined, memoryLimit)
      } finally {
        connection.closeSync()
      }
    },
    async estimate(_query, scope) {
      const { events } = await snapshotOf()
      const parts = pruneParts(events, scope)
      return {
        bytes: totalBytes(parts),
        files: parts.length,
        of: { bytes: totalBytes(events), files: events.length },
        basis: "from the lake's manifest",
        charges: [],
      }
    },
    async span() {
      const { events } = await snapshotOf()
      if (events.length === 0) return undefined
      const first = events.map((part) => part.first).sort()[0]!
      const last = events
        .map((part) => part.last)
        .sort()
        .at(-1)!
      return { from: first, to: isoTime(milliseconds(last) + second) }
    },
    close: async () => database.close(),
  }
}

async function relate(connection: DuckDBConnection, { events }: LakeSnapshot, scope: Scope): Promise<Relation> {
  const parts = pruneParts(events, scope)
  const select = parts.length === 0 ? emptyEvents : `SELECT * FROM ${readParquet(parts.map(({ path }) => path))}`
  await connection.run(`CREATE OR REPLACE VIEW trailbook.events AS ${select}`)
  return { bytesRead: totalBytes(parts), bytesTotal: totalBytes(events) }
}

/** Parts that may hold events in [earliest, end of the window). ISO times of one form sort as text. */
export const pruneParts = (
  parts: readonly EventPart[],
  scope: Pick<Scope, 'earliest' | 'window'>,
): readonly EventPart[] => parts.filter(({ first, last }) => last >= scope.earliest && first < scope.window.to)

const totalBytes = (parts: readonly EventPart[]): number => parts.reduce((total, part) => total + part.bytes, 0)
