/** Markdown for a pull request, an issue or a job summary. */
import type { Row } from '../ports.ts'
import type { Finding } from '../run/findings.ts'
import type { RunResult, SkippedRunbook, StepResult } from '../run/result.ts'
import { gapSummaryText, summariseGaps } from './gap-summary.ts'
import { gapText, groupGaps, isUnexplained, unexplained } from './gaps.ts'
import { issueText } from './issue-lines.ts'
import { markdownCode, markdownText } from './markdown-text.ts'
import { topRuns } from './runs-tree.ts'
import { cellText, plural } from './text.ts'
import {
  connectionTexts,
  costText,
  coverageText,
  judgedRun,
  moreRowsText,
  needTexts,
  nextSteps,
  onConnection,
  type Run,
  stepStatusText,
  todoText,
  verdictText,
  windowText,
} from './words.ts'

interface MarkdownOptions {
  /** Characters at most; what does not fit is left out, and told. GitHub takes 65,536 in a comment. */
  readonly limit?: number
}

export const githubLimit = 65_536
const leftOut = (count: number): string =>
  `> ${plural(count, 'part')} of this report did not fit and ${count === 1 ? 'was' : 'were'} left out; \`--format html\` has the whole.\n`

const marks = { clear: '🟢', findings: '🔴', inconclusive: '🟡', failed: '⛔' } as const

/** The parts that matter most come first: they are the last to be left out. */
export function* runMarkdown(result: RunResult, { limit = githubLimit }: MarkdownOptions = {}): Generator<string> {
  let room = limit - leftOut(1000).length
  let left = 0
  for (const block of blocks(result)) {
    const text = `${block}\n\n`
    if (text.length > room) {
      left += 1
      continue
    }
    room -= text.length
    yield text
  }
  if (left > 0) yield leftOut(left)
}

function* blocks(result: RunResult): Generator<string> {
  yield `## ${marks[result.verdict]} ${result.verdict.toUpperCase()}`
  yield markdownText(verdictText(result))
  if (result.connections !== undefined)
    yield `**Asked:**\n\n${listed(connectionTexts(result).map((text) => markdownText(text)))}`
  if (result.cost !== undefined) yield `**Cost:** ${markdownText(costText(result.cost))}`
  yield `**Seen:** ${markdownText(coverageText(result.coverage, result.runs[0]?.asOf))}`
  if (result.findings.length > 0) {
    yield '### Findings'
    yield* findingBlocks(result.findings)
  }
  const next = [...new Set(result.runs.flatMap(nextItems))]
  if (next.length > 0) yield `### What to do next\n\n${listed(next)}`
  const reasons = reasonItems(result)
  if (reasons.length > 0) yield `### Why this answer is not complete\n\n${listed(reasons)}`
  if (result.runs.length > 1) {
    yield `### Runbooks\n\n${markdownTable(
      ['verdict', 'findings', 'runbook', 'title'],
      result.runs.map((run) => [
        `${marks[run.verdict]} ${run.verdict}`,
        String(judgedRun(run, result).findings.length),
        `${markdownCode(run.runbook)}${markdownText(onConnection(run, result))}${run.calledBy === undefined ? '' : `<br>run by ${markdownCode(run.calledBy.runbook)}`}`,
        markdownText(run.title),
      ]),
    )}`
  }
  if (result.skipped.length > 0) {
    const words = ({ runbook, reason, mistakes = [] }: SkippedRunbook) =>
      [
        `${markdownCode(runbook)}: ${markdownText(reason)}`,
        ...mistakes.map((one) => markdownText(issueText(one))),
      ].join('<br>')
    yield `### Left out\n\n${listed(result.skipped.map(words))}`
  }
  for (const run of result.runs) yield* runBlocks(run, onConnection(run, result))
}

const findingsTogether = 20

/** A few to a block, so that some are shown where not all fit. */
function* findingBlocks(findings: readonly Finding[]): Generator<string> {
  for (let start = 0; start < findings.length; start += findingsTogether) {
    yield markdownTable(
      ['severity', 'finding', 'times', 'step', 'events'],
      findings.slice(start, start + findingsTogether).map((finding) => [
        `**${finding.severity}**`,
        `${markdownText(finding.title, 500)}${finding.error === undefined ? '' : `<br>kept although ${markdownText(finding.error)}`}`,
        finding.count.toLocaleString('en-US'),
        markdownCode(`${finding.runbook}/${finding.step}`),
        `${finding.eventIds
          .slice(0, 3)
          .map((id) => markdownCode(id))
          .join('<br>')}${finding.eventIds.length > 3 || finding.moreEventIds ? '<br>…' : ''}`,
      ]),
    )
  }
}

const nextItems = (run: Run): readonly string[] =>
  nextSteps(run).flatMap(({ title, kind, todos }) => {
    const head = `${markdownText(title)}${kind === 'escalation' ? '' : ` (${kind})`}`
    const shown = todos.slice(0, 5).map((todo) => todoText(todo, title))
    const more = todos.length - shown.length
    return [
      [
        head,
        ...shown.filter((text) => text !== '').map((text) => `  - ${markdownCode(text, 500)}`),
        ...(more > 0 ? [`  - … and ${more} more`] : []),
      ].join('\n'),
    ]
  })

/** Doubts of a run that a step made are told by the run that made it. */
function reasonItems(result: RunResult): readonly string[] {
  const asked = topRuns(result)
  return [
    ...(asked.length > 1
      ? summariseGaps(result.coverage).map(gapSummaryText)
      : groupGaps(result.coverage.gaps).map(gapText)
    ).map((text) => markdownText(text)),
    ...(isUnexplained(result.coverage) ? [unexplained] : []),
    ...asked.flatMap((run) =>
      run.doubts.map((doubt) => `${markdownCode(run.runbook)}: ${markdownText(`${doubt.message}.`)}`),
    ),
  ]
}

const maxItems = 20

const listed = (items: readonly string[]): string =>
  [
    ...items.slice(0, maxItems).map((item) => `- ${item}`),
    ...(items.length > maxItems ? [`- … and ${items.length - maxItems} more`] : []),
  ].join('\n')

function* runBlocks(run: Run, on: string): Generator<string> {
  yield [
    `### ${marks[run.verdict]} ${markdownText(run.title)}`,
    ...(run.objective === undefined ? [] : [markdownText(run.objective)]),
    listed([
      `Runbook ${markdownCode(run.runbook)}${markdownText(on)}${run.calledBy === undefined ? '' : `, run by the step ${markdownCode(`${run.calledBy.runbook}/${run.calledBy.step}`)}`}: **${run.verdict}**`,
      ...parametersItems(run),
      `Window ${markdownText(windowText(run.window, run.windowOrigin))}`,
      `Seen ${markdownText(coverageText(run.coverage, run.asOf))}`,
      ...needTexts(run.coverage).map((text) => `Needs ${markdownText(text)}`),
    ]),
  ].join('\n\n')
  for (const [index, step] of run.steps.entries()) yield stepBlock(step, index + 1)
}

/** Of a run that a step made: they tell it from its likes. */
const parametersItems = ({ calledBy, parameters }: Run): readonly string[] =>
  calledBy === undefined
    ? []
    : Object.entries(parameters)
        .filter(([, value]) => value !== null)
        .map(([name, value]) => `${markdownText(name)}: ${markdownCode(cellText(value, 200))}`)

function stepBlock(step: StepResult, number: number): string {
  const prose = [
    ...(step.why === undefined ? [] : [`**Why:** ${markdownText(step.why)}`]),
    ...(step.error === undefined
      ? []
      : [`**Error:** ${markdownText(`${step.error.message} ${step.error.hint ?? ''}`)}`]),
    ...(step.expect === undefined ? [] : [`**Expect:** ${markdownText(step.expect)}`]),
    ...(step.reading === undefined ? [] : [`**Reading:** ${markdownText(step.reading)}`]),
    ...(step.meaning === undefined ? [] : [markdownText(step.meaning)]),
  ]
  const title = `<summary>${number}. ${markdownText(step.title)}: ${markdownText(stepStatusText(step))}</summary>`
  return [`<details>${title}`, ...prose, ...rowsBlock(step), '</details>'].join('\n\n')
}

const maxRows = 20

function rowsBlock(step: StepResult): readonly string[] {
  if (step.columns.length === 0 || step.rows.length === 0) return []
  const names = step.columns.map((column) => column.name)
  const shown = step.rows.slice(0, maxRows)
  return [rowsTable(names, shown), ...moreRowsText(step, shown.length).map((text) => `_${markdownText(text)}_`)]
}

/** Cells as code; NULL in italics, so that it differs from the text NULL. */
export const rowsTable = (names: readonly string[], rows: readonly Row[]): string =>
  markdownTable(
    names.map((name) => markdownText(name)),
    rows.map((row) => names.map((name) => cellMarkdown(row[name]))),
  )

function cellMarkdown(cell: Row[string] | undefined): string {
  if (cell === null || cell === undefined) return '_NULL_'
  return typeof cell === 'number' ? String(cell) : markdownCode(typeof cell === 'string' ? cell : JSON.stringify(cell))
}

const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
