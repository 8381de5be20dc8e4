import { awsError, isDenied, type SdkError } from '../../aws/errors.ts'
import { type ErrorCode, TrailbookError } from '../../core/errors.ts'
import { eventColumns } from '../../core/event/columns.ts'
import type { AthenaSettings } from './settings.ts'

/** How a query ended that did not succeed. */
interface Ended {
  readonly state: 'FAILED' | 'CANCELLED'
  readonly reason: string
  readonly scanned: number
  readonly id: string
}

export const tableOf = ({ database, table }: AthenaSettings): string => `${database}.${table}`

const valuesOf = (settings: AthenaSettings) => ({
  connection: settings.name,
  database: settings.database,
  table: tableOf(settings),
  workgroup: settings.workgroup,
  seconds: (settings.timeLimitMs ?? 0) / 1000,
})

interface Rule {
  readonly when: RegExp
  readonly code: ErrorCode
}

/** In this order: names of Trino's errors, then Athena's own sentences ("Troubleshooting in Athena", Athena User Guide). */
const rules: readonly Rule[] = [
  { when: /bytes scanned limit was exceeded/i, code: 'ATHENA_CUTOFF' },
  { when: /lake ?formation/i, code: 'ATHENA_LAKE_FORMATION' },
  { when: /injected projected partition column/i, code: 'ATHENA_INJECTED' },
  { when: /HIVE_EXCEEDED_PARTITION_LIMIT|can potentially read more than \d+ partitions/i, code: 'ATHENA_PARTITIONS' },
  {
    when: /^(?:DIVISION_BY_ZERO|INVALID_CAST_ARGUMENT|NUMERIC_VALUE_OUT_OF_RANGE|INVALID_FUNCTION_ARGUMENT|SUBQUERY_MULTIPLE_ROWS|INVALID_ARGUMENTS)\b/,
    code: 'ENGINE_RUNTIME',
  },
  {
    when: /^(?:TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|CATALOG_NOT_FOUND)\b|EntityNotFoundException/,
    code: 'ATHENA_TABLE_MISSING',
  },
  { when: /^COLUMN_NOT_FOUND\b/, code: 'ATHENA_COLUMN_MISSING' },
  {
    when: /exhausted resources|EXCEEDED_(?:LOCAL_)?MEMORY|EXCEEDED_[A-Z_]*LIMIT|GENERIC_INSUFFICIENT_RESOURCES/i,
    code: 'ATHENA_RESOURCES',
  },
  { when: /query timeout|EXCEEDED_TIME_LIMIT/i, code: 'ATHENA_TIMEOUT' },
  {
    when: /^(?:HIVE_BAD_DATA|HIVE_CURSOR_ERROR|HIVE_CANNOT_OPEN_SPLIT|HIVE_FILESYSTEM_ERROR|HIVE_INVALID_METADATA|HIVE_PARTITION_SCHEMA_MISMATCH|HIVE_UNKNOWN_ERROR)\b/,
    code: 'ATHENA_DATA',
  },
  { when: /^(?:GENERIC_INTERNAL_ERROR|INTERNAL_ERROR)\b|internal error/i, code: 'ATHENA_FAULT' },
]

const refusedByAws = /access ?denied|not authorized|PERMISSION_DENIED|insufficient permission|status code: 403/i

/** Athena's own sentence in our words. */
export function queryFailure({ state, reason, id }: Ended, settings: AthenaSettings): TrailbookError {
  const name = /^([A-Z][A-Z_]+)\b/.exec(reason)?.[1] ?? (state === 'CANCELLED' ? 'CANCELLED' : 'FAILED')
  const place = /line (\d+):(\d+): /.exec(reason)
  const sentence = oneLine(reason.replace(/^[A-Z][A-Z_]+: ?/, '').replace(/line \d+:\d+: /, ''))
  const told = place === null ? sentence : `${sentence} (line ${place[1]}, column ${place[2]} of its text)`
  const denied = refusedByAws.test(reason) && !/lake ?formation/i.test(reason) ? refusal(reason, settings) : undefined
  if (denied !== undefined) return denied
  const code =
    rules.find(({ when }) => when.test(reason))?.code ?? (state === 'CANCELLED' ? 'ATHENA_CANCELLED' : 'ATHENA_FAILED')
  const column = /Column '(?:\w+\.)?(\w+)' cannot be resolved/.exec(sentence)?.[1]
  return new TrailbookError(code, {
    ...valuesOf(settings),
    name,
    id,
    column: eventColumns.find((known) => known.name.toLowerCase() === column?.toLowerCase())?.name ?? column,
    reason: code === 'ENGINE_RUNTIME' ? sentence : told,
  })
}

/** Of S3, KMS or Glue, asked by Athena in the name of the credentials. */
function refusal(reason: string, settings: AthenaSettings): TrailbookError {
  const error = Object.assign(new Error(reason), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } })
  const action = /perform: ([a-z0-9-]+:\w+)/i.exec(reason)?.[1]
  const resource =
    /on resource: (\S+?)[\s,.]*(?:because|\(|$)/i.exec(reason)?.[1] ?? /s3:\/\/[^\s,)]+/.exec(reason)?.[0]
  const service = /Service: Amazon (?:Simple Storage Service|S3)|s3:\/\//i.test(reason)
    ? 's3:GetObject'
    : 'athena:StartQueryExecution'
  return awsError(error, {
    permission: action ?? service,
    resource: resource ?? `the objects of ${tableOf(settings)}`,
  }) as TrailbookError
}

const oneLine = (text: string): string => text.split('\n')[0]!.replace(/\s+/g, ' ').trim().replace(/[.!]$/, '')

/** A refused call of the API. */
export function callFailure(error: unknown, operation: string, settings: AthenaSettings): unknown {
  if (!(error instanceof Error) || error instanceof TrailbookError) return error
  const values = { ...valuesOf(settings), reason: oneLine(error.message) }
  const made = (code: ErrorCode) => new TrailbookError(code, values, { cause: error })
  const { message } = error
  if (/lake ?formation/i.test(message)) return made('ATHENA_LAKE_FORMATION')
  if (error.name === 'EntityNotFoundException')
    return made(
      operation === 'glue:GetTables' || /\bdatabase\b/i.test(message)
        ? 'ATHENA_DATABASE_MISSING'
        : 'ATHENA_TABLE_MISSING',
    )
  if (error.name === 'InvalidRequestException' || error.name === 'MetadataException') {
    if (/workgroup .*(?:not found|disabled)/i.test(message)) return made('ATHENA_WORKGROUP')
    if (/output (?:location|bucket)|ResultConfiguration|expected bucket owner/i.test(message))
      return made('ATHENA_OUTPUT')
    if (!isDenied(error)) return made('ATHENA_REFUSED')
  }
  return awsError(error as SdkError, {
    permission: operation,
    resource: operation.startsWith('glue:') ? `table ${tableOf(settings)}` : `workgroup ${settings.workgroup}`,
    endpoint: settings.aws.endpoint,
    role: settings.aws.role?.arn,
  })
}
