import { exitCodes } from '../errors.ts'
import { type Severity, severityRank } from './severity.ts'

/** In the order in which one outweighs the next. */
export const verdicts = ['failed', 'findings', 'inconclusive', 'clear'] as const
export type Verdict = (typeof verdicts)[number]

interface Evidence {
  /** A step could not be carried out. */
  readonly failed: boolean
  readonly findings: number
  readonly doubts: number
  readonly coverageComplete: boolean
}

export interface Judgement {
  readonly verdict: Verdict
  /** Nothing was left unseen: a verdict of findings lists all there is to find. */
  readonly complete: boolean
}

/** What the evidence allows to be said. `clear` is the one claim that needs everything to be whole. */
export function judge(evidence: Evidence): Judgement {
  const complete = !evidence.failed && evidence.doubts === 0 && evidence.coverageComplete
  if (evidence.failed) return { verdict: 'failed', complete }
  if (evidence.findings > 0) return { verdict: 'findings', complete }
  return { verdict: complete ? 'clear' : 'inconclusive', complete }
}

/** One verdict over several runs. No run at all says nothing, so it is inconclusive. */
export function combine(judgements: readonly Judgement[]): Judgement {
  if (judgements.length === 0) return { verdict: 'inconclusive', complete: false }
  const verdict = verdicts.find((candidate) => judgements.some((judgement) => judgement.verdict === candidate))
  return { verdict: verdict ?? 'inconclusive', complete: judgements.every((judgement) => judgement.complete) }
}

/**
 * The process exit code of a verdict. With `failOn`, findings below that severity do not count as findings;
 * whatever else kept the answer from being complete still does.
 */
export function exitCodeOf(
  judgement: Judgement,
  findings: readonly { readonly severity: Severity }[] = [],
  failOn?: Severity,
): number {
  if (judgement.verdict !== 'findings' || failOn === undefined) return exitCodes[judgement.verdict]
  if (findings.some((finding) => severityRank(finding.severity) >= severityRank(failOn))) return exitCodes.findings
  return judgement.complete ? exitCodes.clear : exitCodes.inconclusive
}
