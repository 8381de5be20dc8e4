import type { RunResult } from '../../run/result.ts'
import { isoTime } from '../../time.ts'
import { plural } from '../text.ts'
import { type Mark, stepFor, type Timeline, timelineOf } from '../timeline.ts'
import { html, type Markup, when } from './markup.ts'

/** Drawn twice: on a narrow screen letters would be too small to read. */
interface Shape {
  readonly name: 'broad' | 'slim'
  readonly width: number
  readonly buckets: number
  readonly ticks: number
}

const shapes: readonly Shape[] = [
  { name: 'broad', width: 960, buckets: 72, ticks: 8 },
  { name: 'slim', width: 360, buckets: 24, ticks: 3 },
]
const frame = { height: 190, left: 40, right: 8, top: 12, bottom: 28 }
const marks: readonly Mark[] = ['row', 'info', 'low', 'medium', 'high', 'critical']
const names: Readonly<Record<Mark, string>> = {
  row: 'rows, no finding',
  info: 'info',
  low: 'low',
  medium: 'medium',
  high: 'high',
  critical: 'critical',
}

/** Stacked bars over time, the most severe on top; nothing where no row has a time in the window. */
export const timelineCharts = (result: RunResult): readonly Markup[] =>
  shapes.flatMap((shape) => {
    const timeline = timelineOf(result, shape.buckets)
    return timeline === undefined ? [] : [chart(timeline, shape)]
  })

function chart(timeline: Timeline, shape: Shape): Markup {
  const { from, to, step, buckets } = timeline
  const plot = { width: shape.width - frame.left - frame.right, height: frame.height - frame.top - frame.bottom }
  const ceiling = niceCeiling(Math.max(...buckets.map(total)))
  const x = (time: number): number => frame.left + ((time - from) / (to - from)) * plot.width
  const y = (count: number): number => frame.top + plot.height * (1 - count / ceiling)
  const bar = Math.max(1.5, (plot.width / buckets.length) * 0.82)
  const used = marks.filter((mark) => buckets.some((bucket) => bucket[mark] !== undefined))
  const ground = frame.height - frame.bottom
  const end = shape.width - frame.right
  const id = `timeline-${shape.name}`
  return html`<figure class="chart ${shape.name}">
<svg viewBox="0 0 ${shape.width} ${frame.height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">Rows and findings by time</title>
<desc id="${id}-desc">${description(timeline)}</desc>
${yTicks(ceiling).map((count) => html`<line class="grid" x1="${frame.left}" x2="${end}" y1="${round(y(count))}" y2="${round(y(count))}"/><text class="tick" x="${frame.left - 6}" y="${round(y(count) + 4)}" text-anchor="end">${count.toLocaleString('en-US')}</text>`)}
${timeTicks(from, to, shape.ticks).map((time) => html`<line class="notch" x1="${round(x(time))}" x2="${round(x(time))}" y1="${ground}" y2="${ground + 5}"/><text class="tick" x="${round(x(time))}" y="${frame.height - 8}" text-anchor="middle">${tickText(time, to - from)}</text>`)}
${buckets.flatMap((bucket, index) => bars(bucket, { x: x(from + index * step), width: bar, y, at: from + index * step }))}
<line class="axis" x1="${frame.left}" x2="${end}" y1="${ground}" y2="${ground}"/>
</svg>
<figcaption>${used.map((mark) => html`<span class="key"><svg class="swatch" viewBox="0 0 10 10" aria-hidden="true"><rect class="m-${mark}" width="10" height="10" rx="2"/></svg>${names[mark]}</span>`)}<span class="aside">each bar ${spanText(step)}, UTC${when(timeline.outside > 0, () => html`; ${plural(timeline.outside, 'row')} outside of the window not drawn`)}</span></figcaption>
</figure>`
}

const total = (bucket: Timeline['buckets'][number]): number =>
  Object.values(bucket).reduce((sum, count) => sum + (count ?? 0), 0)

const round = (value: number): number => Math.round(value * 10) / 10

function bars(
  bucket: Timeline['buckets'][number],
  {
    x,
    width,
    y,
    at,
  }: { readonly x: number; readonly width: number; readonly y: (count: number) => number; readonly at: number },
): readonly Markup[] {
  let base = 0
  return marks.flatMap((mark) => {
    const count = bucket[mark]
    if (count === undefined) return []
    const top = y(base + count)
    // A single finding among thousands of rows must still be seen.
    const height = Math.max(mark === 'row' ? 1 : 3, y(base) - top)
    base += count
    return [
      html`<rect class="m-${mark}" x="${round(x)}" y="${round(Math.max(0, y(base - count) - height))}" width="${round(width)}" height="${round(height)}"><title>${isoTime(at)}: ${mark === 'row' ? `${plural(count, 'row')}, no finding` : `${count} ${names[mark]}`}</title></rect>`,
    ]
  })
}

function description({ buckets, inside, from, to }: Timeline): string {
  const peak = buckets.reduce((best, bucket, index) => (total(bucket) > total(buckets[best]!) ? index : best), 0)
  const step = (to - from) / buckets.length
  return `${plural(inside, 'row')} and findings between ${isoTime(from)} and ${isoTime(to)}; the most, ${total(buckets[peak]!)}, from ${isoTime(from + peak * step)}.`
}

const niceCeiling = (most: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)))
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((value) => value >= most) ?? most
}

const yTicks = (ceiling: number): readonly number[] =>
  ceiling % 2 === 0 ? [ceiling / 2, ceiling] : ceiling === 1 ? [1] : [ceiling]

/** At most nine, at round times. */
export function timeTicks(from: number, to: number, most = 8): readonly number[] {
  const step = stepFor(to - from, most)
  const ticks: number[] = []
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) ticks.push(time)
  return ticks.filter((time) => (time - from) / (to - from) > 0.02 && (to - time) / (to - from) > 0.02)
}

const twoDays = 2 * 24 * 3600 * 1000

export const tickText = (time: number, span: number): string => {
  const iso = isoTime(time)
  return span > twoDays * 2
    ? iso.slice(0, 10)
    : span > twoDays / 2
      ? iso.slice(5, 16).replace('T', ' ')
      : iso.slice(11, 16)
}

function spanText(step: number): string {
  const minutes = step / 60_000
  if (minutes < 60) return plural(minutes, 'minute')
  return minutes < 1440 ? plural(minutes / 60, 'hour') : plural(minutes / 1440, 'day')
}
