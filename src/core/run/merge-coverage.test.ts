import { describe, expect, test } from 'vitest'
import type { Coverage } from './coverage.ts'
import { mergeCoverage } from './result.ts'

const hours = { verified: 0, quiet: 0, present: 10, inferred: 0.1, gap: 2, unknown: 0 }
const one: Coverage = {
  complete: false,
  basis: 'ledger',
  through: '2026-01-15T10:00:00Z',
  window: { from: '2026-01-15T00:00:00Z', to: '2026-01-16T00:00:00Z' },
  gaps: [],
  hours,
}

describe('the coverage of several runs', () => {
  test('has the hours of all of them, added up', () => {
    expect(mergeCoverage([one, { ...one, hours: { ...hours, inferred: 0.2, unknown: 24 } }]).hours).toEqual({
      verified: 0,
      quiet: 0,
      present: 20,
      inferred: 0.3,
      gap: 4,
      unknown: 24,
    })
    expect(mergeCoverage([one]).hours).toEqual(hours)
  })

  test('has none where one of them cannot tell its own', () => {
    const { hours: _, ...without } = one
    expect(mergeCoverage([one, without])).not.toHaveProperty('hours')
  })

  test('keeps what the data cannot hold', () => {
    expect(mergeCoverage([one, { ...one, limits: 'management events only' }]).limits).toBe('management events only')
  })
})
