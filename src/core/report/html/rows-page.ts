/** The rows of a query as one page. */

import type { RowReport } from '../row-reports.ts'
import { plural } from '../text.ts'
import { html, type Markup, when } from './markup.ts'
import { pageChunks } from './page.ts'
import { rowsTable, wholeBudget } from './rows-table.ts'

/** `note` tells how many rows there are and what was looked through. */
export const rowsHtml = (report: RowReport, note: string): Iterable<string> =>
  pageChunks({ title: 'Trailbook: rows of a query', body: body(report, note) })

const maxRows = 2000

function* body({ columns, rows }: RowReport, note: string): Generator<Markup> {
  const table = rowsTable({
    caption: plural(rows.length, 'row'),
    columns: columns.map((column) => column.name),
    rows,
    budget: wholeBudget(),
    most: maxRows,
  })
  const more = rows.length - table.shown
  yield html`<header><p class="eyebrow"><b>Trailbook query</b></p><h1>${plural(rows.length, 'row')}</h1><p class="question">${note}</p></header>
<main>${table.markup}${when(more > 0, () => html`<p class="more">${plural(more, 'more row')}; --format csv has all.</p>`)}</main>`
}
