import type { Row } from '../ports.ts'
import { eventIdsOf } from '../run/findings.ts'
import type { RunbookRun } from '../run/result.ts'

/** How rows of a step are tied to the logs: by the ids of their events, or only by the query over the lake's content. */
export interface Traced {
  readonly toEvents: number
  readonly toQuery: number
}

export function traceRows(rows: Iterable<Row>, cite: (eventId: string) => void = () => {}): Traced {
  let toEvents = 0
  let toQuery = 0
  for (const row of rows) {
    const ids = eventIdsOf(row)
    for (const id of ids) cite(id)
    if (ids.length > 0) toEvents++
    else toQuery++
  }
  return { toEvents, toQuery }
}

/** Every event id that a finding names. */
export const findingIds = (run: Pick<RunbookRun, 'findings'>): readonly string[] =>
  run.findings.flatMap((finding) => finding.eventIds)
