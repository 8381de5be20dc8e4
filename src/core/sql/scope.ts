/** Which names a place in a query can see, by Trino's rules of resolution. */
import type { Expression, Identifier } from './tree.ts'
import type { SqlType } from './types.ts'

export interface ScopeColumn {
  /** Undefined for a column nobody named: it can be selected by `*` only. */
  readonly name: string | undefined
  readonly type: SqlType
  /** The name in printed text. */
  readonly printed: string
  /** Not part of `*`: the virtual columns. */
  readonly hidden: boolean
  /** Tells the relation that the column is read. */
  readonly use: () => void
}

export interface ScopeRelation {
  /** Undefined for a subquery without a name. */
  readonly name: string | undefined
  readonly printed: string
  readonly columns: readonly ScopeColumn[]
}

export interface Scope {
  readonly relations: readonly ScopeRelation[]
  readonly parent: Scope | undefined
  readonly lambdas: ReadonlyMap<string, SqlType>
  /** Output columns, where ORDER BY is resolved. */
  readonly outputs?: readonly {
    readonly name: string | undefined
    readonly expression: Expression
    readonly type: SqlType
  }[]
  /** WITH queries in reach, by folded name. */
  readonly withQueries: ReadonlyMap<string, WithQuery>
  /** Names merged by USING: only the first of each is seen unqualified. */
  readonly merged: ReadonlySet<string>
}

export interface WithQuery {
  readonly printed: string
  readonly columns: readonly { readonly name: string | undefined; readonly printed: string; readonly type: SqlType }[]
}

export const emptyScope: Scope = {
  relations: [],
  parent: undefined,
  lambdas: new Map(),
  withQueries: new Map(),
  merged: new Set(),
}

export const folded = (name: string): string => name.toLowerCase()

type Found =
  | {
      readonly kind: 'column'
      readonly relation: ScopeRelation
      readonly column: ScopeColumn
      readonly rest: readonly Identifier[]
      readonly outer: boolean
    }
  | { readonly kind: 'lambda'; readonly name: string; readonly type: SqlType; readonly rest: readonly Identifier[] }
  | { readonly kind: 'ambiguous'; readonly relations: readonly ScopeRelation[] }
  | { readonly kind: 'none' }

/** Finds the longest reading of a dotted name: relation.column.fields, then column.fields, then the same in outer queries. */
export function lookUp(scope: Scope, parts: readonly Identifier[], outer = false): Found {
  const [first, second] = parts
  const lambda = scope.lambdas.get(folded(first!.name))
  if (lambda) return { kind: 'lambda', name: folded(first!.name), type: lambda, rest: parts.slice(1) }
  if (second) {
    const relations = scope.relations.filter((r) => r.name !== undefined && folded(r.name) === folded(first!.name))
    const found = pick(relations, second, parts.slice(2), outer, new Set())
    if (found.kind !== 'none') return found
  }
  const found = pick(scope.relations, first!, parts.slice(1), outer, scope.merged)
  if (found.kind !== 'none' || !scope.parent) return found
  return lookUp(scope.parent, parts, true)
}

function pick(
  relations: readonly ScopeRelation[],
  name: Identifier,
  rest: readonly Identifier[],
  outer: boolean,
  merged: ReadonlySet<string>,
): Found {
  const hits: { relation: ScopeRelation; column: ScopeColumn }[] = []
  for (const relation of relations) {
    for (const column of relation.columns)
      if (column.name !== undefined && folded(column.name) === folded(name.name)) hits.push({ relation, column })
  }
  if (hits.length === 0) return { kind: 'none' }
  const shown = hits.filter((h) => !h.column.hidden)
  if (shown.length === 1) return { kind: 'column', ...shown[0]!, rest, outer }
  if (hits.length > 1 && !merged.has(folded(name.name)))
    return { kind: 'ambiguous', relations: hits.map((h) => h.relation) }
  return { kind: 'column', ...hits[0]!, rest, outer }
}

/** A table that could not be found stands in reach: whatever is missing may be its. */
export function hasUnknownRelation(scope: Scope): boolean {
  return (
    scope.relations.some((r) => r.columns.length === 0) ||
    (scope.parent !== undefined && hasUnknownRelation(scope.parent))
  )
}

export function visibleNames(scope: Scope): string[] {
  const own = scope.relations.flatMap((r) => r.columns.flatMap((c) => (c.name === undefined ? [] : [c.name])))
  return scope.parent ? [...own, ...visibleNames(scope.parent)] : own
}
