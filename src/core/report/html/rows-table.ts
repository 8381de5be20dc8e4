import type { Cell, Row } from '../../ports.ts'
import { safeJson } from '../json.ts'
import { splitConstant } from '../table.ts'
import { shorten } from '../text.ts'
import { event, html, type Markup, nothing, when } from './markup.ts'

/** What a page may still show: it stays a page however much was found. */
export interface Budget {
  rows: number
  characters: number
}

export const wholeBudget = (): Budget => ({ rows: 2000, characters: 3_000_000 })

const longestCell = 600
const longestInTable = 300
const longestList = 20
/** More columns than these are hard to read side by side. */
const fewColumns = 6

interface RowsTable {
  readonly caption: string
  /** Names the table where several have the same caption. */
  readonly label?: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  readonly budget: Budget
  /** Rows at most. */
  readonly most: number
}

/** Rows for people. `shown` tells how many there are of them. */
export function rowsTable({ caption, label = caption, columns, rows, budget, most }: RowsTable): {
  readonly markup: Markup
  readonly shown: number
} {
  const shown = affordable(rows.slice(0, most), columns, budget)
  if (shown.length === 0) return { markup: nothing, shown: 0 }
  if (shown.length === 1 && columns.length > fewColumns) return { markup: fields(columns, shown[0]!, label), shown: 1 }
  const { constant, varying } =
    columns.length > fewColumns ? splitConstant(columns, rows) : { constant: [], varying: columns }
  return {
    shown: shown.length,
    markup: html`${when(
      constant.length > 0,
      () => html`<p class="same-head">In all rows</p>${fields(constant, shown[0]!, `${label}: in all rows`)}`,
    )}${table({ caption, label }, varying, shown)}`,
  }
}

function affordable(rows: readonly Row[], columns: readonly string[], budget: Budget): readonly Row[] {
  const taken: Row[] = []
  for (const row of rows) {
    if (budget.rows <= 0 || budget.characters <= 0) break
    budget.rows -= 1
    for (const column of columns) budget.characters -= 40 + Math.min(longestCell, lengthOf(row[column]))
    taken.push(row)
  }
  return taken
}

const table = (
  { caption, label }: { readonly caption: string; readonly label: string },
  columns: readonly string[],
  rows: readonly Row[],
): Markup => {
  const numeric = columns.map((column) => rows.every((row) => row[column] === null || typeof row[column] === 'number'))
  const kinds = columns.map((column, index) => (numeric[index] ? 'n' : sizeOf(column, rows)))
  return html`<div class="scroll" role="region" aria-label="${shorten(label, 120)}" tabindex="0"><table class="${columns.length > fewColumns || kinds.includes('long') ? 'wide' : 'narrow'}">
<caption>${caption}</caption>
<thead><tr>${columns.map((column, index) => html`<th scope="col" class="${kinds[index]!}">${event(column, 80)}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${columns.map((column, index) => html`<td class="${kinds[index]!}" data-label="${shorten(column, 80)}">${cell(row[column], longestInTable)}</td>`)}</tr>\n`)}</tbody>
</table></div>`
}

/** How wide a column wants to be: short ones are not broken. */
function sizeOf(column: string, rows: readonly Row[]): 'short' | 'middle' | 'long' {
  const most = rows.reduce((longest, row) => Math.max(longest, lengthOf(row[column])), 0)
  return most <= 36 ? 'short' : most <= 80 ? 'middle' : 'long'
}

const lengthOf = (cell: Cell | undefined): number =>
  typeof cell === 'string'
    ? cell.length
    : Array.isArray(cell)
      ? Math.max(0, ...cell.slice(0, longestList).map(lengthOf))
      : typeof cell === 'object' && cell !== null
        ? JSON.stringify(cell).length
        : 5

/** A row by itself: its columns one below the other. */
export const fields = (columns: readonly string[], row: Row, label: string): Markup =>
  html`<dl class="fields" aria-label="${shorten(label, 120)}">${columns.map((column) => html`<div><dt>${event(column, 80)}</dt><dd>${cell(row[column])}</dd></div>`)}</dl>`

export function cell(value: Cell | undefined, longest = longestCell): Markup {
  if (value === null || value === undefined) return html`<span class="null">NULL</span>`
  if (typeof value === 'string') return value === '' ? html`<span class="null">empty</span>` : event(value, longest)
  if (Array.isArray(value) && value.length > 1 && value.every((item) => typeof item === 'string')) {
    const more = value.length - longestList
    const items = value.slice(0, longestList).map((item) => html`<li>${event(item, 200)}</li>`)
    return html`<ul class="cells">${items}${when(more > 0, () => html`<li>… and ${more} more</li>`)}</ul>`
  }
  return event(typeof value === 'object' ? safeJson(value) : String(value), longest)
}
