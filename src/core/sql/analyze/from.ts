/** FROM: which relations there are, under which names, with which columns. */
import { folded, type Scope, type ScopeRelation } from '../scope.ts'
import type { Identifier, Join, TableExpression } from '../tree.ts'
import { commonType } from '../types.ts'
import { type Context, report } from './context.ts'
import { analyzeExpression } from './expressions.ts'
import { mismatch, wantBoolean, wantComparable } from './fit.ts'
import { derivedRelation, tableRelation, unnestRelation } from './relations.ts'

interface From {
  readonly relations: readonly ScopeRelation[]
  readonly merged: ReadonlySet<string>
}

const nothing: From = { relations: [], merged: new Set() }

export function analyzeFrom(context: Context, tables: readonly TableExpression[], outer: Scope): From {
  let all = nothing
  for (const table of tables) all = combine(context, all, analyzeTable(context, table, outer, all), table)
  return all
}

function combine(context: Context, left: From, right: From, table: TableExpression): From {
  for (const relation of right.relations) {
    if (
      relation.name !== undefined &&
      left.relations.some((l) => l.name !== undefined && folded(l.name) === folded(relation.name!))
    ) {
      report(context, 'SQL_NAME_TWICE', { name: relation.name }, table.span)
    }
  }
  return { relations: [...left.relations, ...right.relations], merged: new Set([...left.merged, ...right.merged]) }
}

function analyzeTable(context: Context, table: TableExpression, outer: Scope, before: From): From {
  switch (table.kind) {
    case 'table':
      return one(tableRelation(context, table, outer))
    case 'derived':
      return one(derivedRelation(context, table, table.lateral ? lateralScope(outer, before) : outer))
    case 'unnest':
      return one(unnestRelation(context, table, lateralScope(outer, before)))
    case 'join':
      return joinRelations(context, table, outer, before)
  }
}

const one = (relation: ScopeRelation): From => ({ relations: [relation], merged: new Set() })

const lateralScope = (outer: Scope, before: From): Scope => ({
  ...before,
  parent: outer,
  lambdas: new Map(),
  withQueries: outer.withQueries,
})

function joinRelations(context: Context, join: Join, outer: Scope, before: From): From {
  const left = analyzeTable(context, join.left, outer, before)
  const right = analyzeTable(context, join.right, outer, combine(context, before, left, join.left))
  const both = combine(context, left, right, join)
  const scope = lateralScope(outer, both)
  if (
    join.on &&
    join.type !== 'INNER' &&
    join.right.kind === 'unnest' &&
    !(join.on.kind === 'boolean' && join.on.value)
  ) {
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      { construct: `${join.type} JOIN UNNEST with a condition`, reason: 'Trino wants ON TRUE; filter in WHERE' },
      join.on.span,
    )
  }
  if (join.on) {
    analyzeExpression(context, join.on, { scope, noAggregates: 'ON', noWindows: 'ON' })
    wantBoolean(context, join.on, 'ON')
  }
  if (!join.using) return both
  for (const name of join.using) useBoth(context, left, right, name)
  return {
    relations: both.relations,
    merged: new Set([...both.merged, ...join.using.map((name) => folded(name.name))]),
  }
}

function useBoth(context: Context, left: From, right: From, name: Identifier): void {
  const find = (from: From) =>
    from.relations.flatMap((r) => r.columns).find((c) => c.name !== undefined && folded(c.name) === folded(name.name))
  const [a, b] = [find(left), find(right)]
  if (!a || !b) {
    report(
      context,
      'SQL_COLUMN_UNKNOWN',
      { column: name.name, hint: 'USING names a column that both sides have.' },
      name.span,
    )
    return
  }
  a.use()
  b.use()
  const common = commonType(a.type, b.type)
  if (!common) mismatch(context, 'USING', a.type, b.type, name.span)
  else wantComparable(context, common, 'USING', name.span)
}
