/** The order in which aggregates collect values, settled where the author leaves it open. */
import type { Call, Expression } from '../tree.ts'
import type { SqlType } from '../types.ts'
import type { Printer } from './printer.ts'

const collecting: readonly string[] = ['array_agg', 'listagg']
/** Nothing to sort by, and DuckDB refuses to. */
const constant: readonly Expression['kind'][] = [
  'null',
  'boolean',
  'string',
  'number',
  'datetime',
  'binary',
  'parameter',
]
const sortable: readonly SqlType['kind'][] = [
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'double',
  'decimal',
  'varchar',
  'date',
  'timestamp',
]

/**
 * The sort items of an aggregate. What is collected itself is the last of them, for among equals each engine has an order of its
 * own, which also changes from run to run: a list cut off after 100 would then hold other values each time.
 *
 * @param joined the text of a list of texts as one text
 */
export function collectedOrder(
  node: Call,
  printer: Printer,
  { value, joined }: { readonly value: string; readonly joined: (list: string) => string },
): string {
  const own = node.orderBy.length > 0 ? printer.sort(node.orderBy) : ''
  const collected = node.args[0]
  const type = collected?.type
  if (
    !collecting.includes(node.name) ||
    node.over !== undefined ||
    type === undefined ||
    constant.includes(collected!.kind)
  )
    return own
  const isTexts = type.kind === 'array' && type.element.kind === 'varchar'
  const last = sortable.includes(type.kind) ? value : isTexts && !node.distinct ? joined(value) : undefined
  if (last === undefined || node.orderBy.some((item) => printer.expression(item.expression) === last)) return own
  return [...(own === '' ? [] : [own]), `${last} ASC NULLS LAST`].join(', ')
}
