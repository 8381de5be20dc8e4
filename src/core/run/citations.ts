import { eventIdsOf, type Finding } from './findings.ts'
import type { RunResult } from './result.ts'

interface CitingStep {
  readonly runbook: string
  readonly step: string
}

/** What cites single events, by event id. An event is seen when it stands in either map. */
export interface Citations {
  readonly findingsOf: ReadonlyMap<string, readonly Finding[]>
  /** Once for each row that cites the event. */
  readonly rowsOf: ReadonlyMap<string, readonly CitingStep[]>
}

export function citationsOf(result: RunResult): Citations {
  const findingsOf = new Map<string, Finding[]>()
  const rowsOf = new Map<string, CitingStep[]>()
  for (const finding of result.findings) for (const id of finding.eventIds) note(findingsOf, id, finding)
  for (const { runbook, steps } of result.runs)
    for (const step of steps)
      for (const row of step.rows) for (const id of eventIdsOf(row)) note(rowsOf, id, { runbook, step: step.id })
  return { findingsOf, rowsOf }
}

/** Ids that neither a finding nor a row cites. */
export const unseen = (ids: readonly string[], { findingsOf, rowsOf }: Citations): readonly string[] =>
  ids.filter((id) => !findingsOf.has(id) && !rowsOf.has(id))

/** The findings that cite any of the ids, each once. */
export const findingsCiting = (ids: readonly string[], { findingsOf }: Citations): readonly Finding[] => [
  ...new Set(ids.flatMap((id) => findingsOf.get(id) ?? [])),
]

/** Steps with a row that cites any of the ids, each once, as `runbook/step`. */
export const stepsCiting = (ids: readonly string[], { rowsOf }: Citations): readonly string[] => [
  ...new Set(ids.flatMap((id) => (rowsOf.get(id) ?? []).map(({ runbook, step }) => `${runbook}/${step}`))),
]

function note<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, [value])
  else known.push(value)
}
