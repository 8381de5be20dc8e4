/** When things happened: rows of steps and findings, counted by equal spans of the window. */
import type { Row } from '../ports.ts'
import { cellOf, eventIdsOf, type Finding } from '../run/findings.ts'
import type { RunResult } from '../run/result.ts'
import { type Severity, severityRank } from '../run/severity.ts'
import { day, hour, milliseconds, minute, type Window } from '../time.ts'

/** `row` is a row that is no finding. */
export type Mark = Severity | 'row'

export interface Timeline {
  /** Milliseconds since 1970; the end is excluded. */
  readonly from: number
  readonly to: number
  readonly step: number
  readonly buckets: readonly Readonly<Partial<Record<Mark, number>>>[]
  /** Rows with a time outside of the window: of the lookback. */
  readonly outside: number
  readonly inside: number
}

const steps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  30 * day,
  90 * day,
  365 * day,
]

/** The smallest of the usual spans that parts a time into at most `most`. */
export const stepFor = (length: number, most: number): number =>
  steps.find((step) => length / step <= most) ?? Math.ceil(length / most)

const isoPattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/

/** The time of a row: of its event, else the first of its columns that is a time. */
export function timeOf(row: Row): number | undefined {
  const cell = cellOf(row, 'eventTime') ?? cellOf(row, 'event_time') ?? Object.values(row).find(isTime)
  if (!isTime(cell)) return undefined
  const time = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(cell) ? cell : `${cell.replace(' ', 'T')}Z`)
  return Number.isNaN(time) ? undefined : time
}

const isTime = (cell: unknown): cell is string => typeof cell === 'string' && isoPattern.test(cell)

/** Undefined where nothing has a time, or there is no window to draw. */
export function timelineOf(result: RunResult, mostBuckets: number): Timeline | undefined {
  const window = wholeWindow(result)
  if (window === undefined) return undefined
  const [start, to] = [milliseconds(window.from), milliseconds(window.to)]
  const step = stepFor(to - start, mostBuckets)
  const from = Math.floor(start / step) * step
  const buckets: Partial<Record<Mark, number>>[] = Array.from({ length: Math.ceil((to - from) / step) }, () => ({}))
  let [inside, outside] = [0, 0]
  for (const { time, mark } of moments(result)) {
    const bucket = buckets[Math.floor((time - from) / step)]
    if (bucket === undefined || time < start || time >= to + minute) {
      outside += 1
      continue
    }
    inside += 1
    bucket[mark] = (bucket[mark] ?? 0) + 1
  }
  return inside === 0 ? undefined : { from, to: from + buckets.length * step, step, buckets, outside, inside }
}

function wholeWindow({ runs }: RunResult): Window | undefined {
  const from = runs.map((run) => run.window.from).sort()[0]
  const to = runs
    .map((run) => run.window.to)
    .sort()
    .at(-1)
  return from === undefined || to === undefined || to <= from ? undefined : { from, to }
}

interface Moment {
  readonly time: number
  readonly mark: Mark
}

/** An event counts once, however many steps it appears in; a finding's own row counts where no step shows it. */
function* moments({ runs, findings }: RunResult): Generator<Moment> {
  const marks = severityById(findings)
  const seen = new Set<string>()
  for (const row of [
    ...runs.flatMap((run) => run.steps.flatMap((step) => step.rows)),
    ...findings.map((one) => one.row),
  ]) {
    const time = timeOf(row)
    if (time === undefined) continue
    const ids = eventIdsOf(row)
    const key = ids.length > 0 ? ids.join(' ') : JSON.stringify(row)
    if (seen.has(key)) continue
    seen.add(key)
    const severity = ids.map((id) => marks.get(id)).find((mark) => mark !== undefined)
    yield { time, mark: severity ?? 'row' }
  }
}

function severityById(findings: readonly Finding[]): ReadonlyMap<string, Severity> {
  const marks = new Map<string, Severity>()
  for (const { severity, eventIds, row } of findings) {
    for (const id of [...eventIds, ...eventIdsOf(row)]) {
      const known = marks.get(id)
      if (known === undefined || severityRank(severity) > severityRank(known)) marks.set(id, severity)
    }
  }
  return marks
}
