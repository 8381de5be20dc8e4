import type { Coverage } from '../../run/coverage.ts'
import type { RunResult } from '../../run/result.ts'
import { type GapSummary, summariseGaps } from '../gap-summary.ts'
import { gapPlace, gapTimes, isUnexplained, unexplained } from '../gaps.ts'
import { topRuns } from '../runs-tree.ts'
import { plural } from '../text.ts'
import { coverageHours, hoursText, needStates } from '../words.ts'
import { coverageMap, key } from './coverage-map.ts'
import { event, html, type Markup, nothing, timeMarkup, trusted, when } from './markup.ts'

const maxGroups = 100

/** What is unknown is not told by colour alone; the style sheet names the pattern. */
const hatch = trusted(
  '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="unknown-ground" width="6" height="6"/><rect class="unknown-line" width="2.5" height="6"/></pattern></defs></svg>',
)

/** Shares of the judged hours. */
export function hoursBar(coverage: Coverage, runs = 1): Markup {
  const states = coverageHours(coverage)
  const total = states.reduce((sum, { hours }) => sum + hours, 0)
  if (states.length === 0) return nothing
  let x = 0
  const parts = states.map(({ state, name, hours }) => {
    const width = (hours / total) * 960
    const part = html`<rect class="c-${state}" x="${x.toFixed(1)}" y="0" width="${Math.max(2, width).toFixed(1)}" height="14"><title>${name}: ${hours.toFixed(1)} hours</title></rect>`
    x += width
    return part
  })
  return html`<figure class="chart hours">
<svg viewBox="0 0 960 14" preserveAspectRatio="none" role="img" aria-label="Hours of accounts, Regions and classes: ${hoursText(coverage)}">${parts}</svg>
<figcaption>${states.map(({ state, name, hours }) => key(state, `${name} ${share(hours, total)}`))}<span class="aside">${Math.round(total).toLocaleString('en-US')} hours of accounts, Regions and classes${when(runs > 1, () => html`, those of ${runs} questions added up`)}</span></figcaption>
</figure>`
}

/** A little of everything is not 100 %, nor nothing. */
function share(part: number, total: number): string {
  const percent = (part / total) * 100
  if (part >= total) return '100 %'
  return percent > 99.9
    ? 'over 99.9 %'
    : percent < 0.1
      ? 'under 0.1 %'
      : `${percent.toFixed(percent > 90 || percent < 10 ? 1 : 0)} %`
}

const tones = { met: 'clear', partial: 'inconclusive', unmet: 'failed' } as const

/** What the questions need, the least met first. */
function needsTable(result: RunResult): Markup {
  const needs = result.coverage.needs ?? []
  if (needs.length === 0) return nothing
  const asked = topRuns(result)
  const askers = (need: string): number =>
    asked.filter((run) => run.coverage.needs?.some((one) => one.need === need)).length
  const states = Object.keys(needStates).reverse()
  const hasWhy = needs.some(({ reason }) => reason !== null)
  const rows = needs.toSorted((a, b) => states.indexOf(a.state) - states.indexOf(b.state))
  return html`<h3>${asked.length > 1 ? 'What the questions need' : 'What the question needs'}</h3>
<div class="scroll list needs" role="region" aria-label="Event classes that are needed" tabindex="0"><table class="narrow">
<thead><tr><th scope="col">Event class</th><th scope="col">State</th>${when(asked.length > 1, () => html`<th scope="col" class="n">Runbooks</th>`)}${when(hasWhy, () => html`<th scope="col">Why</th>`)}</tr></thead>
<tbody>
${rows.map(({ need, state, reason }) => html`<tr><td><code>${event(need)}</code></td><td><span class="pill v-${tones[state]}">${needStates[state]}</span></td>${when(asked.length > 1, () => html`<td class="n">${askers(need)}</td>`)}${when(hasWhy, () => html`<td class="because">${reason === null ? '' : event(reason)}</td>`)}</tr>\n`)}</tbody>
</table></div>`
}

export const coverageTitle = (result: RunResult): string =>
  result.complete ? 'What could be seen' : 'What could not be seen'

/** Why the answer is complete, or why it is not. */
export function coverageSection(result: RunResult): Markup {
  const { coverage } = result
  const doubts = topRuns(result).flatMap((run) =>
    run.doubts.map((doubt) => ({ runbook: run.runbook, message: doubt.message })),
  )
  const groups = summariseGaps(coverage)
  const more = groups.length - maxGroups
  const hasList = groups.length > 0 || doubts.length > 0 || isUnexplained(coverage)
  return html`<section id="coverage" aria-labelledby="coverage-head">
<h2 id="coverage-head">${coverageTitle(result)}</h2>
${when(result.complete, () => whole(coverage))}${hatch}${hoursBar(coverage, topRuns(result).length)}${coverageMap(coverage) ?? nothing}${needsTable(result)}${when(
  hasList,
  () => html`<h3>Why this answer is not complete</h3><ul class="gaps">
${groups.slice(0, maxGroups).map(gapMarkup)}${when(more > 0, () => html`<li>${plural(more, 'more group', 'more groups')} of gaps; --format json has all.</li>`)}${when(isUnexplained(coverage), () => html`<li>${unexplained}</li>`)}${doubts.slice(0, maxGroups).map(({ runbook, message }) => html`<li><code>${runbook}</code>: ${event(message)}.</li>\n`)}</ul>`,
)}
</section>`
}

const whole = ({ window, expected }: Coverage): Markup =>
  html`<p class="whole"><b>Everything that was expected could be seen</b>${when(
    window !== null,
    () => html`, from ${timeMarkup(window!.from)} to ${timeMarkup(window!.to)} UTC`,
  )}.${when(expected === 'inventory', () => html` What was expected is what the inventory names.`)}${when(
    expected === 'seen',
    () =>
      html` No inventory is configured: an account or Region of which nothing was ever delivered would not be missed.`,
  )}</p>`

const gapMarkup = (one: GapSummary): Markup =>
  html`<li>${when(one.inLookback, () => html`Before the window, where queries look back: `)}<b>${event(gapPlace(one))}</b>, ${when(
    one.count > 1,
    () => html`${one.count.toLocaleString('en-US')} times, ${plural(Math.round(one.hours), 'hour')} in all, from `,
  )}${gapTimes(one)}. ${event(one.reason)}</li>\n`
