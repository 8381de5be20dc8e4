import type { ErrorEntry } from '../errors.ts'

const failed = 3
const usage = 64

export const trinoErrors = {
  TRINO_UNREACHABLE: {
    message: 'Trino at {url} could not be reached: {reason}.',
    hint: 'Check `url` of the connection "{connection}", the network and, for a certificate of your own authority, NODE_EXTRA_CA_CERTS.',
    exit: failed,
  },
  TRINO_CERTIFICATE: {
    message: 'The certificate of Trino at {url} is not trusted: {reason}.',
    hint: 'For an authority of your own, set NODE_EXTRA_CA_CERTS to the file with its certificate. Else check that `url` of the connection "{connection}" has the name that the certificate is for.',
    exit: failed,
  },
  TRINO_BUSY: {
    message: 'Trino at {url} takes no queries at the moment: {reason}.',
    hint: 'Try again later, or ask the administrator of the cluster.',
    exit: failed,
  },
  TRINO_PROTOCOL: {
    message: 'What answers at {url} does not speak as Trino does: {reason}.',
    hint: 'Check `url` of the connection "{connection}". Behind a proxy that ends TLS, Trino needs http-server.process-forwarded=true.',
    exit: failed,
  },
  TRINO_AUTHENTICATION: {
    message: 'Trino at {url} refused the password of {user}: {reason}.',
    hint: 'Check `user` and `password` of the connection "{connection}".',
    exit: failed,
  },
  TRINO_TOKEN: {
    message: 'Trino at {url} refused the token: {reason}.',
    hint: 'Get a new token for the connection "{connection}" where it has expired; else check that the server knows the key it was signed with.',
    exit: failed,
  },
  TRINO_NO_SIGN_IN: {
    message: 'Trino at {url} wants its users to sign in: {reason}.',
    hint: 'Give the connection "{connection}" a `password` or a `token`, and an address that begins with https://.',
    exit: failed,
  },
  TRINO_IMPERSONATION: {
    message: 'Trino signed somebody else in than the connection names: {reason}.',
    hint: '`user` of the connection "{connection}" must be the name that the password or token is for (the `sub` of a token), unless the server lets that one act for others.',
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
  TRINO_ABANDONED: {
    message: 'Trino at {url} no longer knows the query: {reason}.',
    hint: 'Run it again. The server was started anew, or its query.client.timeout is shorter than the time in which nobody asked for rows.',
    exit: failed,
  },
  TRINO_DATA: {
    message: 'Trino could not read the data behind {table} ({name}): {reason}.',
    hint: 'Check the metastore and the files of the table. For published snapshots, trailbook lake publish with --trino, or trailbook trino setup --apply, points it at files that are there.',
    exit: failed,
  },
  TRINO_NO_CATALOG: {
    message: 'Trino has no catalog {catalog}, or does not show it to this user.',
    hint: 'Check `catalog` of the connection "{connection}": SHOW CATALOGS lists them.',
    exit: failed,
  },
  TRINO_NOT_HIVE: {
    message:
      'The catalog {catalog} is of the {connector} connector, which cannot register partitions that lie in several folders.',
    hint: 'Name a catalog of the Hive connector as `catalog` of the connection "{connection}".',
    exit: failed,
  },
  TRINO_NAME_TAKEN: {
    message: 'Snapshots cannot be shown as {table}: there is {what} with that name.',
    hint: 'Choose another `table` for the connection "{connection}", or drop or rename what is there. Only a view that Trailbook made is replaced.',
    exit: failed,
  },
  TRINO_PROCEDURE_OFF: {
    message: 'The catalog {catalog} does not let days be registered as partitions: {reason}.',
    hint: 'Set hive.allow-register-partition-procedure=true in the properties of the catalog, and start Trino again.',
    exit: failed,
  },
  TRINO_EXTERNAL_OFF: {
    message: 'The catalog {catalog} does not let tables be made over files that are there: {reason}.',
    hint: 'Set hive.non-managed-table-creates-enabled=true in the properties of the catalog, and start Trino again.',
    exit: failed,
  },
  TRINO_LOCATION: {
    message: 'Trino does not find the snapshots at {location}: {reason}.',
    hint: '--location, or `location` of the connection "{connection}", names the target of lake publish as the file system of the catalog does: s3://bucket/prefix, or local:///folder below local.location.',
    exit: failed,
  },
  TRINO_SETUP_DENIED: {
    message: 'Trino refused to make a snapshot a table: {reason}.',
    hint: 'The user of the connection "{connection}" needs CREATE and DROP of tables and views in its schema, COMMENT, and EXECUTE on register_partition. Readers need SELECT on the view only.',
    exit: failed,
  },
  TRINO_NO_SNAPSHOT: {
    message: 'There is no published snapshot in {path}.',
    hint: 'trailbook lake publish writes one. --from is the folder that holds published.json.',
    exit: usage,
  },
} as const satisfies Record<string, ErrorEntry>
