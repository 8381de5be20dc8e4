/**
 * Lists that aggregates collect. The engine's own leave NULLs out and keep no order, so what is collected are structs of what is
 * sorted by (`k`, and whether it is NULL, which comes last) and the element (`v`); as a result they travel as JSON.
 */
import type { Call, Expression, SortItem } from '../../tree.ts'
import { isInteger } from '../../types.ts'
import { overText, print, printedValue } from './expressions.ts'
import { type Printing, refuse, type Value } from './values.ts'

const one = (node: Call): Expression => node.args[0]!

/** `array_agg`, sorted as on every engine: by what its author says, then by what is collected. */
export function arrayAggregate(printing: Printing, node: Call): Value | undefined {
  if (node.name === 'flatten') return flattened(printing, node)
  if (node.name !== 'array_agg') return undefined
  if (one(node).type?.kind !== 'varchar')
    return refuse(node, 'a list of values that are no texts', 'Cast them to varchar.')
  const collected = `collect_${node.distinct ? 'set' : 'list'}(${entry(printing, node, print(printing, one(node)), true)})`
  if (node.over) {
    if (node.orderBy.length > 0 || node.filter || node.distinct || node.over.orderBy.length > 0)
      return refuse(node, 'array_agg with OVER and an order', 'Only PARTITION BY is there.')
    return { text: `sort_array(${collected}${overText(printing, node.over)})`, entries: true }
  }
  const filter = node.filter ? ` FILTER (WHERE ${print(printing, node.filter)})` : ''
  return { text: `sort_array(${collected}${filter})`, entries: true }
}

/** Of two events of one second the order is that of their lists, and each list has an order of its own. */
function flattened(printing: Printing, node: Call): Value {
  const list = one(node)
  if (list.kind !== 'call' || list.name !== 'array_agg' || list.over || list.distinct || list.filter)
    return refuse(node, 'flatten of this list', 'Use it over array_agg.')
  const value = printedValue(printing, one(list))
  if (!value.entries) return refuse(node, 'flatten of this list', 'Collect lists that array_agg collected.')
  return { text: `sort_array(collect_list(${entry(printing, list, value.text, false)}))`, entries: true }
}

function entry(printing: Printing, node: Call, element: string, mayBeNull: boolean): string {
  const keys = node.orderBy.map((item) => sortKey(printing, item)).filter((key) => key !== element)
  const fields = keys.flatMap((key, i) => [`'n${i}', ${key} IS NULL`, `'k${i}', ${key}`])
  const own = mayBeNull ? [`'n', ${element} IS NULL`] : []
  return `named_struct(${[...fields, ...own, `'v', ${element}`].join(', ')})`
}

/** Lists sort in ascending order only; times descend as negative numbers. */
function sortKey(printing: Printing, item: SortItem): string {
  if (item.nulls === 'FIRST') return refuse(item, 'a list with NULLS FIRST', 'Leave NULLS FIRST out.')
  const key = print(printing, item.expression)
  if (!item.descending) return key
  const { expression } = item
  const isTime =
    expression.kind === 'reference' && expression.to?.kind === 'column' && expression.to.column === 'eventTime'
  if (!isTime) return refuse(item, 'a list in descending order', 'Sort it by eventTime, or in ascending order.')
  return `(0 - unix_timestamp(to_timestamp(${key})))`
}

/** A list of texts that are all digits, as numbers. */
function castElements(printing: Printing, node: Call): Value | undefined {
  const [list, lambda] = node.args
  if (lambda?.kind !== 'lambda' || lambda.body.kind !== 'cast' || list?.type?.kind !== 'array') return undefined
  const { operand, target } = lambda.body
  const isOwn = operand.kind === 'reference' && operand.to?.kind === 'lambda' && operand.to.fields.length === 0
  const digits =
    list.kind === 'call' &&
    list.name === 'regexp_extract_all' &&
    list.args[1]?.kind === 'string' &&
    /\(\[0-9\](\+|\{1,\d\})\)$/.test(list.args[1].value)
  if (!isOwn || !digits || !isInteger(target)) return undefined
  return { text: `CAST(${print(printing, list)} AS ARRAY<BIGINT>)` }
}

export function arrayFunction(printing: Printing, node: Call): Value | undefined {
  const list = node.args[0]
  if (list?.type?.kind !== 'array') return undefined
  if (node.name === 'array_join' && node.args.length === 2) return joined(printing, node)
  if (node.name === 'transform') return castElements(printing, node)
  if (!['slice', 'array_sort', 'array_distinct', 'cardinality'].includes(node.name)) return undefined
  const value = printedValue(printing, list)
  if (!value.entries) return undefined
  if (node.name === 'cardinality') return { text: `size(${value.text})` }
  if (node.name === 'array_sort') {
    if (node.args.length === 1 && isSorted(list)) return value
    return refuse(node, 'sorting this list', 'Sort where it is collected.')
  }
  if (node.name === 'array_distinct') {
    // Keys to sort by would tell equal elements apart.
    if (isSorted(list)) return { text: `array_distinct(${value.text})`, entries: true }
    return refuse(node, 'array_distinct of this list', 'Collect with DISTINCT.')
  }
  const [from, count] = node.args.slice(1).map((arg) => print(printing, arg))
  return { text: `slice(${value.text}, ${from}, ${count})`, entries: true }
}

const isSorted = (node: Expression): boolean =>
  node.kind === 'call' && node.name === 'array_agg' && node.orderBy.length === 0

/** A list of distinct texts as one text: NULLs are left out on both sides, so plain texts can be collected. */
function joined(printing: Printing, node: Call): Value {
  const separator = print(printing, node.args[1]!)
  let list = node.args[0]!
  let cut = ''
  if (list.kind === 'call' && list.name === 'slice') {
    cut = `, ${list.args
      .slice(1)
      .map((arg) => print(printing, arg))
      .join(', ')})`
    list = list.args[0]!
  }
  if (list.kind === 'call' && list.name === 'array_sort' && list.args.length === 1) list = list.args[0]!
  if (list.kind !== 'call' || list.name !== 'array_agg' || list.orderBy.length > 0 || list.over)
    return refuse(node, 'joining this list to a text', 'Join what array_agg collects in the same query.')
  const filter = list.filter ? ` FILTER (WHERE ${print(printing, list.filter)})` : ''
  const collected = `sort_array(collect_${list.distinct ? 'set' : 'list'}(${print(printing, list.args[0]!)})${filter})`
  return { text: `array_join(${cut === '' ? collected : `slice(${collected}${cut}`}, ${separator})` }
}
