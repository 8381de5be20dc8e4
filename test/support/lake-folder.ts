import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect } from 'vitest'
import { openDatabase } from '../../src/duckdb/open.ts'
import { readParquet } from '../../src/duckdb/parquet.ts'
import { type IngestOptions, type IngestReport, ingest } from '../../src/lake/ingest.ts'
import { openLake } from '../../src/lake/lake.ts'
import { fileSource } from '../../src/sources/files/file-source.ts'

export type Json = Record<string, unknown>

let made = 0
/** A management event of documentation accounts, with an id of its own. */
export const event = (members: Json = {}): Json => ({
  eventVersion: '1.08',
  eventTime: '2026-01-31T09:00:00Z',
  eventSource: 'iam.amazonaws.com',
  eventName: 'CreateUser',
  awsRegion: 'us-east-1',
  eventID: `id-${made++}`,
  readOnly: false,
  eventCategory: 'Management',
  managementEvent: true,
  recipientAccountId: '111122223333',
  ...members,
})

/** The name under which a trail delivers. */
export const delivered = (random: string, account = '111122223333'): string =>
  `${account}_CloudTrail_us-east-1_20260131T0905Z_${random}.json`

export const counts = ({ files, records, events, duplicates, quarantinedRecords, variants }: IngestReport) => ({
  files,
  records,
  events,
  duplicates,
  quarantinedRecords,
  variants,
})

/** A folder for each test, with log files and a lake in it. */
export function useLakeFolder() {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trailbook-lake-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))
  const lake = (): string => join(folder, 'lake')
  const read = async (select: string, parts: readonly string[]): Promise<unknown[][]> => {
    if (parts.length === 0) return []
    const database = await openDatabase({ folders: [lake()] })
    const connection = await database.connect()
    try {
      const reader = await connection.runAndReadAll(`SELECT ${select} FROM ${readParquet(parts)} ORDER BY ALL`)
      return reader.getRowsJson() as unknown[][]
    } finally {
      connection.closeSync()
      database.close()
    }
  }
  return {
    inFolder: (...names: string[]): string => join(folder, ...names),
    lake,
    open: () => openLake(lake()),

    /** Records become a delivered file's JSON; a name with .gz is gzipped. */
    async write(name: string, content: string | Buffer | readonly Json[]): Promise<string> {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      const body =
        Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify({ Records: content })
      await writeFile(path, name.endsWith('.gz') && typeof body === 'string' ? gzipSync(body) : body)
      return path
    },

    async run(paths: readonly string[] = [folder], options: IngestOptions = {}): Promise<IngestReport> {
      const report = await ingest(await openLake(lake()), fileSource(paths), options)
      expect(report.records, 'every record is accounted for').toBe(
        report.events + report.duplicates + report.quarantinedRecords,
      )
      return report
    },

    /** Rows of the lake as the newest snapshot has them. */
    rows: async (select: string): Promise<unknown[][]> =>
      read(
        select,
        (await (await openLake(lake())).snapshot()).events.map(({ path }) => path),
      ),

    /** Entries of its file ledger. */
    ledger: async (select: string): Promise<unknown[][]> =>
      read(select, (await (await openLake(lake())).snapshot()).files),
  }
}
