/**
 * Results as text alone: what arrays, maps, rows and binary values are cannot be told from `[a, b]` and `{k=v}`, so such columns
 * are asked for as JSON whose leaves are texts, and rows by position. A leaf reads as a column of its type would.
 */

import { TrailbookError } from '../../errors.ts'
import { printedColumns } from '../analyze/queries.ts'
import type { Dialect } from '../dialect.ts'
import type { Expression, OutputColumn, Query, SelectExpression, SortItem } from '../tree.ts'
import type { SqlType } from '../types.ts'
import { quoteName } from './printer.ts'

interface TextOutputs {
  /** The engine's name, for refusals. */
  readonly engine?: string
  /** Every cell begins with `=`, for engines of which nobody knows how they tell NULL from an empty text. */
  readonly marked?: boolean
}

/** A dialect for an engine that tells results as text; the order of rows is kept. */
export const withTextOutputs = (
  dialect: Dialect,
  { engine = 'Athena', marked = false }: TextOutputs = {},
): Dialect => ({
  name: dialect.name,
  print(query, input) {
    const columns = query.columns ?? []
    if (!marked && columns.every(({ type }) => isPlain(type))) return dialect.print(query, input)
    const { inner, order } = withSortColumns(query, engine)
    const { text, bindings } = dialect.print(inner, input)
    const names = printedColumns(columns)
    const items = columns.map(({ type }, at) => {
      const value = `${alias}.${quoteName(names[at]!)}`
      return `${marked ? `('=' || ${markedText(value, type)})` : isPlain(type) ? value : wholeText(value, type)} AS ${quoteName(names[at]!)}`
    })
    const all = printedColumns(inner.columns ?? [])
    const sorted = order.map(({ item, at }) => {
      const direction = item.descending ? 'DESC' : 'ASC'
      return `${alias}.${quoteName(all[at]!)} ${direction} NULLS ${item.nulls ?? 'LAST'}`
    })
    const orderBy = sorted.length === 0 ? '' : `\nORDER BY ${sorted.join(', ')}`
    return { text: `SELECT ${items.join(', ')}\nFROM (\n${text}\n) AS ${alias}${orderBy}`, bindings }
  },
})

const alias = quoteName('o')

interface Sorted {
  readonly inner: Query
  /** The keys of the order, by position in the inner query's columns. */
  readonly order: readonly { readonly item: SortItem; readonly at: number }[]
}

/** Around a query its order is lost; what it orders by becomes columns, so that it can be ordered again. */
function withSortColumns(query: Query, engine: string): Sorted {
  const { body } = query
  const columns: OutputColumn[] = [...(query.columns ?? [])]
  const added: SelectExpression[] = []
  const order: { item: SortItem; at: number }[] = []
  for (const item of query.orderBy) {
    const { expression } = item
    const position = positionOf(expression)
    if (position !== undefined) {
      order.push({ item, at: position - 1 })
      continue
    }
    if (body.kind !== 'select' || body.distinct)
      throw new TrailbookError('SQL_NOT_ON_ENGINE', {
        engine,
        what: 'ORDER BY an expression beside columns of arrays, maps or rows in DISTINCT or a set operation',
        advice: 'Order by columns of the answer.',
      })
    order.push({ item, at: columns.length })
    columns.push({ name: `_order${added.length + 1}`, type: expression.type ?? { kind: 'unknown' } })
    added.push({ kind: 'expression', expression, span: expression.span })
  }
  if (added.length === 0 || body.kind !== 'select') return { inner: query, order }
  const inner = { ...query, columns, body: { ...body, expanded: [...(body.expanded ?? []), ...added] } }
  return { inner, order }
}

function positionOf(node: Expression): number | undefined {
  if (node.kind === 'number' && node.form === 'integer') return Number(node.text)
  return node.kind === 'reference' && node.to?.kind === 'output' && node.to.fields.length === 0
    ? node.to.position
    : undefined
}

const isPlain = ({ kind }: SqlType): boolean => !['array', 'map', 'row', 'varbinary'].includes(kind)

const markedText = (value: string, type: SqlType): string =>
  isPlain(type) ? leaf(value, type) : wholeText(value, type)

const wholeText = (value: string, type: SqlType): string =>
  type.kind === 'varbinary' ? leaf(value, type) : `json_format(CAST(${nested(value, type, 0)} AS json))`

/** A value whose CAST to JSON has texts for leaves. */
function nested(value: string, type: SqlType, depth: number): string {
  const [item, key] = [quoteName(`v${depth}`), quoteName(`k${depth}`)]
  switch (type.kind) {
    case 'array':
      return `transform(${value}, ${item} -> ${nested(item, type.element, depth + 1)})`
    case 'map':
      return `transform_values(transform_keys(${value}, (${key}, ${item}) -> ${leaf(key, type.key)}), (${key}, ${item}) -> ${nested(item, type.value, depth + 1)})`
    case 'row': {
      const fields = type.fields.map((field, at) => `CAST(${nested(`${value}[${at + 1}]`, field.type, depth)} AS json)`)
      return `IF(${value} IS NULL, NULL, CAST(ARRAY[${fields.join(', ')}] AS json))`
    }
    default:
      return leaf(value, type)
  }
}

function leaf(value: string, { kind }: SqlType): string {
  if (kind === 'varchar') return value
  if (kind === 'varbinary') return `to_base64(${value})`
  if (kind === 'json') return `json_format(${value})`
  return `CAST(${value} AS varchar)`
}
