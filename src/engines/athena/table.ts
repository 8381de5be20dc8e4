import { GetPartitionsCommand, GetTableCommand, GlueClient, type Table } from '@aws-sdk/client-glue'
import type { AwsClients } from '../../aws/clients.ts'
import { renewing } from '../../aws/renewing.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { Abortable } from '../../core/ports.ts'
import { readHiveType } from '../../core/sql/hive-type.ts'
import { quoteName } from '../../core/sql/print/printer.ts'
import { type StoredColumn, type TableShape, tableShape } from '../../core/sql/table-shape.ts'
import { viewText } from './catalog-tables.ts'
import { callFailure, tableOf } from './failure.ts'
import { type Projection, readProjection } from './projection.ts'
import type { AthenaSettings } from './settings.ts'
import { viewedTable } from './snapshot-statements.ts'

export interface EventsTable {
  readonly shape: TableShape
  readonly projection: Projection
  /** Where its objects lie, as the catalog says. */
  readonly location: string | undefined
  /** The table whose partitions are read: of a view over one table, that table; undefined for any other view. */
  readonly stored: string | undefined
}

/** Looks at the table once. @throws TrailbookError ATHENA_*, AWS_* */
export async function inspectTable(
  settings: AthenaSettings,
  clients: AwsClients,
  abortable: Abortable = {},
): Promise<EventsTable> {
  const { catalog, database, table: name } = settings
  const table = await catalogTable(settings, { clients, table: name }, abortable)
  const keys = (table?.PartitionKeys ?? []).map((key) => ({ ...stored(key), isPartition: true }))
  const columns = [...(table?.StorageDescriptor?.Columns ?? []).map(stored), ...keys]
  const location = table?.StorageDescriptor?.Location
  const projection = readProjection(
    { keys, parameters: lowerKeys(table?.Parameters ?? {}), location },
    { accounts: settings.accounts, regions: settings.regions },
  )
  const shape = tableShape([catalog, database, name].map(quoteName).join('.'), columns, projection.partitions)
  if (!('problem' in shape)) return { shape, projection, location, stored: storedIn(table, settings) }
  const shown = tableOf(settings)
  throw shape.problem === 'missing'
    ? new TrailbookError('ATHENA_COLUMN_MISSING', { column: shape.column, table: shown })
    : new TrailbookError('ATHENA_COLUMN_TYPE', { ...shape, table: shown })
}

/** What the catalog says of a table or view. @throws TrailbookError ATHENA_TABLE_MISSING, AWS_* */
export const catalogTable = (
  settings: AthenaSettings,
  { clients, table }: { readonly clients: AwsClients; readonly table: string },
  { signal }: Abortable = {},
): Promise<Table | undefined> =>
  ask({ ...settings, table }, clients, async (glue) => {
    const command = new GetTableCommand({ DatabaseName: settings.database, Name: table })
    return (await glue.send(command, signal === undefined ? {} : { abortSignal: signal })).Table
  })

const stored = ({ Name = '', Type = '' }: { Name?: string | undefined; Type?: string | undefined }): StoredColumn => ({
  name: Name,
  type: readHiveType(Type),
})

function storedIn(table: Table | undefined, settings: AthenaSettings): string | undefined {
  const text = textOfView(table)
  return text === undefined ? settings.table : viewedTable(text, settings)
}

/** The statement of a view; undefined for a table. */
export const textOfView = (table: Table | undefined): string | undefined =>
  table?.TableType === 'VIRTUAL_VIEW' ? viewText(table.ViewOriginalText ?? '') : undefined

const lowerKeys = (parameters: NonNullable<Table['Parameters']>): Record<string, string> =>
  Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key.toLowerCase(), value]))

/** Places of partitions by their first value, which is the day of a snapshot; several where there are further columns. */
export type RegisteredDays = ReadonlyMap<string, readonly string[]>

/** For tables without projection. */
export async function registeredDays(
  settings: AthenaSettings,
  { clients, table }: { readonly clients: AwsClients; readonly table: string },
  { signal }: Abortable = {},
): Promise<RegisteredDays> {
  const days = new Map<string, string[]>()
  await ask(settings, clients, async (glue) => {
    let next: string | undefined
    do {
      const command = new GetPartitionsCommand({
        DatabaseName: settings.database,
        TableName: table,
        ExcludeColumnSchema: true,
        ...(next !== undefined && { NextToken: next }),
      })
      const page = await glue.send(command, signal === undefined ? {} : { abortSignal: signal })
      for (const { Values = [], StorageDescriptor } of page.Partitions ?? [])
        if (Values[0] !== undefined && StorageDescriptor?.Location !== undefined)
          days.set(Values[0], [...(days.get(Values[0]) ?? []), StorageDescriptor.Location])
      next = page.NextToken
    } while (next !== undefined)
  })
  return days
}

async function ask<T>(
  settings: AthenaSettings,
  clients: AwsClients,
  work: (glue: GlueClient) => Promise<T>,
): Promise<T> {
  const glue = new GlueClient(clients.config())
  try {
    return await renewing(clients, () => work(glue))
  } catch (error) {
    throw callFailure(error, 'glue:GetTable', settings)
  } finally {
    glue.destroy()
  }
}
