import type { DuckDBConnection } from '@duckdb/node-api'
import type { LogPath } from '../core/event/log-path.ts'
import type { LogFile } from '../core/event/source.ts'
import { readParquet } from '../duckdb/parquet.ts'
import { named, quoted } from '../duckdb/quote.ts'

/** Something that was kept out, as reports list it. */
export interface Quarantined {
  readonly file: string
  /** Position of the record in its file, from 0, as in `.Records[n]`; absent where the whole file is kept out. */
  readonly ordinal?: number
  readonly code: string
  readonly reason: string
}

/** What is known of a file as far as it was read. */
export interface Reading {
  readonly records: number
  /** The first few of what was kept out. */
  readonly quarantined: readonly Quarantined[]
  /** All records that were kept out; 0 where the whole file is. */
  readonly quarantinedRecords: number
  /** Of those: events that could not be read, rather than things that are no events. */
  readonly hidden: number
  readonly kinds: readonly string[]
  readonly first: string | null
  readonly last: string | null
}

/** One file in the ledger of a lake. */
export interface FileEntry extends Reading {
  readonly id: number
  readonly file: LogFile
  readonly path: LogPath
  /** `forgotten`: somebody said that an unreadable file is of no matter; `keys`: no file, but a public key to check digests. */
  readonly status: 'ingested' | 'quarantined' | 'digest' | 'forgotten' | 'keys'
  readonly fault: { readonly code: string; readonly reason: string } | null
  /** Hex SHA-256 of the inflated bytes; null where they could not be read to the end. */
  readonly sha256: string | null
  readonly bytes: number | null
  /** The text of a digest, or of a public key. */
  readonly digest: string | null
  /** Of a digest's object, as JSON. */
  readonly metadata?: string | null
  readonly events: number
  readonly variants: number
}

/** Of an entry for which nothing was read. */
export const nothingRead = {
  sha256: null,
  bytes: null,
  digest: null,
  records: 0,
  quarantined: [],
  quarantinedRecords: 0,
  hidden: 0,
  kinds: [],
  first: null,
  last: null,
} as const satisfies Partial<FileEntry>

const columns = {
  file: 'BIGINT',
  name: 'VARCHAR',
  location: 'VARCHAR',
  version: 'VARCHAR',
  size: 'BIGINT',
  modified: 'VARCHAR',
  sha256: 'VARCHAR',
  bytes: 'BIGINT',
  delivered: 'VARCHAR',
  account: 'VARCHAR',
  organization: 'VARCHAR',
  region: 'VARCHAR',
  folder: 'VARCHAR',
  kinds: 'VARCHAR',
  status: 'VARCHAR',
  code: 'VARCHAR',
  reason: 'VARCHAR',
  records: 'BIGINT',
  events: 'BIGINT',
  duplicates: 'BIGINT',
  variants: 'BIGINT',
  quarantined_records: 'BIGINT',
  hidden_records: 'BIGINT',
  quarantined: 'VARCHAR',
  digest_status: 'VARCHAR',
  digest: 'VARCHAR',
  metadata: 'VARCHAR',
  first: 'VARCHAR',
  last: 'VARCHAR',
} as const

const rowOf = (entry: FileEntry): Record<keyof typeof columns, string | number | null> => ({
  file: entry.id,
  name: entry.file.name,
  location: entry.file.location,
  version: entry.file.version,
  size: entry.file.size,
  modified: entry.file.modified,
  sha256: entry.sha256,
  bytes: entry.bytes,
  delivered: entry.path.delivered ?? null,
  account: entry.path.account ?? null,
  organization: entry.path.organization ?? null,
  region: entry.path.region ?? null,
  folder: entry.path.folder ?? null,
  kinds: entry.kinds.join(','),
  status: entry.status,
  code: entry.fault?.code ?? null,
  reason: entry.fault?.reason ?? null,
  records: entry.records,
  events: entry.events,
  duplicates: entry.records - entry.events - entry.quarantinedRecords,
  variants: entry.variants,
  quarantined_records: entry.quarantinedRecords,
  hidden_records: entry.hidden,
  quarantined: JSON.stringify(entry.quarantined),
  // Filled in by a later verification of the digests.
  digest_status: null,
  digest: entry.digest,
  metadata: entry.metadata ?? null,
  first: entry.first,
  last: entry.last,
})

/** Writes entries as one Parquet part. */
export async function writeFileLedger(
  connection: DuckDBConnection,
  entries: readonly FileEntry[],
  path: string,
): Promise<void> {
  const names = Object.keys(columns) as (keyof typeof columns)[]
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ledger (${names.map((name) => `${named(name)} ${columns[name]}`).join(', ')})`,
  )
  const appender = await connection.createAppender('ledger', 'main', 'temp')
  for (const entry of entries) {
    const row = rowOf(entry)
    for (const name of names) {
      const value = row[name]
      if (value === null) appender.appendNull()
      else if (typeof value === 'number') appender.appendBigInt(BigInt(value))
      else appender.appendVarchar(value)
    }
    appender.endRow()
  }
  appender.closeSync()
  await connection.run(`COPY (FROM ledger ORDER BY file) TO ${quoted(path)} (FORMAT parquet, COMPRESSION zstd)`)
}

/** What the ledger says of files that were seen before, unchanged since. */
export interface KnownFile {
  readonly records: number
  /** The first few of them. */
  readonly quarantined: readonly Quarantined[]
  readonly quarantinedRecords: number
  readonly first: string | null
  readonly last: string | null
  /** The code of an earlier quarantine: the file is tried again, but not noted twice. */
  readonly code: string | null
  /** A digest that came without the metadata of its object: they may be there now. */
  readonly unsigned: boolean
}

/** Ledgers of older lakes have no metadata. */
export const readLedger = (parts: readonly string[]): string =>
  `(FROM ${readParquet(parts, { union: true })} UNION ALL BY NAME SELECT NULL::VARCHAR AS metadata WHERE false)`

/** Looks up files by location, size and time of change; what counts is the newest entry of a location. */
export async function knownFiles(
  connection: DuckDBConnection,
  parts: readonly string[],
  files: readonly LogFile[],
): Promise<ReadonlyMap<string, KnownFile>> {
  if (parts.length === 0) return new Map()
  await connection.run('CREATE OR REPLACE TEMP TABLE wanted (location VARCHAR, size BIGINT, modified VARCHAR)')
  const appender = await connection.createAppender('wanted', 'main', 'temp')
  for (const file of files) {
    appender.appendVarchar(file.location)
    appender.appendBigInt(BigInt(file.size))
    appender.appendVarchar(file.modified)
    appender.endRow()
  }
  appender.closeSync()
  const reader = await connection.runAndReadAll(
    `SELECT l.location, l.records, l.quarantined_records, l.quarantined, l.code, l.first, l.last, l.status = 'digest' AND l.metadata IS NULL
     FROM (SELECT * FROM ${readLedger(parts)} SEMI JOIN wanted USING (location)
       QUALIFY row_number() OVER (PARTITION BY location ORDER BY file DESC) = 1) l
     JOIN wanted w USING (location, size, modified) WHERE l.status <> 'forgotten'`,
  )
  return new Map(
    reader.getRowsJson().map((row) => {
      const [location, records, kept, quarantined, code, first, last, unsigned] = row as [
        string,
        string,
        string,
        string,
        string | null,
        string | null,
        string | null,
        boolean,
      ]
      return [
        location,
        {
          records: Number(records),
          quarantinedRecords: Number(kept),
          quarantined: JSON.parse(quarantined) as Quarantined[],
          code: code ?? null,
          first: first ?? null,
          last: last ?? null,
          unsigned,
        },
      ]
    }),
  )
}
