/** `eventTime` of event data stores is a timestamp: windows of time become the scope, everything else the text or `event_time`. */
import type { TextEdit } from '../../errors.ts'
import { day, hour, minute } from '../../time.ts'
import type { BinaryOperator, Expression, Select, Span } from '../tree.ts'
import { children } from '../visit.ts'
import { lakeColumn, timeColumns } from './lake-names.ts'
import { isEvents, type Places } from './tree-places.ts'

/** A condition that was the window of a query. */
export interface FoundWindow {
  readonly span: Span
  /** As it was written. */
  readonly text: string
  /** Bounds as ISO text, where they are literals. */
  readonly from?: string
  readonly to?: string
  /** How far back, in milliseconds, where it is reckoned from now. */
  readonly back?: number
}

interface FoundTimes {
  readonly edits: readonly TextEdit[]
  readonly windows: readonly FoundWindow[]
}

export function timeEdits(text: string, places: Places): FoundTimes {
  const windows: FoundWindow[] = []
  const edits = places.selects.flatMap((select) => windowEdits(text, select, windows))
  for (const node of places.expressions) {
    const column = lakeColumn(node)
    if (node.kind !== 'reference' || column === undefined || !timeColumns.has(column.path)) continue
    edits.push(...timeEdit(node, column.path, places))
  }
  return { edits, windows }
}

const isTime = (node: Expression): boolean => {
  const column = lakeColumn(node)
  return column?.path === 'eventTime' && column.unknown.length === 0
}

/** Conjuncts of WHERE that bound the event's time by what is no column go; with the last of them WHERE goes. */
function windowEdits(text: string, select: Select, windows: FoundWindow[]): TextEdit[] {
  const { where } = select
  if (where === undefined || !select.from.some(isEvents)) return []
  const parts = conjuncts(where)
  const found = parts.map((part) => windowOf(text, part))
  for (const one of found) if (one !== undefined) windows.push(one)
  if (found.every((one) => one === undefined)) return []
  if (found.every((one) => one !== undefined)) {
    const start = text.slice(0, where.span.start).search(/\bWHERE\b(?:\s|\(|--[^\n]*\n|\/\*[\s\S]*?\*\/)*$/i)
    return [{ start, end: closing(text, start + 5, where.span.end), text: '' }]
  }
  const edits: TextEdit[] = []
  for (const [at, one] of found.entries()) {
    if (one === undefined) continue
    const kept = found.findLastIndex((other, before) => before < at && other === undefined)
    const from = kept >= 0 ? parts[at - 1]!.span.end : one.span.start
    const next = parts[at + 1]
    const span =
      kept >= 0 || next === undefined
        ? { start: from, end: one.span.end }
        : { start: one.span.start, end: next.span.start }
    edits.push({ ...balanced(text, span), text: kept >= 0 ? keptComment(text.slice(span.start, one.span.start)) : '' })
  }
  return edits
}

/** Comments between a condition and the one before it stay. */
const keptComment = (between: string): string => {
  const comments = between.match(/--[^\n]*|\/\*[\s\S]*?\*\//g) ?? []
  return comments.length === 0 ? '' : ` ${comments.join('\n')}\n`
}

/** Parentheses around a part are no part of its span: they go with it where they hold nothing else. */
function balanced(text: string, { start, end }: Span): Span {
  const inner = text.slice(start, end)
  const open = (inner.match(/\(/g) ?? []).length - (inner.match(/\)/g) ?? []).length
  let to = end
  for (let left = open; left > 0; left--) {
    const close = /^\s*\)/.exec(text.slice(to))
    if (close === null) break
    to += close[0].length
  }
  return { start, end: to }
}

const closing = (text: string, start: number, end: number): number => balanced(text, { start, end }).end

const conjuncts = (node: Expression): readonly Expression[] =>
  node.kind === 'binary-op' && node.operator === 'AND' ? [...conjuncts(node.left), ...conjuncts(node.right)] : [node]

const flipped: Partial<Record<BinaryOperator, BinaryOperator>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

function windowOf(text: string, node: Expression): FoundWindow | undefined {
  const found = { span: node.span, text: text.slice(node.span.start, node.span.end) }
  if (node.kind === 'between' && !node.negated && isTime(node.operand) && isFixed(node.low) && isFixed(node.high))
    return { ...found, ...bound('>=', node.low), ...bound('<=', node.high) }
  if (node.kind !== 'binary-op' || flipped[node.operator] === undefined) return undefined
  const [time, other, operator] = isTime(node.left)
    ? [node.left, node.right, node.operator]
    : [node.right, node.left, flipped[node.operator]!]
  return isTime(time) && isFixed(other) ? { ...found, ...bound(operator, other) } : undefined
}

/** The same for every row. */
const isFixed = (node: Expression): boolean =>
  !['reference', 'in-query', 'exists', 'quantified', 'scalar-query'].includes(node.kind) &&
  children(node).every(isFixed)

function bound(operator: BinaryOperator, node: Expression): Partial<FoundWindow> {
  const iso = isoOf(node)
  if (iso !== undefined) return operator.startsWith('>') ? { from: iso } : { to: iso }
  const back = operator.startsWith('>') ? backOf(node) : undefined
  return back === undefined ? {} : { back }
}

/** ISO text of a literal, also within a cast or from_iso8601_timestamp. */
function isoOf(node: Expression): string | undefined {
  if (node.kind === 'string' || node.kind === 'datetime') {
    const written = node.kind === 'string' ? node.value : node.text
    const [, date, time = '00:00:00', zone = ''] =
      /^\s*(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?)?\s*(Z|UTC|\+00:?00)?\s*$/i.exec(written) ?? []
    return date === undefined || zone === undefined ? undefined : `${date}T${time.length < 6 ? `${time}:00` : time}Z`
  }
  if (node.kind === 'cast') return isoOf(node.operand)
  if (node.kind === 'call' && /^(?:from_iso8601_timestamp|timestamp|date)$/i.test(node.name) && node.args.length === 1)
    return isoOf(node.args[0]!)
  return undefined
}

const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute,
  hour,
  day,
  week: 7 * day,
  month: 31 * day,
  year: 366 * day,
}

/** `now() - INTERVAL '7' DAY`, `date_add('day', -7, now())`, `current_date - …`. */
function backOf(node: Expression): number | undefined {
  if (node.kind === 'cast') return backOf(node.operand)
  if (node.kind === 'binary-op' && node.operator === '-' && node.right.kind === 'interval' && isNow(node.left)) {
    const count = Number(node.right.text)
    return Number.isFinite(count) ? count * (units[node.right.unit] ?? Number.NaN) : undefined
  }
  if (node.kind !== 'call' || node.name.toLowerCase() !== 'date_add') return undefined
  const [unit, count, time] = node.args
  const negative = count?.kind === 'unary' && count.operator === '-' ? count.operand : undefined
  const number =
    count?.kind === 'number' && count.text.startsWith('-')
      ? count.text.slice(1)
      : negative?.kind === 'number'
        ? negative.text
        : undefined
  if (unit?.kind !== 'string' || number === undefined || time === undefined || !isNow(time)) return undefined
  return Number(number) * (units[unit.value.toLowerCase()] ?? Number.NaN)
}

const isNow = (node: Expression): boolean =>
  node.kind === 'cast'
    ? isNow(node.operand)
    : node.kind === 'call' && /^(?:now|current_timestamp|current_date|localtimestamp)$/i.test(node.name)

const timeFunctions: ReadonlySet<string> = new Set(
  'date_trunc date_diff date_add date_format format_datetime extract year month day hour minute second day_of_week day_of_month day_of_year week quarter date to_unixtime to_iso8601 at_timezone with_timezone last_day_of_month year_of_week week_of_year'.split(
    ' ',
  ),
)

/** The text stays where only its order counts; else it becomes a time, and texts that it is compared with become like it. */
function timeEdit(node: Expression & { kind: 'reference' }, path: string, places: Places): readonly TextEdit[] {
  const parent = places.parentOf(node)
  if (parent === undefined) return []
  const others =
    parent.kind === 'binary-op'
      ? [parent.left, parent.right].filter((one) => one !== node)
      : parent.kind === 'between'
        ? [parent.operand, parent.low, parent.high].filter((one) => one !== node)
        : parent.kind === 'in-list'
          ? parent.items
          : []
  const isArithmetic = parent.kind === 'binary-op' && ['+', '-'].includes(parent.operator)
  const isInFunction =
    (parent.kind === 'call' && (timeFunctions.has(parent.name.toLowerCase()) || /^extract/i.test(parent.name))) ||
    (parent.kind === 'cast' && ['date', 'timestamp'].includes(parent.target.kind))
  if (isInFunction || isArithmetic || others.some(isTimed)) return [asTime(node, path, places)]
  return others.flatMap((other) => {
    const iso = other.kind === 'string' ? isoOf(other) : undefined
    return iso === undefined ? [] : [{ ...other.span, text: `'${iso}'` }]
  })
}

/** Whether it is a time for itself, and no text. */
const isTimed = (node: Expression): boolean => {
  if (node.kind === 'datetime' || isNow(node)) return true
  if (node.kind === 'cast') return ['date', 'timestamp'].includes(node.target.kind)
  if (node.kind === 'call')
    return /^(?:from_iso8601_timestamp|date_parse|parse_datetime|date_trunc|date_add|from_unixtime|timestamp|date)$/i.test(
      node.name,
    )
  return node.kind === 'binary-op' && ['+', '-'].includes(node.operator)
}

function asTime({ parts, span }: Expression & { kind: 'reference' }, path: string, places: Places & object): TextEdit {
  const node = places.expressions.find((one) => one.span === span)
  const isDirect = path === 'eventTime' && node !== undefined && places.readsEvents(node)
  const last = parts.at(-1)!
  if (isDirect) return { start: last.span.start, end: last.span.end, text: 'event_time' }
  const written = parts.map(({ name, quoted }) => (quoted ? `"${name}"` : name)).join('.')
  const name = path === 'eventTime' ? written.replace(/[^.]*$/, 'eventTime') : written
  return { ...span, text: `from_iso8601_timestamp(${name})` }
}
