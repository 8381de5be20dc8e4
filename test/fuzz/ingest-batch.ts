/** Runs in a process of its own: ingests a folder as the command does, and says what the lake then holds of each file. */
import { ingestLogs } from '../../src/compose.ts'
import { openDatabase } from '../../src/duckdb/open.ts'
import { readParquet } from '../../src/duckdb/parquet.ts'
import { openLake } from '../../src/lake/lake.ts'

export interface BatchFile {
  readonly location: string
  readonly status: string
  readonly code: string | null
  readonly records: number
  readonly duplicates: number
  readonly quarantined: number
  readonly ids: readonly (string | null)[]
}

export interface BatchAnswer {
  readonly peakMb: number
  readonly totals: {
    readonly records: number
    readonly events: number
    readonly duplicates: number
    readonly quarantined: number
  }
  readonly ignored: number
  readonly files: readonly BatchFile[]
}

const [logs, folder] = process.argv.slice(2) as [string, string]
const report = await ingestLogs(folder, [logs], { signal: new AbortController().signal, onProgress: () => {} })
const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
const lake = await openLake(folder)
const { events, files } = await lake.snapshot()
const database = await openDatabase({ folders: [folder], spill: folder, memoryLimit: '1GB', threads: 2 })
const connection = await database.connect()
const ids =
  events.length === 0
    ? `(SELECT NULL::BIGINT AS _file, NULL::VARCHAR[] AS ids WHERE false)`
    : `(SELECT _file, list(eventID) AS ids FROM ${readParquet(events.map(({ path }) => path))} GROUP BY _file)`
const reader = await connection.runAndReadAll(
  `SELECT location, status, code, records, duplicates, quarantined_records, coalesce(ids, []) AS ids
   FROM (SELECT * FROM ${readParquet(files)}) f LEFT JOIN ${ids} e ON e._file = f.file`,
)
const answer: BatchAnswer = {
  peakMb,
  totals: {
    records: report.records,
    events: report.events,
    duplicates: report.duplicates,
    quarantined: report.quarantinedRecords,
  },
  ignored: report.ignored,
  files: reader.getRowObjectsJson().map((row) => ({
    location: String(row.location),
    status: String(row.status),
    code: row.code as string | null,
    records: Number(row.records),
    duplicates: Number(row.duplicates),
    quarantined: Number(row.quarantined_records),
    ids: row.ids as (string | null)[],
  })),
}
process.stdout.write(JSON.stringify(answer))
