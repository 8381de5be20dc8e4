/** Lists as tables: `lists.<name>` in SQL has one column `value`, or a column for each key of its maps. */
import type { Cell, ResultColumn, Row } from '../ports.ts'
import type { ListTable } from '../sql/compile.ts'
import { isJsonMap, type Json } from './json.ts'

/** `like`: a table whose columns it has, for queries were checked against these; further columns are left out. */
export function listTable(entries: readonly Json[], like?: ListTable): ListTable {
  const rows: Row[] = entries.map((entry) => (isJsonMap(entry) ? entry : { value: entry as Cell }))
  if (like !== undefined) return { columns: like.columns, rows: rows.map((row) => fitted(row, like)) }
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const columns: ResultColumn[] = (names.length === 0 ? ['value'] : names).map((name) => ({
    name,
    type: columnType(rows.map((row) => row[name] ?? null)),
  }))
  return { columns, rows: rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? null]))) }
}

const fitted = (row: Row, { columns }: ListTable): Row =>
  Object.fromEntries(columns.map(({ name }) => [name, row[name] ?? null]))

/** How entries differ from the list that they replace; undefined where its queries can read them. */
export function listMisfit(entries: readonly Json[], like: ListTable): string | undefined {
  if (entries.length === 0) return undefined
  const own = listTable(entries)
  const known = new Map(like.columns.map(({ name, type }) => [name, type]))
  const unknown = own.columns.find(({ name }) => !known.has(name))
  if (unknown !== undefined) {
    const isPlain = own.columns.length === 1 && unknown.name === 'value'
    return isPlain ? 'holds plain values here' : `has the column ${unknown.name} here`
  }
  // A list without entries says nothing of types.
  const hasType = ({ name }: ResultColumn) => own.rows.some((row) => row[name] !== null)
  const other =
    like.rows.length === 0 ? undefined : own.columns.find((one) => hasType(one) && one.type !== known.get(one.name))
  return other && `has ${words[other.type]} in the column ${other.name} here`
}

const words: Readonly<Record<string, string>> = {
  boolean: 'true and false',
  bigint: 'whole numbers',
  double: 'numbers',
  varchar: 'texts',
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
