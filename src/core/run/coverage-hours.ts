/** How many hours of a cell are in which state. */
import { hour } from '../time.ts'
import type { AttestedSpan } from './coverage-attested.ts'
import type { CellDeliveries } from './coverage-deliveries.ts'
import { type Hole, inOrder, lengthOf, type Span, within, without } from './coverage-spans.ts'

/**
 * One list of states per account, region, hour and event class: `verified` and `quiet` by a digest, `present` by deliveries,
 * `inferred` between deliveries that come like clockwork, `gap` where something is missing, `unknown` where nobody knows.
 */
export type CoverageState = 'verified' | 'quiet' | 'present' | 'inferred' | 'gap' | 'unknown'

export const coverageStates: readonly CoverageState[] = ['verified', 'quiet', 'present', 'inferred', 'gap', 'unknown']

export type StateHours = Readonly<Record<CoverageState, number>>

export function statesOf(
  whole: Span,
  {
    holes,
    seen,
    attested,
  }: {
    readonly holes: readonly Hole[]
    readonly seen: CellDeliveries
    readonly attested: readonly AttestedSpan[]
  },
): Record<CoverageState, number> {
  const missing = holes.filter(({ state }) => state !== 'partial')
  const rest = (spans: readonly Span[], others: readonly Span[]): Span[] => {
    const taken = inOrder([...missing, ...others])
    return spans.flatMap((span) => within(whole, span)).flatMap((span) => without(span, taken))
  }
  const of = (state: 'verified' | 'quiet'): Span[] =>
    rest(
      attested.filter((span) => span.state === state),
      [],
    )
  const known = attested.flatMap((span) => within(whole, span))
  const inferred = rest(seen.inferred, known)
  const lengths = {
    verified: lengthOf(of('verified')),
    quiet: lengthOf(of('quiet')),
    inferred: lengthOf(inferred),
    gap: lengthOf(holes.filter(({ state }) => state === 'gap')),
    unknown: lengthOf(holes.filter(({ state }) => state === 'unknown')),
  }
  const taken = Object.values(lengths).reduce((total, one) => total + one, 0)
  const present = Math.max(0, whole.to - whole.from - taken)
  return Object.fromEntries(
    Object.entries({ ...lengths, present }).map(([state, length]) => [state, length / hour]),
  ) as Record<CoverageState, number>
}
