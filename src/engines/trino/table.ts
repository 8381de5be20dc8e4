import { TrailbookError } from '../../core/errors.ts'
import type { Abortable } from '../../core/ports.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { type StoredColumn, type TableShape, tableShape } from '../../core/sql/table-shape.ts'
import { readType } from '../../core/sql/type-text.ts'
import type { TrinoClient } from './client.ts'
import { quoteText } from './names.ts'
import { tablePartitions } from './partitions.ts'
import { askRows } from './run-query.ts'
import type { TrinoSettings } from './settings.ts'

const tableName = ({ catalog, schema, table }: TrinoSettings): string =>
  [catalog, schema, table].map(quoteName).join('.')

/** @throws TrailbookError TRINO_TABLE_MISSING, TRINO_COLUMN_MISSING, TRINO_COLUMN_TYPE */
export async function inspectTable(client: TrinoClient, options: Abortable = {}): Promise<TableShape> {
  const { settings } = client
  const { catalog, schema, table } = settings
  const shown = `${catalog}.${schema}.${table}`
  const rows = await askRows(
    client,
    `SELECT column_name, data_type, extra_info FROM ${quoteName(catalog)}.information_schema.columns
WHERE table_schema = ${quoteText(schema.toLowerCase())} AND table_name = ${quoteText(table.toLowerCase())}`,
    options,
  )
  if (rows.length === 0) throw new TrailbookError('TRINO_TABLE_MISSING', { table: shown, connection: settings.name })
  const columns = rows.map(
    (row): StoredColumn => ({
      name: String(row.column_name),
      type: readType(String(row.data_type)),
      isPartition: row.extra_info === 'partition key',
    }),
  )
  const shape = tableShape(tableName(settings), columns, await tablePartitions(client, columns, options))
  if (!('problem' in shape)) return shape
  throw shape.problem === 'missing'
    ? new TrailbookError('TRINO_COLUMN_MISSING', { column: shape.column, table: shown })
    : new TrailbookError('TRINO_COLUMN_TYPE', { ...shape, table: shown })
}
