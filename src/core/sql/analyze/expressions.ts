/** Resolves names and finds types, by Trino's rules; every mistake is reported and the walk goes on with an unknown type. */
import { nearest } from '../../text.ts'
import { partitionColumns } from '../names.ts'
import { parameterType } from '../parameters.ts'
import { folded, lookUp, type Scope, visibleNames } from '../scope.ts'
import type { BinaryOperator, Expression, Identifier, Reference, SortItem, WindowSpec } from '../tree.ts'
import {
  arrayOf,
  asDecimal,
  commonType,
  decimal,
  isInteger,
  isNumeric,
  isOrderable,
  isTemporal,
  type SqlType,
  typeName,
  types,
} from '../types.ts'
import { analyzeCall } from './calls.ts'
import { castRule } from './casts.ts'
import { type Context, report } from './context.ts'
import { analyzeQuery } from './queries.ts'

export interface Where {
  readonly scope: Scope
  /** Undefined where aggregates (or window functions) may stand; else the name of the place, for the message. */
  readonly noAggregates?: string
  readonly noWindows?: string
}

export function analyzeExpression(context: Context, node: Expression, where: Where): SqlType {
  const type = typeOf(context, node, where)
  node.type = type
  return type
}

export const settle = (node: Expression, type: SqlType | undefined): void => {
  if (node.type?.kind === 'iso-time' && type) node.type = type.kind === 'timestamp' ? type : types.varchar
}

function typeOf(context: Context, node: Expression, where: Where): SqlType {
  const visit = (child: Expression) => analyzeExpression(context, child, where)
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
      visit(node.operand)
      for (const bound of [node.low, node.high]) {
        visit(bound)
        comparable(context, node.operand, bound, '<')
      }
      return types.boolean
    case 'in-list':
      return inListType(context, node, visit)
    case 'in-query':
    case 'quantified': {
      const operand = node.kind === 'in-query' ? node.operand : node.left
      const left = visit(operand)
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
        if (!common)
          mismatch(context, node.kind === 'in-query' ? 'IN' : node.operator, left, columns[0]!.type, node.span)
      }
      return types.boolean
    }
    case 'like':
      checkEscape(context, node)
      for (const part of [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])]) {
        const type = visit(part)
        settle(part, types.varchar)
        if (type.kind !== 'varchar' && type.kind !== 'unknown' && type.kind !== 'iso-time')
          report(
            context,
            'SQL_TYPE_WANTED',
            { what: 'LIKE', wanted: 'varchar', found: typeName(type), hint: 'Cast the value: CAST(x AS varchar).' },
            part.span,
          )
      }
      return types.boolean
    case 'exists':
      analyzeQuery(context, node.query, where.scope)
      return types.boolean
    case 'scalar-query': {
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

function checkEscape(context: Context, node: Expression & { kind: 'like' }): void {
  if (!node.escape) return
  const escape = node.escape.kind === 'string' ? node.escape.value : undefined
  if (escape?.length !== 1) {
    report(context, 'SQL_LITERAL_WANTED', { name: 'LIKE', what: 'an escape of one character' }, node.escape.span)
    return
  }
  const pattern = node.pattern.kind === 'string' ? node.pattern.value : ''
  for (let at = pattern.indexOf(escape); at >= 0; at = pattern.indexOf(escape, at + 2)) {
    const next = pattern[at + 1]
    if (next !== '%' && next !== '_' && next !== escape) {
      report(
        context,
        'SQL_LITERAL',
        { literal: `'${pattern}'`, reason: `the escape ${escape} stands before %, _ or itself only` },
        node.pattern.span,
      )
      return
    }
  }
}

function numberType(context: Context, node: Expression & { kind: 'number' }): SqlType {
  if (node.form === 'double') return types.double
  const [whole = '', fraction = ''] = node.text.replace(/^-/, '').split('.')
  if (node.form === 'decimal') {
    const precision = Math.max(1, whole.replace(/^0+/, '').length + fraction.length)
    if (precision > 38)
      report(context, 'SQL_LITERAL', { literal: node.text, reason: 'a decimal has at most 38 digits' }, node.span)
    return decimal(Math.min(38, precision), fraction.length)
  }
  const value = BigInt(node.text)
  if (value <= 2147483647n) return types.integer
  if (value > 9223372036854775807n)
    report(context, 'SQL_LITERAL', { literal: node.text, reason: 'it is beyond bigint' }, node.span)
  return types.bigint
}

function dateTimeType(context: Context, node: Expression & { kind: 'datetime' }): SqlType {
  const pattern =
    node.form === 'date'
      ? /^\d{4}-\d\d?-\d\d?$/
      : /^\d{4}-\d\d?-\d\d?( \d\d?:\d\d(:\d\d(\.\d{1,3})?)?)?( (UTC|Z|\+00:00))?$/
  const iso = node.text.replace(/ (UTC|Z|\+00:00)$/, '')
  if (!pattern.test(node.text) || !realDate(iso)) {
    const reason =
      node.form === 'timestamp' && /T/.test(node.text)
        ? "it has a T; write a space, or from_iso8601_timestamp('…')"
        : / [+-]|[A-Za-z]\/[A-Za-z]/.test(node.text)
          ? 'zones other than UTC are not kept by every engine'
          : 'there is no such date or time'
    report(context, 'SQL_LITERAL', { literal: `${node.form.toUpperCase()} '${node.text}'`, reason }, node.span)
  }
  if (node.form === 'date') return types.date
  return iso === node.text ? types.timestamp : types.timestampTz
}

function realDate(text: string): boolean {
  const [year, month, day, h = 0, m = 0, s = 0] = text.split(/[-: ]/).map(Number)
  const date = new Date(Date.UTC(year!, month! - 1, day))
  return date.getUTCMonth() === month! - 1 && date.getUTCDate() === day && h! < 24 && m! < 60 && s! < 60
}

function parameterNode(context: Context, node: Expression & { kind: 'parameter' }): SqlType {
  context.parameters.add(node.name)
  const type = parameterType(node.name, context.options.parameters ?? {})
  if (type) return type
  const known = ['window_from', 'window_to', ...Object.keys(context.options.parameters ?? {})]
  const guess = nearest(node.name, known)
  report(
    context,
    'SQL_PARAMETER_UNKNOWN',
    {
      name: node.name,
      hint: guess
        ? `Did you mean :${guess}?`
        : `Known are ${known.map((n) => `:${n}`).join(', ')}; declare others under "parameters".`,
    },
    node.span,
  )
  return types.unknown
}

function resolve(context: Context, node: Reference, where: Where): SqlType {
  const output = outputColumn(node, where.scope)
  if (output) return output
  const found = lookUp(where.scope, node.parts)
  switch (found.kind) {
    case 'column': {
      found.column.use()
      const merged =
        where.scope.merged.has(folded(found.column.name ?? '')) &&
        node.parts.length - found.rest.length === 1 &&
        !found.outer
      const { type, fields } = walkFields(context, found.column.type, found.rest, found.column.name ?? '')
      node.to = { kind: 'column', relation: merged ? '' : found.relation.printed, column: found.column.printed, fields }
      return type
    }
    case 'lambda': {
      const { type, fields } = walkFields(context, found.type, found.rest, found.name)
      node.to = { kind: 'lambda', name: found.name, fields }
      return type
    }
    case 'ambiguous':
      report(
        context,
        'SQL_COLUMN_AMBIGUOUS',
        { column: nameOf(node.parts), tables: found.relations.map((r) => r.name ?? 'a subquery').join(' and ') },
        node.span,
      )
      return types.unknown
    case 'none':
      unknownColumn(context, node, where.scope)
      return types.unknown
  }
}

/** ORDER BY sees output columns before source columns. */
function outputColumn(node: Reference, scope: Scope): SqlType | undefined {
  if (!scope.outputs) return undefined
  const position = scope.outputs.findIndex(
    (o) => o.name !== undefined && folded(o.name) === folded(node.parts[0]!.name),
  )
  const output = scope.outputs[position]
  if (!output || node.parts.length > 1) return undefined
  node.to = { kind: 'output', position: position + 1, expression: output.expression, fields: [] }
  return output.type
}

const nameOf = (parts: readonly Identifier[]): string => parts.map((p) => p.name).join('.')

function unknownColumn(context: Context, node: Reference, scope: Scope): void {
  const [first] = node.parts
  const lone = node.parts.length === 1
  const name = nameOf(node.parts)
  const names = visibleNames(scope)
  const guess = nearest(lone ? first!.name : name, names)
  if (lone && partitionColumns.has(folded(first!.name)) && !guess) {
    report(context, 'SQL_PARTITION_COLUMN', { column: first!.name }, node.span)
    return
  }
  if (lone && first!.quoted) {
    const fix = { start: node.span.start, end: node.span.end, text: `'${first!.name.replaceAll("'", "''")}'` }
    report(context, 'SQL_DOUBLE_QUOTED_STRING', { text: first!.name }, node.span, fix)
    return
  }
  const hint = guess
    ? `Did you mean ${guess}?`
    : names.length === 0
      ? 'The query has no FROM; FROM cloudtrail_logs is probably missing.'
      : "See the columns in docs/sql.md; parts of requestParameters are read with json_extract_scalar(requestParameters, '$.name')."
  report(
    context,
    'SQL_COLUMN_UNKNOWN',
    { column: name, hint },
    node.span,
    guess && lone ? { start: node.span.start, end: node.span.end, text: guess } : undefined,
  )
}

function walkFields(
  context: Context,
  type: SqlType,
  rest: readonly Identifier[],
  base: string,
): { type: SqlType; fields: string[] } {
  const fields: string[] = []
  let at = type
  let path = base
  for (const part of rest) {
    const field =
      at.kind === 'row'
        ? at.fields.find((f) => f.name !== undefined && folded(f.name) === folded(part.name))
        : undefined
    if (!field) {
      if (at.kind !== 'unknown') unknownField(context, at, path, part)
      return { type: types.unknown, fields }
    }
    fields.push(field.name!)
    path = `${path}.${field.name}`
    at = field.type
  }
  return { type: at, fields }
}

function fieldsOf(context: Context, type: SqlType, rest: readonly Identifier[], base: string): SqlType {
  return walkFields(context, type, rest, base).type
}

function unknownField(context: Context, type: SqlType, base: string, part: Identifier): void {
  const names = type.kind === 'row' ? type.fields.flatMap((f) => f.name ?? []) : []
  const guess = nearest(part.name, names)
  const hint =
    type.kind === 'varchar'
      ? `${base} is text; if it holds JSON, read it with json_extract_scalar(${base}, '$.${part.name}').`
      : type.kind === 'array'
        ? `${base} is an array; read ${base}[1].${part.name}, or CROSS JOIN UNNEST(${base}) AS t(r).`
        : guess
          ? `Did you mean ${guess}?`
          : names.length > 0
            ? `Its fields are ${names.join(', ')}.`
            : `It is of type ${typeName(type)}.`
  report(context, 'SQL_FIELD_UNKNOWN', { base, field: part.name, hint }, part.span)
}

type Visit = (child: Expression) => SqlType

function subscriptType(context: Context, node: Expression & { kind: 'subscript' }, visit: Visit): SqlType {
  const base = visit(node.base)
  const index = visit(node.index)
  if (base.kind === 'unknown') return types.unknown
  if (base.kind === 'array') {
    if (!isInteger(index) && index.kind !== 'unknown')
      report(
        context,
        'SQL_TYPE_WANTED',
        {
          what: 'the index of an array',
          wanted: 'a whole number',
          found: typeName(index),
          hint: 'Arrays count from 1.',
        },
        node.index.span,
      )
    return base.element
  }
  if (base.kind === 'map') {
    if (!commonType(base.key, index)) mismatch(context, 'the key', base.key, index, node.index.span)
    return base.value
  }
  const hint =
    base.kind === 'varchar' || base.kind === 'json'
      ? "Read JSON with json_extract_scalar(x, '$.list[0]')."
      : 'Only arrays and maps have elements.'
  report(
    context,
    'SQL_TYPE_WANTED',
    { what: '[…]', wanted: 'an array or a map', found: typeName(base), hint },
    node.base.span,
  )
  return types.unknown
}

function unaryType(context: Context, node: Expression & { kind: 'unary' }, visit: Visit): SqlType {
  const type = visit(node.operand)
  if (type.kind === 'unknown') return node.operator === 'NOT' ? types.boolean : type
  if (node.operator === 'NOT') {
    wantBoolean(context, node.operand, 'NOT')
    return types.boolean
  }
  if (!isNumeric(type) && type.kind !== 'interval-day' && type.kind !== 'interval-year') {
    report(
      context,
      'SQL_TYPE_WANTED',
      {
        what: `the sign ${node.operator}`,
        wanted: 'a number',
        found: typeName(type),
        hint: 'Cast text to a number first.',
      },
      node.operand.span,
    )
    return types.unknown
  }
  return type
}

export function wantBoolean(context: Context, node: Expression, what: string): void {
  const type = node.type ?? types.unknown
  if (type.kind === 'boolean' || type.kind === 'unknown') return
  const hint = type.kind === 'varchar' ? "Compare it: readOnly = 'true'." : 'Compare it with something.'
  report(context, 'SQL_TYPE_WANTED', { what, wanted: 'a condition', found: typeName(type), hint }, node.span)
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

/** Reports what Trino would not compare; a timestamp parameter takes the form of the other side. */
export function comparable(
  context: Context,
  left: Expression,
  right: Expression,
  operator: BinaryOperator | 'IN',
): void {
  const [a, b] = [left.type ?? types.unknown, right.type ?? types.unknown]
  const common = commonType(a, b)
  settle(left, common)
  settle(right, common)
  const span = { start: Math.min(left.span.start, right.span.start), end: Math.max(left.span.end, right.span.end) }
  if (!common) mismatch(context, `the comparison (${operator})`, a, b, span)
  else if (common.kind === 'json')
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      {
        construct: 'comparing JSON',
        reason: 'engines differ on the order of keys; compare text taken out with json_extract_scalar',
      },
      span,
    )
  else if (common.kind === 'array' || common.kind === 'map')
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      {
        construct: `comparing values of type ${common.kind}`,
        reason: 'engines differ on NULLs inside; compare elements',
      },
      span,
    )
  else if (
    common.kind === 'row' &&
    !(left.kind === 'row' && right.kind === 'row' && (operator === '=' || operator === 'IN'))
  )
    report(
      context,
      'SQL_CONSTRUCT_REFUSED',
      { construct: 'comparing rows', reason: 'engines differ on NULLs inside; compare fields' },
      span,
    )
  else if (['<', '<=', '>', '>='].includes(operator) && common.kind !== 'unknown' && !isOrderable(common)) {
    report(
      context,
      'SQL_TYPE_WANTED',
      {
        what: `the comparison (${operator})`,
        wanted: 'values with an order',
        found: typeName(common),
        hint: 'Compare a field or an element instead.',
      },
      span,
    )
  }
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

function concatType(
  context: Context,
  node: Expression & { kind: 'binary-op' },
  left: SqlType,
  right: SqlType,
): SqlType {
  settle(node.left, types.varchar)
  settle(node.right, types.varchar)
  const text = (t: SqlType) => ['varchar', 'unknown', 'iso-time'].includes(t.kind)
  if (text(left) && text(right)) return types.varchar
  if (left.kind === 'varbinary' && right.kind === 'varbinary') return types.varbinary
  if (left.kind === 'array' && right.kind === 'array') {
    const common = commonType(left, right)
    if (common) return common
  }
  mismatch(context, 'the joining (||)', left, right, node.span)
  return types.unknown
}

function arithmeticType(
  context: Context,
  node: Expression & { kind: 'binary-op' },
  left: SqlType,
  right: SqlType,
): SqlType {
  if (left.kind === 'unknown' || right.kind === 'unknown') return left.kind === 'unknown' ? right : left
  if (isNumeric(left) && isNumeric(right)) {
    const common = commonType(left, right)!
    if (common.kind !== 'decimal') return common
    if (node.operator === '/' || node.operator === '%') {
      report(context, 'SQL_DECIMAL_DIVISION', {}, node.span)
      return common
    }
    return decimalResult(node.operator, asDecimal(left)!, asDecimal(right)!)
  }
  if (
    left.kind === 'date' &&
    node.right.kind === 'interval' &&
    ['hour', 'minute', 'second'].includes(node.right.unit)
  ) {
    report(context, 'SQL_TIME_ARITHMETIC', { what: `a date ${node.operator} ${node.right.unit}s` }, node.span)
    return left
  }
  const time = timeArithmetic(node.operator, left, right)
  if (time) return time
  const temporal = (t: SqlType) => isTemporal(t) || t.kind === 'interval-day' || t.kind === 'interval-year'
  if (temporal(left) || temporal(right)) {
    report(context, 'SQL_TIME_ARITHMETIC', { what: `${typeName(left)} ${node.operator} ${typeName(right)}` }, node.span)
    return types.unknown
  }
  mismatch(context, `the calculation (${node.operator})`, left, right, node.span)
  return types.unknown
}

function timeArithmetic(operator: BinaryOperator, left: SqlType, right: SqlType): SqlType | undefined {
  const interval = (t: SqlType) => t.kind === 'interval-day' || t.kind === 'interval-year'
  if (operator !== '+' && operator !== '-') return undefined
  if (isTemporal(left) && interval(right)) return left
  if (operator === '+' && interval(left) && isTemporal(right)) return right
  return undefined
}

/** "Decimal functions and operators", Trino documentation. */
function decimalResult(
  operator: BinaryOperator,
  a: { precision: number; scale: number },
  b: { precision: number; scale: number },
): SqlType {
  if (operator === '*') return decimal(Math.min(38, a.precision + b.precision), Math.min(38, a.scale + b.scale))
  const scale = Math.max(a.scale, b.scale)
  return decimal(Math.min(38, Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1), scale)
}

function inListType(context: Context, node: Expression & { kind: 'in-list' }, visit: Visit): SqlType {
  const operand = visit(node.operand)
  for (const item of node.items) {
    const type = visit(item)
    if (item.kind === 'parameter' && type.kind === 'array') {
      const element = type.element
      if (!commonType(operand, element)) mismatch(context, 'the comparison (IN)', operand, element, item.span)
    } else comparable(context, node.operand, item, 'IN')
  }
  noteEventLiterals(context, node.operand, node.items)
  return types.boolean
}

function noteEventLiterals(context: Context, operand: Expression, others: readonly Expression[]): void {
  if (operand.kind !== 'reference' || operand.to?.kind !== 'column' || operand.to.fields.length > 0) return
  const into =
    operand.to.column === 'eventName'
      ? context.eventNames
      : operand.to.column === 'eventSource'
        ? context.eventSources
        : undefined
  if (into) for (const other of others) if (other.kind === 'string') into.add(other.value)
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

function caseType(context: Context, node: Expression & { kind: 'case' }, visit: Visit): SqlType {
  if (node.operand) visit(node.operand)
  for (const { when } of node.branches) {
    visit(when)
    if (node.operand) comparable(context, node.operand, when, '=')
    else wantBoolean(context, when, 'WHEN')
  }
  const results = [...node.branches.map((b) => b.then), ...(node.otherwise ? [node.otherwise] : [])]
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
  for (const part of spec.partitionBy) analyzeExpression(context, part, inside)
  analyzeSort(context, spec.orderBy, inside)
  for (const bound of [spec.frame?.start, spec.frame?.end])
    if (bound?.value) analyzeExpression(context, bound.value, inside)
}
