import { TrailbookError } from '../../core/errors.ts'

/** Why a query was stopped, where it was we who stopped it. */
export type Stop = { readonly kind: 'aborted' } | { readonly kind: 'time-limit'; readonly seconds: number }

/** DuckDB's errors in our words. Errors of ours pass through. */
export function asEngineError(error: unknown, stop: Stop | undefined, memoryLimit: string): TrailbookError {
  if (error instanceof TrailbookError) return error
  const options = { cause: error }
  if (stop?.kind === 'time-limit') return new TrailbookError('ENGINE_TIME_LIMIT', { seconds: stop.seconds }, options)
  if (stop?.kind === 'aborted') return new TrailbookError('ENGINE_INTERRUPTED', {}, options)
  const message = error instanceof Error ? error.message : String(error)
  // Macros raise Trino's runtime errors by a cast of this text, see core/sql/duckdb-prelude.ts.
  const trino = /trino: ([^'"\n]+)/.exec(message)
  if (trino !== null) return new TrailbookError('ENGINE_RUNTIME', { reason: trino[1]!.trim() }, options)
  const [first = message] = message.split('\n')
  const reason = first.replace(/^[A-Za-z ]+ Error: /, '').replace(/[.!]$/, '')
  if (/^Out of Memory Error|std::bad_alloc/i.test(message))
    return new TrailbookError('ENGINE_MEMORY', { limit: memoryLimit }, options)
  if (/^INTERRUPT/i.test(message)) return new TrailbookError('ENGINE_INTERRUPTED', {}, options)
  if (/^IO Error/i.test(message)) return new TrailbookError('ENGINE_DATA_MISSING', { reason }, options)
  // A part that was cut off or overwritten: nothing that a query's values could bring about.
  if (
    /^(Invalid|Invalid Input|Serialization) Error/i.test(message) &&
    /magic bytes|parquet file|\.parquet['"]|TProtocolException/i.test(message)
  )
    return new TrailbookError('ENGINE_DATA_MISSING', { reason }, options)
  if (/^(Conversion|Out of Range|Invalid Input) Error/i.test(message))
    return new TrailbookError('ENGINE_RUNTIME', { reason }, options)
  return new TrailbookError('ENGINE_FAILED', { reason }, options)
}
