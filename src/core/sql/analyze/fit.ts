/** Whether types fit where they stand, and the words for where they do not. */
import type { Expression, Span } from '../tree.ts'
import {
  commonType,
  comparesAlike,
  groupsAlike,
  isNumeric,
  isTemporal,
  type SqlType,
  typeName,
  types,
} from '../types.ts'
import { type Context, report } from './context.ts'

export type Visit = (child: Expression) => SqlType

/** A timestamp parameter takes the form of what it meets. */
export const settle = (node: Expression, type: SqlType | undefined): void => {
  if (node.type?.kind === 'iso-time' && type) node.type = type.kind === 'timestamp' ? type : types.varchar
}

export function mismatch(
  context: Context,
  what: string,
  a: SqlType,
  b: SqlType,
  span: { start: number; end: number },
): void {
  report(context, 'SQL_TYPE_MISMATCH', { what, left: typeName(a), right: typeName(b), hint: mismatchHint(a, b) }, span)
}

function mismatchHint(a: SqlType, b: SqlType): string {
  const has = (test: (t: SqlType) => boolean) => test(a) || test(b)
  if (has((t) => t.kind === 'varchar' || t.kind === 'iso-time')) {
    if (has(isTemporal))
      return "Times are text in eventTime: compare text ('2026-01-31T00:00:00Z'), or use event_time or from_iso8601_timestamp(x)."
    if (has(isNumeric)) return 'Quote the number, or CAST(x AS bigint).'
    if (has((t) => t.kind === 'boolean')) return "readOnly, managementEvent and mfaAuthenticated are text: = 'true'."
    if (has((t) => t.kind === 'json')) return "Take text out of JSON with json_extract_scalar(x, '$.path')."
  }
  return 'CAST one of them.'
}

export function wantBoolean(context: Context, node: Expression, what: string): void {
  const type = node.type ?? types.unknown
  if (type.kind === 'boolean' || type.kind === 'unknown') return
  const hint = type.kind === 'varchar' ? "Compare it: readOnly = 'true'." : 'Compare it with something.'
  report(context, 'SQL_TYPE_WANTED', { what, wanted: 'a condition', found: typeName(type), hint }, node.span)
}

/** One type for several values: branches of CASE, items of ARRAY. */
export function unify(context: Context, nodes: readonly Expression[], visit: Visit, what: string): SqlType {
  let common: SqlType = types.unknown
  for (const node of nodes) {
    const type = visit(node)
    const next = commonType(common, type)
    if (!next) mismatch(context, what, common, type, node.span)
    else common = next
  }
  for (const node of nodes) settle(node, common)
  return common
}

/** Refuses what engines put together differently. */
export function wantGroupable(context: Context, type: SqlType, what: string, span: Span): void {
  if (groupsAlike(type)) return
  const kind = type.kind === 'json' ? 'JSON' : typeName(type)
  const reason = 'engines differ on the order of keys; take text out with json_extract_scalar or element_at'
  report(context, 'SQL_CONSTRUCT_REFUSED', { construct: `${what} of ${kind}`, reason }, span)
}

/** Refuses what engines find equal differently. */
export function wantComparable(context: Context, type: SqlType, what: string, span: Span): void {
  if (comparesAlike(type)) return
  const kind = type.kind === 'json' ? 'JSON' : typeName(type)
  const reason = 'engines differ on the order of keys and on NULLs inside; compare fields or elements'
  report(context, 'SQL_CONSTRUCT_REFUSED', { construct: `${what} of ${kind}`, reason }, span)
}
