/** Which times of a cell checked digests speak for. */

import { hour, milliseconds } from '../time.ts'
import type { Attestation, CoverageFacts } from './coverage-facts.ts'
import { type Cell, isManagement, keyOf } from './coverage-place.ts'
import { both, inOrder, type Span, within } from './coverage-spans.ts'

export type AttestedSpan = Span & { readonly state: Attestation['state'] }

interface AttestedPlace {
  readonly trails: ReadonlySet<string>
  readonly classes: ReadonlySet<string> | undefined
  readonly spans: AttestedSpan[]
}

interface AttestedJudge {
  readonly spans: (cell: Cell, whole: Span, recorded: boolean) => AttestedSpan[]
  /**
   * The parts of these spans in which no trail can have changed what it records without the lake knowing: a call that does is
   * logged in the account and home Region of the trail, of which nothing is missing then, nor in the hour before. Which account an
   * organisation's trail belongs to is not known.
   */
  readonly unchanged: (cell: Cell, attested: readonly Span[]) => readonly Span[]
}

/**
 * A digest attests what its trail delivered, and nothing of what the trail's selectors left out. So it speaks for a class that
 * its trails are known to record: their own log files showed events of it (other files, a sweep of Event history say, prove
 * nothing of a trail); or, of management events, where these and no other trails deliver; or a configured trail of the name is
 * known to record all of it (`recorded`). Of insight and network activity files it is not known whether digests list them.
 */
export function attestedJudge(facts: CoverageFacts): AttestedJudge {
  const places = new Map<string, AttestedPlace>()
  for (const { from, to, state, trails, classes, ...place } of facts.attested) {
    const key = keyOf(place)
    const known = places.get(key) ?? { trails: new Set(trails), classes: classes && new Set(classes), spans: [] }
    known.spans.push({ from: milliseconds(from), to: milliseconds(to), state })
    places.set(key, known)
  }
  const recorders = new Map<string, ReadonlySet<string>[]>()
  for (const row of facts.deliveries) {
    const place = places.get(keyOf(row))
    if (place !== undefined && (place.classes?.has(row.eventClass) ?? true))
      recorders.set(row.eventClass, [...(recorders.get(row.eventClass) ?? []), place.trails])
  }
  const seen = new Set(facts.deliveries.map((row) => `${keyOf(row)} ${row.eventClass}`))
  const names = (facts.inventory?.trails ?? []).map(({ name }) => `/${name}`)
  const isRecorded = (cell: Cell, { trails, classes }: AttestedPlace, recorded: boolean): boolean =>
    (classes?.has(cell.eventClass) ?? seen.has(`${keyOf(cell)} ${cell.eventClass}`)) ||
    (recorded && names.some((name) => [...trails].some((trail) => trail.endsWith(name)))) ||
    // Which buckets, functions and tables are recorded may differ from Region to Region.
    (isManagement(cell.eventClass) &&
      (recorders.get(cell.eventClass) ?? []).some((others) => [...others].every((trail) => trails.has(trail))))
  const spans: AttestedJudge['spans'] = (cell, whole, recorded) => {
    const place = places.get(keyOf(cell))
    if (place === undefined || !(isManagement(cell.eventClass) || cell.eventClass.startsWith('data:'))) return []
    if (!isRecorded(cell, place, recorded)) return []
    return place.spans.flatMap((span) => within(whole, span))
  }
  return {
    spans,
    unchanged(cell, attested) {
      let common = attested
      for (const trail of places.get(keyOf(cell))?.trails ?? []) {
        const [account = '', region = ''] = trail.split('/')
        const home = inOrder(places.get(keyOf({ account, region }))?.spans ?? [])
        common = both(
          common,
          home.flatMap(({ from, to }) => (from + hour < to ? [{ from: from + hour, to }] : [])),
        )
      }
      return common
    },
  }
}
