import type { Row } from '../core/ports.ts'
import { fittingSteps, isExpired } from '../core/run/exclusions.ts'
import { contextOf, doubt, type RunState } from './state.ts'

/**
 * A test for rows of a step that are known and accepted. An exclusion holds until its day; one that cannot be evaluated
 * excludes nothing.
 */
export function excluder(state: RunState, step: string): (row: Row) => boolean {
  const now = state.effects.clock.now()
  const own = (state.plan.exclusions ?? []).filter(
    (exclusion) => fittingSteps(exclusion, state.plan).includes(step) && !isExpired(exclusion, now),
  )
  if (own.length === 0) return () => false
  return (row) =>
    own.some((exclusion) => {
      const told = state.effects.expressions.test(exclusion.match, contextOf(state, row))
      if (told.ok) return told.value
      doubt(state, {
        code: 'condition',
        step,
        message: `An exclusion of ${exclusion.owner} could not be evaluated and had no effect: ${told.reason}`,
      })
      return false
    })
}
