import { type ErrorCode, TrailbookError } from '../../core/errors.ts'
import type { QueryError } from './failure.ts'
import type { TrinoSettings } from './settings.ts'

interface Where {
  readonly settings: TrinoSettings
  readonly location: string
}

/** Sentences of the Hive connector (RegisterPartitionProcedure, HiveMetadata), by what has to be done about them. */
const sentences: readonly (readonly [ErrorCode, RegExp])[] = [
  [
    'TRINO_PROCEDURE_OFF',
    /register_partition procedure is disabled|Procedure not registered: system\.register_partition/i,
  ],
  ['TRINO_EXTERNAL_OFF', /Cannot create non-managed Hive table/i],
  [
    'TRINO_LOCATION',
    /Partition location does not exist|External location|No factory for location|Failed checking path/i,
  ],
]

/** What went wrong while a snapshot was made a table, told by what has to be done about it. */
export function setupFailure(error: unknown, { settings, location }: Where): unknown {
  if (!(error instanceof TrailbookError)) return error
  const { message = '', errorName } = (error.cause ?? {}) as QueryError
  const values = { catalog: settings.catalog, connection: settings.name, location, reason: firstSentence(message) }
  const code = sentences.find(([, form]) => form.test(message))?.[0]
  if (code !== undefined) return new TrailbookError(code, values, { cause: error.cause })
  if (error.code === 'TRINO_DENIED') return new TrailbookError('TRINO_SETUP_DENIED', values, { cause: error.cause })
  if (errorName === 'TABLE_ALREADY_EXISTS')
    return new TrailbookError(
      'TRINO_NAME_TAKEN',
      { ...values, table: `${settings.catalog}.${settings.schema}.${settings.table}`, what: 'a table' },
      { cause: error.cause },
    )
  return error
}

const firstSentence = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/^line \d+:\d+: /, '').replace(/[.!]$/, '')
