/** A run for a person at a terminal: the verdict first, then what it rests on, then what to do. */
import type { Doubt } from '../run/doubts.ts'
import type { Finding } from '../run/findings.ts'
import type { RunResult } from '../run/result.ts'
import type { Severity } from '../run/severity.ts'
import type { Verdict } from '../run/verdict.ts'
import { gapLines } from './coverage-lines.ts'
import { blank, indent, type Line, labelled, line, paragraph, type Style, span } from './lines.ts'
import { tableLines } from './table.ts'
import { stepLines } from './terminal-step.ts'
import { plural, shorten, visible } from './text.ts'
import {
  coverageText,
  findingPlace,
  hoursText,
  type Judged,
  judgedRun,
  needsText,
  nextSteps,
  type Run,
  todoText,
  verdictText,
  windowText,
} from './words.ts'

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number
  /** Rows shown of each step. */
  readonly maxRows?: number
}

const verdictStyles: Record<Verdict, Style> = { clear: 'good', findings: 'bad', inconclusive: 'warn', failed: 'bad' }
const severityStyles: Record<Severity, Style> = {
  info: 'muted',
  low: 'accent',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
}

/** Texts are made for reading at this width at most; only tables use more. */
const measure = 100

export function renderRun(result: RunResult, options: TerminalOptions): readonly Line[] {
  const [only] = result.runs
  const lines =
    only !== undefined && result.runs.length === 1 && result.skipped.length === 0
      ? renderOne(only, judgedRun(only, result), options)
      : renderMany(result, options)
  const isCut = lines.some((content) => content.some(({ text }) => text.trimEnd().endsWith('…')))
  const notice = '… stands for what was cut; --format json has all of it.'
  return isCut ? [...lines, blank, ...paragraph(notice, options.width, 'muted')] : lines
}

function renderMany(result: RunResult, options: TerminalOptions): readonly Line[] {
  const width = Math.min(options.width, measure)
  const detailed = result.runs.filter((run) => run.verdict === 'findings' || run.verdict === 'failed')
  return [
    ...headline(result, width),
    ...labelled('Seen', coverageText(result.coverage, result.runs[0]?.asOf), width),
    blank,
    ...tableLines({
      columns: ['verdict', 'findings', 'runbook', 'title'],
      rows: result.runs.map((run) => ({
        verdict: run.verdict,
        findings: judgedRun(run, result).findings.length,
        runbook: run.runbook,
        title: run.title,
      })),
      width: options.width,
      maxRows: result.runs.length,
    }),
    ...section(
      'Left out',
      result.skipped.flatMap(({ runbook, reason }) => labelled('-', told(`${runbook}: ${reason}`), width - 2)),
    ),
    ...section('Why this answer is not complete', [
      ...gapLines(result.coverage, width),
      ...result.runs.flatMap((run) =>
        run.doubts.flatMap((doubt) => labelled('-', told(`${run.runbook}: ${doubt.message}.`), width - 2)),
      ),
    ]),
    ...detailed.flatMap((run) => [
      blank,
      line(span('─'.repeat(options.width), 'muted')),
      ...renderOne(run, judgedRun(run, result), options),
    ]),
  ]
}

function renderOne(run: Run, judged: Judged, options: TerminalOptions): readonly Line[] {
  const { maxRows = 10 } = options
  const width = Math.min(options.width, measure)
  return [
    ...headline(judged, width),
    ...paragraph(run.title, width, 'strong'),
    ...(run.objective === undefined ? [] : paragraph(run.objective, width)),
    blank,
    ...labelled('Runbook', run.runbook, width),
    ...labelled('Window ', windowText(run.window, run.windowOrigin), width),
    ...labelled('Seen   ', coverageText(run.coverage, run.asOf), width),
    ...(needsText(run.coverage) === '' ? [] : labelled('Needs  ', needsText(run.coverage), width)),
    ...(hoursText(run.coverage) === '' ? [] : labelled('Hours  ', hoursText(run.coverage), width)),
    ...section('Findings', findingsLines(judged.findings, width)),
    ...section('Why this answer is not complete', [...gapLines(run.coverage, width), ...doubtLines(run.doubts, width)]),
    ...run.steps.flatMap((step, index) => [
      blank,
      ...stepLines(step, { number: index + 1, width: options.width, textWidth: width, maxRows }),
    ]),
    ...section('What to do next', nextLines(run, width)),
  ]
}

/** Wrapped below the verdict, so that it fits narrow terminals. */
function headline(judged: Judged, width: number): readonly Line[] {
  const label = judged.verdict.toUpperCase()
  return labelled(`${label} `, verdictText(judged), width).map((content, index) =>
    index === 0 ? [span(label, verdictStyles[judged.verdict]), span(' '), ...content.slice(1)] : content,
  )
}

const longest = 1000

/** A text of an event may be of any length. */
const told = (text: string): string => visible(shorten(text, longest))

const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : [blank, line(span(title, 'strong')), ...indent(lines, 2)]

const doubtLines = (doubts: readonly Doubt[], width: number): readonly Line[] =>
  doubts.flatMap((doubt) => labelled('-', told(`${doubt.message}.`), width - 2))

const maxFindings = 50

function findingsLines(findings: readonly Finding[], width: number): readonly Line[] {
  const more = findings.length - maxFindings
  return [
    ...findings.slice(0, maxFindings).flatMap((finding) => findingLines(finding, width)),
    ...(more > 0 ? [line(span(`… and ${plural(more, 'more finding')}; --format json lists all`, 'muted'))] : []),
  ]
}

function findingLines(finding: Finding, width: number): readonly Line[] {
  const label = finding.severity.padEnd(8)
  const shown = finding.eventIds
    .slice(0, 3)
    .map((id) => visible(shorten(id, 100)))
    .join(', ')
  const more = finding.eventIds.length > 3 || finding.moreEventIds ? ', …' : ''
  const events = shown === '' ? '' : `; events ${shown}${more}`
  return [
    ...labelled(label, told(finding.title), width - 2).map((content, index) =>
      index === 0 ? [span(label, severityStyles[finding.severity]), ...content.slice(1)] : content,
    ),
    ...indent(
      [
        ...paragraph(`${findingPlace(finding)}${events}`, width - 12, 'muted'),
        ...(finding.error === undefined ? [] : paragraph(told(`kept although ${finding.error}`), width - 12, 'warn')),
      ],
      label.length + 1,
    ),
  ]
}

const maxTodos = 5

function nextLines(run: Run, width: number): readonly Line[] {
  return nextSteps(run).flatMap(({ title, kind, todos }) => {
    const shown = todos.slice(0, maxTodos)
    const more = todos.length - shown.length
    return [
      ...labelled('-', told(kind === 'escalation' ? title : `${title} (${kind})`), width - 2),
      ...indent(
        [
          ...shown.flatMap((todo) => paragraph(told(todoText(todo, title)), width - 4, 'muted')),
          ...(more > 0 ? [line(span(`… and ${more} more`, 'muted'))] : []),
        ],
        2,
      ),
    ]
  })
}
