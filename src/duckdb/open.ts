import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { quoted } from './quote.ts'
import { keepByteOrderMarks } from './text-cells.ts'

interface OpenOptions {
  /** The only folders that statements may read or write; everything else of the machine is out of reach. */
  readonly folders: readonly string[]
  /** In DuckDB's words, e.g. `512MB`. */
  readonly memoryLimit?: string
  readonly threads?: number
  /** Where to spill what does not fit in memory; without it a query that needs more fails. */
  readonly spill?: string
  /** Statements run once, e.g. the macros of a dialect. */
  readonly prelude?: readonly string[]
}

/** An embedded, empty DuckDB with the door locked. Close it: it holds threads and memory. */
export interface Database {
  connect(): Promise<DuckDBConnection>
  close(): void
}

// DuckDB 1.5.6 takes wrong statistics from Parquet for fields of structs in lists that hold a NULL: sorting and grouping
// by `resources[1].ARN` then cut its text, and IS NULL was folded to true (see open.test.ts).
const neverUsed = 'statistics_propagation,compressed_materialization'

/**
 * Common parts of expressions are computed first, once, and outside of the TRY around them, whose errors then end the query
 * (DuckDB 1.5). To do without costs reads of JSON 10 to 30 % of their time, so only texts with TRY do without.
 *
 * @returns the statement to run before a text is prepared; the setting is the whole database's, so one text at a time
 */
export const optimizersFor = (text: string): string =>
  `SET GLOBAL disabled_optimizers = '${neverUsed}${/\bTRY\s*\(/i.test(text) ? ',common_subexpressions' : ''}'`

/**
 * Opens DuckDB in memory and shuts it off: no files but those under `folders`, no network, no extensions, and settings
 * that no later statement can change, but for the optimizers. COPY into `folders` stays possible, so text from users also goes through
 * `prepareSelect`.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  keepByteOrderMarks()
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const settings = [
    `TimeZone = 'UTC'`,
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'preserve_insertion_order = true',
    `disabled_optimizers = '${neverUsed}'`,
    "allowed_configs = ['disabled_optimizers']",
    ...(options.threads === undefined ? [] : [`threads = ${options.threads}`]),
    ...(options.memoryLimit === undefined ? [] : [`memory_limit = ${quoted(options.memoryLimit)}`]),
    `temp_directory = ${quoted(options.spill ?? '')}`,
  ]
  try {
    for (const setting of settings) await connection.run(`SET GLOBAL ${setting}`)
    for (const statement of options.prelude ?? []) await connection.run(statement)
    await connection.run(`SET GLOBAL allowed_directories = [${options.folders.map(quoted).join(', ')}]`)
    await connection.run('SET GLOBAL enable_external_access = false')
    await connection.run('SET GLOBAL lock_configuration = true')
  } catch (error) {
    connection.closeSync()
    instance.closeSync()
    throw error
  }
  connection.closeSync()
  return { connect: () => instance.connect(), close: () => instance.closeSync() }
}
