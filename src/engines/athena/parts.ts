/** Questions that span more partitions than Athena reads in one query: asked by days, or refused. */
import { TrailbookError } from '../../core/errors.ts'
import type { Scope } from '../../core/ports.ts'
import type { TimeParts } from '../../core/sql/time-parts.ts'
import { day, isoTime, milliseconds } from '../../core/time.ts'
import { countPartitions, type Projection } from './projection.ts'

/** "Service Quotas", Athena User Guide. */
const mostPartitions = 1_000_000

/** Days on both sides of a query's own that files are looked for in, and the one that a window ends within. */
const margin = 3

interface PartsInput {
  readonly projection: Projection
  /** How the query may be asked in parts; undefined where it may not. */
  readonly parts: TimeParts | undefined
  readonly table: string
  readonly limit?: number
}

/**
 * The scopes that are asked one after the other, in the order of the answer; one where the whole is within the limit.
 *
 * @throws TrailbookError ATHENA_TOO_MANY_PARTITIONS
 */
export function scopeParts(
  scope: Scope,
  { projection, parts, table, limit = mostPartitions }: PartsInput,
): readonly Scope[] {
  const count = countPartitions(projection, scope)
  if (count === undefined || count.total <= limit) return [scope]
  const days = Math.floor(limit / (count.accounts * count.regions)) - margin
  if (parts === undefined || days < 1)
    throw new TrailbookError('ATHENA_TOO_MANY_PARTITIONS', {
      table,
      count: count.total,
      parts: `${count.accounts} accounts x ${count.regions} Regions x ${count.days} days`,
      limit,
      days: Math.max(days, 0),
      reason:
        parts === undefined
          ? 'rows of its answer come from events of several days together'
          : 'one day of it is too many already',
    })
  const scopes = split(scope, days)
  return parts.order === 'descending' ? scopes.reverse() : scopes
}

/** Event time in slices of whole days; the first and the last may be shorter. */
function split(scope: Scope, days: number): Scope[] {
  const [start, end] = [milliseconds(scope.earliest), milliseconds(scope.window.to)]
  const scopes: Scope[] = []
  for (let from = start; from < end; ) {
    const to = Math.min(end, (Math.floor(from / day) + days) * day)
    scopes.push({ ...scope, earliest: isoTime(from), window: { from: isoTime(from), to: isoTime(to) } })
    from = to
  }
  return scopes
}
