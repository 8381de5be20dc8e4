/** The names of the event table, and columns that other tables have where ours has a scope. */
export const eventTableNames: readonly string[] = ['cloudtrail_logs', 'athena_logs_table', 'cloudtrail_logs_table']

export const reservedSchemas: readonly string[] = ['lists', 'fragments']

/** Partition columns of the tables that AWS documents for Athena, and of common variants of them. */
export const partitionColumns: ReadonlySet<string> = new Set([
  'timestamp',
  'region',
  'account',
  'account_id',
  'year',
  'month',
  'day',
  'date',
  'partition_date',
  'event_date',
  'dt',
  'partition_0',
  'partition_1',
  'partition_2',
  'partition_3',
  'organization_id',
])
