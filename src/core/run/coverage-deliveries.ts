/** Which time of a cell its deliveries speak for, which may be inferred, and what is left. */
import { hour, isoTime, milliseconds, second } from '../time.ts'
import { globalNote } from './coverage-cells.ts'
import type { CoverageFacts, Deliveries } from './coverage-facts.ts'
import { type Cell, isManagement, keyOf, placeOf } from './coverage-place.ts'
import { resourceJudge } from './coverage-resources.ts'
import {
  edgedPauses,
  hasRhythm,
  hourOf,
  inferableUpTo,
  pausesOf,
  silentPart,
  unheardOf,
  usualSilence,
} from './coverage-rhythm.ts'
import { inOrder, type OpenHole, type Span, within, without } from './coverage-spans.ts'

/** Any management event shows that management events were delivered; of other classes only their own do. */
const groupOf = (eventClass: string): string => (isManagement(eventClass) ? 'management' : eventClass)

/** Deliveries of one account and region, over all of the lake. */
interface Line {
  /** The first and the last time of which anything is known. */
  readonly bounds: Span
  readonly silent: readonly Span[]
  readonly inferred: readonly Span[]
}

export interface CellDeliveries {
  /** Times of which deliveries say nothing; a digest may. */
  readonly holes: readonly OpenHole[]
  /** Times of the class while others were delivered: trails may have left it out, which only their own events tell. */
  readonly ofClass: readonly OpenHole[]
  /** Times of one bucket, function or table: trails may have left it out. */
  readonly ofResources: readonly OpenHole[]
  readonly inferred: readonly Span[]
}

export interface DeliveryJudge {
  readonly isClassSeen: (cell: Cell) => boolean
  /** Some event of the class, or of its whole group, lies in the span. Of less than an hour nothing is known. */
  readonly hasEvents: (cell: Cell, span: Span, whole: 'class' | 'group') => boolean
  /** `recorded`: the trail is known to record all events of the class, so that deliveries of others speak for it too. */
  readonly judge: (cell: Cell, whole: Span, recorded: boolean) => CellDeliveries
}

export function deliveryJudge(facts: CoverageFacts): DeliveryJudge {
  const { holder = 'lake' } = facts
  const byKey = new Map(facts.deliveries.map((row) => [`${keyOf(row)} ${row.eventClass}`, row]))
  const places = new Set(facts.deliveries.map(keyOf))
  const delivered = new Map(facts.delivered.map((row) => [keyOf(row), milliseconds(row.at)]))
  const deliveriesOf = (cell: Cell, eventClass: string) => byKey.get(`${keyOf(cell)} ${eventClass}`)

  const firstOf = (row: Deliveries): number => milliseconds(row.first)
  const lastOf = (row: Deliveries): number => milliseconds(row.last)
  /** The last event, or a delivery soon after it: the trail delivered, and there was nothing more. */
  const endOf = (row: Deliveries): number => {
    const delivery = delivered.get(keyOf(row)) ?? -Infinity
    const soon = hasRhythm(row) ? usualSilence(row) : hour
    return Math.max(lastOf(row) + second, delivery <= lastOf(row) + soon ? delivery : -Infinity)
  }
  const groups = facts.deliveries.filter(
    (row) => groupOf(row.eventClass) === row.eventClass && !row.eventClass.includes(' '),
  )
  const lake = {
    from: Math.min(...groups.map(firstOf)),
    to: Math.max(...groups.map(lastOf)) + second,
  }

  const lines = new Map<Deliveries, Line>()
  const lineOf = (row: Deliveries): Line => {
    const known = lines.get(row)
    if (known !== undefined) return known
    const [first, last, end] = [firstOf(row), lastOf(row), endOf(row)]
    const spare = hasRhythm(row) ? usualSilence(row) : 0
    const isEarly = first - lake.from < spare || hourOf(lake.from) === hourOf(first)
    const isLate = lake.to - end < spare || lake.to <= hourOf(last) + hour
    const pauses = pausesOf(row)
    const inferable = inferableUpTo(pauses)
    const silent: Span[] = []
    const inferred: Span[] = []
    for (const pause of pauses) {
      const part = silentPart(pause, row)
      if (part !== undefined) (pause.to - pause.from <= inferable ? inferred : silent).push(part)
    }
    const line = {
      bounds: { from: isEarly ? lake.from : first, to: isLate ? Math.max(lake.to, end) : end },
      silent,
      inferred,
    }
    lines.set(row, line)
    return line
  }

  const resourceHoles = resourceJudge(facts)

  const judge: DeliveryJudge['judge'] = (cell, whole, recorded) => {
    const place = placeOf(cell)
    if (!places.has(keyOf(cell))) return nothing(whole, `The ${holder} holds nothing of ${place}${globalNote(cell)}.`)
    const own = deliveriesOf(cell, cell.eventClass)
    const management = deliveriesOf(cell, 'management')
    const viaManagement = recorded && management !== undefined
    if (own === undefined && !viaManagement)
      return nothing(
        whole,
        `The ${holder} holds no ${cell.eventClass} event of ${place}; the trail may not record them.`,
      )
    const group = (viaManagement ? management : deliveriesOf(cell, groupOf(cell.eventClass))) ?? own!
    const { bounds, silent, inferred } = lineOf(group)
    const kind = `${group.eventClass} events`
    const holes: OpenHole[] = [
      ...within(whole, {
        from: -Infinity,
        to: bounds.from,
        state: 'unknown' as const,
        reasons: [`The ${holder}'s ${kind} of ${place} begin at ${isoTime(bounds.from)}.`],
      }),
      ...within(whole, {
        from: bounds.to,
        to: Infinity,
        state: 'unknown' as const,
        reasons: [`The ${holder}'s ${kind} of ${place} end at ${isoTime(bounds.to)}.`],
      }),
      ...silent.flatMap((span) =>
        within(whole, {
          ...span,
          state: 'gap' as const,
          reasons: [`No ${kind} of ${place} were delivered here, though there are some before and after.`],
        }),
      ),
    ]
    // Its own events show it as well as the others do.
    const shown = viaManagement && own !== undefined ? spokenFor(lineOf(own)) : []
    const ofClass: OpenHole[] = []
    if (own !== undefined && own !== group && hasRhythm(group))
      for (const span of missingOf(own, bounds)) {
        const parts = without(span, silent)
        // Beside a gap of the whole group the rest is too short to say more.
        for (const part of parts.filter(({ from, to }) => to - from === span.to - span.from || to - from >= hour))
          ofClass.push(
            ...within(whole, {
              ...part,
              state: 'gap' as const,
              reasons: [`No ${own.eventClass} events of ${place} were delivered here, though others were.`],
            }),
          )
      }
    return {
      holes: holes.flatMap((hole) => without(hole, shown)),
      ofClass,
      ofResources: resourceHoles(cell, whole, bounds),
      inferred: inferred.flatMap((span) => within(whole, span)),
    }
  }

  return {
    isClassSeen: (cell) => deliveriesOf(cell, cell.eventClass) !== undefined,
    hasEvents(cell, span, whole) {
      const row = deliveriesOf(cell, whole === 'group' ? groupOf(cell.eventClass) : cell.eventClass)
      if (row === undefined || span.to - span.from < hour) return false
      if (lastOf(row) < span.from || firstOf(row) >= span.to) return false
      return !pausesOf(row).some((pause) => pause.from < span.from && pause.to >= span.to)
    },
    judge,
  }
}

const spokenFor = ({ bounds, silent, inferred }: Line): Span[] => without(bounds, inOrder([...silent, ...inferred]))

const nothing = (whole: Span, reason: string): CellDeliveries => ({
  holes: [{ ...whole, state: 'unknown', reasons: [reason] }],
  ofClass: [],
  ofResources: [],
  inferred: [],
})

/**
 * Pauses of one class while others were delivered. Trails that leave out reading calls are common, so that an hour without any is
 * taken for missing; of other classes only a pause that is much longer than any other.
 */
function missingOf(own: Deliveries, bounds: Span): Span[] {
  const all = edgedPauses(own, bounds)
  const inferable = inferableUpTo(pausesOf(own))
  const suspects = own.eventClass === 'management:read' ? all : unheardOf(all)
  return suspects.filter(({ from, to }) => to - from > inferable).flatMap((pause) => silentPart(pause, own) ?? [])
}
