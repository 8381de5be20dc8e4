import type { ListedObject } from '../../aws/bucket.ts'
import type { LaneCursor } from './lane-cursor.ts'

/** Lanes that are asked for a page at the same time. */
const together = 16

/**
 * The objects of all lanes in turns, a day of all before the next of any, so that what is read together lies together.
 * Memory holds a page for each lane and one round of pages.
 */
export async function* byDay(lanes: readonly LaneCursor[]): AsyncGenerator<readonly ListedObject[]> {
  const days = await Promise.all(lanes.map((lane) => lane.day()))
  let open = lanes.flatMap((lane, at) => (days[at] === undefined ? [] : [{ lane, day: days[at] }]))
  while (open.length > 0) {
    const today = open.reduce((first, { day }) => (day < first ? day : first), open[0]?.day ?? '')
    let due = open.filter(({ day }) => day <= today)
    while (due.length > 0) {
      const round = due.slice(0, together)
      const taken = await Promise.all(round.map(({ lane }) => lane.take(today)))
      yield taken.flat()
      const next = await Promise.all(round.map(({ lane }) => lane.day()))
      round.forEach((entry, at) => {
        entry.day = next[at] ?? ended
      })
      due = due.filter(({ day }) => day <= today)
    }
    open = open.filter(({ day }) => day !== ended)
  }
}

/** Sorts behind every day. */
const ended = '~'
