import { type ErrorCode, TrailbookError } from '../../core/errors.ts'
import { eventColumns } from '../../core/event/columns.ts'
import type { TrinoSettings } from './settings.ts'

/** `error` of an answer. */
export interface QueryError {
  readonly message?: string
  readonly errorName?: string
  readonly errorType?: string
  readonly errorLocation?: { readonly lineNumber: number; readonly columnNumber: number }
}

/** Names of StandardErrorCode in trino-spi. Whatever stands here in none is a query that Trino does not take. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ...named('ENGINE_RUNTIME', [
    'DIVISION_BY_ZERO',
    'INVALID_CAST_ARGUMENT',
    'NUMERIC_VALUE_OUT_OF_RANGE',
    'INVALID_FUNCTION_ARGUMENT',
    'SUBQUERY_MULTIPLE_ROWS',
    'INVALID_ARGUMENTS',
  ]),
  ...named('TRINO_TABLE_MISSING', ['TABLE_NOT_FOUND', 'SCHEMA_NOT_FOUND', 'CATALOG_NOT_FOUND', 'MISSING_CATALOG_NAME']),
  ...named('TRINO_COLUMN_MISSING', ['COLUMN_NOT_FOUND']),
  ...named('TRINO_DENIED', ['PERMISSION_DENIED']),
  ...named('TRINO_CANCELLED', ['ADMINISTRATIVELY_KILLED', 'ADMINISTRATIVELY_PREEMPTED', 'USER_CANCELED']),
  ...named('ENGINE_TIME_LIMIT', ['EXCEEDED_TIME_LIMIT']),
  ...named('TRINO_ABANDONED', ['ABANDONED_QUERY']),
  ...named('TRINO_BUSY', ['SERVER_STARTING_UP', 'SERVER_SHUTTING_DOWN', 'NO_NODES_AVAILABLE']),
  // The table behind a view went.
  ...named('TRINO_DATA', ['INVALID_VIEW', 'VIEW_IS_STALE']),
}

const byType: Readonly<Record<string, ErrorCode>> = {
  INSUFFICIENT_RESOURCES: 'TRINO_RESOURCES',
  INTERNAL_ERROR: 'TRINO_FAULT',
  // Of what a connector reads: metastore, files.
  EXTERNAL: 'TRINO_DATA',
}

function named(code: ErrorCode, names: readonly string[]): Record<string, ErrorCode> {
  return Object.fromEntries(names.map((name) => [name, code]))
}

/** Trino's own sentence in our words, with its place in the text that was sent. */
export function queryFailure(error: QueryError, settings: TrinoSettings): TrailbookError {
  const { errorName: name = 'UNKNOWN', errorType, errorLocation: at, message = 'no reason was given' } = error
  const sentence = message
    .split('\n')[0]!
    .replace(/^line \d+:\d+: /, '')
    .replace(/[.!]$/, '')
  const reason =
    at === undefined ? sentence : `${sentence} (line ${at.lineNumber}, column ${at.columnNumber} of its text)`
  const impersonation = name === 'PERMISSION_DENIED' && /cannot impersonate/i.test(message)
  const code = impersonation ? 'TRINO_IMPERSONATION' : (codes[name] ?? byType[errorType ?? ''] ?? 'TRINO_FAILED')
  const column = /^Column '(?:\w+\.)?(\w+)' cannot be resolved/.exec(sentence)?.[1]
  const values = {
    name,
    column: eventColumns.find((known) => known.name.toLowerCase() === column?.toLowerCase())?.name ?? column,
    reason: code === 'ENGINE_RUNTIME' ? sentence : reason,
    connection: settings.name,
    url: settings.url,
    table: `${settings.catalog}.${settings.schema}.${settings.table}`,
    seconds: (settings.timeLimitMs ?? 0) / 1000,
  }
  return new TrailbookError(code, values, { cause: error })
}
