/** What the runbooks saw of what really happened. */
import { eventIdsOf, type Finding } from '../core/run/findings.ts'
import type { RunResult } from '../core/run/result.ts'
import { highest, type Severity } from '../core/run/severity.ts'
import type { GroundTruth, StoryTruth } from '../simulate/ground-truth.ts'

export interface AttackSeen {
  readonly id: string
  readonly title: string
  readonly steps: number
  /** Steps of which every event is cited by a finding or stands in a row. */
  readonly seen: number
  /** Runbooks with findings that cite its events, the most telling first. */
  readonly runbooks: readonly string[]
  readonly severity: Severity | null
}

export function attacksSeen(truth: GroundTruth, result: RunResult): readonly AttackSeen[] {
  const findingsOf = new Map<string, Finding[]>()
  for (const finding of result.findings)
    for (const id of finding.eventIds) findingsOf.set(id, [...(findingsOf.get(id) ?? []), finding])
  const rows = result.runs.flatMap((run) => run.steps.flatMap((step) => step.rows))
  const shown = new Set([...rows.flatMap(eventIdsOf), ...findingsOf.keys()])
  return truth.stories.map((story) => attackSeen(story, { findingsOf, shown }))
}

function attackSeen(
  { id, title, steps }: StoryTruth,
  {
    findingsOf,
    shown,
  }: { readonly findingsOf: ReadonlyMap<string, readonly Finding[]>; readonly shown: ReadonlySet<string> },
): AttackSeen {
  const findings = [...new Set(steps.flatMap((step) => step.eventIds.flatMap((event) => findingsOf.get(event) ?? [])))]
  return {
    id,
    title,
    steps: steps.length,
    seen: steps.filter((step) => step.eventIds.every((event) => shown.has(event))).length,
    runbooks: [...new Set(findings.map((finding) => finding.runbook))],
    severity: highest(findings.map((finding) => finding.severity)) ?? null,
  }
}
