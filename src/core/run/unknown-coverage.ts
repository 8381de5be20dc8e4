import type { Scope } from '../ports.ts'
import type { Coverage, CoverageGap } from './coverage.ts'

/** Of a table that nobody looks after nothing is known: an empty answer proves nothing. */
export function unknownCoverage({ window }: Scope, lacking: readonly string[] = []): Coverage {
  const anywhere = { account: '*', region: '*', eventClass: '*', ...window }
  const gaps: CoverageGap[] = [
    { ...anywhere, state: 'unknown', reason: 'Nothing tells which events this table should hold.' },
  ]
  if (lacking.length > 0) gaps.push({ ...anywhere, state: 'partial', reason: `The table lacks ${lacking.join(', ')}.` })
  return { complete: false, basis: 'none', through: null, window, gaps }
}
