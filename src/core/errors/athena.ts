import type { ErrorEntry } from '../errors.ts'

const failed = 3
const usage = 64

export const athenaErrors = {
  ATHENA_WORKGROUP: {
    message: 'Athena cannot use the workgroup {workgroup}: {reason}.',
    hint: 'Check `workgroup` and `region` of the connection "{connection}"; trailbook athena setup makes one with a limit of its own.',
    exit: usage,
  },
  ATHENA_OUTPUT: {
    message: 'Athena has no place for results: {reason}.',
    hint: 'Set `output: s3://bucket/prefix/` on the connection "{connection}", or let the workgroup {workgroup} set one or manage results itself; then leave `output` out. The bucket lies in the Region of the workgroup and belongs to `outputOwner`.',
    exit: usage,
  },
  ATHENA_LOGS: {
    message: '{location} is not where a trail delivers to.',
    hint: 'Name the folder AWSLogs/ of the bucket, or of an organisation AWSLogs/o-…/ below it: `logs: [s3://my-trail-bucket/AWSLogs/]` on the connection.',
    exit: usage,
  },
  ATHENA_REFUSED: {
    message: 'Athena refused the request: {reason}.',
    hint: 'Check the settings of the connection "{connection}".',
    exit: failed,
  },
  ATHENA_TABLE_MISSING: {
    message: 'The Data Catalog has no table {table}.',
    hint: 'Check `catalog`, `database`, `table` and `region` of the connection "{connection}"; trailbook athena setup makes a table.',
    exit: failed,
  },
  ATHENA_DATABASE_MISSING: {
    message: 'The Data Catalog has no database {database}.',
    hint: 'Check `catalog`, `database` and `region` of the connection "{connection}", or make it once in Athena: CREATE DATABASE {database}.',
    exit: failed,
  },
  ATHENA_COLUMN_MISSING: {
    message: 'The query reads {column}, which the table {table} does not have.',
    hint: 'Add the column to the table (trailbook athena setup tells all), or leave it out of the query.',
    exit: failed,
  },
  ATHENA_COLUMN_TYPE: {
    message: 'In the table {table}, {column} is {found} where {wanted} is needed.',
    hint: 'Make the table with the documented types: text columns are string, structs are struct<…>; trailbook athena setup tells all.',
    exit: failed,
  },
  ATHENA_LAKE_FORMATION: {
    message: 'Lake Formation refuses access to {table}: {reason}.',
    hint: 'Grant SELECT on the table and DATA_LOCATION_ACCESS where its location is registered, to the role of the connection "{connection}".',
    exit: failed,
  },
  ATHENA_INJECTED: {
    message: 'The partitions of {table} must be named in every query: {reason}.',
    hint: 'Set `accounts` and `regions` on the connection "{connection}", or give the table the projection type "enum".',
    exit: failed,
  },
  ATHENA_PARTITIONS: {
    message: 'The query would read more partitions of {table} than Athena allows: {reason}.',
    hint: 'Narrow the window with --since, or --from and --to, or the accounts with --account, or read a published snapshot: trailbook athena convert.',
    exit: failed,
  },
  ATHENA_TOO_MANY_PARTITIONS: {
    message:
      'The question spans {count} partitions of {table} ({parts}), where Athena reads {limit} in one query, and it cannot be asked in parts: {reason}.',
    hint: 'Narrow the window to {days} days with --since, or --from and --to, or the accounts with --account, or read a published snapshot: trailbook athena convert.',
    exit: failed,
  },
  ATHENA_BUDGET: {
    message: 'The budget of the connection "{connection}" is {budget} for one run: {spent} are used, and {reason}.',
    hint: 'Narrow the window, the accounts or the columns, set a larger `budget` on the connection, or read a published snapshot: trailbook athena convert.',
    exit: failed,
  },
  ATHENA_CUTOFF: {
    message: 'The workgroup {workgroup} ended the query at its limit of bytes scanned: {reason}.',
    hint: 'Narrow the window with --since, or --from and --to, or ask for a higher limit of the workgroup. What was scanned until then is charged.',
    exit: failed,
  },
  ATHENA_CANCELLED: {
    message: 'Somebody else ended the query {id}: {reason}.',
    hint: 'Ask whoever looks after the workgroup {workgroup}, or run it again.',
    exit: failed,
  },
  ATHENA_TIMEOUT: {
    message: 'Athena ended the query at its own time limit: {reason}.',
    hint: 'Narrow the window with --since, or --from and --to; queries may run for 30 minutes unless the quota of the account says otherwise.',
    exit: failed,
  },
  ATHENA_BUSY: {
    message: 'Athena takes no further query: {reason}.',
    hint: 'Too many queries wait or run in this account and Region. Run it again later, or ask for a higher quota.',
    exit: failed,
  },
  ATHENA_RESOURCES: {
    message: 'Athena stopped the query at a limit of its own ({name}): {reason}.',
    hint: 'Narrow the window with --since, or --from and --to, or select and group by fewer columns.',
    exit: failed,
  },
  ATHENA_DATA: {
    message: 'Athena cannot read the data of {table} ({name}): {reason}.',
    hint: 'An object below the location of the table is damaged, gone, archived or no log file; other objects there need a location of their own.',
    exit: failed,
  },
  ATHENA_FAULT: {
    message: 'Athena failed within itself ({name}): {reason}.',
    hint: 'Run it again; if it stays so, another form of the query may do.',
    exit: failed,
  },
  ATHENA_FAILED: {
    message: 'Athena refused the query ({name}): {reason}.',
    hint: 'This query passed the checks and should run: please report it with its text.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
