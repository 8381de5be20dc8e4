import { eventColumns } from '../../src/core/event/columns.ts'
import { parseJson } from '../../src/core/event/json.ts'
import { normaliseRecord } from '../../src/core/event/normalise.ts'
import type { ColumnType } from '../../src/core/event/types.ts'
import { stringText } from '../../src/core/sql/print/trino.ts'
import { fromColumnType, typeName } from '../../src/core/sql/types.ts'

/** The records as a relation of Trino's own text, so that a cluster is asked without anything being written to it. */
export function inlineEvents(records: readonly unknown[]): string {
  const rows = records.map((record) => {
    const text = JSON.stringify(record)
    const event = normaliseRecord(text, parseJson(text))
    if ('code' in event) throw new Error(`${event.code}: ${text}`)
    const cells = eventColumns.map(({ type, form }, at) => {
      const value = event.columns[at] ?? null
      if (value === null) return 'NULL'
      return stringText(form === 'struct' ? JSON.stringify(byPosition(type, JSON.parse(value))) : value)
    })
    return `(${[...cells, event.account === null ? 'NULL' : stringText(event.account)].join(', ')})`
  })
  // Types are said once and not in every row: Athena takes no text longer than 262,144 bytes.
  const columns = eventColumns.map(({ name, type, form }) => {
    const text = `CAST("${name}" AS varchar)`
    const value = form === 'struct' ? `CAST(json_parse(${text}) AS ${typeName(fromColumnType(type))})` : text
    return `${value} AS "${name}"`
  })
  const names = [...eventColumns.map(({ name }) => name), '_account'].map((name) => `"${name}"`)
  return `(SELECT ${columns.join(', ')}, CAST("_account" AS varchar) AS "_account" FROM (VALUES\n${rows.join(',\n')}\n) AS t (${names.join(', ')}))`
}

/** Rows as lists: by name Trino would fold the names of fields. */
function byPosition(type: ColumnType, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (type.kind === 'array') return (value as unknown[]).map((item) => byPosition(type.element, item))
  if (type.kind !== 'row') return value
  return type.fields.map((field) => byPosition(field.type, (value as Record<string, unknown>)[field.name]))
}
