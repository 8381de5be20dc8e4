/** The answer of many runbooks on a screen or two: what was found over all, what that rests on, and where to look on. */
import { isBroken, type RunResult } from '../run/result.ts'
import { severityRank } from '../run/severity.ts'
import { verdicts } from '../run/verdict.ts'
import { type GapSummary, gapSummaryText, summariseGaps } from './gap-summary.ts'
import { isUnexplained, unexplained } from './gaps.ts'
import { issueLines } from './issue-lines.ts'
import { blank, type Line, labelled, line, paragraph, span } from './lines.ts'
import { alarmsOf, type PressingSteps, pressingSteps } from './next-steps.ts'
import { topRuns } from './runs-tree.ts'
import { shortArns } from './short-arns.ts'
import { tableLines } from './table.ts'
import { findingList } from './terminal-findings.ts'
import { headline, measure, section, type TerminalOptions, told } from './terminal-parts.ts'
import { plural } from './text.ts'
import {
  connectionTexts,
  costText,
  coverageText,
  hoursText,
  judgedRun,
  needsText,
  type Run,
  windowText,
} from './words.ts'

const most = { findings: 20, runs: 40, reasons: 6, doubts: 8, steps: 2, next: 4, names: 3, mistakes: 5 }
/** Columns for the titles of runbooks, below which they would be cut too short. */
const titleFrom = 120

export function renderOverview(result: RunResult, options: TerminalOptions): readonly Line[] {
  const width = Math.min(options.width, measure)
  const runs = inOrder(result)
  return [
    ...headline(result, width),
    ...windowLines(runs, width),
    ...connectionTexts(result).flatMap((text) => labelled('Asked  ', told(text), width)),
    ...labelled('Seen   ', coverageText(result.coverage, runs[0]?.asOf), width),
    ...(needsText(result.coverage) === '' ? [] : labelled('Needs  ', needsText(result.coverage), width)),
    ...(hoursText(result.coverage) === ''
      ? []
      : labelled('Hours  ', `${hoursText(result.coverage)}, of all runbooks together`, width)),
    ...(result.cost === undefined ? [] : labelled('Cost   ', costText(result.cost), width)),
    blank,
    ...tableLines({
      columns: [
        'verdict',
        'findings',
        'worst',
        'runbook',
        ...(result.connections === undefined ? [] : ['connection']),
        ...(options.width < titleFrom ? [] : ['title']),
      ],
      rows: runs.map((run) => {
        const { findings } = judgedRun(run, result)
        return {
          verdict: run.verdict,
          findings: findings.length,
          worst: findings[0]?.severity ?? '',
          runbook: run.runbook,
          connection: run.connection,
          title: run.title,
        }
      }),
      width: options.width,
      maxRows: most.runs,
    }),
    ...section('Not run, for mistakes in it', brokenLines(result, options)),
    ...section(
      'Left out',
      result.skipped
        .filter((one) => !isBroken(one))
        .flatMap(({ runbook, reason }) => labelled('-', told(`${runbook}: ${reason}`), width - 2)),
    ),
    ...section(
      'Findings',
      findingList(result.findings, {
        width: Math.min(options.width, 2 * measure) - 2,
        most: most.findings,
        runbooks: true,
        rest: '(--details lists them)',
      }),
    ),
    ...section('Why this answer is not complete', reasonLines(result, width)),
    ...section('What to do next', nextLines(result, width)),
    ...section('One runbook whole', wholeLines(runs, options)),
  ]
}

function brokenLines({ skipped }: RunResult, { texts, width: columns }: TerminalOptions): readonly Line[] {
  const width = Math.min(columns, measure) - 2
  return skipped.flatMap(({ runbook, mistakes = [] }) => {
    const more = mistakes.length - most.mistakes
    return [
      ...mistakes.slice(0, most.mistakes).flatMap((mistake) => {
        const file = mistake.at?.file ?? runbook
        return issueLines({ file, text: texts?.get(file) ?? '', issues: [mistake] }, width)
      }),
      ...(more > 0
        ? [line(span(`… and ${plural(more, 'more mistake')} in ${runbook}; trailbook lint shows all`, 'muted'))]
        : []),
    ]
  })
}

/** Those that say something first. */
function inOrder(result: RunResult): readonly Run[] {
  const worst = (run: Run): number => {
    const [first] = judgedRun(run, result).findings
    return first === undefined ? -1 : severityRank(first.severity)
  }
  return [...topRuns(result)].sort(
    (a, b) =>
      verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) ||
      worst(b) - worst(a) ||
      b.found.length - a.found.length,
  )
}

function windowLines(runs: readonly Run[], width: number): readonly Line[] {
  const [text, another] = [...new Set(runs.map((run) => windowText(run.window, run.windowOrigin)))]
  if (text === undefined) return []
  return labelled('Window ', another === undefined ? text : 'each runbook has its own', width)
}

function reasonLines(result: RunResult, width: number): readonly Line[] {
  const { gaps, before } = lookbackApart(summariseGaps(result.coverage))
  const moreGaps = gaps.slice(most.reasons).reduce((count, one) => count + one.count, 0)
  const doubts = new Map<string, string[]>()
  for (const run of topRuns(result))
    for (const { message } of run.doubts) doubts.set(message, [...(doubts.get(message) ?? []), run.runbook])
  const moreDoubts = doubts.size - most.doubts
  return [
    ...gaps.slice(0, most.reasons).flatMap((one) => labelled('-', told(gapSummaryText(one)), width - 2)),
    ...rest(moreGaps, 'more gap'),
    ...before.flatMap((text) => labelled('-', text, width - 2)),
    ...(isUnexplained(result.coverage) ? labelled('-', unexplained, width - 2) : []),
    ...[...doubts]
      .slice(0, most.doubts)
      .flatMap(([message, runbooks]) => labelled('-', told(`${few(runbooks)}: ${message}.`), width - 2)),
    ...rest(moreDoubts, 'more reason'),
  ]
}

/** Where the window lacks the same for the same reasons, the lookback is one sentence. */
function lookbackApart(all: readonly GapSummary[]): {
  readonly gaps: readonly GapSummary[]
  readonly before: readonly string[]
} {
  const known = new Set(all.filter((one) => !one.inLookback).map((one) => one.kind))
  const alike = all.filter((one) => one.inLookback && known.has(one.kind))
  const count = alike.reduce((sum, one) => sum + one.count, 0)
  const hours = Math.round(alike.reduce((sum, one) => sum + one.hours, 0))
  const from = alike.flatMap(({ spans }) => spans.map((span) => span.from)).sort()[0]
  const text = `Before the window, where queries look back, the same is missing ${count.toLocaleString('en-US')} times since ${from}, ${plural(hours, 'hour')} in all.`
  return { gaps: all.filter((one) => !alike.includes(one)), before: alike.length === 0 ? [] : [text] }
}

const rest = (count: number, what: string): readonly Line[] =>
  count > 0 ? [line(span(`… and ${plural(count, what)} (--details lists them)`, 'muted'))] : []

function few(names: readonly string[]): string {
  const more = names.length - most.names
  return more > 0 ? `${names.slice(0, most.names).join(', ')} and ${more} more` : names.join(', ')
}

function nextLines(result: RunResult, width: number): readonly Line[] {
  const pressing = pressingSteps(result)
  const more = pressing.length - most.next
  return [
    ...alarmsOf(result).flatMap(({ title, runbooks }) => labelled('-', told(`${title} (${few(runbooks)})`), width - 2)),
    ...pressing.slice(0, most.next).flatMap((one) => pressingLines(one, width)),
    ...(more > 0
      ? [line(span(`… and what ${plural(more, 'more runbook')} ${more === 1 ? 'asks' : 'ask'} for`, 'muted'))]
      : []),
  ]
}

function pressingLines({ run, steps }: PressingSteps, width: number): readonly Line[] {
  return [
    line(span(run.runbook, 'strong')),
    ...steps.slice(0, most.steps).flatMap(({ title, todo, todos }) => {
      const values = todo === undefined || todo.title !== title ? undefined : handles(todo.values)
      const words = [
        title,
        todo === undefined || todo.title === title ? '' : shortArns(todo.title),
        values === undefined ? '' : `(${values})`,
        todos.length > 1 ? `… and ${todos.length - 1} more` : '',
      ]
      return labelled('-', told(words.filter((word) => word !== '' && word !== '()').join(' ')), width - 2)
    }),
  ]
}

/** What names the thing to act on, as far as the step says. */
const handles = (values: Readonly<Record<string, unknown>>): string =>
  ['action', 'target', 'channel', 'accessKeyId', 'actor', 'event']
    .map((name) => values[name])
    .filter((value) => typeof value === 'string' && value !== '')
    .slice(0, 2)
    .join(' ')

function wholeLines(runs: readonly Run[], { again, width }: TerminalOptions): readonly Line[] {
  const [first] = runs
  if (first === undefined) return []
  const command = again?.(first.runbook)
  return [
    ...(command === undefined ? [] : [line(span(command, 'accent'))]),
    ...paragraph(
      '--details shows all of them here; --report report.html writes them as a page.',
      Math.min(width, measure) - 2,
      'muted',
    ),
  ]
}
