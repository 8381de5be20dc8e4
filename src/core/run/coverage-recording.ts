/** What the known trails recorded of a cell, time by time. */
import type { Cell } from './coverage-place.ts'
import { type Span, within } from './coverage-spans.ts'
import type { TrailSpan } from './trail-history.ts'
import { type Recording, recordingOf } from './trail-selectors.ts'

interface Recorded extends Span {
  /** By the best of all trails; `unknown` where nothing tells. */
  readonly amount: Recording['amount'] | 'unknown'
  /** It is nothing because the trails were stopped, whatever they would have recorded. */
  readonly stopped: boolean
  readonly reasons: readonly string[]
}

export interface RecordingQuestion {
  readonly history: readonly TrailSpan[]
  readonly whole: Span
  /** Trails are configured: times without any are times in which nothing is recorded. */
  readonly configured: boolean
  readonly services: readonly string[]
}

/** Covers the whole, in order; times of trails keep their own bounds, also beyond it. */
export function recordedOf(cell: Cell, { history, whole, configured, services }: RecordingQuestion): Recorded[] {
  const own = history.filter(
    ({ accounts, regions }) =>
      (accounts === undefined || cell.account === '*' || accounts.includes(cell.account)) &&
      (regions === undefined || cell.region === '*' || regions.includes(cell.region)),
  )
  const bounds = [...new Set([-Infinity, Infinity, ...own.flatMap(({ from, to }) => [from, to])])].sort((a, b) =>
    a < b ? -1 : 1,
  )
  const recorded: Recorded[] = []
  for (let at = 1; at < bounds.length; at++) {
    const span = { from: bounds[at - 1]!, to: bounds[at]! }
    const known = own.filter(({ from, to }) => from <= span.from && to >= span.to)
    const next = { ...span, ...best(known, cell.eventClass, { configured, services }) }
    const before = recorded.at(-1)
    if (before !== undefined && isSame(before, next)) recorded[recorded.length - 1] = { ...before, to: next.to }
    else recorded.push(next)
  }
  return recorded.filter((span) => within(whole, span).length > 0)
}

const isSame = (a: Recorded, b: Recorded): boolean =>
  a.amount === b.amount && a.stopped === b.stopped && a.reasons.join() === b.reasons.join()

type Answer = Omit<Recorded, 'from' | 'to'>

const fromWorst: readonly Recorded['amount'][] = ['none', 'part', 'unknown', 'all']

const worst = (answers: readonly Answer[]): Answer =>
  answers.reduce((least, next) => (fromWorst.indexOf(next.amount) < fromWorst.indexOf(least.amount) ? next : least))

function best(
  trails: readonly TrailSpan[],
  eventClass: string,
  { configured, services }: Pick<RecordingQuestion, 'configured' | 'services'>,
): Answer {
  const none = { stopped: false, reasons: [] }
  if (trails.length === 0) {
    return configured
      ? { ...none, amount: 'none', reasons: ['The inventory names no trail for this time.'] }
      : { ...none, amount: 'unknown' }
  }
  const answerOf = ({ trail, rules, stopped, source }: TrailSpan): Answer => {
    if (stopped) return { amount: 'none', stopped, reasons: [`The trail ${trail} was stopped (${source}).`] }
    if (rules === undefined) return { ...none, amount: 'unknown' }
    const { amount, limits } = recordingOf(rules, eventClass, services)
    const reason =
      amount === 'none'
        ? `The trail ${trail} does not record ${eventClass} events (${source}).`
        : `The trail ${trail} records ${eventClass} events in part: ${limits.join('; ')} (${source}).`
    return { amount, stopped: false, reasons: amount === 'all' ? [] : [reason] }
  }
  const byTrail = new Map<string, Answer[]>()
  for (const span of trails) {
    const atMost =
      span.ceiling === undefined ? [] : [{ ...span, rules: span.ceiling, source: 'the inventory', stopped: false }]
    byTrail.set(span.key, [...(byTrail.get(span.key) ?? []), answerOf(span), ...atMost.map(answerOf)])
  }
  const answers = [...byTrail.values()].map(worst)
  for (const amount of ['all', 'part', 'unknown', 'none'] as const) {
    const such = answers.filter((answer) => answer.amount === amount)
    if (such.length > 0)
      return { amount, stopped: such.some(({ stopped }) => stopped), reasons: such.flatMap(({ reasons }) => reasons) }
  }
  return { ...none, amount: 'unknown' }
}
