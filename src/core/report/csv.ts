/** CSV for spreadsheets: RFC 4180 (comma, CRLF, quotes doubled), UTF-8 without a byte order mark. */
import type { Cell } from '../ports.ts'
import { safeJson } from './json.ts'
import { shorten, visible } from './text.ts'

export interface CsvTable {
  readonly columns: readonly string[]
  readonly rows: Iterable<readonly (Cell | undefined)[]>
}

export function* csvChunks({ columns, rows }: CsvTable): Generator<string> {
  yield csvLine(columns)
  for (const row of rows) yield csvLine(row)
}

const csvLine = (cells: readonly (Cell | undefined)[]): string => `${cells.map(csvCell).join(',')}\r\n`

// What a spreadsheet takes for the start of a formula (OWASP, "CSV Injection"), the fullwidth forms too. A spreadsheet
// that splits at a semicolon, tab or line break would start a cell behind it.
const formula = /^(?=[\t\r\n])|(?<=^|[;\t\r\n])(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g
const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/
/** More than that, Excel spills into the next row. */
const longestCell = 32_700

/** NULL is nothing, an empty text is `""`. Arrays and maps are JSON. Numbers stay numbers, texts are never formulas. */
export function csvCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  const text = typeof cell === 'string' ? readable(cell) : safeJson(cell)
  if (number.test(text)) return text
  const safe = shorten(text, longestCell).replace(formula, "'")
  return safe === '' || /[",;\r\n\t']/.test(safe) || /^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Line breaks and tabs are at home in a cell; whatever else does not show is written as an escape. */
const readable = (text: string): string =>
  text
    .split(/(\r\n|[\r\n\t])/)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('')
