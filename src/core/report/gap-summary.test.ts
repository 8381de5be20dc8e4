import { describe, expect, test } from 'vitest'
import type { Coverage, CoverageGap } from '../run/coverage.ts'
import { lookbackNote } from '../run/coverage.ts'
import { gapSummaryText, summariseGaps } from './gap-summary.ts'

const window = { from: '2026-01-15T00:00:00Z', to: '2026-01-16T00:00:00Z' }
const gap = (day: number, hour: number, more: Partial<CoverageGap> = {}): CoverageGap => ({
  account: '111122223333',
  region: 'us-east-1',
  eventClass: 'management:read',
  from: `2026-01-${day}T${String(hour).padStart(2, '0')}:00:00Z`,
  to: `2026-01-${day}T${String(hour + 1).padStart(2, '0')}:00:00Z`,
  state: 'gap',
  reason: 'Nothing of account 111122223333 in us-east-1 came.',
  ...more,
})
const other = { account: '444455556666', reason: 'Nothing of account 444455556666 in us-east-1 came.' }
const told = (...gaps: readonly CoverageGap[]): readonly string[] => {
  const coverage: Coverage = { complete: false, basis: 'ledger', through: null, window, gaps }
  return summariseGaps(coverage).map(gapSummaryText)
}

describe('gaps in few words', () => {
  test('are one sentence for each reason, whatever they are of', () => {
    expect(told(gap(15, 1), gap(15, 4), gap(15, 9, other))).toEqual([
      'management:read of accounts 111122223333 and 444455556666 in us-east-1, 3 times between 2026-01-15T01:00:00Z and 2026-01-15T10:00:00Z, 3 hours in all: Nothing of these accounts in us-east-1 came.',
    ])
  })

  test('count once what several runbooks lack', () => {
    const long = gap(15, 1, { to: '2026-01-15T05:00:00Z' })
    expect(told(gap(15, 1), long, gap(15, 3))).toEqual([
      'management:read of account 111122223333 in us-east-1, 2026-01-15T01:00:00Z to 2026-01-15T05:00:00Z: Nothing of account 111122223333 in us-east-1 came.',
    ])
  })

  test('tell the window before its lookback, and of that where it lies', () => {
    const before = gap(14, 1, { reason: `${lookbackNote} ${gap(14, 1).reason}` })
    expect(told(before, gap(15, 2, { reason: 'The disk was full.' }))).toEqual([
      'management:read of account 111122223333 in us-east-1, 2026-01-15T02:00:00Z to 2026-01-15T03:00:00Z: The disk was full.',
      'Before the window, where queries look back: management:read of account 111122223333 in us-east-1, 2026-01-14T01:00:00Z to 2026-01-14T02:00:00Z: Nothing of account 111122223333 in us-east-1 came.',
    ])
  })

  test('keep states apart', () => {
    expect(told(gap(15, 1), gap(15, 2, { state: 'unknown' }))).toHaveLength(2)
  })
})
