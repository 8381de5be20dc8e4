import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBValue,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import { eventColumns } from '../core/event/columns.ts'
import type { EventRow } from '../core/event/normalise.ts'
import { type SourceKind, sourceKinds } from '../core/event/source.ts'
import { duckdbTypeOf, transformSpec } from './event-types.ts'
import { named, quoted } from './quote.ts'

interface StagedRow {
  readonly event: EventRow
  /** Id within the file ledger. */
  readonly file: number
  readonly ordinal: number
  /** 32 hex digits. */
  readonly hash: string
  readonly kind: SourceKind
  readonly account: string | null
  /** The region that delivered it. */
  readonly region: string | null
}

const further = [
  ['_file', 'INTEGER'],
  ['_ordinal', 'INTEGER'],
  ['_hash', 'VARCHAR'],
  ['_rank', 'INTEGER'],
  ['_account', 'VARCHAR'],
  ['_region', 'VARCHAR'],
  ['_class', 'VARCHAR'],
] as const

const types = [
  ...eventColumns.map(() => VARCHAR),
  ...further.map(([, type]) => (type === 'INTEGER' ? INTEGER : VARCHAR)),
]

const createStaging = `CREATE TABLE staging (${[
  ...eventColumns.map((column) => `${named(column.name)} VARCHAR`),
  ...further.map(([name, type]) => `${named(name)} ${type}`),
].join(', ')})`

/** The columns of an event part out of a staged row. Structs came as JSON text of exactly their type. */
export const partColumns = [
  ...eventColumns.map(({ name, type, form }) =>
    form === 'struct'
      ? `CAST(json_transform(${named(name)}, ${quoted(JSON.stringify(transformSpec(type)))}) AS ${duckdbTypeOf(type)}) AS ${named(name)}`
      : named(name),
  ),
  `CAST(replace(eventTime, 'Z', '') AS TIMESTAMP) AS _time`,
  'CAST(_file AS BIGINT) AS _file',
  '_ordinal',
  'CAST(_hash AS UUID) AS _hash',
  `[${sourceKinds.map(quoted).join(', ')}][_rank + 1] AS _kind`,
  '_account',
].join(',\n  ')

/** Rows on their way into the lake, as text. */
interface Staging {
  add(row: StagedRow): void
  /** Everything added is in the table `staging`. */
  flush(): void
  /** Takes out the rows for which the condition holds. Flush before. */
  remove(where: string): Promise<void>
  close(): void
}

const chunkRows = 2048

export async function createStagingTable(connection: DuckDBConnection): Promise<Staging> {
  await connection.run(createStaging)
  let appender: DuckDBAppender = await connection.createAppender('staging')
  let columns: DuckDBValue[][] = types.map(() => [])

  const send = (): void => {
    if (columns[0]!.length === 0) return
    const chunk = DuckDBDataChunk.create(types)
    chunk.setColumns(columns)
    appender.appendDataChunk(chunk)
    columns = types.map(() => [])
  }

  return {
    add({ event, file, ordinal, hash, kind, account, region }) {
      const values = event.columns
      for (let at = 0; at < values.length; at++) columns[at]!.push(values[at]!)
      const rest = [file, ordinal, hash, sourceKinds.indexOf(kind), account, region, event.eventClass]
      for (let at = 0; at < rest.length; at++) columns[values.length + at]!.push(rest[at]!)
      if (columns[0]!.length === chunkRows) send()
    },
    flush() {
      send()
      appender.flushSync()
    },
    async remove(where) {
      // DELETE in a table in memory frees nothing, so what stays is copied.
      appender.closeSync()
      await connection.run('ALTER TABLE staging RENAME TO former_staging')
      await connection.run(createStaging)
      await connection.run(`INSERT INTO staging SELECT * FROM former_staging WHERE NOT (${where})`)
      await connection.run('DROP TABLE former_staging')
      appender = await connection.createAppender('staging')
    },
    close: () => appender.closeSync(),
  }
}
