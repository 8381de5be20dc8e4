/**
 * Puts parameter values into the tree as typed nodes, never as text, and folds what they decide:
 * `:p IS NULL`, IN over an empty list (false; NOT IN true), and the AND and OR round them.
 */
import { TrailbookError } from '../errors.ts'
import type { Cell } from '../ports.ts'
import { day, isoTime, parseDuration, second } from '../time.ts'
import { uniqueNames } from './analyze/context.ts'
import { rewriteQuery } from './rewrite.ts'
import type { BooleanLiteral, Expression, Query, Span } from './tree.ts'
import { type SqlType, typeName, types } from './types.ts'

type ParameterValues = Readonly<Record<string, Cell>>

/** A parameter that stays one node: its value travels beside the text, or is printed by the dialect's literal writer. */
export interface BoundValue {
  readonly name: string
  readonly type: SqlType
  readonly value: string | number | bigint | boolean
}

interface Bound {
  readonly query: Query
  readonly values: ReadonlyMap<string, BoundValue>
}

/** @throws TrailbookError SQL_PARAMETER_VALUE for a value that does not fit its type */
export function bindParameters(query: Query, parameters: ParameterValues): Bound {
  const values = new Map<string, BoundValue>()
  const nameOf = bindingNames(Object.keys(parameters))
  const scalar = (wanted: string, span: Span, type: SqlType, value: Cell): Expression => {
    if (value === null || value === undefined) return { kind: 'null', span, type }
    if (type.kind === 'interval-day')
      return { kind: 'interval', text: String(seconds(wanted, value)), negative: false, unit: 'second', span, type }
    const settled = type.kind === 'iso-time' ? types.varchar : type
    const name = nameOf(wanted)
    const fitting = type.kind === 'iso-time' ? time(wanted, value) : checked(wanted, settled, value)
    values.set(name, { name, type: settled, value: fitting })
    return { kind: 'parameter', name, span, type: settled }
  }
  const listItems = (name: string, span: Span, type: SqlType & { kind: 'array' }, value: Cell): Expression[] => {
    const list = Array.isArray(value) ? [...new Set(value.filter((v) => v !== null))] : []
    return list.map((item, i) => scalar(`${name}[${i + 1}]`, span, type.element, item as Cell))
  }
  const change = (node: Expression): Expression => {
    if (node.kind === 'in-list') return inList(node)
    if (node.kind === 'is-null') return foldIsNull(node)
    if (node.kind === 'parameter') return parameterNode(node, parameters, scalar, listItems)
    return foldLogic(node)
  }
  return { query: rewriteQuery(query, change), values }
}

/**
 * Names that travel to the engine: the parameter's own, `list_1` and so on for the items of a list. Engines fold case, and
 * another parameter may be called `list_1`, so every name is given out once.
 */
function bindingNames(parameters: readonly string[]): (wanted: string) => string {
  const free = uniqueNames()
  const given = new Map(parameters.map((name) => [name, free(name)]))
  return (wanted) => {
    const known = given.get(wanted)
    if (known !== undefined) return known
    const name = free(wanted.replace(/\[(\d+)\]$/, '_$1'))
    given.set(wanted, name)
    return name
  }
}

function parameterNode(
  node: Expression & { kind: 'parameter' },
  parameters: ParameterValues,
  scalar: (name: string, span: Span, type: SqlType, value: Cell) => Expression,
  listItems: (name: string, span: Span, type: SqlType & { kind: 'array' }, value: Cell) => Expression[],
): Expression {
  const type = node.type ?? types.varchar
  const value = parameters[node.name] ?? null
  if (type.kind !== 'array') return scalar(node.name, node.span, type, value)
  if (value === null) return { kind: 'null', span: node.span, type }
  return { kind: 'array', items: listItems(node.name, node.span, type, value), span: node.span, type }
}

/** Runs after the list itself became an array node or NULL. */
function inList(node: Expression & { kind: 'in-list' }): Expression {
  const items = node.items.flatMap((item) => {
    if (item.kind === 'array' && item.type?.kind === 'array' && node.operand.type?.kind !== 'array') return item.items
    if (item.kind === 'null' && item.type?.kind === 'array') return []
    return [item]
  })
  if (items.length === 0) return boolean(node.negated, node.span)
  return { ...node, items }
}

const boolean = (value: boolean, span: Span): BooleanLiteral => ({ kind: 'boolean', value, span, type: types.boolean })

function foldIsNull(node: Expression & { kind: 'is-null' }): Expression {
  const { operand } = node
  if (operand.kind === 'null') return boolean(!node.negated, node.span)
  if (operand.kind === 'parameter' || operand.kind === 'array' || operand.kind === 'interval')
    return boolean(node.negated, node.span)
  return node
}

function foldLogic(node: Expression): Expression {
  if (node.kind === 'unary' && node.operator === 'NOT' && node.operand.kind === 'boolean')
    return boolean(!node.operand.value, node.span)
  if (node.kind !== 'binary-op' || (node.operator !== 'AND' && node.operator !== 'OR')) return node
  const decisive = node.operator === 'OR'
  for (const [side, other] of [
    [node.left, node.right],
    [node.right, node.left],
  ] as const) {
    if (side.kind === 'boolean') return side.value === decisive ? side : other
  }
  return node
}

const misfit = (name: string, value: Cell, wanted: string): TrailbookError =>
  new TrailbookError('SQL_PARAMETER_VALUE', { name, value: JSON.stringify(value), wanted })

/** Longer spans leave the range of times that every engine computes with. */
const longestSpan = 100 * 366 * day

function seconds(name: string, value: Cell): number {
  const ms = typeof value === 'number' ? value * second : typeof value === 'string' ? parseDuration(value) : undefined
  if (ms === undefined || ms > longestSpan || !Number.isSafeInteger(ms / second))
    throw misfit(name, value, 'a duration such as 15m or 7d')
  return ms / second
}

/** In the form of `eventTime`, so that it also compares as text. */
function time(name: string, value: Cell): string {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value)) {
    const milliseconds = Date.parse(value)
    if (!Number.isNaN(milliseconds)) return isoTime(milliseconds)
  }
  throw misfit(name, value, 'a time such as 2026-01-31T09:00:00Z')
}

const bigintRange = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

function checked(name: string, type: SqlType, value: Cell): BoundValue['value'] {
  switch (type.kind) {
    case 'bigint':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
      if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) {
        const big = BigInt(value)
        if (big >= bigintRange.min && big <= bigintRange.max) return big
      }
      break
    case 'double':
      if (typeof value === 'number' && Number.isFinite(value)) return value
      break
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'timestamp':
      return time(name, value)
    default:
      if (typeof value === 'string') return value
      if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  }
  throw misfit(name, value, typeName(type))
}
