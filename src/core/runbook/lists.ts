/** Lists as tables: `lists.<name>` in SQL has one column `value`, or a column for each key of its maps. */
import type { Cell, ResultColumn, Row } from '../ports.ts'
import type { ListTable } from '../sql/compile.ts'
import { isJsonMap, type Json } from './json.ts'

export function listTable(entries: readonly Json[]): ListTable {
  const rows: Row[] = entries.map((entry) => (isJsonMap(entry) ? entry : { value: entry as Cell }))
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns: ResultColumn[] = (names.length === 0 ? ['value'] : names).map((name) => ({
    name,
    type: columnType(rows.map((row) => row[name] ?? null)),
  }))
  return { columns, rows: rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))) }
}

/** What CEL sees as `lists.<name>`: plain values again. */
export function listValues({ columns, rows }: ListTable): readonly Cell[] {
  const plain = columns.length === 1 && columns[0]?.name === 'value'
  return plain ? rows.map((row) => row.value ?? null) : rows
}

function columnType(cells: readonly Cell[]): string {
  const values = cells.filter((cell) => cell !== null)
  if (values.length === 0) return 'varchar'
  if (values.every((value) => typeof value === 'boolean')) return 'boolean'
  if (values.every((value) => Number.isSafeInteger(value))) return 'bigint'
  return values.every((value) => typeof value === 'number') ? 'double' : 'varchar'
}
