import { expect, test } from 'vitest'
import { heldOn } from './hold.ts'
import { emptyManifest, type Hold } from './manifest.ts'

const [mine, other] = ['111122223333', '444455556666']

const hold = (members: Partial<Hold>): Hold => ({
  name: 'case-17',
  from: '2026-01-30',
  to: '2026-01-30',
  accounts: [],
  reason: 'case 17',
  by: 'os:alice@laptop',
  at: '2026-02-10T12:00:00Z',
  ...members,
})

test.each<[string, Partial<Hold>[], 'all' | string[]]>([
  ['none', [], []],
  ['a day before', [{ to: '2026-01-29' }], []],
  ['a day after', [{ from: '2026-01-31', to: null }], []],
  ['its first and last day', [{ from: '2026-01-30', to: '2026-01-30' }], 'all'],
  ['no bounds', [{ from: null, to: null }], 'all'],
  ['accounts together', [{ accounts: [mine] }, { accounts: [other, mine] }], [mine, other]],
  ['all accounts beat some', [{ accounts: [mine] }, {}], 'all'],
])('whose events of a day are held: %s', (_, holds, expected) => {
  expect(heldOn('2026-01-30', { ...emptyManifest, holds: holds.map(hold) })).toEqual(expected)
})
