import { expect, test } from 'vitest'
import type { CoverageGap } from '../run/coverage.ts'
import { gapText, groupGaps } from './gaps.ts'

const gap = (part: Partial<CoverageGap> = {}): CoverageGap => {
  const whole = {
    account: '111122223333',
    region: 'us-east-1',
    eventClass: 'management:read',
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-02T00:00:00Z',
    state: 'gap' as const,
    ...part,
  }
  return { ...whole, reason: `Nothing of account ${whole.account} in ${whole.region} was delivered.`, ...part }
}

const told = (...gaps: readonly CoverageGap[]): readonly string[] => groupGaps(gaps).map(gapText)

test('one gap keeps its own words', () => {
  expect(told(gap())).toEqual([
    'management:read of account 111122223333 in us-east-1, 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z: Nothing of account 111122223333 in us-east-1 was delivered.',
  ])
})

test('gaps that differ in one respect are told together', () => {
  const accounts = ['111122223333', '444455556666']
  const regions = ['eu-west-1', 'us-east-1']
  const all = accounts.flatMap((account) =>
    regions.flatMap((region) =>
      ['management:read', 'management:write'].map((eventClass) => gap({ account, region, eventClass })),
    ),
  )
  expect(told(...all)).toEqual([
    'management:read and management:write of accounts 111122223333 and 444455556666 in eu-west-1 and us-east-1, 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z: Nothing of these accounts in these Regions was delivered.',
  ])
})

test('nothing is claimed that no gap says', () => {
  const groups = groupGaps([
    gap({ account: '111122223333', region: 'eu-west-1' }),
    gap({ account: '444455556666', region: 'us-east-1' }),
  ])
  expect(groups.map(({ accounts, regions }) => [accounts, regions])).toEqual([
    [['111122223333'], ['eu-west-1']],
    [['444455556666'], ['us-east-1']],
  ])
})

test('times that overlap are one time, others are listed', () => {
  const at = (from: string, to: string) => gap({ from: `2026-01-${from}T00:00:00Z`, to: `2026-01-${to}T00:00:00Z` })
  expect(groupGaps([at('05', '06'), at('01', '03'), at('02', '04')])[0]?.spans).toEqual([
    { from: '2026-01-01T00:00:00Z', to: '2026-01-04T00:00:00Z' },
    { from: '2026-01-05T00:00:00Z', to: '2026-01-06T00:00:00Z' },
  ])
})

test('many names are counted, and * stands for all', () => {
  const many = Array.from({ length: 300 }, (_, index) => gap({ account: String(100_000_000_000 + index) }))
  expect(told(...many)[0]).toContain('of accounts 100000000000, 100000000001 and 298 more accounts in us-east-1')
  expect(told(gap({ account: '*', region: '*', eventClass: '*', reason: 'The lake is empty.' }))).toEqual([
    'everything, 2026-01-01T00:00:00Z to 2026-01-02T00:00:00Z: The lake is empty.',
  ])
})
