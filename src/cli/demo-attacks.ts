/** What the runbooks saw of what really happened. */
import { type Citations, citationsOf, findingsCiting, unseen } from '../core/run/citations.ts'
import type { Finding } from '../core/run/findings.ts'
import type { RunResult } from '../core/run/result.ts'
import { highest, type Severity, severityRank } from '../core/run/severity.ts'
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
  const citations = citationsOf(result)
  return truth.stories.map((story) => attackSeen(story, citations))
}

function attackSeen({ id, title, steps }: StoryTruth, citations: Citations): AttackSeen {
  const events = steps.flatMap((step) => step.eventIds)
  const findings = telling(findingsCiting(events, citations), new Set(events))
  return {
    id,
    title,
    steps: steps.length,
    seen: steps.filter((step) => unseen(step.eventIds, citations).length === 0).length,
    runbooks: [...new Set(findings.map((finding) => finding.runbook))],
    severity: highest(findings.map((finding) => finding.severity)) ?? null,
  }
}

/** The most severe first; of equals what cites more of the attack's events. */
function telling(findings: readonly Finding[], events: ReadonlySet<string>): readonly Finding[] {
  const cited = ({ eventIds }: Finding): number => eventIds.filter((id) => events.has(id)).length
  return [...findings].sort((a, b) => severityRank(b.severity) - severityRank(a.severity) || cited(b) - cited(a))
}
