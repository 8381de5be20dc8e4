/** A run for a person at a terminal: the verdict first, then what it rests on, then what to do. */
import type { Coverage, CoverageGap } from '../run/coverage.ts'
import type { Doubt } from '../run/doubts.ts'
import type { Finding } from '../run/findings.ts'
import type { RunResult, StepResult, Todo } from '../run/result.ts'
import { type Severity, severities } from '../run/severity.ts'
import type { Verdict } from '../run/verdict.ts'
import type { WindowOrigin } from '../run/window.ts'
import type { Window } from '../time.ts'
import { blank, indent, type Line, labelled, line, paragraph, type Style, span } from './lines.ts'
import { tableLines } from './table.ts'
import { cellText, cut, plural, visible } from './text.ts'

export interface TerminalOptions {
  /** Columns of the terminal. */
  readonly width: number
  readonly maxRows?: number
}

type Run = RunResult['runs'][number]

const verdictStyles: Record<Verdict, Style> = { clear: 'good', findings: 'bad', inconclusive: 'warn', failed: 'bad' }
const severityStyles: Record<Severity, Style> = {
  info: 'muted',
  low: 'accent',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
}

export function renderRun(result: RunResult, options: TerminalOptions): readonly Line[] {
  const [only] = result.runs
  if (only !== undefined && result.runs.length === 1 && result.skipped.length === 0) {
    return renderOne(only, result.findings, options)
  }
  const { width } = options
  const detailed = result.runs.filter((run) => run.verdict === 'findings' || run.verdict === 'failed')
  return [
    ...headline(result.verdict, summary(result), result),
    ...labelled('Seen', coverageText(result.coverage), width),
    blank,
    ...tableLines({
      columns: ['verdict', 'runbook', 'title'],
      rows: result.runs.map(({ verdict, runbook, title }) => ({ verdict, runbook, title })),
      width,
      maxRows: result.runs.length,
    }),
    ...section(
      'Left out',
      result.skipped.flatMap(({ runbook, reason }) => labelled('-', `${runbook}: ${reason}`, width - 2)),
    ),
    ...section('Why this answer is not complete', [
      ...gapLines(result.coverage, width),
      ...result.runs.flatMap((run) =>
        run.doubts.flatMap((doubt) => labelled('-', visible(`${run.runbook}: ${doubt.message}.`), width - 2)),
      ),
    ]),
    ...detailed.flatMap((run) => [
      blank,
      line(span('─'.repeat(width), 'muted')),
      ...renderOne(
        run,
        result.findings.filter((finding) => finding.runbook === run.runbook),
        options,
      ),
    ]),
  ]
}

function renderOne(run: Run, findings: readonly Finding[], { width, maxRows = 10 }: TerminalOptions): readonly Line[] {
  return [
    ...headline(run.verdict, summary({ ...run, findings, runs: [run] }), run),
    ...paragraph(run.title, width, 'strong'),
    ...(run.objective === undefined ? [] : paragraph(run.objective, width)),
    blank,
    ...labelled('Runbook', run.runbook, width),
    ...labelled('Window ', windowText(run.window, run.windowOrigin), width),
    ...labelled('Seen   ', coverageText(run.coverage), width),
    ...section(
      'Findings',
      findings.flatMap((finding) => findingLines(finding, width)),
    ),
    ...section('Why this answer is not complete', [...gapLines(run.coverage, width), ...doubtLines(run.doubts, width)]),
    ...run.steps.flatMap((step, index) => [blank, ...stepLines(step, index + 1, width, maxRows)]),
    ...section('What to do next', nextLines(run, width)),
  ]
}

const headline = (verdict: Verdict, text: string, { complete }: { readonly complete: boolean }): readonly Line[] => [
  line(
    span(verdict.toUpperCase(), verdictStyles[verdict]),
    `  ${text}`,
    verdict === 'findings' && !complete ? ' There may be more: not everything could be seen.' : '',
  ),
]

function summary(result: Pick<RunResult, 'verdict' | 'findings'> & { readonly runs: readonly Run[] }): string {
  switch (result.verdict) {
    case 'clear': {
      const open = result.runs.flatMap((run) => run.steps.filter((step) => step.todo !== undefined)).length
      const left = open === 0 ? '' : ` ${plural(open, 'step is', 'steps are')} yours to do.`
      return `Nothing found, and everything that was expected could be seen.${left}`
    }
    case 'inconclusive':
      return 'Nothing found, but not everything could be seen.'
    case 'findings':
      return `${plural(result.findings.length, 'finding')}: ${countBySeverity(result.findings)}.`
    case 'failed': {
      const steps = result.runs.flatMap((run) => run.steps.filter((step) => step.status === 'failed'))
      const found = result.findings.length === 0 ? '' : ` ${plural(result.findings.length, 'finding')} so far.`
      return `${plural(steps.length, 'step')} could not be carried out.${found}`
    }
  }
}

export function countBySeverity(findings: readonly { readonly severity: Severity }[]): string {
  return [...severities]
    .reverse()
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}`)
    .join(', ')
}

const section = (title: string, lines: readonly Line[]): readonly Line[] =>
  lines.length === 0 ? [] : [blank, line(span(title, 'strong')), ...indent(lines, 2)]

const origins: Record<WindowOrigin, string> = {
  explicit: 'as asked for',
  logs: 'the span of the given logs',
  runbook: "the runbook's own",
  default: 'the default',
}

export const windowText = (window: Window, origin: WindowOrigin): string =>
  `${window.from} to ${window.to} (${origins[origin]})`

const bases: Record<Coverage['basis'], string> = {
  ledger: 'what was stored',
  listing: 'a listing of the log files',
  probe: 'counts of events',
  none: 'nothing that could be checked',
}

export function coverageText(coverage: Coverage): string {
  const through = coverage.through === null ? 'nothing in this window is covered' : `clear through ${coverage.through}`
  const gaps = coverage.complete
    ? 'no gaps'
    : coverage.gaps.length === 0
      ? 'not complete'
      : plural(coverage.gaps.length, 'gap')
  return `${through}; ${gaps}, judged by ${bases[coverage.basis]}`
}

const maxGaps = 10

export function gapLines(coverage: Coverage, width: number): readonly Line[] {
  const groups = groupGaps(coverage.gaps)
  const shown = groups.slice(0, maxGaps)
  const more = groups.length - shown.length
  return [
    ...shown.flatMap((gaps) => labelled('-', visible(gapText(gaps)), width - 2)),
    ...(more > 0 ? [line(span(`… and ${plural(more, 'more gap')}; --format json lists all`, 'muted'))] : []),
    ...(!coverage.complete && coverage.gaps.length === 0
      ? labelled('-', 'Nobody knows whether all logs of this window are here.', width - 2)
      : []),
  ]
}

/** Gaps that differ only in the class of events are told as one. */
function groupGaps(gaps: readonly CoverageGap[]): readonly (readonly CoverageGap[])[] {
  const groups = new Map<string, CoverageGap[]>()
  for (const gap of gaps) {
    const reason = gap.reason.replaceAll(gap.eventClass, '')
    const key = [gap.account, gap.region, gap.from, gap.to, reason].join(' ')
    groups.set(key, [...(groups.get(key) ?? []), gap])
  }
  return [...groups.values()]
}

/** `*` stands for all there are. */
function gapText(gaps: readonly CoverageGap[]): string {
  const { account, region, from, to, reason } = gaps[0]!
  const classes = [...new Set(gaps.map((gap) => gap.eventClass))].join(' and ')
  const which = [classes, account, region].filter((name) => name !== '*' && name !== '').join(' ')
  return `${which === '' ? 'everything' : which}, ${from} to ${to}: ${reason}`
}

const doubtLines = (doubts: readonly Doubt[], width: number): readonly Line[] =>
  doubts.flatMap((doubt) => labelled('-', visible(`${doubt.message}.`), width - 2))

function findingLines(finding: Finding, width: number): readonly Line[] {
  const label = finding.severity.padEnd(8)
  const times = finding.count > 1 ? `${finding.count} times; ` : ''
  const shown = finding.eventIds.slice(0, 3).map(visible).join(', ')
  const more = finding.eventIds.length > 3 || finding.moreEventIds ? ', …' : ''
  const events = shown === '' ? '' : `; events ${shown}${more}`
  return [
    ...labelled(label, visible(finding.title), width - 2).map((content, index) =>
      index === 0 ? [span(label, severityStyles[finding.severity]), ...content.slice(1)] : content,
    ),
    ...indent(
      [
        ...paragraph(visible(`${times}step ${finding.step}${events}`), width - 12, 'muted'),
        ...(finding.error === undefined
          ? []
          : paragraph(visible(`kept although ${finding.error}`), width - 12, 'warn')),
      ],
      label.length + 1,
    ),
  ]
}

function stepLines(step: StepResult, number: number, width: number, maxRows: number): readonly Line[] {
  const inner = width - 3
  const rows =
    step.columns.length === 0 || step.rows.length === 0
      ? []
      : tableLines({
          columns: step.columns.map((column) => column.name),
          rows: step.rows,
          width: inner,
          maxRows,
          maxBlocks: 3,
        })
  return [
    line(
      span(cut(`${number}. ${visible(step.title)}`, width - 24), 'strong'),
      '  ',
      span(statusText(step), statusStyle(step)),
    ),
    ...indent(
      [
        ...(step.why === undefined ? [] : labelled('Why:', step.why, inner)),
        ...rows,
        ...(step.excluded > 0 ? [line(span(`${plural(step.excluded, 'row')} left out by exclusions`, 'muted'))] : []),
        ...(step.error === undefined ? [] : labelled('Error:', visible(step.error.message), inner, 'bad')),
        ...(step.error?.hint === undefined ? [] : labelled('Hint:', step.error.hint, inner)),
        ...(step.expect === undefined ? [] : labelled('Expect:', step.expect, inner)),
        ...(step.reading === undefined ? [] : labelled('Reading:', step.reading, inner)),
        ...(step.meaning === undefined ? [] : paragraph(step.meaning, inner, 'muted')),
      ],
      3,
    ),
  ]
}

function statusText(step: StepResult): string {
  switch (step.status) {
    case 'done':
      return plural(step.rowCount, step.kind === 'ask' ? 'answer' : 'row')
    case 'skipped':
      if (step.waitsFor !== undefined) return 'waits for an answer'
      return step.error === undefined ? 'not needed' : 'skipped'
    case 'failed':
      return 'failed'
    case 'not-run':
      return `${step.kind}: yours to do`
    case 'unanswered':
      return 'not answered'
  }
}

const statusStyle = (step: StepResult): Style =>
  step.status === 'failed'
    ? 'bad'
    : step.status === 'not-run' || step.status === 'unanswered' || step.waitsFor !== undefined
      ? 'warn'
      : 'muted'

const maxTodos = 5

function nextLines(run: Run, width: number): readonly Line[] {
  const open = run.steps.filter((step) => step.todo !== undefined)
  return [
    ...open.flatMap((step) => todoLines(step.title, step.kind, step.todo ?? [], width)),
    ...run.escalations.flatMap((todo) => labelled('-', visible(todo.title), width - 2)),
  ]
}

function todoLines(title: string, kind: string, todos: readonly Todo[], width: number): readonly Line[] {
  const shown = todos.slice(0, maxTodos)
  const more = todos.length - shown.length
  return [
    ...labelled('-', `${title} (${kind})`, width - 2),
    ...indent(
      [
        ...shown.flatMap((todo) => paragraph(visible(todoText(todo, title)), width - 4, 'muted')),
        ...(more > 0 ? [line(span(`… and ${more} more`, 'muted'))] : []),
      ],
      2,
    ),
  ]
}

function todoText(todo: Todo, title: string): string {
  const values = Object.entries(todo.values).map(([name, value]) => `${name}: ${cellText(value)}`)
  return [...(todo.title === title ? [] : [todo.title]), ...values].join('; ')
}
