import type { Cell, Row } from '../ports.ts'
import { canonicalJson, digestOf } from './canonical.ts'
import { type Severity, severityRank } from './severity.ts'

/** How many event ids a finding lists; `count` counts on. */
const maxEventIds = 100

type FindingUnit = 'row' | 'key' | 'step'

export interface Finding {
  readonly fingerprint: string
  readonly severity: Severity
  readonly title: string
  readonly runbook: string
  readonly step: string
  /** Rows that are this finding. */
  readonly count: number
  readonly eventIds: readonly string[]
  /** Event ids beyond the listed ones exist. */
  readonly moreEventIds: boolean
  readonly key: Row
  /** The first row of the highest severity: the one that title and severity speak of. */
  readonly row: Row
  /** Why the condition could not be evaluated; the finding is kept all the same. */
  readonly error?: string
  /** Where it was seen, when several connections were asked. */
  readonly connections?: readonly string[]
}

/** One row that its runbook calls a finding. */
export interface Sighting {
  readonly severity: Severity
  readonly title: string
  readonly key: Row
  readonly row: Row
  readonly error?: string
}

/**
 * The name under which the same finding is recognised next time: SHA-256 (hex) over the canonical JSON of
 * runbook, step, and the key's names and values.
 */
export const fingerprint = (runbook: string, step: string, key: Row): string =>
  digestOf(canonicalJson([runbook, step, key]))

/** A column of a row by name; names of SQL columns do not differ by case. */
export function cellOf(row: Row, column: string): Cell | undefined {
  if (Object.hasOwn(row, column)) return row[column]
  const lower = column.toLowerCase()
  const name = Object.keys(row).find((candidate) => candidate.toLowerCase() === lower)
  return name === undefined ? undefined : row[name]
}

/**
 * What tells one finding from another: the named columns; of `row` the event's id (the whole row where the query gives none);
 * of `step` nothing, so that all its rows are one finding. Absent columns count as null.
 */
export function findingKey(per: FindingUnit, columns: readonly string[], row: Row): Row {
  if (per === 'key') return pick(row, columns)
  if (per === 'step') return {}
  const eventId = cellOf(row, 'eventID')
  const own: Row = typeof eventId === 'string' ? { eventID: eventId } : row
  return { ...own, ...pick(row, columns) }
}

export const pick = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(columns.map((column) => [column, cellOf(row, column) ?? null]))

/** Ids from a column `eventID` or an array `eventIDs`. */
export function eventIdsOf(row: Row): readonly string[] {
  const many = cellOf(row, 'eventIDs')
  const one = cellOf(row, 'eventID')
  return [...(Array.isArray(many) ? many : []), one].filter((id): id is string => typeof id === 'string')
}

/** Sightings of one key become one finding, in the order of their first sighting. */
export function mergeSightings(runbook: string, step: string, sightings: Iterable<Sighting>): readonly Finding[] {
  const merged = new Map<string, Finding & { ids: Set<string> }>()
  for (const sighting of sightings) {
    const print = fingerprint(runbook, step, sighting.key)
    const known = merged.get(print)
    const ids = known?.ids ?? new Set<string>()
    for (const id of eventIdsOf(sighting.row)) ids.add(id)
    const leads = known === undefined || severityRank(sighting.severity) > severityRank(known.severity)
    const lead = leads ? sighting : known
    const error = known?.error ?? sighting.error
    merged.set(print, {
      fingerprint: print,
      severity: lead.severity,
      title: lead.title,
      runbook,
      step,
      count: (known?.count ?? 0) + 1,
      eventIds: [],
      moreEventIds: false,
      key: sighting.key,
      row: lead.row,
      ...(error !== undefined && { error }),
      ids,
    })
  }
  return [...merged.values()].map(({ ids, ...finding }) => ({
    ...finding,
    eventIds: [...ids].slice(0, maxEventIds),
    moreEventIds: ids.size > maxEventIds,
  }))
}

/**
 * Findings of several runs: those of one fingerprint become one, which speaks as the most severe of them. Runs may see
 * the same events, so counts are added only where the runs have no event in common.
 */
export function mergeFindings(findings: Iterable<Finding>): readonly Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const known = merged.get(finding.fingerprint)
    merged.set(finding.fingerprint, known === undefined ? finding : joined(known, finding))
  }
  return [...merged.values()]
}

function joined(a: Finding, b: Finding): Finding {
  const lead = severityRank(b.severity) > severityRank(a.severity) ? b : a
  const ids = new Set([...a.eventIds, ...b.eventIds])
  const apart = ids.size === a.eventIds.length + b.eventIds.length && ids.size > 0
  const connections = [...new Set([...(a.connections ?? []), ...(b.connections ?? [])])]
  return {
    ...lead,
    ...(connections.length > 0 && { connections }),
    count: apart ? a.count + b.count : Math.max(a.count, b.count),
    eventIds: [...ids].slice(0, maxEventIds),
    moreEventIds: a.moreEventIds || b.moreEventIds || ids.size > maxEventIds,
  }
}

/** The most severe first; equals keep their order. */
export const bySeverity = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => severityRank(b.severity) - severityRank(a.severity))
