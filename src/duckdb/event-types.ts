import { eventColumns } from '../core/event/columns.ts'
import { technicalColumns } from '../core/event/snapshot.ts'
import type { ColumnType } from '../core/event/types.ts'
import { named } from './quote.ts'

/** A column type in DuckDB's words. */
export function duckdbType(type: ColumnType): string {
  switch (type.kind) {
    case 'varchar':
      return 'VARCHAR'
    case 'boolean':
      return 'BOOLEAN'
    case 'timestamp-tz':
      return 'TIMESTAMP WITH TIME ZONE'
    case 'array':
      return `${duckdbType(type.element)}[]`
    case 'map':
      return `MAP(${duckdbType(type.key)}, ${duckdbType(type.value)})`
    case 'row':
      return `STRUCT(${type.fields.map((field) => `${named(field.name)} ${duckdbType(field.type)}`).join(', ')})`
  }
}

/** The argument of `json_transform` that makes the type. */
export function transformSpec(type: ColumnType): unknown {
  switch (type.kind) {
    case 'array':
      return [transformSpec(type.element)]
    case 'row':
      return Object.fromEntries(type.fields.map((field) => [field.name, transformSpec(field.type)]))
    default:
      return duckdbType(type)
  }
}

/** A relation of no rows with the columns of event parts. */
export const emptyEvents = `SELECT ${[
  ...eventColumns.map((column) => `NULL::${duckdbType(column.type)} AS ${named(column.name)}`),
  ...Object.entries(technicalColumns).map(([name, type]) => `NULL::${type} AS ${named(name)}`),
].join(', ')} WHERE false`
