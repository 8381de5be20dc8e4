/**
 * Queries of CloudWatch Logs without an engine: whoever starts it says what a text answers over the events of the time range. It
 * keeps the documented limits ("StartQuery", "GetQueryResults", "StopQuery", CloudWatch Logs API; "CloudWatch Logs quotas"):
 * text, groups, rows, pages, calls a second, queries at once, and SQL over the Standard class only.
 */
import { AwsFault, type Call, checkMembers, required, type Service, textOf } from '../call.ts'
import { createRate } from '../rate.ts'

export interface FakeLogGroup {
  readonly name: string
  readonly class?: 'STANDARD' | 'INFREQUENT_ACCESS'
  readonly events: readonly FakeLogEvent[]
}

export interface FakeLogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly message: string
}

export type FakeRow = Readonly<Record<string, string>>

export interface FakeLogsOptions {
  readonly groups: () => readonly FakeLogGroup[]
  /** What a text answers; an error is a query that ends as Failed. */
  execute(query: {
    readonly language: 'SQL' | 'CWLI'
    readonly text: string
    readonly messages: readonly string[]
    readonly signal: AbortSignal
  }): Promise<readonly FakeRow[]>
  /** Looks at a query that find it running. */
  readonly looks?: number
  /** Queries at once in SQL, and in the language of its own. */
  readonly atOnce?: { readonly sql: number; readonly cwli: number }
  readonly perSecond?: number
  readonly now?: () => number
}

type Status = 'Scheduled' | 'Running' | 'Complete' | 'Failed' | 'Cancelled' | 'Timeout'

export interface FakeQuery {
  readonly id: string
  readonly language: 'SQL' | 'CWLI'
  readonly text: string
  readonly startTime: number
  readonly endTime: number
  readonly groups: readonly string[]
  status: Status
  rows: readonly FakeRow[]
  looks: number
  bytes: number
  scanned: number
  matched: number
  /** Why it failed, for the tests. */
  failure?: unknown
}

export interface FakeLogs extends Service {
  readonly queries: readonly FakeQuery[]
}

const mostText = 10_000
const mostGroups = 50
const mostRows = 100_000
const invalid = (message: string) => new AwsFault('InvalidParameterException', message)
const ended = ({ status }: FakeQuery) => status !== 'Scheduled' && status !== 'Running'

export function logs(options: FakeLogsOptions): FakeLogs {
  const { looks = 1, atOnce = { sql: 15, cwli: 100 }, perSecond = 10, now = Date.now } = options
  const queries: (FakeQuery & { readonly abort: AbortController; answered: boolean })[] = []
  const rate = createRate(perSecond, perSecond, now)
  const paced = (call: Call) => {
    if (!rate.take(`${call.account} ${call.region} ${call.operation}`))
      throw new AwsFault('ThrottlingException', 'Rate exceeded')
  }
  const find = (call: Call) => {
    const id = required(call, 'queryId')
    const found = queries.find((one) => one.id === id)
    if (found === undefined) throw new AwsFault('ResourceNotFoundException', `Query ${id} does not exist.`)
    return found
  }
  const numberOf = (call: Call, name: string): number | undefined => {
    const value = call.input[name]
    if (value === undefined) return undefined
    if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(`${name} must be a whole number`)
    return value
  }

  function start(call: Call): unknown {
    const members = ['queryLanguage', 'logGroupName', 'logGroupNames', 'logGroupIdentifiers', 'startTime', 'endTime']
    checkMembers(call, [...members, 'queryString', 'limit'])
    paced(call)
    const language = (textOf(call, 'queryLanguage') ?? 'CWLI') as 'SQL' | 'CWLI'
    if (language !== 'SQL' && language !== 'CWLI') throw invalid(`Unknown query language ${language}`)
    const text = required(call, 'queryString')
    if (text.length > mostText) throw invalid(`The query string has more than ${mostText} characters.`)
    const [startTime, endTime] = [numberOf(call, 'startTime'), numberOf(call, 'endTime')]
    if (startTime === undefined || endTime === undefined) throw invalid('startTime and endTime are required')
    if (startTime > 1e11 || endTime > 1e11) throw invalid('startTime and endTime are seconds since 1970')
    if (endTime < startTime) throw invalid('endTime is before startTime')
    const limit = numberOf(call, 'limit') ?? 10_000
    if (limit < 1 || limit > mostRows) throw invalid(`limit must be between 1 and ${mostRows}`)
    const given = members.slice(1, 4).filter((name) => call.input[name] !== undefined)
    if (language === 'SQL' && given.length > 0) throw invalid('A query in SQL names its log groups itself.')
    if (language === 'CWLI' && given.length !== 1) throw invalid('Exactly one parameter must name log groups.')
    const wanted = language === 'SQL' ? groupsIn(text) : ([call.input[given[0]!]].flat() as string[])
    if (wanted.length === 0) throw new AwsFault('MalformedQueryException', 'No log group in FROM')
    if (wanted.length > mostGroups) throw invalid(`More than ${mostGroups} log groups`)
    const known = options.groups()
    const groups = wanted.map((name) => {
      const found = known.find((one) => one.name === name || name.endsWith(`:log-group:${one.name}`))
      if (found === undefined)
        throw new AwsFault(
          'ResourceNotFoundException',
          `Log group '${name}' does not exist for account ID '${call.account}'`,
        )
      return found
    })
    if (language === 'SQL' && groups.some((group) => group.class === 'INFREQUENT_ACCESS'))
      throw invalid('Queries in SQL are not supported for the Infrequent Access log class.')
    const active = queries.filter((one) => !ended(one) && one.language === language).length
    if (active >= (language === 'SQL' ? atOnce.sql : atOnce.cwli))
      throw new AwsFault('LimitExceededException', 'Account maximum query concurrency limit reached.')
    const events = groups.flatMap((group) => group.events)
    const seen = events.filter(({ timestamp }) => timestamp >= startTime * 1000 && timestamp <= endTime * 1000 + 999)
    const abort = new AbortController()
    const query = {
      id: `query-${queries.length + 1}`,
      ...{ language, text, startTime, endTime, abort, looks: 0, matched: 0, answered: false },
      groups: wanted,
      status: 'Running' as Status,
      failure: undefined as unknown,
      rows: [] as readonly FakeRow[],
      scanned: seen.length,
      bytes: seen.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0),
    }
    const messages = seen.map(({ message }) => message)
    queries.push(query)
    options.execute({ language, text, messages, signal: abort.signal }).then(
      (rows) => {
        query.rows = rows.slice(0, limit)
        query.matched = rows.length
        query.answered = true
      },
      (error: unknown) => {
        query.failure = error
        if (!ended(query)) query.status = 'Failed'
      },
    )
    return { queryId: query.id }
  }

  function results(call: Call): unknown {
    checkMembers(call, ['queryId', 'nextToken', 'maxItems'])
    paced(call)
    const query = find(call)
    query.looks += 1
    if (query.looks > looks && query.answered && !ended(query)) query.status = 'Complete'
    const token = textOf(call, 'nextToken')
    const size = numberOf(call, 'maxItems') ?? 10_000
    if (size < 1 || size > 10_000) throw invalid('maxItems must be between 1 and 10000')
    const from = token === undefined ? 0 : Number(token.replace(/^at /, ''))
    if (!Number.isInteger(from)) throw invalid('The token is invalid or has expired.')
    // While it runs, some rows are there already.
    const rows = ended(query) ? query.rows.slice(from, from + size) : query.rows.slice(0, 1)
    const more = ended(query) && from + size < query.rows.length
    return {
      queryLanguage: query.language,
      results: rows.map((row, i) => [
        ...Object.entries(row).map(([field, value]) => ({ field, value })),
        ...(query.language === 'CWLI' ? [{ field: '@ptr', value: `ptr-${from + i}` }] : []),
      ]),
      statistics: {
        recordsMatched: query.matched,
        recordsScanned: query.scanned,
        bytesScanned: query.bytes,
        logGroupsScanned: query.groups.length,
      },
      status: query.status,
      ...(more && { nextToken: `at ${from + size}` }),
    }
  }

  return {
    name: 'logs',
    protocol: 'json',
    queries,
    operations: {
      StartQuery: start,
      GetQueryResults: results,
      StopQuery(call) {
        checkMembers(call, ['queryId'])
        const query = find(call)
        if (ended(query)) throw invalid('Query has already ended.')
        query.status = 'Cancelled'
        query.abort.abort()
        return { success: true }
      },
    },
  }
}

/** `logGroups(logGroupIdentifier: ['a', 'b'])` or one name in backticks, after each FROM and JOIN. */
function groupsIn(text: string): string[] {
  const found = [...text.matchAll(/\b(?:FROM|JOIN)\s+`([^`]+)`/gi)].flatMap(([, name]) => {
    const list = /^logGroups\(\s*logGroupIdentifier:\s*\[(.*)\]\s*\)$/s.exec(name!)?.[1]
    return list === undefined ? [name!] : [...list.matchAll(/'([^']*)'/g)].map(([, one]) => one!)
  })
  return [...new Set(found)]
}
