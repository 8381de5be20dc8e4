import type { RunResult } from '../core/run/result.ts'
import type { Format, Renders } from './formats.ts'
import { version } from './version.ts'

export const runFormats: readonly Format[] = ['terminal', 'json', 'ndjson', 'csv', 'markdown', 'html', 'sarif', 'junit']

/** `files`: the shown path of each runbook's file, by id. */
export const runRenders = (result: RunResult, files: Readonly<Record<string, string>> = {}): Renders => ({
  ndjson: async () => (await import('../core/report/ndjson.ts')).runNdjson(result),
  csv: async () => (await import('../core/report/run-csv.ts')).runCsv(result),
  markdown: async () => (await import('../core/report/markdown.ts')).runMarkdown(result),
  html: async () => (await import('../core/report/html/run-page.ts')).runHtml(result),
  sarif: async () => (await import('../core/report/sarif.ts')).runSarif(result, { version: version(), files }),
  junit: async () => (await import('../core/report/junit.ts')).runJunit(result),
})
