import type { Coverage } from '../../run/coverage.ts'
import { isoTime, milliseconds } from '../../time.ts'
import type { GapGroup } from '../gaps.ts'
import { plural } from '../text.ts'
import { html, type Markup, when } from './markup.ts'
import { tickText, timeTicks } from './timeline-chart.ts'

interface Lane {
  readonly account: string
  readonly region: string
  readonly classes: readonly string[]
  readonly holes: Hole[]
}

interface Hole {
  readonly from: number
  readonly to: number
  readonly state: GapGroup['state']
}

const maxLanes = 30
const laneHeight = 20
const size = { width: 960, left: 330, right: 8, top: 6, bottom: 26 }

/** Account and Region by time: what is missing. Undefined where there is no gap or no window. */
export function coverageMap(coverage: Coverage): Markup | undefined {
  const { window } = coverage
  if (window === null || coverage.gaps.length === 0) return undefined
  const all = lanesOf(coverage).sort((a, b) => missing(b) - missing(a))
  const start = milliseconds(window.from)
  const to = milliseconds(window.to)
  const holes = all.flatMap((lane) => lane.holes)
  // A lookback of weeks would leave no room for a window of an hour.
  const inWindow = holes.some((hole) => hole.to > start)
  const from = inWindow ? start : Math.min(start, ...holes.map((hole) => hole.from))
  const lanes = all.filter((lane) => lane.holes.some((hole) => hole.to > from))
  if (to <= from) return undefined
  const shown = lanes.slice(0, maxLanes)
  const height = size.top + shown.length * laneHeight + size.bottom
  const plot = size.width - size.left - size.right
  const x = (time: number): number => Math.round((size.left + ((time - from) / (to - from)) * plot) * 10) / 10
  return html`<figure class="chart map">
<div class="scroll" role="region" aria-label="Map of coverage" tabindex="0"><svg viewBox="0 0 ${size.width} ${height}" role="img" aria-labelledby="coverage-title coverage-desc">
<title id="coverage-title">What is missing, by account, Region and time</title>
<desc id="coverage-desc">${plural(lanes.length, 'row')} with gaps between ${isoTime(from)} and ${isoTime(to)}; the list below says the same in words.</desc>
${shown.map((lane, index) => laneMarkup(lane, size.top + index * laneHeight, x, { from, to }))}
${when(from < start, () => html`<line class="edge" x1="${x(start)}" x2="${x(start)}" y1="${size.top - 4}" y2="${height - size.bottom + 4}"/>`)}
${timeTicks(from, to, 6).map((time) => html`<line class="notch" x1="${x(time)}" x2="${x(time)}" y1="${height - size.bottom + 2}" y2="${height - size.bottom + 7}"/><text class="tick" x="${x(time)}" y="${height - 6}" text-anchor="middle">${tickText(time, to - from)}</text>`)}
</svg></div>
<figcaption>${key('covered', 'covered')}${key('gap', 'gap: deliveries before and after')}${key('unknown', 'unknown')}${when(
    holes.some((hole) => hole.state === 'partial'),
    () => key('partial', 'partly recorded'),
  )}<span class="aside">UTC${when(from < start, () => html`; left of the line: the lookback`)}${when(lanes.length > maxLanes, () => html`; ${plural(lanes.length - maxLanes, 'more row')} in the list`)}</span></figcaption>
</figure>`
}

export const key = (state: string, text: string): Markup =>
  html`<span class="key"><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="c-${state}" width="10" height="10" rx="2"/></svg>${text}</span>`

function laneMarkup(
  lane: Lane,
  y: number,
  x: (time: number) => number,
  { from, to }: { readonly from: number; readonly to: number },
): Markup {
  const box = (a: number, b: number) =>
    html`x="${x(a)}" y="${y + 2}" width="${Math.max(2, Math.round((x(b) - x(a)) * 10) / 10)}" height="${laneHeight - 4}" rx="2"`
  return html`<text class="lane" x="${size.left - 8}" y="${y + 14}" text-anchor="end">${laneText(lane)}</text><rect class="c-covered" ${box(from, to)}/>${lane.holes
    .filter((hole) => hole.to > from)
    .map(
      (hole) =>
        html`<rect class="c-${hole.state}" ${box(Math.max(from, hole.from), Math.min(to, hole.to))}><title>${hole.state}: ${isoTime(hole.from)} to ${isoTime(hole.to)}</title></rect>`,
    )}\n`
}

function laneText({ account, region, classes }: Lane): string {
  const shown = classes.includes('*') ? '' : classes.length > 2 ? `${classes.length} classes` : shortClasses(classes)
  return [account === '*' ? 'all accounts' : account, region === '*' ? 'all Regions' : region, shown]
    .filter((part) => part !== '')
    .join(' · ')
}

/** `management:read + write`. */
const shortClasses = ([first = '', second]: readonly string[]): string => {
  if (second === undefined) return first
  const [group = '', name = ''] = second.split(':')
  return first.startsWith(`${group}:`) ? `${first} + ${name}` : `${first} + ${second}`
}

/** One for each account, Region and set of classes that lack the same times. */
function lanesOf(coverage: Coverage): Lane[] {
  const byClass = new Map<string, Lane>()
  for (const { account, region, eventClass, from, to, state } of coverage.gaps) {
    const name = JSON.stringify([account, region, eventClass])
    const lane = byClass.get(name) ?? { account, region, classes: [eventClass], holes: [] }
    lane.holes.push({ from: milliseconds(from), to: milliseconds(to), state })
    byClass.set(name, lane)
  }
  const alike = new Map<string, Lane>()
  for (const lane of byClass.values()) {
    const name = JSON.stringify({ ...lane, classes: [] })
    const known = alike.get(name)
    alike.set(name, { ...lane, classes: [...(known?.classes ?? []), ...lane.classes] })
  }
  return [...alike.values()]
}

const missing = (lane: Lane): number => lane.holes.reduce((sum, hole) => sum + hole.to - hole.from, 0)
