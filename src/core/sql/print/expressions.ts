/** Expressions as all dialects print them; always in parentheses where precedence could matter. */

import type { Expression, RowLiteral } from '../tree.ts'
import { children } from '../visit.ts'
import { type Printer, quoteName } from './printer.ts'

/** No table, column or lambda of a macro has such a name, so none of them can be taken for the parameter, nor it for them. */
const lambdaName = (name: string): string => quoteName(name.startsWith('fn ') ? name : `fn ${name}`)

const negate = (negated: boolean): string => (negated ? 'NOT ' : '')

export function printExpression(printer: Printer, node: Expression): string {
  const { parts, expression } = printer
  switch (node.kind) {
    case 'null':
      return parts.nullOf(node.type)
    case 'boolean':
      return node.value ? 'TRUE' : 'FALSE'
    case 'string':
      return parts.string(node.value)
    case 'number':
      return parts.number(node.text, node.form)
    case 'binary':
      return parts.binary(node.hex)
    case 'datetime':
      return parts.dateTime(node.text, node.type!)
    case 'interval':
      return parts.interval(
        node.negative ? (node.text.startsWith('-') ? node.text.slice(1) : `-${node.text}`) : node.text,
        node.unit.toUpperCase(),
      )
    case 'parameter':
      return parts.parameter(node.name, node.type!, printer)
    case 'reference':
      return referenceText(printer, node)
    case 'field':
      return `${wrap(expression(node.base))}.${quoteName(node.field.name)}`
    case 'subscript':
      return parts.subscript(node, expression(node.base), expression(node.index))
    case 'unary':
      return node.operator === 'NOT'
        ? `(NOT ${expression(node.operand)})`
        : `(${node.operator} ${expression(node.operand)})`
    case 'binary-op':
      return binaryText(printer, node)
    case 'is-null':
      return `(${expression(node.operand)} IS ${negate(node.negated)}NULL)`
    case 'between':
      return `(${expression(node.operand)} ${negate(node.negated)}BETWEEN ${expression(node.low)} AND ${expression(node.high)})`
    case 'in-list':
      if (node.operand.kind === 'row')
        return `(${negate(node.negated)}(${node.items.map((item) => rowsEqual(printer, node.operand as RowLiteral, item as RowLiteral)).join(' OR ')}))`
      return inListText(printer, node)
    case 'in-query':
      return `(${expression(node.operand)} ${negate(node.negated)}IN (${printer.query(node.query)}))`
    case 'like':
      return `(${expression(node.operand)} ${negate(node.negated)}LIKE ${expression(node.pattern)}${node.escape ? ` ESCAPE ${expression(node.escape)}` : ''})`
    case 'exists':
      return `EXISTS (${printer.query(node.query)})`
    case 'quantified':
      return `(${expression(node.left)} ${node.operator} ${node.quantifier} (${printer.query(node.query)}))`
    case 'scalar-query':
      return `(${printer.query(node.query)})`
    case 'case':
      return caseText(printer, node)
    case 'cast':
      return parts.cast(node, expression(node.operand))
    case 'lambda':
      return parts.lambda(
        node.parameters.map((p) => lambdaName(p.name.toLowerCase())),
        expression(node.body),
      )
    case 'array':
      return parts.array(node.items.map(expression), node.type)
    case 'row':
      return parts.row(node.items.map(expression))
    case 'call':
      return parts.call(node, printer)
  }
}

/**
 * Trino 435 loses a NULL among the items when the operand is constant and another item is not: such a list is said as
 * comparisons, which mean the same.
 */
function inListText(printer: Printer, node: Expression & { kind: 'in-list' }): string {
  const operand = printer.expression(node.operand)
  const items = node.items.map(printer.expression)
  if (varies(node.operand) || !node.items.some(varies) || operand.length * items.length > longestChain)
    return printer.parts.losesNulls
      ? constantList(printer, node, operand)
      : `(${operand} ${negate(node.negated)}IN (${items.join(', ')}))`
  const either = items.map((item) => `(${operand} = ${item})`).reduce((all, next) => `(${all} OR ${next})`)
  return node.negated ? `(NOT ${either})` : either
}

const written: readonly Expression['kind'][] = ['string', 'number', 'boolean', 'datetime', 'binary', 'parameter']

/**
 * A NULL stands outside of the list: Trino 483 takes `0 IN (1, 2, NULL)` of whole numbers for false, and NOT IN for true, where
 * both are unknown, and a NULL itself for one of the list. Constants that must be computed may turn out to be NULL, and without the
 * coalesce the comparison would go back into the list.
 */
function constantList(printer: Printer, node: Expression & { kind: 'in-list' }, operand: string): string {
  const not = negate(node.negated)
  const odd = node.items.filter((item) => !written.includes(item.kind) && !varies(item))
  const list = node.items.filter((item) => !odd.includes(item)).map(printer.expression)
  if (odd.length === 0) return `(${operand} ${not}IN (${list.join(', ')}))`
  const unknown = printer.parts.nullOf({ kind: 'boolean' })
  const alone = odd.map((item) =>
    item.kind === 'null' ? unknown : `coalesce((${operand} = ${printer.expression(item)}), ${unknown})`,
  )
  const listed = list.length > 0 ? [`(${operand} IN (${list.join(', ')}))`] : []
  const either = [...listed, ...alone].reduce((all, next) => `(${all} OR ${next})`)
  return node.negated ? `(NOT ${either})` : either
}

/** Characters; beyond, the list stays a list. */
const longestChain = 10_000

/** Whether the value can differ from row to row. */
const varies = (node: Expression): boolean =>
  ['reference', 'in-query', 'exists', 'quantified', 'scalar-query'].includes(node.kind) || children(node).some(varies)

/** Field by field, which gives SQL's three-valued answer on every engine; DuckDB's own comparison of rows gives two. */
const rowsEqual = (printer: Printer, left: RowLiteral, right: RowLiteral): string =>
  left.items
    .map((item, i) => `(${printer.expression(item)} = ${printer.expression(right.items[i]!)})`)
    .reduce((all, next) => `(${all} AND ${next})`)

const wrap = (text: string): string => (/^\(|^\w+\(/.test(text) ? `(${text})` : text)

function referenceText(printer: Printer, node: Expression & { kind: 'reference' }): string {
  switch (node.to?.kind) {
    case 'column': {
      const { relation, column, fields } = node.to
      const isBare = relation === '' || (relation === printer.only && fields.length === 0 && standsAlone(column))
      const base = [...(isBare ? [] : [relation]), column].map(quoteName).join('.')
      const row = printer.rowColumns.has(`${relation}.${column}`) ? `${base}[1]` : base
      return [row, ...fields.map(quoteName)].join('.')
    }
    case 'lambda':
      return [lambdaName(node.to.name), ...node.to.fields.map(quoteName)].join('.')
    case 'output':
      return printer.expression(node.to.expression)
    case undefined:
      throw new Error('an unresolved name reached the printer')
  }
}

/** Words that begin something else where they stand without quotes and alone, though they are not reserved. */
const beginners: ReadonlySet<string> = new Set(
  'all any array at date double exists filter groups if ignore interval json lateral map nulls over partition position range respect row rows some time timestamp try values window'.split(
    ' ',
  ),
)
const standsAlone = (column: string): boolean => !beginners.has(column.toLowerCase())

function binaryText(printer: Printer, node: Expression & { kind: 'binary-op' }): string {
  const left = printer.expression(node.left)
  const right = printer.expression(node.right)
  if (node.operator === '=' && node.left.kind === 'row' && node.right.kind === 'row')
    return rowsEqual(printer, node.left, node.right)
  if (node.operator === '||') return printer.parts.concat(left, right, node.type!)
  if (['+', '-', '*', '/', '%'].includes(node.operator))
    return printer.parts.arithmetic(node.operator, left, right, node.type!)
  return `(${left} ${node.operator} ${right})`
}

function caseText(printer: Printer, node: Expression & { kind: 'case' }): string {
  const { expression } = printer
  const operand = node.operand ? ` ${expression(node.operand)}` : ''
  const branches = node.branches.map((b) => ` WHEN ${expression(b.when)} THEN ${expression(b.result)}`).join('')
  return `(CASE${operand}${branches}${node.otherwise ? ` ELSE ${expression(node.otherwise)}` : ''} END)`
}
