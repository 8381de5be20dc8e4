/** Buckets, functions and tables whose data events are missing while others of the same class are here. */
import { day } from '../time.ts'
import type { CoverageFacts, Deliveries } from './coverage-facts.ts'
import { type Cell, keyOf } from './coverage-place.ts'
import { brokenRhythm, edgedPauses } from './coverage-rhythm.ts'
import { type OpenHole, type Span, within } from './coverage-spans.ts'

/**
 * Those that fell silent against their own past, and those that the inventory names and nobody saw for a day. A trail whose selectors lost one of
 * them says so in its own events; this is for lakes without these.
 */
export function resourceJudge(facts: CoverageFacts): (cell: Cell, whole: Span, bounds: Span) => OpenHole[] {
  const seen = new Map<string, { arn: string; row: Deliveries }[]>()
  for (const row of facts.deliveries) {
    const [eventClass, arn] = row.eventClass.split(' ')
    if (arn === undefined) continue
    const key = `${keyOf(row)} ${eventClass}`
    seen.set(key, [...(seen.get(key) ?? []), { arn, row }])
  }
  const known = new Set(facts.deliveries.map(({ account, eventClass }) => `${account} ${eventClass}`))
  return (cell, whole, bounds) => {
    const named = facts.inventory?.accounts.find(({ id }) => id === cell.account)?.resources ?? []
    const tell = (spans: readonly Span[], reason: string): OpenHole[] =>
      spans.flatMap((span) => within(whole, { ...span, state: 'partial' as const, reasons: [reason] }))
    const silent = (seen.get(`${keyOf(cell)} ${cell.eventClass}`) ?? []).flatMap(({ arn, row }) => {
      const pauses = edgedPauses(row, bounds)
      return [
        ...tell(
          brokenRhythm(row, pauses),
          `No events of ${arn} were delivered here, which its own past speaks against.`,
        ),
        ...tell(
          named.includes(arn) ? pauses.filter(({ from, to }) => to - from > day) : [],
          `No events of ${arn}, which the inventory names, were delivered for more than a day.`,
        ),
      ]
    })
    const missing = named.filter((arn) => isOf(arn, cell) && !known.has(`${cell.account} ${cell.eventClass} ${arn}`))
    return [
      ...silent,
      ...missing.flatMap((arn) =>
        tell([whole], `The ${facts.holder ?? 'lake'} holds no events of ${arn}, which the inventory names.`),
      ),
    ]
  }
}

/** `arn:aws:s3:::my-bucket` names no region: it may lie in any. */
function isOf(arn: string, { eventClass, region }: Cell): boolean {
  const [, , service, place = ''] = arn.split(':')
  return eventClass === `data:${service}` && (place === '' || region === '*' || place === region)
}
