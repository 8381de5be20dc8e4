import type { Finding } from '../run/findings.ts'

/** Findings about the very same events, the most severe first: several runbooks may look at one deed. */
export type FindingGroup = readonly [Finding, ...Finding[]]

/** In the order of the findings; those without events, or with more than they list, stand alone. */
export function bySameEvents(findings: readonly Finding[]): readonly FindingGroup[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const { eventIds, moreEventIds, fingerprint } = finding
    const key = eventIds.length === 0 || moreEventIds ? fingerprint : JSON.stringify([...eventIds].sort())
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()]
}
