/** Calls: the function by name, the overload by Trino's rules, the arguments that must be known before the run. */
import { nearest } from '../../text.ts'
import { functions, unproven } from '../functions/catalogue.ts'
import {
  accepts,
  type Bindings,
  instantiate,
  type Pattern,
  parameterAt,
  type Signature,
  unify,
} from '../functions/signature.ts'
import type { FunctionSpec } from '../functions/spec.ts'
import { folded } from '../scope.ts'
import type { Call, Expression, Lambda, Reference } from '../tree.ts'
import { type SqlType, typeName, types } from '../types.ts'
import { children } from '../visit.ts'
import { type Context, report } from './context.ts'
import { analyzeExpression, analyzeSort, analyzeWindow, noteGrowth, type Where } from './expressions.ts'
import { settle, wantBoolean, wantComparable, wantGroupable } from './fit.ts'

/** Functions that reach outside the data; DuckDB has them, so their names deserve a word of their own. */
const readers =
  /^(read_|parquet_|glob$|sniff_|getenv$|query$|query_table$|which_secret$|duckdb_|pragma_|current_setting$|load_|write_|copy_|sql_auto)/

export function analyzeCall(context: Context, node: Call, where: Where): SqlType {
  const spec = functions.get(node.name)
  const aggregate = spec?.kind === 'aggregate' && !node.over
  const windowed = node.over !== undefined
  if (spec) placement(context, node, where, aggregate, windowed)
  const inside: Where = aggregate ? { ...where, noAggregates: 'another aggregate', noWindows: 'an aggregate' } : where
  for (const arg of node.args) if (arg.kind !== 'lambda') analyzeExpression(context, arg, inside)
  analyzeSort(context, node.orderBy, inside)
  if (node.filter) {
    analyzeExpression(context, node.filter, inside)
    wantBoolean(context, node.filter, 'FILTER')
  }
  if (node.over) analyzeWindow(context, node.over, where)
  if (!spec) {
    unknownFunction(context, node)
    return types.unknown
  }
  if (node.star) return star(context, node, spec)
  const chosen = choose(context, node, spec, inside)
  if (!chosen) {
    if (node.args.every((a) => a.type?.kind !== 'unknown' || a.kind === 'null')) wrongArguments(context, node, spec)
    return types.unknown
  }
  node.args.forEach((arg, i) => {
    const pattern = parameterAt(chosen.signature, i)
    settle(arg, pattern.kind === 'concrete' ? pattern.type : types.varchar)
  })
  checkArguments(context, node, spec)
  checkEquality(context, node)
  if (aggregate) refuseOuterAggregate(context, node, inside)
  node.target = { kind: spec.kind, duckdb: chosen.duckdb }
  return chosen.returns
}

function placement(context: Context, node: Call, where: Where, aggregate: boolean, windowed: boolean): void {
  const report_ = (what: string, place: string, hint: string) =>
    report(context, 'SQL_AGGREGATE_MISPLACED', { what, where: place, hint }, node.span)
  if (aggregate && where.noAggregates)
    report_(
      `the aggregate ${node.name}(…)`,
      where.noAggregates,
      where.noAggregates === 'WHERE' ? 'Conditions on aggregates stand in HAVING.' : 'Compute it in a subquery.',
    )
  if (windowed && where.noWindows)
    report_(`the window function ${node.name}(…)`, where.noWindows, 'Compute it in a subquery and filter there.')
  const spec = functions.get(node.name)!
  if (spec.kind === 'window' && !windowed)
    report_(`${node.name}()`, 'a place without OVER (…)', 'Add a window: OVER (PARTITION BY … ORDER BY …).')
  if (windowed && (node.filter || node.distinct))
    report_('FILTER or DISTINCT', 'a window function', 'Trino does not support it; filter in a subquery.')
  if (
    windowed &&
    ['lag', 'lead', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile'].includes(node.name) &&
    node.over!.orderBy.length === 0
  )
    report_(`${node.name}()`, 'a window without ORDER BY', 'Its answer depends on the order: OVER (… ORDER BY …).')
  if (spec.kind === 'scalar' && (windowed || node.filter || node.distinct || node.orderBy.length > 0))
    report_(
      'DISTINCT, ORDER BY, FILTER or OVER',
      `the plain function ${node.name}(…)`,
      'Only aggregates and window functions take them.',
    )
}

function star(context: Context, node: Call, spec: FunctionSpec): SqlType {
  if (node.name !== 'count') {
    report(context, 'SQL_ARGUMENTS', { name: node.name, given: '*', wanted: wantedText(spec) }, node.span)
    return types.unknown
  }
  node.target = { kind: 'aggregate', duckdb: 'count(*)' }
  return types.bigint
}

function unknownFunction(context: Context, node: Call): void {
  const reason = Object.hasOwn(unproven, node.name) ? unproven[node.name] : undefined
  if (reason !== undefined) {
    report(context, 'SQL_FUNCTION_UNPROVEN', { name: node.name, reason }, node.nameSpan)
    return
  }
  if (readers.test(node.name)) {
    report(context, 'SQL_READS_FILES', { what: `${node.name}(…)` }, node.nameSpan)
    return
  }
  const guess = nearest(node.name, functions.keys())
  report(
    context,
    'SQL_FUNCTION_UNKNOWN',
    {
      name: node.name,
      hint: guess
        ? `Did you mean ${guess}?`
        : 'docs/sql.md lists the functions; the language is that of Athena engine v3 (Trino).',
    },
    node.nameSpan,
  )
}

interface Chosen {
  readonly signature: Signature
  readonly returns: SqlType
  readonly duckdb: FunctionSpec['signatures'][number]['duckdb']
}

function choose(context: Context, node: Call, spec: FunctionSpec, where: Where): Chosen | undefined {
  for (const coerce of [false, true]) {
    for (const { signature, duckdb } of spec.signatures) {
      if (!accepts(signature, node.args.length)) continue
      const bindings: Bindings = new Map()
      const plain = node.args.every(
        (arg, i) =>
          arg.kind === 'lambda' || unify(parameterAt(signature, i), arg.type ?? types.unknown, bindings, coerce),
      )
      if (!plain) continue
      const lambdas = node.args.every(
        (arg, i) => arg.kind !== 'lambda' || fitLambda(context, arg, parameterAt(signature, i), bindings, where),
      )
      if (lambdas) return { signature, returns: instantiate(signature.returns, bindings), duckdb }
    }
  }
  return undefined
}

function fitLambda(context: Context, lambda: Lambda, pattern: Pattern, bindings: Bindings, where: Where): boolean {
  if (pattern.kind !== 'function' || pattern.parameters.length !== lambda.parameters.length) return false
  const lambdas = new Map(where.scope.lambdas)
  lambda.parameters.forEach((parameter, i) => {
    lambdas.set(folded(parameter.name), instantiate(pattern.parameters[i]!, bindings))
  })
  const { outputs: _, ...scope } = where.scope
  const result = analyzeExpression(context, lambda.body, {
    scope: { ...scope, lambdas },
    noAggregates: 'a lambda',
    noWindows: 'a lambda',
  })
  lambda.type = result
  noteGrowth(context, lambda)
  return unify(pattern.result, result, bindings, true)
}

const wantedText = (spec: FunctionSpec): string =>
  spec.signatures
    .map(({ signature }) => signature.text.replace(/ -> .*/, '').replaceAll('timestamptz', 'timestamp with time zone'))
    .join(', or ')

function wrongArguments(context: Context, node: Call, spec: FunctionSpec): void {
  const given = node.args
    .map((arg: Expression) => (arg.kind === 'lambda' ? 'lambda' : typeName(arg.type ?? types.unknown)))
    .join(', ')
  report(context, 'SQL_ARGUMENTS', { name: node.name, given, wanted: wantedText(spec) }, node.span)
}

/** Functions that look for equal values: by their first argument, or by what an array in it holds. */
const comparing = new Set(['nullif', 'contains', 'array_position', 'arrays_overlap'])
const grouping = new Set(['array_distinct', 'histogram', 'approx_distinct'])

function checkEquality(context: Context, node: Call): void {
  const [first] = node.args
  if (!first) return
  const type = first.type ?? types.unknown
  const value = type.kind === 'array' && node.name !== 'nullif' && !node.distinct ? type.element : type
  if (comparing.has(node.name)) wantComparable(context, value, `${node.name}(…)`, first.span)
  if (grouping.has(node.name)) wantGroupable(context, value, `${node.name}(…)`, first.span)
  if (node.distinct)
    for (const arg of node.args) wantGroupable(context, arg.type ?? types.unknown, 'DISTINCT', arg.span)
}

/** Standard SQL would compute such an aggregate in the outer query; engines refuse it or compute it in the inner one. */
function refuseOuterAggregate(context: Context, node: Call, { scope }: Where): void {
  const own = new Set(scope.relations.map((relation) => relation.printed))
  for (const reference of [...node.args, ...(node.filter ? [node.filter] : [])].flatMap(references)) {
    const { to } = reference
    if (to?.kind === 'output') {
      const reason = 'Trino lets aggregates there read source columns only; order by the column, or use a subquery'
      report(
        context,
        'SQL_CONSTRUCT_REFUSED',
        { construct: 'an aggregate of an output column', reason },
        reference.span,
      )
    } else if (to?.kind === 'column' && to.relation !== '' && !own.has(to.relation)) {
      const reason = 'engines disagree which query computes it; aggregate in the query that the column comes from'
      report(
        context,
        'SQL_CONSTRUCT_REFUSED',
        { construct: 'an aggregate over a column of an outer query', reason },
        reference.span,
      )
    }
  }
}

function references(node: Expression): Reference[] {
  return node.kind === 'reference' ? [node] : children(node).flatMap(references)
}

function checkArguments(context: Context, node: Call, spec: FunctionSpec): void {
  const problem = spec.check?.(node.args)
  if (!problem) return
  const argument = node.args[problem.argument]!
  if (problem.kind === 'literal')
    report(context, 'SQL_LITERAL_WANTED', { name: node.name, what: problem.reason }, argument.span)
  else if (problem.kind === 'regex')
    report(
      context,
      'SQL_REGEX',
      { pattern: argument.kind === 'string' ? `'${argument.value}'` : '', reason: problem.reason },
      argument.span,
    )
  else report(context, 'SQL_FUNCTION_UNPROVEN', { name: node.name, reason: problem.reason }, argument.span)
}
