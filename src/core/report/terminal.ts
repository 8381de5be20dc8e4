/** A run for a person at a terminal: the verdict first, then what it rests on, then what to do. */
import type { Doubt } from '../run/doubts.ts'
import type { Finding } from '../run/findings.ts'
import type { RunResult } from '../run/result.ts'
import { gapLines } from './coverage-lines.ts'
import { blank, indent, type Line, labelled, line, paragraph, span } from './lines.ts'
import { closureOf, topRuns } from './runs-tree.ts'
import { severityStyles } from './terminal-findings.ts'
import { renderOverview } from './terminal-overview.ts'
import { headline, measure, section, type TerminalOptions, told } from './terminal-parts.ts'
import { stepLines } from './terminal-step.ts'
import { cellText, plural, shorten, visible } from './text.ts'
import {
  costText,
  coverageText,
  findingPlace,
  hoursText,
  judgedRun,
  needsText,
  nextSteps,
  onConnection,
  type Run,
  readText,
  todoText,
  windowText,
} from './words.ts'

/** One runbook whole; of several the overview, and with `details` each of them whole as well. */
export function renderRun(result: RunResult, options: TerminalOptions): readonly Line[] {
  const asked = topRuns(result)
  const isOne = asked.length === 1 && result.skipped.length === 0
  if (!isOne && options.details !== true) return renderOverview(result, options)
  const whole = asked.flatMap((run) => [
    ...(isOne ? [] : [blank, line(span('─'.repeat(options.width), 'muted'))]),
    ...renderOne(run, result, options),
  ])
  const lines = isOne ? whole : [...renderOverview(result, options), ...whole]
  const isCut = lines.some((content) => content.some(({ text }) => text.trimEnd().endsWith('…')))
  const notice = '… stands for what was cut; --format json has all of it.'
  return isCut ? [...lines, blank, ...paragraph(notice, options.width, 'muted')] : lines
}

function renderOne(run: Run, result: RunResult, options: TerminalOptions): readonly Line[] {
  const width = Math.min(options.width, measure)
  const judged = judgedRun(run, result)
  const [, ...inner] = closureOf(run, result)
  return [
    ...headline(judged, width),
    ...paragraph(run.title, width, 'strong'),
    ...(run.objective === undefined ? [] : paragraph(run.objective, width)),
    blank,
    ...labelled('Runbook', `${run.runbook}${onConnection(run, result)}`, width),
    ...labelled('Window ', windowText(run.window, run.windowOrigin), width),
    ...labelled('Seen   ', coverageText(run.coverage, run.asOf), width),
    ...(needsText(run.coverage) === '' ? [] : labelled('Needs  ', needsText(run.coverage), width)),
    ...(hoursText(run.coverage) === '' ? [] : labelled('Hours  ', hoursText(run.coverage), width)),
    ...readLines([run, ...inner], width),
    ...(run.cost === undefined ? [] : labelled('Cost   ', costText(run.cost), width, 'muted')),
    ...section('Findings', findingsLines(judged.findings, run, width)),
    ...section('Why this answer is not complete', [...gapLines(run.coverage, width), ...doubtLines(run.doubts, width)]),
    ...stepsLines(run, options),
    ...inner.flatMap((one, index) => innerLines(one, { isFirst: isFirst(one, inner, index), options })),
    ...section('What to do next', nextLines([run, ...inner], width)),
  ]
}

function readLines(runs: readonly Run[], width: number): readonly Line[] {
  const text = readText(runs.flatMap(({ steps }) => steps.flatMap(({ read }) => read ?? [])))
  return text === '' ? [] : labelled('Read   ', text, width, 'muted')
}

const stepsLines = (run: Run, { width, maxRows = 10 }: TerminalOptions): readonly Line[] =>
  run.steps.flatMap((step, index) => [
    blank,
    ...stepLines(step, { number: index + 1, width, textWidth: Math.min(width, measure), maxRows }),
  ])

/** A run that a step made: its findings, gaps and next steps are told with the run that made it. */
function innerLines(
  run: Run,
  { isFirst, options }: { readonly isFirst: boolean; readonly options: TerminalOptions },
): readonly Line[] {
  const width = Math.min(options.width, measure)
  const given = Object.entries(run.parameters).filter(([, value]) => value !== null)
  return [
    blank,
    ...labelled(
      run.runbook,
      told(
        [
          `run by the step ${run.calledBy?.step}`,
          ...given.map(([name, value]) => `${name}: ${cellText(value, 200)}`),
          ...(run.verdict === 'findings' ? [] : [run.verdict]),
          ...(run.found.length === 0 ? [] : [`${plural(run.found.length, 'finding')}, told above`]),
        ].join('; '),
      ),
      width,
    ),
    ...indent(stepsLines(isFirst ? run : withoutProse(run), { ...options, width: options.width - 2 }), 2),
  ]
}

const isFirst = (run: Run, inner: readonly Run[], index: number): boolean =>
  inner.findIndex(({ runbook }) => runbook === run.runbook) === index

/** How to read a runbook is said the first time it was run. */
const withoutProse = (run: Run): Run => ({
  ...run,
  steps: run.steps.map(({ why: _, expect: __, reading: ___, meaning: ____, ...step }) => step),
})

const doubtLines = (doubts: readonly Doubt[], width: number): readonly Line[] =>
  doubts.flatMap((doubt) => labelled('-', told(`${doubt.message}.`), width - 2))

const maxFindings = 50

function findingsLines(findings: readonly Finding[], run: Run, width: number): readonly Line[] {
  const more = findings.length - maxFindings
  return [
    ...findings.slice(0, maxFindings).flatMap((finding) => findingLines(finding, run, width)),
    ...(more > 0 ? [line(span(`… and ${plural(more, 'more finding')}; --format json lists all`, 'muted'))] : []),
  ]
}

function findingLines(finding: Finding, run: Run, width: number): readonly Line[] {
  const label = finding.severity.padEnd(8)
  const shown = finding.eventIds
    .slice(0, 3)
    .map((id) => visible(shorten(id, 100)))
    .join(', ')
  const more = finding.eventIds.length > 3 || finding.moreEventIds ? ', …' : ''
  const events = shown === '' ? '' : `; events ${shown}${more}`
  const by = finding.runbook === run.runbook ? '' : ` of ${finding.runbook}`
  return [
    ...labelled(label, told(finding.title), width - 2).map((content, index) =>
      index === 0 ? [span(label, severityStyles[finding.severity]), ...content.slice(1)] : content,
    ),
    ...indent(
      [
        ...paragraph(`${findingPlace(finding)}${by}${events}`, width - 12, 'muted'),
        ...(finding.error === undefined ? [] : paragraph(told(`kept although ${finding.error}`), width - 12, 'warn')),
      ],
      label.length + 1,
    ),
  ]
}

const maxTodos = 5

/** Runs of one runbook ask for the same again: each text once. */
function nextLines(runs: readonly Run[], width: number): readonly Line[] {
  const steps = new Map<string, { title: string; kind: string; texts: Set<string> }>()
  for (const { title, kind, todos } of runs.flatMap(nextSteps)) {
    const key = JSON.stringify([title, kind])
    const step = steps.get(key) ?? { title, kind, texts: new Set() }
    for (const todo of todos) step.texts.add(todoText(todo, title))
    steps.set(key, step)
  }
  return [...steps.values()].flatMap(({ title, kind, texts }) => {
    const shown = [...texts].slice(0, maxTodos)
    const more = texts.size - shown.length
    return [
      ...labelled('-', told(kind === 'escalation' ? title : `${title} (${kind})`), width - 2),
      ...indent(
        [
          ...shown.flatMap((text) => paragraph(told(text), width - 4, 'muted')),
          ...(more > 0 ? [line(span(`… and ${more} more`, 'muted'))] : []),
        ],
        2,
      ),
    ]
  })
}
