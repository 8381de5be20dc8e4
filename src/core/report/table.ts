import type { Cell, Row } from '../ports.ts'
import { blank, type Line, line, type Span, span } from './lines.ts'
import { cellText } from './text.ts'
import { cut, fill, pad, width } from './width.ts'

interface TableOptions {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Columns of the terminal. */
  readonly width: number
  readonly maxRows: number
  /** As `maxRows`, where a row takes a line for each of its columns. */
  readonly maxBlocks?: number
  /** Columns that are copied from, and so never cut. */
  readonly uncut?: readonly string[]
}

interface Laid {
  readonly columns: readonly string[]
  /** Cells as text by row and column; null where a cell is null. */
  readonly rows: readonly (readonly (string | null)[])[]
  /** Columns that hold numbers alone. */
  readonly numeric: readonly boolean[]
}

const gap = 2
/** Up to here a column is never cut: a time, an account, a Region, most event names. */
const whole = 20
const narrowest = 16

/**
 * Rows as a table where its columns can be read at that width. Else columns that are the same in all rows are told once,
 * above; where that does not help, rows stand as blocks of `column  value`.
 */
export function tableLines(options: TableOptions): readonly Line[] {
  const { columns, rows, width: total, maxRows, maxBlocks = maxRows, uncut } = options
  const shown = rows.slice(0, maxRows)
  const full = lay(columns, shown, total)
  const widths = columnWidths(full, total, uncut)
  if (widths !== undefined) return [...grid(full, widths), ...hidden(rows.length - shown.length)]

  const { constant, varying } = splitConstant(columns, rows)
  const head = constant.length === 0 ? [] : sameLines(constant, rows[0]!, total)
  const rest = lay(varying, shown, total)
  const narrow = columnWidths(rest, total, uncut)
  if (narrow !== undefined) return [...head, ...grid(rest, narrow), ...hidden(rows.length - shown.length)]
  const few = rest.rows.slice(0, Math.min(maxRows, maxBlocks))
  return [
    ...head,
    ...(head.length === 0 ? [] : [blank]),
    ...blocks({ ...rest, rows: few }, total),
    ...hidden(rows.length - few.length),
  ]
}

const hidden = (count: number): readonly Line[] =>
  count > 0 ? [line(span(`… and ${count.toLocaleString('en-US')} more`, 'muted'))] : []

/** No more of a long cell is looked at than could be shown. */
const lay = (columns: readonly string[], rows: readonly Row[], total: number): Laid => ({
  columns: columns.map((column) => cellText(column, total)),
  rows: rows.map((row) =>
    columns.map((column) => {
      const cell = row[column] ?? null
      return cell === null ? null : cellText(cell, total * 4)
    }),
  ),
  numeric: columns.map((column) => rows.every((row) => (row[column] ?? 0) === null || typeof row[column] === 'number')),
})

const shownText = (text: string | null): string => text ?? 'NULL'

/** Natural widths where they fit; else the widest columns give way first, but none below {@link narrowest}. */
function columnWidths(
  { columns, rows }: Laid,
  total: number,
  uncut: readonly string[] = [],
): readonly number[] | undefined {
  const natural = columns.map((column, index) =>
    rows.reduce((most, row) => Math.max(most, width(shownText(row[index]!))), width(column)),
  )
  const room = total - gap * (columns.length - 1)
  const isWhole = (size: number, index: number): boolean => size <= whole || uncut.includes(columns[index]!)
  const least = natural.map((size, index) => (isWhole(size, index) ? size : narrowest))
  if (sum(least) > room) return undefined
  let cap = Math.max(0, ...natural)
  const capped = (size: number, index: number): number =>
    isWhole(size, index) ? size : Math.min(size, Math.max(cap, narrowest))
  while (sum(natural.map(capped)) > room) cap -= 1
  const widths = natural.map(capped)
  for (let index = 0; sum(widths) < room && index < widths.length; index += 1) {
    if (natural[index]! > widths[index]!) widths[index]! += 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)

/** The columns that are the same in all rows, where there are several, and the others. */
export function splitConstant(
  columns: readonly string[],
  rows: readonly Row[],
): { readonly constant: readonly string[]; readonly varying: readonly string[] } {
  const constant = rows.length < 2 ? [] : columns.filter((column) => isConstant(rows, column))
  return { constant, varying: columns.filter((column) => !constant.includes(column)) }
}

function isConstant(rows: readonly Row[], column: string): boolean {
  const first = comparable(rows[0]?.[column])
  return rows.every((row) => comparable(row[column]) === first)
}

const comparable = (cell: Cell | undefined): unknown =>
  typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : (cell ?? null)

function grid({ columns, rows, numeric }: Laid, widths: readonly number[]): readonly Line[] {
  const separated = (cells: readonly Span[]): Line =>
    cells.flatMap((cell, index) => (index === 0 ? [cell] : [{ text: ' '.repeat(gap) }, cell]))
  const fitted = (text: string, index: number): string => {
    const size = widths[index]!
    const short = cut(text, size)
    return numeric[index] ? ' '.repeat(Math.max(0, size - width(short))) + short : pad(short, size)
  }
  return [
    separated(columns.map((column, index) => span(fitted(column, index), 'muted'))),
    ...rows.map((row) =>
      separated(row.map((text, index) => span(fitted(shownText(text), index), text === null ? 'muted' : undefined))),
    ),
  ]
}

const maxValueLines = 3

function sameLines(columns: readonly string[], row: Row, total: number): readonly Line[] {
  return [line(span('In all rows', 'muted')), ...blocks(lay(columns, [row], total), total)]
}

function blocks({ columns, rows }: Laid, total: number): readonly Line[] {
  const longest = Math.min(24, Math.max(0, ...columns.map(width)))
  const room = Math.max(8, total - longest - 2)
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [line(span('·', 'muted'))]),
    ...columns.flatMap((column, at) => {
      const text = row[at]!
      return valueLines(shownText(text), room).map((part, number) =>
        line(
          span(pad(number === 0 ? cut(column, longest) : '', longest), 'muted'),
          '  ',
          span(part, text === null ? 'muted' : undefined),
        ),
      )
    }),
  ])
}

/** A value over a few lines; a longer one ends with an ellipsis. */
function valueLines(text: string, room: number): readonly string[] {
  if (width(text) <= room) return [text]
  const parts = fill(text, room)
  if (parts.length <= maxValueLines) return parts
  return [...parts.slice(0, maxValueLines - 1), cut(parts.slice(maxValueLines - 1).join(''), room)]
}
