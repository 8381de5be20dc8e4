export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

export const isSeverity = (text: unknown): text is Severity => severities.includes(text as Severity)

export const severityRank = (severity: Severity): number => severities.indexOf(severity)

/** The highest of several; undefined of none. */
export function highest(list: readonly Severity[]): Severity | undefined {
  return list.reduce<Severity | undefined>(
    (top, next) => (top === undefined || severityRank(next) > severityRank(top) ? next : top),
    undefined,
  )
}
