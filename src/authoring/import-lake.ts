/** The draft of a runbook around a query that came from CloudTrail Lake. */
import { stringify } from 'yaml'
import type { ImportedQuery } from '../core/sql/import/lake.ts'
import { day, hour } from '../core/time.ts'

interface DraftOptions {
  readonly id: string
  /** What the text was read from, as it is shown. */
  readonly from: string
}

/** YAML of the draft: the statement as a block, with a comment at each place that is left. */
export function importedDraft(imported: ImportedQuery, { id, from }: DraftOptions): string {
  const { lead, parameters } = imported
  const [first = '', ...more] = lead.split('\n')
  const title = first.length > 0 && first.length <= 80 ? first.replace(/[.:]$/, '') : titleOf(id)
  const head = { format: 'trailbook/v1', id, title, severity: 'medium' }
  const declared = Object.fromEntries(
    parameters.map(({ name, type, written }) => [name, { type, description: `Stood as ${written}` }]),
  )
  const reading = first === title || more.length > 0 ? more.join(' ') : first
  return [
    // A name may hold what ends a comment.
    `# Imported from ${from.replace(/[\s\p{C}]+/gu, ' ')}, a text of CloudTrail Lake. Say what it is for, what a harmless answer looks like, and add cases.\n`,
    stringify(head, { lineWidth: 0 }),
    ...(parameters.length > 0 ? [`\n${stringify({ parameters: declared }, { lineWidth: 0 })}`] : []),
    `\n${scopeText(imported)}`,
    `\nsteps:\n  - id: answer\n    title: ${stringify(title, { lineWidth: 0 }).trim()}\n`,
    `    query: |\n${indented(marked(imported), 6)}\n`,
    ...(reading === '' ? [] : [`    reading: ${stringify(reading, { lineWidth: 0 }).trim()}\n`]),
  ].join('')
}

const titleOf = (id: string): string => {
  const words = id.replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The widest window that the text had; what it was stays as a comment. */
function scopeText({ windows }: ImportedQuery): string {
  const from = windows.flatMap((one) => one.from ?? []).toSorted()[0]
  const to = windows
    .flatMap((one) => one.to ?? [])
    .toSorted()
    .at(-1)
  const spans = [
    ...windows.flatMap(({ back }) => (back === undefined || Number.isNaN(back) ? [] : [back])),
    ...(from !== undefined && to !== undefined ? [Date.parse(to) - Date.parse(from)] : []),
  ].filter((span) => span > 0)
  const window = durationText(Math.max(...spans, 0) || 7 * day)
  const told =
    from === undefined && to === undefined
      ? ''
      : `  # The text asked for ${from === undefined ? `all before ${to}` : to === undefined ? `all since ${from}` : `${from} to ${to}`}: --from and --to ask so again.`
  return `scope: { window: ${window} }${told}\n`
}

const durationText = (span: number): string =>
  span % day === 0 || span > 3 * day ? `${Math.ceil(span / day)}d` : `${Math.ceil(span / hour)}h`

/** The SQL with a comment before each line that holds something untranslated. */
function marked({ sql, marks }: ImportedQuery): string {
  const byLine = new Map<number, string[]>()
  for (const { offset, message } of marks) {
    const line = sql.slice(0, offset).split('\n').length - 1
    byLine.set(line, [...(byLine.get(line) ?? []), message])
  }
  return sql
    .split('\n')
    .flatMap((text, at) => [
      ...(byLine.get(at) ?? []).map((message) => `-- NOT TRANSLATED: ${message.replace(/\s+/g, ' ')}`),
      text,
    ])
    .join('\n')
}

const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line.trim() === '' ? '' : `${' '.repeat(by)}${line.replace(/\t/g, '  ').trimEnd()}`))
    .join('\n')
