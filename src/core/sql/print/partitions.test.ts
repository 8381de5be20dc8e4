import { describe, expect, it } from 'vitest'
import { TrailbookError } from '../../errors.ts'
import type { Scope } from '../../ports.ts'
import { type Partitions, partitionConditions } from './partitions.ts'

const scope: Scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  earliest: '2025-12-31T23:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}
const text = (partitions: Partitions, narrowed: Partial<Scope> = {}): readonly string[] =>
  partitionConditions(partitions, {
    alias: 'e',
    scope: { ...scope, ...narrowed },
    engine: 'Athena',
    string: (value) => `'${value}'`,
  })

describe('partitions of a raw trail table', () => {
  it.each<[string, Partitions, readonly string[]]>([
    ['none', {}, []],
    ['a Region, which narrows nothing', { region: 'region' }, []],
    [
      'a day with slashes, one more on both sides',
      { day: { name: 'timestamp', format: 'yyyy/MM/dd' } },
      [`"e"."timestamp" >= '2025/12/30'`, `"e"."timestamp" <= '2026/01/03'`],
    ],
    [
      'a day with hyphens',
      { day: { name: 'dt', format: 'yyyy-MM-dd' } },
      [`"e"."dt" >= '2025-12-30'`, `"e"."dt" <= '2026-01-03'`],
    ],
    [
      'a date',
      { day: { name: 'day', format: 'date' } },
      [`"e"."day" >= DATE '2025-12-30'`, `"e"."day" <= DATE '2026-01-03'`],
    ],
    [
      'three columns over the turn of a year',
      { day: { year: 'year', month: 'month', day: 'day', format: 'text' } },
      [
        `"e"."year" IN ('2025', '2026')`,
        `CAST("e"."year" AS varchar) || '-' || lpad(CAST("e"."month" AS varchar), 2, '0') || '-' || lpad(CAST("e"."day" AS varchar), 2, '0') >= '2025-12-30'`,
        `CAST("e"."year" AS varchar) || '-' || lpad(CAST("e"."month" AS varchar), 2, '0') || '-' || lpad(CAST("e"."day" AS varchar), 2, '0') <= '2026-01-03'`,
      ],
    ],
  ])('%s', (_, partitions, conditions) => expect(text(partitions)).toEqual(conditions))

  it('narrow to the accounts of the scope', () => {
    expect(text({ account: 'account' }, { accounts: ['111122223333', '444455556666'] })).toEqual([
      `"e"."account" IN ('111122223333', '444455556666')`,
    ])
  })

  it('name years that are numbers as numbers', () => {
    expect(text({ day: { year: 'y', month: 'm', day: 'd', format: 'number' } })[0]).toBe('"e"."y" IN (2025, 2026)')
  })

  it('that are injected name all values, or those of the scope', () => {
    const partitions: Partitions = {
      account: 'account',
      region: 'region',
      injected: { account: ['111122223333', '444455556666'], region: ['us-east-1', 'eu-central-1'] },
    }
    const region = `"e"."region" IN ('us-east-1', 'eu-central-1')`
    expect(text(partitions)).toEqual([`"e"."account" IN ('111122223333', '444455556666')`, region])
    expect(text(partitions, { accounts: ['444455556666'], regions: ['eu-central-1'] })).toEqual([
      `"e"."account" IN ('444455556666')`,
      region,
    ])
  })

  it.each([
    ['no values', []],
    ['more than a query may name', Array.from({ length: 1001 }, (_, at) => String(at))],
  ])('that are injected are refused with %s', (_, values) => {
    expect(() => text({ account: 'account', injected: { account: values } })).toThrow(TrailbookError)
  })

  it.each([
    ['account', 'Name accounts with --account, or all there are under `accounts` of the connection in trailbook.yaml.'],
    ['region', 'Name all Regions there are under `regions` of the connection in trailbook.yaml.'],
  ] as const)('that are injected say how values of %s are told', (column, hint) => {
    const asked = () => text({ [column]: column, injected: { [column]: [] } })
    expect(asked).toThrow(expect.objectContaining({ hint }))
  })
})
