/** Signs, calculations and joining, with the types that Trino gives them. */
import type { BinaryOperator, Expression } from '../tree.ts'
import { asDecimal, commonType, decimal, isNumeric, isTemporal, type SqlType, typeName, types } from '../types.ts'
import { type Context, report } from './context.ts'
import { mismatch, settle, type Visit, wantBoolean } from './fit.ts'

export function unaryType(context: Context, node: Expression & { kind: 'unary' }, visit: Visit): SqlType {
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

export function concatType(
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

export function arithmeticType(
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
