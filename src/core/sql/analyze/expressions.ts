/** Finds the type of every expression, by Trino's rules; every mistake is reported and the walk goes on with an unknown type. */
import type { Scope } from '../scope.ts'
import type { BinaryOperator, Expression, InQuery, Quantified, SortItem, WindowSpec } from '../tree.ts'
import { arrayOf, commonType, isOrderable, type SqlType, typeName, types } from '../types.ts'
import { arithmeticType, concatType, unaryType } from './arithmetic.ts'
import { analyzeCall } from './calls.ts'
import { castRule } from './casts.ts'
import { betweenType, comparable, inListType, likeType, noteEventLiterals } from './comparisons.ts'
import { type Context, placeOf, report, StopAnalysis } from './context.ts'
import { mismatch, settle, unify, type Visit, wantBoolean, wantComparable, wantGroupable } from './fit.ts'
import { type Growth, growth, leaf, maxGrowth } from './growth.ts'
import { dateTimeType, numberType, parameterNode } from './literals.ts'
import { analyzeQuery } from './queries.ts'
import { fieldsOf, resolve, subscriptType } from './references.ts'

export interface Where {
  readonly scope: Scope
  /** Undefined where aggregates (or window functions) may stand; else the name of the place, for the message. */
  readonly noAggregates?: string
  readonly noWindows?: string
}

export function analyzeExpression(context: Context, node: Expression, where: Where): SqlType {
  const before = context.mostGrowth
  context.mostGrowth = leaf
  const type = typeOf(context, node, where)
  node.type = type
  noteGrowth(context, node)
  context.mostGrowth = most(before, context.mostGrowth)
  return type
}

const most = (a: Growth, b: Growth): Growth => ({
  nodes: Math.max(a.nodes, b.nodes),
  times: Math.max(a.times, b.times),
})

/** A subquery weighs as much as the heaviest expression in it. */
export function noteGrowth(context: Context, node: Expression): void {
  const own = growth(node, (part) => context.growth.get(part) ?? leaf)
  const all = node.kind === 'scalar-query' || node.kind === 'exists' ? most(own, context.mostGrowth) : own
  context.growth.set(node, all)
  context.mostGrowth = most(context.mostGrowth, all)
  if (all.nodes <= maxGrowth.nodes && all.times <= maxGrowth.times) return
  const reason = `engines repeat the arguments of nested calls, some of these more than ${maxGrowth.times} times`
  report(context, 'SQL_TOO_DEEP', { reason }, node.span)
  throw new StopAnalysis()
}

function typeOf(context: Context, node: Expression, where: Where): SqlType {
  const visit = (child: Expression) => analyzeExpression(context, child, where)
  if (where.scope.lambdas.size > 0 && holdsQuery.has(node.kind)) refuseInLambda(context, node)
  switch (node.kind) {
    case 'null':
      return types.unknown
    case 'boolean':
      return types.boolean
    case 'string':
      return types.varchar
    case 'binary':
      return types.varbinary
    case 'number':
      return numberType(context, node)
    case 'datetime':
      return dateTimeType(context, node)
    case 'interval':
      return node.unit === 'month' || node.unit === 'year' ? types.intervalYear : types.intervalDay
    case 'parameter':
      return parameterNode(context, node)
    case 'reference':
      return resolve(context, node, where)
    case 'field':
      return fieldsOf(context, visit(node.base), [node.field], 'the value')
    case 'subscript':
      return subscriptType(context, node, visit)
    case 'unary':
      return unaryType(context, node, visit)
    case 'binary-op':
      return binaryType(context, node, visit)
    case 'is-null':
      visit(node.operand)
      return types.boolean
    case 'between':
      return betweenType(context, node, visit)
    case 'in-list':
      return inListType(context, node, visit)
    case 'in-query':
      return comparedWithQuery(context, { operand: node.operand, operator: 'IN', node }, where)
    case 'quantified':
      return comparedWithQuery(context, { operand: node.left, operator: node.operator, node }, where)
    case 'like':
      return likeType(context, node, visit)
    case 'exists':
      analyzeQuery(context, node.query, where.scope)
      return types.boolean
    case 'scalar-query':
      return scalarQueryType(context, node, where)
    case 'case':
      return caseType(context, node, visit)
    case 'cast':
      return castType(context, node, visit)
    case 'lambda':
      report(context, 'SQL_SYNTAX', { expected: 'a value', found: 'a lambda' }, node.span)
      return types.unknown
    case 'array': {
      const element = unify(context, node.items, visit, 'an ARRAY')
      return arrayOf(element)
    }
    case 'row':
      return { kind: 'row', fields: node.items.map((item) => ({ name: undefined, type: visit(item) })) }
    case 'call':
      return analyzeCall(context, node, where)
  }
}

const holdsQuery: ReadonlySet<Expression['kind']> = new Set(['exists', 'in-query', 'quantified', 'scalar-query'])

/** Trino carries it out, DuckDB has no plan for it. */
function refuseInLambda(context: Context, node: Expression): void {
  const { line, column } = placeOf(context.text, node.span)
  // A lambda is looked at once for every form of the function that it may fit.
  if (
    context.issues.some(({ code, at }) => code === 'SQL_CONSTRUCT_REFUSED' && at?.line === line && at.column === column)
  )
    return
  const reason = 'not every engine can carry it out; join with UNNEST instead'
  report(context, 'SQL_CONSTRUCT_REFUSED', { construct: 'a subquery inside a lambda', reason }, node.span)
}

function binaryType(context: Context, node: Expression & { kind: 'binary-op' }, visit: Visit): SqlType {
  const left = visit(node.left)
  const right = visit(node.right)
  switch (node.operator) {
    case 'AND':
    case 'OR':
      wantBoolean(context, node.left, node.operator)
      wantBoolean(context, node.right, node.operator)
      return types.boolean
    case '||':
      return concatType(context, node, left, right)
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmeticType(context, node, left, right)
    default:
      comparable(context, node.left, node.right, node.operator)
      noteEventLiterals(context, node.left, [node.right])
      noteEventLiterals(context, node.right, [node.left])
      return types.boolean
  }
}

interface QueryComparison {
  readonly operand: Expression
  readonly operator: BinaryOperator | 'IN'
  readonly node: InQuery | Quantified
}

function comparedWithQuery(context: Context, { operand, operator, node }: QueryComparison, where: Where): SqlType {
  const left = analyzeExpression(context, operand, where)
  const columns = analyzeQuery(context, node.query, where.scope)
  if (left.kind === 'row')
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      {
        construct: 'a row compared with a subquery',
        reason: 'engines differ on NULLs inside; use EXISTS with one condition a field',
      },
      node.span,
    )
  else if (columns.length !== 1 && left.kind !== 'unknown')
    report(
      context,
      'SQL_COLUMN_COUNT',
      { what: 'a subquery in a comparison', left: 1, right: columns.length },
      node.query.span,
    )
  else if (columns.length === 1) {
    const common = commonType(left, columns[0]!.type)
    settle(operand, common)
    if (!common) mismatch(context, operator, left, columns[0]!.type, node.span)
    else wantComparable(context, common, `the comparison (${operator})`, node.span)
  }
  return types.boolean
}

function scalarQueryType(context: Context, node: Expression & { kind: 'scalar-query' }, where: Where): SqlType {
  const columns = analyzeQuery(context, node.query, where.scope)
  if (columns.length !== 1)
    report(
      context,
      'SQL_COLUMN_COUNT',
      { what: 'a subquery used as a value', left: 1, right: columns.length },
      node.span,
    )
  return columns[0]?.type ?? types.unknown
}

function caseType(context: Context, node: Expression & { kind: 'case' }, visit: Visit): SqlType {
  if (node.operand) visit(node.operand)
  for (const { when } of node.branches) {
    visit(when)
    if (node.operand) comparable(context, node.operand, when, '=')
    else wantBoolean(context, when, 'WHEN')
  }
  const results = [...node.branches.map((b) => b.result), ...(node.otherwise ? [node.otherwise] : [])]
  return unify(context, results, visit, 'the results of CASE')
}

function castType(context: Context, node: Expression & { kind: 'cast' }, visit: Visit): SqlType {
  const from = visit(node.operand)
  settle(node.operand, node.target.kind === 'timestamp' ? node.target : types.varchar)
  const rule = castRule(node.operand.type ?? from, node.target)
  if (rule.kind === 'refused')
    report(
      context,
      'SQL_CAST_UNPROVEN',
      { from: typeName(from), to: typeName(node.target), reason: rule.reason },
      node.span,
    )
  if (rule.kind === 'impossible') mismatch(context, 'a cast', from, node.target, node.span)
  return node.target
}

export function analyzeSort(context: Context, items: readonly SortItem[], where: Where): void {
  for (const item of items) {
    const type = analyzeExpression(context, item.expression, where)
    if (type.kind !== 'unknown' && !isOrderable(type))
      report(
        context,
        'SQL_TYPE_WANTED',
        {
          what: 'ORDER BY',
          wanted: 'values with an order',
          found: typeName(type),
          hint: 'Order by a field or an element.',
        },
        item.expression.span,
      )
  }
}

export function analyzeWindow(context: Context, spec: WindowSpec, where: Where): void {
  const inside: Where = { ...where, noWindows: 'a window' }
  for (const part of spec.partitionBy)
    wantGroupable(context, analyzeExpression(context, part, inside), 'PARTITION BY', part.span)
  analyzeSort(context, spec.orderBy, inside)
  for (const bound of [spec.frame?.start, spec.frame?.end])
    if (bound?.value) analyzeExpression(context, bound.value, inside)
}
