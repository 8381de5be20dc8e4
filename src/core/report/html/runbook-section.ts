import type { RunResult, StepResult } from '../../run/result.ts'
import { plural } from '../text.ts'
import {
  coverageText,
  type Judged,
  judgedRun,
  moreRowsText,
  needsText,
  type Run,
  stepStatusText,
  verdictText,
} from '../words.ts'
import { hoursBar } from './coverage-section.ts'
import { event, html, type Markup, prose, timeMarkup, when } from './markup.ts'
import { type Budget, cell, rowsTable } from './rows-table.ts'

export function runbookSection(run: Run, result: RunResult, budget: Budget): Markup {
  const judged = judgedRun(run, result)
  const room = { runbook: run.runbook, budget, most: result.runs.length > 1 ? 50 : 200 }
  return html`<article class="runbook" id="${anchor(run, result)}">
<header><p class="eyebrow"><b>${run.runbook}${when(run.calledBy !== undefined, () => html` · run by ${run.calledBy!.runbook}, step ${run.calledBy!.step}`)}</b><span class="pill v-${run.verdict}">${run.verdict}</span></p>
<h2>${run.title}</h2>
${when(run.objective !== undefined, () => html`<p class="question">${run.objective}</p>`)}</header>
${facts(run, judged)}${when(result.runs.length > 1, () => hoursBar(run.coverage))}
${isQuiet(run, result) ? html`<details class="stays quiet"><summary>${quietText(run)}</summary>${steps(run, room)}</details>` : steps(run, room)}
</article>`
}

interface Room {
  readonly runbook: string
  readonly budget: Budget
  /** Rows of each step. */
  readonly most: number
}

/** Among several runbooks, one without findings is folded, and stays so on paper. */
const isQuiet = (run: Run, { runs }: RunResult): boolean =>
  runs.length > 1 && (run.verdict === 'clear' || run.verdict === 'inconclusive')

const quietText = ({ steps: all }: Run): string => {
  const rows = all.reduce((sum, step) => sum + step.rowCount, 0)
  return `${plural(all.length, 'step')}, ${rows === 0 ? 'no rows' : plural(rows, 'row')}`
}

const steps = (run: Run, room: Room): Markup => html`<ol class="steps">
${run.steps.map((step, index) => stepMarkup(step, index + 1, room))}</ol>`

/** A runbook may be run several times, by steps of others. */
export const anchor = (run: Run, { runs }: RunResult): string => `run-${runs.indexOf(run) + 1}`

const facts = (run: Run, judged: Judged): Markup => html`<dl class="facts">
<div><dt>Answer</dt><dd>${verdictText(judged)}</dd></div>
<div><dt>Window (UTC)</dt><dd>${timeMarkup(run.window.from)}<br>to ${timeMarkup(run.window.to)}</dd></div>
<div><dt>Seen</dt><dd>${coverageText(run.coverage, run.asOf)}</dd></div>
${when(needsText(run.coverage) !== '', () => html`<div><dt>Needs</dt><dd>${needsText(run.coverage)}</dd></div>`)}${Object.entries(
  run.parameters,
)
  .filter(([, value]) => value !== null)
  .map(
    ([name, value]) => html`<div><dt>Parameter ${event(name)}</dt><dd>${cell(value)}</dd></div>`,
  )}<div><dt>Plan</dt><dd><code title="SHA-256 of the plan">${run.plan.slice(0, 16)}…</code> on ${run.connection}</dd></div>
</dl>`

function stepMarkup(step: StepResult, number: number, room: Room): Markup {
  const rows =
    step.columns.length === 0 || step.rows.length === 0
      ? undefined
      : rowsTable({
          caption: `${step.title}: ${stepStatusText(step)}`,
          label: `${room.runbook}, step ${number}: ${step.title}`,
          columns: step.columns.map((column) => column.name),
          rows: step.rows,
          budget: room.budget,
          most: room.most,
        })
  const tone =
    step.status === 'failed'
      ? 'v-failed'
      : ['not-run', 'unanswered'].includes(step.status) || step.waitsFor !== undefined
        ? 'v-inconclusive'
        : ''
  return html`<li>
<h3><span class="no">${number}</span> ${event(step.title)} <span class="pill ${tone}">${stepStatusText(step)}</span></h3>
${when(step.why !== undefined, () => html`<div class="why">${prose(step.why!)}</div>`)}${when(step.error !== undefined, () => html`<p class="error">${event(step.error!.message)} ${step.error!.hint}</p>`)}${rows?.markup}
${moreRowsText(step, rows?.shown ?? 0).map((text) => html`<p class="more">${text}</p>`)}${when(step.overflow !== undefined, () => html`<p class="more">${plural(step.overflow!.rows, 'row')} called for this step, and it looks at ${step.overflow!.max}.</p>`)}${guide(step)}${when(step.meaning !== undefined, () => html`<p class="more">${step.meaning}</p>`)}${when(step.sql !== null, () => sql(step))}</li>
`
}

const guide = ({ expect, reading }: StepResult): Markup =>
  when(
    expect !== undefined || reading !== undefined,
    () =>
      html`<div class="guide">${when(expect !== undefined, () => html`<div><h4>Expect</h4>${prose(expect!)}</div>`)}${when(reading !== undefined, () => html`<div><h4>How to read it</h4>${prose(reading!)}</div>`)}</div>`,
  )

const sql = (step: StepResult): Markup =>
  html`<details class="stays"><summary>The SQL</summary><pre>${(step.sql ?? '')
    .trim()
    .split('\n')
    .map((line) => html`${line.replaceAll('\t', '  ')}\n`)}</pre>${when(
    Object.keys(step.parameters).length > 0,
    () =>
      html`<dl class="fields">${Object.entries(step.parameters).map(([name, value]) => html`<div><dt>${event(name)}</dt><dd>${cell(value)}</dd></div>`)}</dl>`,
  )}</details>`
