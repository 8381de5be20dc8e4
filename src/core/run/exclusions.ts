/** Which steps an exclusion speaks of: known before anything runs, so that one that fits nowhere is a mistake. */
import { celReferences } from '../runbook/cel.ts'
import { parseCel } from '../runbook/cel-language.ts'
import type { Runbook } from '../runbook/schema.ts'
import type { Exclusion } from '../runbook/schema-case.ts'
import { isoTime, milliseconds } from '../time.ts'
import type { PreparedQuery } from './plan.ts'

export interface ExclusionSubject {
  readonly runbook: Runbook
  readonly queries: ReadonlyMap<string, Pick<PreparedQuery, 'columns'>>
}

/**
 * The ids of the steps whose rows it may take out: those with a `finding`, or the one that it names, when their queries
 * output every column that `match` names. Empty for another runbook.
 */
export function fittingSteps(exclusion: Exclusion, { runbook, queries }: ExclusionSubject): readonly string[] {
  if (exclusion.runbook !== runbook.id) return []
  const wanted = columnsOf(exclusion.match)
  return runbook.steps.flatMap((step) => {
    if (step.kind !== 'query') return []
    const meant = exclusion.step === undefined ? step.finding !== undefined : exclusion.step === step.id
    const names = queries.get(step.id)?.columns.map((column) => column.name) ?? []
    return meant && wanted.every((name) => names.includes(name)) ? [step.id] : []
  })
}

/** From its day on an exclusion has no effect. `now` is milliseconds since 1970. */
export const isExpired = (exclusion: Exclusion, now: number): boolean =>
  isoTime(milliseconds(exclusion.expires)) <= isoTime(now)

/** Columns that the expression names as `row.x`. */
function columnsOf(match: string): readonly string[] {
  const parsed = parseCel(match)
  return 'code' in parsed ? [] : [...(celReferences(parsed.ast).get('row') ?? [])]
}
