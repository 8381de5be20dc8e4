import { expect, test } from 'vitest'
import { factsOf } from '../../../test/support/deliveries.ts'
import { judgeCoverage } from './coverage.ts'
import type { CoverageFacts } from './coverage-facts.ts'

const account = '111122223333'
const region = 'us-east-1'
const span = { from: '2026-01-31T09:00:00Z', to: '2026-01-31T12:00:00Z' }
const events = ['08', '09', '10', '11', '12'].flatMap((hour) =>
  ['00', '15', '30', '45', '59'].flatMap((minute) =>
    ['management:read', 'management:write'].map((eventClass) => ({
      account,
      region,
      eventClass,
      time: `2026-01-31T${hour}:${minute}:00Z`,
    })),
  ),
)
const removed: CoverageFacts['damaged'] = [
  { account: null, region: null, from: span.from, to: '2026-01-31T11:00:00Z', reason: 'Removed.', removed: true },
]
const history: CoverageFacts['history'] = {
  only: false,
  attributes: [],
  places: [{ account, region, spans: [span], failed: [] }],
}
const attested: CoverageFacts['attested'] = [{ account, region, ...span, state: 'verified', trails: ['all'] }]

test.each<[string, Partial<CoverageFacts>]>([
  ['deliveries', {}],
  ['a sweep of Event history', { history }],
  ['a sweep of Event history alone', { history: { ...history, only: true } }],
  ['digests', { attested }],
])('a time whose events were removed is a gap, whatever %s say of it', (_, others) => {
  const scope = { window: span, accounts: [], regions: [region] }
  expect(judgeCoverage(factsOf(events, others), scope, []).complete).toBe(true)
  const coverage = judgeCoverage(factsOf(events, { ...others, damaged: removed }), scope, [])
  expect(coverage.complete).toBe(false)
  expect(coverage.through).toBeNull()
  expect(
    coverage.gaps.map(({ from, to, state, reason }) => [from.slice(11, 16), to.slice(11, 16), state, reason]),
  ).toEqual([
    ['09:00', '11:00', 'gap', 'Removed.'],
    ['09:00', '11:00', 'gap', 'Removed.'],
  ])
})
