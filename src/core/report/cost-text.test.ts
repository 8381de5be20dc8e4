import { expect, test } from 'vitest'
import { costOf } from '../run/cost.ts'
import { costText } from './words.ts'

const scan = { what: 'scan', amount: 1e9, usd: 0.005 } as const

test.each([
  ['of queries alone', [scan, scan], '$0.01 by list prices, an estimate'],
  [
    'of which a part was for coverage',
    [scan, { ...scan, for: 'coverage' } as const, { what: 'list', amount: 2, usd: 0.00001, for: 'coverage' } as const],
    '$0.01 by list prices, an estimate; $0.005 of it to find out what the events cover',
  ],
])('a cost %s', (_, charges, text) => {
  expect(costText(costOf(charges)!)).toBe(text)
})
