/** Large answers: pages for people stay pages, data comes in pieces. Times are generous: they find what grows faster than the rows. */
import { expect, test } from 'vitest'
import type { Row } from '../ports.ts'
import { assembleResult, judgeRun, type RunResult } from '../run/result.ts'
import { rowsHtml } from './html/rows-page.ts'
import { runHtml } from './html/run-page.ts'
import { jsonChunks } from './json.ts'
import { runJunit } from './junit.ts'
import { toText } from './lines.ts'
import { githubLimit, runMarkdown } from './markdown.ts'
import { rowsNdjson, runNdjson } from './ndjson.ts'
import { rowsCsv, rowsMarkdown } from './row-reports.ts'
import { runCsv } from './run-csv.ts'
import { runSarif } from './sarif.ts'
import { tableLines } from './table.ts'
import { renderRun } from './terminal.ts'

const count = 100_000
const window = { from: '2026-01-15T00:00:00Z', to: '2026-01-22T00:00:00Z' }
const names = ['eventTime', 'eventName', 'actor', 'sourceIPAddress', 'userAgent', 'eventID', 'requestParameters']
const columns = names.map((name) => ({ name, type: 'varchar' }))

const rows: readonly Row[] = Array.from({ length: count }, (_, index) => ({
  eventTime: new Date(Date.UTC(2026, 0, 15) + index * 6000).toISOString().replace('.000', ''),
  eventName: `Event${index % 40}`,
  actor: `arn:aws:iam::111122223333:role/role-${index % 500}`,
  sourceIPAddress: `198.51.100.${index % 250}`,
  userAgent: 'aws-cli/2.15.0 Python/3.11 Linux/5.10 botocore/2.4.5',
  eventID: `a0000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  // A record of 69 KB now and then.
  requestParameters: index % 10_000 === 0 ? 'x'.repeat(69_000) : null,
}))

const result: RunResult = assembleResult([
  judgeRun({
    runbook: 'many',
    title: 'Many rows',
    doubts: [],
    findings: rows.slice(0, 5000).map((row, index) => ({
      fingerprint: index.toString(16).padStart(64, '0'),
      severity: index % 100 === 0 ? ('high' as const) : ('low' as const),
      title: `${row.actor} ran ${row.eventName}`,
      runbook: 'many',
      step: 'all',
      count: 1,
      eventIds: [String(row.eventID)],
      moreEventIds: false,
      key: { eventID: row.eventID ?? null },
      row,
    })),
    window,
    windowOrigin: 'explicit',
    parameters: {},
    connection: 'lake',
    plan: '0'.repeat(64),
    steps: [
      {
        id: 'all',
        kind: 'query',
        title: 'All',
        phase: 'analyse',
        status: 'done',
        sql: 'SELECT 1',
        parameters: {},
        columns,
        rowCount: count,
        excluded: 0,
        rows,
        truncated: false,
      },
    ],
    escalations: [],
    coverage: {
      complete: false,
      basis: 'ledger',
      through: null,
      window,
      gaps: Array.from({ length: 10_000 }, (_, index) => ({
        account: String(111_122_223_333 + Math.floor(index / 34)),
        region: `eu-west-${(index % 17) + 1}`,
        eventClass: index % 2 === 0 ? 'management:read' : 'management:write',
        ...window,
        state: 'gap' as const,
        reason: `Nothing of account ${111_122_223_333 + Math.floor(index / 34)} in eu-west-${(index % 17) + 1} was delivered.`,
      })),
    },
  }),
])

const MB = 1024 * 1024
const pages: readonly (readonly [string, number, () => Iterable<string>])[] = [
  ['a run on a terminal', 0.02 * MB, () => [toText(renderRun(result, { width: 80 }))]],
  ['a run as Markdown', githubLimit, () => runMarkdown(result)],
  ['a run as HTML', 4 * MB, () => runHtml(result)],
  ['a run as SARIF', 6 * MB, () => runSarif(result, { version: '1.0.0' })],
  ['a run as JUnit', 4 * MB, () => runJunit(result)],
  ['a run as CSV', 5 * MB, () => runCsv(result)],
  ['rows on a terminal', 0.5 * MB, () => [toText(tableLines({ columns: names, rows, width: 160, maxRows: 1000 }))]],
  ['rows as Markdown', githubLimit, () => rowsMarkdown({ columns, rows }, 'a note')],
  ['rows as HTML', 4 * MB, () => rowsHtml({ columns, rows }, 'a note')],
]

const data: readonly (readonly [string, () => Iterable<string>])[] = [
  ['a run as JSON', () => jsonChunks(result)],
  ['a run as NDJSON', () => runNdjson(result)],
  ['rows as NDJSON', () => rowsNdjson(rows)],
  ['rows as CSV', () => rowsCsv({ columns, rows })],
]

test.each(pages)('%s stays below %i characters', (_, most, chunks) => {
  const started = performance.now()
  let size = 0
  for (const chunk of chunks()) size += chunk.length
  expect(size).toBeLessThanOrEqual(most)
  expect(performance.now() - started).toBeLessThan(15_000)
})

test.each(data)('%s comes in pieces no larger than its rows', (_, chunks) => {
  const started = performance.now()
  let [size, largest] = [0, 0]
  for (const chunk of chunks()) {
    size += chunk.length
    largest = Math.max(largest, chunk.length)
  }
  expect(size).toBeGreaterThan(count * 100)
  expect(largest).toBeLessThan(70_000)
  expect(performance.now() - started).toBeLessThan(15_000)
})
