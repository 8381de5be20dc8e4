import type { Coverage } from '../../run/coverage.ts'
import type { RunResult } from '../../run/result.ts'
import { gapPlace, gapTimes, groupGaps, isUnexplained, unexplained } from '../gaps.ts'
import { plural } from '../text.ts'
import { coverageHours, hoursText, needTexts } from '../words.ts'
import { coverageMap, key } from './coverage-map.ts'
import { event, html, type Markup, nothing, trusted, when } from './markup.ts'

const maxGroups = 100

/** What is unknown is not told by colour alone; the style sheet names the pattern. */
const hatch = trusted(
  '<svg class="defs" width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="unknown-ground" width="6" height="6"/><rect class="unknown-line" width="2.5" height="6"/></pattern></defs></svg>',
)

/** Shares of the judged hours. */
function hoursBar(coverage: Coverage): Markup {
  const states = coverageHours(coverage)
  const total = states.reduce((sum, { hours }) => sum + hours, 0)
  if (states.length < 2) return nothing
  let x = 0
  const parts = states.map(({ state, name, hours }) => {
    const width = (hours / total) * 960
    const part = html`<rect class="c-${state}" x="${x.toFixed(1)}" y="0" width="${Math.max(2, width).toFixed(1)}" height="14"><title>${name}: ${hours.toFixed(1)} hours</title></rect>`
    x += width
    return part
  })
  return html`<figure class="chart hours">
<svg viewBox="0 0 960 14" preserveAspectRatio="none" role="img" aria-label="Hours of accounts, Regions and classes: ${hoursText(coverage)}">${parts}</svg>
<figcaption>${states.map(({ state, name, hours }) => key(state, `${name} ${((hours / total) * 100).toFixed(hours / total < 0.1 ? 1 : 0)} %`))}<span class="aside">hours of accounts, Regions and classes</span></figcaption>
</figure>`
}

/** What some question needs and does not wholly have. */
function needsList(runs: RunResult['runs']): Markup {
  const lacking = new Map<string, string>()
  for (const run of runs)
    for (const [index, need] of (run.coverage.needs ?? []).entries())
      if (need.state !== 'met') lacking.set(`${need.need} ${need.state}`, needTexts(run.coverage)[index]!)
  if (lacking.size === 0) return nothing
  return html`<h3>What the questions need</h3><ul class="gaps">${[...lacking.values()].map((text) => html`<li>${event(text)}</li>`)}</ul><h3>Where it is missing</h3>`
}

/** Why the answer is not complete. */
export function coverageSection({ coverage, runs }: RunResult): Markup {
  const groups = groupGaps(coverage.gaps)
  const doubts = runs.flatMap((run) => run.doubts.map((doubt) => ({ runbook: run.runbook, message: doubt.message })))
  if (groups.length === 0 && doubts.length === 0 && !isUnexplained(coverage)) return nothing
  const more = groups.length - maxGroups
  return html`<section id="coverage" aria-labelledby="coverage-head">
<h2 id="coverage-head">What could not be seen</h2>
${hatch}${hoursBar(coverage)}${coverageMap(coverage) ?? nothing}${needsList(runs)}<ul class="gaps">
${groups.slice(0, maxGroups).map((group) => html`<li><b>${event(gapPlace(group))}</b>, ${gapTimes(group)}. ${event(group.reason)}</li>\n`)}${when(more > 0, () => html`<li>${plural(more, 'more group', 'more groups')} of gaps; --format json has all.</li>`)}${when(isUnexplained(coverage), () => html`<li>${unexplained}</li>`)}${doubts.slice(0, maxGroups).map(({ runbook, message }) => html`<li><code>${runbook}</code>: ${event(message)}.</li>\n`)}</ul>
</section>`
}
