import { blank, paragraph } from '../core/report/lines.ts'
import { tableLines } from '../core/report/table.ts'
import { plural } from '../core/report/text.ts'
import { costText, coverageText, readText } from '../core/report/words.ts'
import type { QueryResult } from '../session/query.ts'
import type { SeveralResult } from '../session/query-several.ts'
import type { Outcome } from './command.ts'
import type { Format } from './formats.ts'

type AnyResult = QueryResult | SeveralResult

export const queryFormats: readonly Format[] = ['terminal', 'json', 'ndjson', 'csv', 'markdown', 'html']

/** How many rows there are, and what was looked through: rows alone do not say it. */
export const queryNote = (result: AnyResult): string =>
  `${plural(result.rowCount, 'row')}${cutNote(result)}; ${coverageText(result.coverage)}`

const cutNote = ({ rows, rowCount, truncated }: AnyResult): string => {
  if (!truncated) return ''
  return rows.length < rowCount ? `, ${rows.length.toLocaleString('en-US')} kept` : ', and there may be more'
}

/** Where files could be passed over by their times, and where reading costs money. */
const readNote = ({ statistics: { bytesRead = 0, bytesTotal = 0 }, cost }: AnyResult): readonly string[] => {
  const text = readText([{ queries: 1, bytes: bytesRead, of: bytesTotal }])
  return [...(text === '' ? [] : [`looked at ${text}`]), ...(cost === undefined ? [] : [`cost ${costText(cost)}`])]
}

const copiesNote = ({ copies }: AnyResult): readonly string[] =>
  copies === 'counted' ? ['an event that was delivered twice counts twice here'] : []

/** Of several connections those that gave no answer. */
export const failedNotes = (result: AnyResult): readonly string[] =>
  'connections' in result
    ? result.connections.flatMap(({ name, error }) =>
        error === undefined
          ? []
          : [`The connection "${name}" gave no answer: ${error.message} ${error.hint ?? ''}`.trimEnd()],
      )
    : []

const maxRows = 1000

export const queryAnswer = (result: AnyResult): Pick<Outcome, 'json' | 'lines' | 'renders'> => ({
  json: result,
  lines: (width) => [
    ...tableLines({ columns: result.columns.map((column) => column.name), rows: result.rows, width, maxRows }),
    blank,
    ...paragraph([queryNote(result), ...readNote(result), ...copiesNote(result)].join('; '), width, 'muted'),
  ],
  renders: {
    ndjson: async () => (await import('../core/report/ndjson.ts')).rowsNdjson(result.rows),
    csv: async () => (await import('../core/report/row-reports.ts')).rowsCsv(result),
    markdown: async () => (await import('../core/report/row-reports.ts')).rowsMarkdown(result, queryNote(result)),
    html: async () => (await import('../core/report/html/rows-page.ts')).rowsHtml(result, queryNote(result)),
  },
})
