/**
 * CloudTrail Lake without an engine: whoever starts it says what a statement answers. It keeps the documented limits ("CloudTrail
 * Lake" and "Quotas", CloudTrail User Guide; API reference): statements of 10,000 characters, 10 queries at once, pages of 1,000
 * rows, an hour for one query. Its operations belong to the service `cloudtrail`.
 */
import { AwsFault, type Call, checkMembers, pageOf, required, type Service, textOf } from '../call.ts'

interface FakeAnswer {
  readonly columns: readonly string[]
  /** NULL is null. */
  readonly rows: readonly (readonly (string | null)[])[]
  readonly bytesScanned?: number
}

interface FakeStore {
  readonly id: string
  /** That of the caller by default. */
  readonly owner?: string
  readonly status?: 'ENABLED' | 'PENDING_DELETION'
}

export interface FakeLakeOptions {
  readonly stores: readonly FakeStore[]
  readonly execute: (
    sql: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<FakeAnswer | { readonly error: string }>
  /** Queries at once; documented are 10. */
  readonly running?: number
  /** Milliseconds that a query is queued. */
  readonly queueMs?: number
  readonly timeoutMs?: number
  /** How a NULL is told, which no documentation says. */
  readonly nulls?: 'absent' | 'empty' | 'null'
  /** Rows that GetQueryResults forgets to give. */
  readonly forgets?: number
}

type Status = 'QUEUED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT'

export interface FakeLakeQuery {
  readonly id: string
  readonly sql: string
  readonly owner: string
  readonly abort: AbortController
  status: Status
  message?: string
  answer?: FakeAnswer
  scanned: number
}

const mostCharacters = 10_000
const mostRows = 1000

export function cloudTrailLake(options: FakeLakeOptions): Service & { readonly queries: readonly FakeLakeQuery[] } {
  const { running = 10, queueMs = 0, timeoutMs = 3_600_000, nulls = 'absent', forgets = 0 } = options
  const queries: FakeLakeQuery[] = []
  const isOpen = ({ status }: FakeLakeQuery): boolean => status === 'QUEUED' || status === 'RUNNING'

  const carryOut = async (query: FakeLakeQuery): Promise<void> => {
    if (query.status !== 'QUEUED') return
    query.status = 'RUNNING'
    const timer = setTimeout(() => {
      if (isOpen(query)) query.status = 'TIMED_OUT'
      query.abort.abort()
    }, timeoutMs)
    const answer = await options.execute(query.sql, { signal: query.abort.signal }).catch((error: unknown) => ({
      error: String(error),
    }))
    clearTimeout(timer)
    if (!isOpen(query)) return
    if ('error' in answer) Object.assign(query, { status: 'FAILED', message: answer.error })
    else Object.assign(query, { status: 'FINISHED', answer, scanned: answer.bytesScanned ?? 0 })
  }

  const find = (call: Call): FakeLakeQuery => {
    const id = required(call, 'QueryId')
    const owner = textOf(call, 'EventDataStoreOwnerAccountId') ?? call.account
    const found = queries.find((query) => query.id === id && query.owner === owner)
    if (found === undefined) throw new AwsFault('QueryIdNotFoundException', `The query ID ${id} does not exist.`)
    return found
  }

  const start = (call: Call): unknown => {
    checkMembers(call, [
      'QueryStatement',
      'DeliveryS3Uri',
      'QueryAlias',
      'QueryParameters',
      'EventDataStoreOwnerAccountId',
    ])
    const sql = required(call, 'QueryStatement')
    if (sql.length < 1 || sql.length > mostCharacters)
      throw new AwsFault('InvalidParameterException', `QueryStatement must have 1 to ${mostCharacters} characters`)
    const owner = textOf(call, 'EventDataStoreOwnerAccountId') ?? call.account
    checkStatement(sql)
    for (const id of storesIn(sql)) {
      const store = options.stores.find((one) => one.id === id && (one.owner ?? call.account) === owner)
      if (store === undefined)
        throw new AwsFault('EventDataStoreNotFoundException', `The event data store ${id} does not exist.`)
      if (store.status === 'PENDING_DELETION')
        throw new AwsFault('InactiveEventDataStoreException', `The event data store ${id} is pending deletion.`)
    }
    if (queries.filter(isOpen).length >= running)
      throw new AwsFault('MaxConcurrentQueriesException', 'You are already running the maximum number of queries.')
    const number = String(queries.length + 1).padStart(12, '0')
    const id = `00000000-0000-4000-8000-${number}`
    const query = { id, sql, owner, abort: new AbortController(), status: 'QUEUED' as Status, scanned: 0 }
    queries.push(query)
    setTimeout(() => void carryOut(query), queueMs).unref()
    return { QueryId: id, EventDataStoreOwnerAccountId: owner }
  }

  const describe = (call: Call): unknown => {
    checkMembers(call, ['QueryId', 'EventDataStore', 'QueryAlias', 'RefreshId', 'EventDataStoreOwnerAccountId'])
    const query = find(call)
    return {
      QueryId: query.id,
      QueryString: query.sql,
      QueryStatus: query.status,
      QueryStatistics: { BytesScanned: query.scanned, EventsMatched: query.answer?.rows.length ?? 0 },
      ...(query.message !== undefined && { ErrorMessage: query.message }),
    }
  }

  const results = (call: Call): unknown => {
    checkMembers(call, ['QueryId', 'EventDataStore', 'NextToken', 'MaxQueryResults', 'EventDataStoreOwnerAccountId'])
    const query = find(call)
    const size = (call.input.MaxQueryResults as number | undefined) ?? mostRows
    if (!Number.isInteger(size) || size < 1 || size > mostRows)
      throw new AwsFault('InvalidMaxResultsException', `MaxQueryResults must be from 1 to ${mostRows}`)
    if (query.answer === undefined) return { QueryStatus: query.status, QueryResultRows: [] }
    const { columns, rows } = query.answer
    const { items, next } = pageOf(rows.slice(0, rows.length - forgets), textOf(call, 'NextToken'), size)
    const told = { absent: undefined, empty: '', null: 'null' }[nulls]
    return {
      QueryStatus: query.status,
      QueryStatistics: {
        ResultsCount: items.length,
        TotalResultsCount: rows.length,
        BytesScanned: query.scanned,
      },
      QueryResultRows: items.map((cells) =>
        cells.flatMap((cell, at) => {
          const text = cell ?? told
          return text === undefined ? [] : [{ [columns[at]!]: text }]
        }),
      ),
      ...(next !== undefined && { NextToken: next }),
    }
  }

  return {
    name: 'cloudtrail',
    protocol: 'json',
    queries,
    operations: {
      StartQuery: start,
      DescribeQuery: describe,
      GetQueryResults: results,
      CancelQuery(call) {
        checkMembers(call, ['QueryId', 'EventDataStore', 'EventDataStoreOwnerAccountId'])
        const query = find(call)
        if (!isOpen(query)) throw new AwsFault('InactiveQueryException', 'The query has ended.')
        query.status = 'CANCELLED'
        query.abort.abort()
        return { QueryId: query.id, QueryStatus: 'CANCELLED' }
      },
    },
  }
}

/** Literals and comments hold no stores, and no statements. */
const bare = (sql: string): string => sql.replace(/'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//g, "''")

const storesIn = (sql: string): readonly string[] => [
  ...new Set([...bare(sql).matchAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g)].map(([id]) => id)),
]

function checkStatement(sql: string): void {
  const text = bare(sql)
  if (!/^\s*(?:SELECT|WITH|\()/i.test(text) || /;\s*\S/.test(text))
    throw new AwsFault('InvalidQueryStatementException', 'Only one SELECT statement is supported.')
}
