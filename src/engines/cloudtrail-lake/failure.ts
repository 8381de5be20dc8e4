import { awsError } from '../../aws/errors.ts'
import { type ErrorCode, TrailbookError } from '../../core/errors.ts'
import type { CloudTrailLakeSettings } from './settings.ts'

export type LakeOperation = 'StartQuery' | 'DescribeQuery' | 'GetQueryResults' | 'CancelQuery'

const byName: Readonly<Record<string, ErrorCode>> = {
  InvalidQueryStatementException: 'CLOUDTRAIL_LAKE_STATEMENT',
  InvalidParameterException: 'CLOUDTRAIL_LAKE_STATEMENT',
  InactiveEventDataStoreException: 'CLOUDTRAIL_LAKE_STORE_INACTIVE',
  EventDataStoreNotFoundException: 'CLOUDTRAIL_LAKE_STORE_MISSING',
  EventDataStoreARNInvalidException: 'CLOUDTRAIL_LAKE_STORE_MISSING',
  QueryIdNotFoundException: 'CLOUDTRAIL_LAKE_FAILED',
  InvalidQueryStatusException: 'CLOUDTRAIL_LAKE_FAILED',
}

/** A refused call, in our words. */
export function callFailure(
  error: unknown,
  operation: LakeOperation,
  { settings, region, query = '' }: { settings: CloudTrailLakeSettings; region: string; query?: string | undefined },
): unknown {
  if (!(error instanceof Error) || error instanceof TrailbookError) return error
  const store = settings.stores.join(', ')
  const code = byName[error.name]
  const reason = oneLine(error.message)
  if (code !== undefined)
    return new TrailbookError(code, { store, region, reason, query, connection: settings.name }, { cause: error })
  return awsError(error, {
    permission: `cloudtrail:${operation}`,
    resource: `the event data store ${store}`,
    endpoint: settings.aws.endpoint,
    role: settings.aws.role?.arn,
  })
}

interface Ended {
  readonly status: string
  readonly query: string
  readonly message?: string | undefined
}

/** Sentences of the engine that are about values, which an author can guard: those of Trino's errors. */
const aboutValues =
  /division by zero|subscript|cannot cast|invalid (?:cast|function) argument|out of (?:range|bounds)|value cannot be cast|scalar sub-?query has returned multiple rows|overflow/i

/** A query that ended otherwise than finished. */
export function queryFailure({ status, query, message }: Ended): TrailbookError {
  const reason = oneLine(message ?? '') || 'no reason was given'
  if (status === 'TIMED_OUT') return new TrailbookError('CLOUDTRAIL_LAKE_TIMED_OUT', { query })
  if (status === 'CANCELLED') return new TrailbookError('CLOUDTRAIL_LAKE_CANCELLED', { query })
  if (aboutValues.test(reason)) return new TrailbookError('ENGINE_RUNTIME', { reason })
  return new TrailbookError('CLOUDTRAIL_LAKE_FAILED', { query, reason })
}

const oneLine = (text: string): string => text.split('\n')[0]!.replace(/\s+/g, ' ').trim().replace(/[.!]$/, '')
