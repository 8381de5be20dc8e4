/** A run as one page to read, to send and to print. */
import { isBroken, type RunResult, type Todo } from '../../run/result.ts'
import { verdicts } from '../../run/verdict.ts'
import { issueText } from '../issue-lines.ts'
import { topRuns } from '../runs-tree.ts'
import { plural } from '../text.ts'
import {
  connectionTexts,
  costText,
  coverageText,
  judgedRun,
  nextSteps,
  type Run,
  seenShare,
  severityCounts,
  verdictText,
} from '../words.ts'
import { coverageSection, coverageTitle } from './coverage-section.ts'
import { findingsSection } from './findings-section.ts'
import { event, html, type Markup, nothing, timeMarkup, trusted, when } from './markup.ts'
import { pageChunks } from './page.ts'
import { cell, wholeBudget } from './rows-table.ts'
import { anchor, runbookSection } from './runbook-section.ts'
import { timelineCharts } from './timeline-chart.ts'

export const runHtml = (result: RunResult): Iterable<string> =>
  pageChunks({ title: `${titleOf(result)}: ${result.verdict}`, body: body(result) })

function titleOf(result: RunResult): string {
  const asked = topRuns(result)
  return asked.length === 1 ? asked[0]!.title : `Trailbook: ${plural(asked.length, 'runbook')}`
}

function* body(result: RunResult): Generator<Markup> {
  const budget = wholeBudget()
  const next = nextSection(result)
  const coverage = coverageSection(result)
  yield html`<header>${masthead(result)}</header>`
  yield navigation(result, { hasNext: next !== nothing, hasCoverage: coverage !== nothing })
  yield trusted('<main>')
  yield* timelineCharts(result)
  yield findingsSection(result, budget)
  yield next
  yield coverage
  yield runbooksSection(result)
  for (const run of byWeight(result)) yield runbookSection(run, result, budget)
  yield footer(result)
}

/** Those that say something first. */
const byWeight = ({ runs }: RunResult): readonly Run[] =>
  verdicts.flatMap((verdict) => runs.filter((run) => run.verdict === verdict))

function masthead(result: RunResult): Markup {
  const { runs, coverage, findings, verdict } = result
  const asOf = runs[0]?.asOf
  const [only] = topRuns(result).length === 1 ? topRuns(result) : []
  return html`<p class="eyebrow"><b>Trailbook report</b>${when(asOf !== undefined, () => html`<span>as of ${timeMarkup(asOf!)} UTC</span>`)}</p>
<div class="verdict v-${verdict}"><h1>${verdictNames[verdict]}</h1><p class="why">${verdictText(result)}</p>${when(
    findings.length > 0,
    () =>
      html`<ul class="tally" aria-label="Findings by severity">${severityCounts(findings).map(({ severity, count }) => html`<li class="s-${severity}"><b>${count.toLocaleString('en-US')}</b> ${severity}</li>`)}</ul>`,
  )}</div>
<dl class="facts">
<div><dt>${only === undefined ? 'Runbooks' : 'Question'}</dt><dd>${only === undefined ? tally(result) : (only.objective ?? only.title)}</dd></div>
${when(coverage.window !== null, () => html`<div><dt>Window (UTC)</dt><dd>${timeMarkup(coverage.window!.from)}<br>to ${timeMarkup(coverage.window!.to)}</dd></div>`)}<div><dt>Seen</dt><dd>${coverageText(coverage)}</dd></div>${when(result.connections !== undefined, () => html`<div><dt>Asked</dt><dd>${connectionTexts(result).join('; ')}</dd></div>`)}${when(result.cost !== undefined, () => html`<div><dt>Cost</dt><dd>${costText(result.cost!)}</dd></div>`)}
</dl>`
}

const verdictNames: Record<RunResult['verdict'], string> = {
  clear: 'Clear',
  findings: 'Findings',
  inconclusive: 'Inconclusive',
  failed: 'Failed',
}

const tally = (result: RunResult): string =>
  [
    ...verdicts.flatMap((verdict) => {
      const count = topRuns(result).filter((run) => run.verdict === verdict).length
      return count === 0 ? [] : [`${count} ${verdict === 'findings' ? 'with findings' : verdict}`]
    }),
    ...([true, false] as const).flatMap((broken) => {
      const count = result.skipped.filter((one) => isBroken(one) === broken).length
      return count === 0 ? [] : [`${count} ${broken ? 'broken' : 'left out'}`]
    }),
  ].join(', ')

function navigation(
  result: RunResult,
  { hasNext, hasCoverage }: { readonly hasNext: boolean; readonly hasCoverage: boolean },
): Markup {
  const { findings, runs } = result
  const links = [
    ...(findings.length > 0
      ? [html`<li><a href="#findings">Findings (${findings.length.toLocaleString('en-US')})</a></li>`]
      : []),
    ...(hasNext ? [html`<li><a href="#next">What to do next</a></li>`] : []),
    ...(hasCoverage ? [html`<li><a href="#coverage">${coverageTitle(result)}</a></li>`] : []),
    ...(runs.length > 1
      ? [html`<li><a href="#runbooks">Runbooks (${runs.length})</a></li>`]
      : runs.map((run) => html`<li><a href="#${anchor(run, result)}">Steps</a></li>`)),
  ]
  return html`<nav aria-label="Parts of this report"><ul>${links}</ul></nav>`
}

const maxTodos = 10

function nextSection({ runs }: RunResult): Markup {
  const items = runs.flatMap((run) => nextSteps(run).map((next) => ({ ...next, runbook: run.runbook })))
  if (items.length === 0) return nothing
  return html`<section id="next" aria-labelledby="next-title">
<h2 id="next-title">What to do next</h2>
<ol class="next">
${items.map(({ title, kind, todos, meaning, runbook }) => {
  const more = todos.length - maxTodos
  return html`<li><h3>${event(title)}<span class="kind">${kind}</span></h3>${when(runs.length > 1, () => html`<p class="meta"><code>${runbook}</code></p>`)}${when(todos.length > 0, () => html`<ul>${todos.slice(0, maxTodos).map((todo) => todoMarkup(todo, title))}${when(more > 0, () => html`<li>${more} more</li>`)}</ul>`)}${when(meaning !== undefined, () => html`<p class="more">${meaning}</p>`)}</li>\n`
})}</ol>
</section>`
}

function todoMarkup(todo: Todo, title: string): Markup {
  const values = Object.entries(todo.values)
  return html`<li>${when(todo.title !== title, () => event(todo.title))}${when(
    values.length > 0,
    () =>
      html`<dl class="values">${values.map(([name, value]) => html`<div><dt>${event(name)}</dt><dd>${cell(value)}</dd></div>`)}</dl>`,
  )}</li>`
}

function runbooksSection(result: RunResult): Markup {
  const { runs, skipped } = result
  if (runs.length < 2 && skipped.length === 0) return nothing
  return html`<section id="runbooks" aria-labelledby="runbooks-title">
<h2 id="runbooks-title">Runbooks</h2>
<div class="scroll list" role="region" aria-label="Answers of the runbooks" tabindex="0"><table class="narrow">
<caption>What each runbook says</caption>
<thead><tr><th scope="col">Answer</th><th scope="col">Question</th><th scope="col" class="n">Seen</th><th scope="col" class="n">Findings</th></tr></thead>
<tbody>
${byWeight(result).map((run) => html`<tr><td><span class="pill v-${run.verdict}">${run.verdict}</span></td><td><a href="#${anchor(run, result)}">${run.title}</a>${when(run.calledBy !== undefined, () => html` <span class="more">run by ${run.calledBy!.runbook}</span>`)}${when(result.connections !== undefined, () => html` <span class="more">on ${run.connection}</span>`)}</td><td class="n">${seenShare(run.coverage)}</td><td class="n">${judgedRun(run, result).findings.length.toLocaleString('en-US')}</td></tr>\n`)}${skipped.map((one) => html`<tr><td><span class="pill${isBroken(one) ? ' v-failed' : ''}">${isBroken(one) ? 'broken' : 'left out'}</span></td><td>${one.runbook}: ${one.reason}${when(isBroken(one), () => html`<ul>${one.mistakes!.map((mistake) => html`<li>${event(issueText(mistake))}</li>`)}</ul>`)}</td><td></td><td></td></tr>\n`)}</tbody>
</table></div>
</section>`
}

const footer = ({ schema }: RunResult): Markup => html`</main>
<footer><p>Made by Trailbook (${schema}). Texts from events are shown as they are; characters that do not show are written as escapes. Long tables and cells are cut here; <code>--format json</code> has all of it.</p></footer>`
