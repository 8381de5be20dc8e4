import type { Finding } from '../../run/findings.ts'
import type { RunResult } from '../../run/result.ts'
import { isoTime } from '../../time.ts'
import { plural } from '../text.ts'
import { timeOf } from '../timeline.ts'
import { severityCounts } from '../words.ts'
import { event, html, type Markup, nothing, timeMarkup, when } from './markup.ts'
import { type Budget, fields } from './rows-table.ts'

const maxFindings = 500
/** So few findings need no filter. */
const fewFindings = 4

export function findingsSection({ findings }: Pick<RunResult, 'findings'>, budget: Budget): Markup {
  if (findings.length === 0) return nothing
  const shown = findings.slice(0, maxFindings)
  const more = findings.length - shown.length
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
${when(shown.length > fewFindings, () => filter(shown))}${shown.map((finding) => card(finding, budget))}${when(more > 0, () => html`<p class="more">${plural(more, 'more finding')}; --format json has all.</p>`)}</section>`
}

/** Shown by the script that makes it work. */
const filter = (findings: readonly Finding[]): Markup =>
  html`<div class="filter" role="search" aria-label="Findings" hidden><input type="search" placeholder="Narrow by any word" aria-label="Narrow by any word">${severityCounts(
    findings,
  ).map(
    ({ severity, count }) =>
      html`<label class="s-${severity}"><input type="checkbox" value="${severity}" checked>${severity} ${count}</label>`,
  )}<output aria-live="polite"></output></div>`

function card(finding: Finding, budget: Budget): Markup {
  const { severity, title, runbook, step, count, eventIds, moreEventIds, row, error } = finding
  const time = timeOf(row)
  const columns = Object.keys(row)
  const folded = budget.rows > 0 && budget.characters > 0 && columns.length > 0
  budget.rows -= 1
  budget.characters -= Math.min(4000, JSON.stringify(row).length)
  return html`<article class="finding s-${severity}" data-severity="${severity}">
<p class="level">${severity}</p>
<h3>${event(title.trim() === '' ? `${runbook}/${step}` : title, 400)}</h3>
<p class="meta">${when(time !== undefined, () => html`${timeMarkup(isoTime(time!))} UTC · `)}${when(count > 1, () => html`${count.toLocaleString('en-US')} times · `)}<code>${event(`${runbook}/${step}`)}</code></p>
${when(error !== undefined, () => html`<p class="kept">Kept although ${event(error!)}</p>`)}<div class="folds">${when(folded, () => html`<details><summary>The row</summary>${fields(columns, row, 'The row of this finding')}</details>`)}${when(eventIds.length > 0, () => html`<details class="stays"><summary>${plural(eventIds.length, 'event id')}${moreEventIds ? ' and more' : ''}</summary><ul class="ids">${eventIds.map((id) => html`<li>${event(id, 100)}</li>`)}</ul></details>`)}</div></article>
`
}
