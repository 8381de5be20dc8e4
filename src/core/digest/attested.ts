/** What checked digests tell coverage: when nothing that was delivered is missing, and when nothing was delivered. */
import type { CoverageFacts } from '../run/coverage-facts.ts'
import { inOrder, type Span, without } from '../run/coverage-spans.ts'
import { isoTime, milliseconds, minute } from '../time.ts'
import type { PlaceVerdict } from './judge.ts'
import type { LogVerdict } from './logs.ts'

type Attested = CoverageFacts['attested']

/** Digests tell times of delivery. An event may take so long to be delivered (User Guide: about 5 minutes on average). */
const delay = 15 * minute

/**
 * Times of events for `CoverageFacts.attested`.
 *
 * A digest counts where it is valid, all its log files are, and the lake holds them (`isHeld`). Digests in a row attest from
 * the start of the first until a delivery's delay before the end of the last. Where another trail of the place has a fault,
 * or a log file that no digest lists was delivered, nothing is attested.
 *
 * @param isHeld whether the lake read the file with these bytes
 */
export function attestedBy(places: readonly PlaceVerdict[], isHeld: (log: LogVerdict) => boolean): Attested {
  return places.flatMap((place) => {
    const lost = new Set(
      place.logs.filter((log) => log.verdict !== 'valid' || !isHeld(log)).map(({ digest, path }) => digest ?? path),
    )
    const windows = place.digests.flatMap(({ from, to, logs, verdict, path }) =>
      from === null
        ? []
        : [
            {
              from: milliseconds(from),
              to: milliseconds(to),
              state: verdict !== 'valid' || lost.has(path) ? 'lost' : logs === 0 ? 'quiet' : 'verified',
            } as const,
          ],
    )
    const of = (state: 'lost' | 'quiet' | 'verified'): Span[] => inOrder(windows.filter((one) => one.state === state))
    const holes = inOrder([
      ...of('lost').map(early),
      ...place.gaps.map(({ from, to }) =>
        early({ from: from === null ? 0 : milliseconds(from), to: milliseconds(to) }),
      ),
      ...place.logs.flatMap(({ digest, delivered }) =>
        digest !== null || delivered === null
          ? []
          : [early({ from: milliseconds(delivered), to: milliseconds(delivered) + minute })],
      ),
    ])
    const busy = of('verified').map(early)
    const whole = inOrder([...of('quiet'), ...of('verified')])
      .map(late)
      .flatMap((span) => without(span, holes))
    const quiet = of('quiet')
      .map(late)
      .flatMap((span) => without(span, inOrder([...holes, ...busy])))
    const verified = whole.flatMap((span) => without(span, quiet))
    const told = (state: 'verified' | 'quiet') => (span: Span) => ({
      account: place.account,
      region: place.region,
      from: isoTime(span.from),
      to: isoTime(span.to),
      state,
    })
    return [...verified.map(told('verified')), ...quiet.map(told('quiet'))]
  })
}

/** What was delivered in the span may have happened earlier. */
const early = ({ from, to }: Span): Span => ({ from: Math.max(0, from - delay), to })

/** What happened at its end was delivered after it. */
const late = ({ from, to }: Span): Span => ({ from, to: Math.max(from, to - delay) })
