import type { Scope } from '../ports.ts'
import type { Coverage, CoverageGap } from './coverage.ts'

const nobodyLooked = 'Nothing tells which events this table should hold.'

/** Of a table that nobody looks after nothing is known: an empty answer proves nothing. */
export function unknownCoverage({ window }: Scope, lacking: readonly string[] = []): Coverage {
  const anywhere = { account: '*', region: '*', eventClass: '*', ...window }
  const gaps: CoverageGap[] = [{ ...anywhere, state: 'unknown', reason: nobodyLooked }]
  if (lacking.length > 0) gaps.push({ ...anywhere, state: 'partial', reason: `The table lacks ${lacking.join(', ')}.` })
  return { complete: false, basis: 'none', through: null, window, gaps }
}

/**
 * What a connection without a ledger says of itself stays true however its events are counted, but for the sentence that nobody
 * looked; of one with a ledger only what is there in part.
 */
export const standingGaps = ({ basis, gaps }: Coverage): readonly CoverageGap[] =>
  gaps.filter(({ state, reason }) => state === 'partial' || (basis === 'none' && reason !== nobodyLooked))
