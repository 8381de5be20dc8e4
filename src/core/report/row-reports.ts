/** Answers that are one table of rows: of `query`, of `list`. */
import type { ResultColumn, Row } from '../ports.ts'
import { csvChunks } from './csv.ts'
import { githubLimit, rowsTable } from './markdown.ts'
import { plural } from './text.ts'

export interface RowReport {
  readonly columns: readonly Pick<ResultColumn, 'name'>[]
  readonly rows: readonly Row[]
}

export function rowsCsv({ columns, rows }: RowReport): Iterable<string> {
  const names = columns.map((column) => column.name)
  return csvChunks({ columns: names, rows: mapped(rows, (row) => names.map((name) => row[name])) })
}

function* mapped<In, Out>(items: Iterable<In>, change: (item: In) => Out): Generator<Out> {
  for (const item of items) yield change(item)
}

/** As many rows as fit a comment on GitHub; `note` stands below them. */
export function* rowsMarkdown({ columns, rows }: RowReport, note: string): Generator<string> {
  const names = columns.map((column) => column.name)
  let room = githubLimit - note.length - 200
  let shown = 0
  const [head, rule] = rowsTable(names, []).split('\n')
  yield `${head}\n${rule}\n`
  for (const row of rows) {
    const text = `${rowsTable(names, [row]).split('\n')[2]}\n`
    if (text.length > room) break
    room -= text.length
    shown += 1
    yield text
  }
  const more = rows.length - shown
  yield `\n${more > 0 ? `${plural(more, 'more row')} did not fit; \`--format csv\` has all. ` : ''}${note}\n`
}
