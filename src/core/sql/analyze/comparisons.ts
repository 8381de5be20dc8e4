/** Comparisons and the predicates made of them: what Trino compares, and what engines compare alike. */
import type { BinaryOperator, Expression } from '../tree.ts'
import { commonType, isOrderable, type SqlType, typeName, types } from '../types.ts'
import { type Context, report } from './context.ts'
import { mismatch, settle, type Visit } from './fit.ts'

/** Reports what Trino would not compare; a timestamp parameter takes the form of the other side. */
export function comparable(
  context: Context,
  left: Expression,
  right: Expression,
  operator: BinaryOperator | 'IN',
): void {
  const [a, b] = [left.type ?? types.unknown, right.type ?? types.unknown]
  const list = [left, right].find((side) => side.kind === 'parameter' && side.type?.kind === 'array')
  if (list?.kind === 'parameter' && a.kind !== b.kind) {
    report(context, 'SQL_LIST_PARAMETER', { name: list.name }, list.span)
    return
  }
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

export function betweenType(context: Context, node: Expression & { kind: 'between' }, visit: Visit): SqlType {
  visit(node.operand)
  for (const bound of [node.low, node.high]) {
    visit(bound)
    comparable(context, node.operand, bound, '<')
  }
  return types.boolean
}

export function inListType(context: Context, node: Expression & { kind: 'in-list' }, visit: Visit): SqlType {
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

export function likeType(context: Context, node: Expression & { kind: 'like' }, visit: Visit): SqlType {
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
}

function checkEscape(context: Context, node: Expression & { kind: 'like' }): void {
  if (!node.escape) return
  const sign = node.escape.kind === 'string' ? node.escape.value : undefined
  if (sign?.length !== 1) {
    report(context, 'SQL_LITERAL_WANTED', { name: 'LIKE', what: 'an escape of one character' }, node.escape.span)
    return
  }
  const pattern = node.pattern.kind === 'string' ? node.pattern.value : ''
  for (let at = pattern.indexOf(sign); at >= 0; at = pattern.indexOf(sign, at + 2)) {
    const next = pattern[at + 1]
    if (next !== '%' && next !== '_' && next !== sign) {
      report(
        context,
        'SQL_LITERAL',
        { literal: `'${pattern}'`, reason: `the escape ${sign} stands before %, _ or itself only` },
        node.pattern.span,
      )
      return
    }
  }
}

/** Lint of event names asks for them. */
export function noteEventLiterals(context: Context, operand: Expression, others: readonly Expression[]): void {
  if (operand.kind !== 'reference' || operand.to?.kind !== 'column' || operand.to.fields.length > 0) return
  const into =
    operand.to.column === 'eventName'
      ? context.eventNames
      : operand.to.column === 'eventSource'
        ? context.eventSources
        : undefined
  if (into) for (const other of others) if (other.kind === 'string') into.add(other.value)
}
