/** The types of literals and parameters. */
import { nearest } from '../../text.ts'
import { parameterType } from '../parameters.ts'
import type { Expression } from '../tree.ts'
import { decimal, type SqlType, types } from '../types.ts'
import { type Context, report } from './context.ts'

export function numberType(context: Context, node: Expression & { kind: 'number' }): SqlType {
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

export function dateTimeType(context: Context, node: Expression & { kind: 'datetime' }): SqlType {
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

export function parameterNode(context: Context, node: Expression & { kind: 'parameter' }): SqlType {
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
