import type { ErrorEntry } from '../errors.ts'

const failed = 3

export const trinoErrors = {
  TRINO_UNREACHABLE: {
    message: 'Trino at {url} could not be reached: {reason}.',
    hint: 'Check `url` of the connection "{connection}", the network and, for a certificate of your own authority, NODE_EXTRA_CA_CERTS.',
    exit: failed,
  },
  TRINO_PROTOCOL: {
    message: 'What answers at {url} does not speak as Trino does: {reason}.',
    hint: 'Check `url` of the connection "{connection}". Behind a proxy that ends TLS, Trino needs http-server.process-forwarded=true.',
    exit: failed,
  },
  TRINO_AUTHENTICATION: {
    message: 'Trino at {url} refused the sign-in: {reason}.',
    hint: 'Check `user`, `password` or `token` of the connection "{connection}"; a token may have expired.',
    exit: failed,
  },
  TRINO_DENIED: {
    message: 'Trino refused access: {reason}.',
    hint: 'The user of the connection "{connection}" needs SELECT on its table, and may set query_max_run_time.',
    exit: failed,
  },
  TRINO_TABLE_MISSING: {
    message: 'Trino has no table {table}.',
    hint: 'Check `catalog`, `schema` and `table` of the connection "{connection}".',
    exit: failed,
  },
  TRINO_COLUMN_MISSING: {
    message: 'The query reads {column}, which the table {table} does not have.',
    hint: 'Add the column to the table, or leave it out of the query.',
    exit: failed,
  },
  TRINO_COLUMN_TYPE: {
    message: 'In the table {table}, {column} is {found} where {wanted} is needed.',
    hint: 'Make the table with the documented types: text columns are varchar, structs are rows.',
    exit: failed,
  },
  TRINO_FAILED: {
    message: 'Trino refused the query ({name}): {reason}.',
    hint: 'This query passed the checks and should run: please report it with its text and the release of Trino.',
    exit: failed,
  },
  TRINO_FAULT: {
    message: 'Trino failed within itself ({name}): {reason}.',
    hint: 'This is a fault of its release: another form of the query, or another release, may do.',
    exit: failed,
  },
  TRINO_RESOURCES: {
    message: 'Trino stopped the query at a limit of its own ({name}): {reason}.',
    hint: 'Narrow the window with --since, or --from and --to, or ask the administrator of the cluster for more.',
    exit: failed,
  },
  TRINO_CANCELLED: {
    message: 'Somebody else ended the query on the Trino server ({name}): {reason}.',
    hint: 'Ask the administrator of the cluster, or run it again.',
    exit: failed,
  },
} as const satisfies Record<string, ErrorEntry>
