import type { Abortable } from '../../core/ports.ts'
import { coverageName } from '../../core/run/coverage-published.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { trinoClient } from './client.ts'
import { quoteText } from './names.ts'
import { askRows } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'
import { shownBy, snapshotOf } from './setup.ts'

/** The published snapshot that the view shows now, where it is one and has a table of its coverage. */
export async function shownSnapshot(
  settings: TrinoSettings,
  abortable: Abortable = {},
): Promise<{ readonly relation: string; readonly snapshot: string } | undefined> {
  const { catalog, schema, table } = settings
  const client = trinoClient(settings)
  const about = (what: string, name: string): string => `${quoteName(catalog)}.information_schema.${what}
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(name)}`
  const [view] = await askRows(
    client,
    `SELECT view_definition AS definition FROM ${about('views', table.toLowerCase())}`,
    abortable,
  )
  const own = shownBy(String(view?.definition ?? ''), settings)
  const snapshot = own && snapshotOf(own, table)
  if (own === undefined || snapshot === undefined) return undefined
  const name = coverageName(own)
  const found = await askRows(client, `SELECT table_name FROM ${about('tables', name)}`, abortable)
  return found.length === 0 ? undefined : { relation: [catalog, schema, name].map(quoteName).join('.'), snapshot }
}
