import { sealedRun } from '../core/evidence/sealed-run.ts'
import { runHtml } from '../core/report/html/run-page.ts'
import { toText } from '../core/report/lines.ts'
import { runMarkdown } from '../core/report/markdown.ts'
import { renderRun } from '../core/report/terminal.ts'
import { assembleResult, type RunbookRun } from '../core/run/result.ts'

/** Wide enough for tables, narrow enough for paper. */
const width = 120

/** The texts for people in a bundle, by file name: the same for the same run. */
export function reportsOf(run: RunbookRun): Readonly<Record<string, string>> {
  const result = assembleResult([sealedRun(run)])
  return {
    'report.txt': `${toText(renderRun(result, { width }))}\n`,
    'report.html': [...runHtml(result)].join(''),
    'report.md': [...runMarkdown(result, { limit: Number.POSITIVE_INFINITY })].join(''),
  }
}
