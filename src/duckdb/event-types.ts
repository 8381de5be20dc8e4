import { eventColumns } from '../core/event/columns.ts'
import { technicalColumns } from '../core/event/snapshot.ts'
import type { ColumnType } from '../core/event/types.ts'
import { duckdbType } from '../core/sql/print/duckdb.ts'
import { fromColumnType } from '../core/sql/types.ts'
import { named } from './quote.ts'

/** A column type in DuckDB's words. */
export const duckdbTypeOf = (type: ColumnType): string => duckdbType(fromColumnType(type))

/** The argument of `json_transform` that makes the type. */
export function transformSpec(type: ColumnType): unknown {
  switch (type.kind) {
    case 'array':
      return [transformSpec(type.element)]
    case 'row':
      return Object.fromEntries(type.fields.map((field) => [field.name, transformSpec(field.type)]))
    default:
      return duckdbTypeOf(type)
  }
}

/** A relation of no rows with the columns of event parts. */
export const emptyEvents = `SELECT ${[
  ...eventColumns.map((column) => `NULL::${duckdbTypeOf(column.type)} AS ${named(column.name)}`),
  ...Object.entries(technicalColumns).map(([name, type]) => `NULL::${type} AS ${named(name)}`),
].join(', ')} WHERE false`
