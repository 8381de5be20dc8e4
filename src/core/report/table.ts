import type { Row } from '../ports.ts'
import { type Line, line, type Span, span } from './lines.ts'
import { cellText, cut, pad, width } from './text.ts'

export interface TableOptions {
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Columns of the terminal. */
  readonly width: number
  readonly maxRows: number
  /** As `maxRows`, where a row takes a line for each of its columns. */
  readonly maxBlocks?: number
}

const gap = 2
const narrowest = 10

/** Rows as a table where the columns can be read at that width, otherwise as blocks of `column  value`. */
export function tableLines({
  columns,
  rows,
  width: total,
  maxRows,
  maxBlocks = maxRows,
}: TableOptions): readonly Line[] {
  const widths = columnWidths(columns, rows.slice(0, maxRows), total)
  const shown = rows.slice(0, widths === undefined ? Math.min(maxRows, maxBlocks) : maxRows)
  const body = widths === undefined ? blocks(columns, shown, total) : grid(columns, shown, widths)
  const hidden = rows.length - shown.length
  return hidden > 0 ? [...body, line(span(`… and ${hidden.toLocaleString('en-US')} more`, 'muted'))] : body
}

/** Natural widths where they fit; else the widest columns give way first, but none below {@link narrowest}. */
function columnWidths(columns: readonly string[], rows: readonly Row[], total: number): readonly number[] | undefined {
  const natural = columns.map((column) =>
    Math.max(width(cellText(column)), ...rows.map((row) => width(cellText(row[column])))),
  )
  const room = total - gap * (columns.length - 1)
  const least = natural.map((size) => Math.min(size, narrowest))
  if (sum(least) > room) return undefined
  let cap = Math.max(...natural)
  while (sum(natural.map((size) => Math.min(size, cap))) > room) cap -= 1
  const widths = natural.map((size) => Math.min(size, cap))
  for (let index = 0; sum(widths) < room && index < widths.length; index += 1) {
    if (natural[index]! > widths[index]!) widths[index]! += 1
  }
  return widths
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, next) => total + next, 0)

function grid(columns: readonly string[], rows: readonly Row[], widths: readonly number[]): readonly Line[] {
  const separated = (spans: readonly Span[]): Line =>
    spans.flatMap((cell, index) => (index === 0 ? [cell] : [{ text: ' '.repeat(gap) }, cell]))
  return [
    separated(
      columns.map((column, index) => span(pad(cut(cellText(column), widths[index]!), widths[index]!), 'muted')),
    ),
    ...rows.map((row) =>
      separated(
        columns.map((column, index) => {
          const text = pad(cut(cellText(row[column]), widths[index]!), widths[index]!)
          return row[column] === null ? span(text, 'muted') : span(text)
        }),
      ),
    ),
  ]
}

function blocks(columns: readonly string[], rows: readonly Row[], total: number): readonly Line[] {
  const longest = Math.min(24, Math.max(...columns.map((column) => width(cellText(column)))))
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [line(span('·', 'muted'))]),
    ...columns.map((column) =>
      line(
        span(pad(cut(cellText(column), longest), longest), 'muted'),
        '  ',
        span(cut(cellText(row[column]), Math.max(8, total - longest - 2)), row[column] === null ? 'muted' : undefined),
      ),
    ),
  ])
}
