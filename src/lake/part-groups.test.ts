import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupsOf } from './part-groups.ts'

const part = (rows: number, bytes = rows) => ({ path: `files/${rows}`, rows, bytes })
const limits = { rows: 100, bytes: 100 }

describe('parts that become one', () => {
  test.each([
    ['none', [], []],
    ['one small part stays', [10], []],
    ['small ones go together', [10, 20, 30], [[10, 20, 30]]],
    ['large ones stay, wherever they stand', [60, 10, 90, 20], [[10, 20]]],
    [
      'as many as fit',
      [50, 40, 30, 20],
      [
        [50, 40],
        [30, 20],
      ],
    ],
    ['one that is left over stays', [50, 50, 10], [[50, 50]]],
  ])('%s', (_, rows, expected) => {
    const groups = groupsOf(
      rows.map((count) => part(count)),
      limits,
    )
    expect(groups.map((group) => group.map((one) => one.rows))).toEqual(expected)
  })

  test('bytes count as rows do', () => {
    expect(groupsOf([part(1, 60), part(1, 10), part(1, 10)], limits)).toHaveLength(1)
    expect(groupsOf([part(1, 60), part(1, 10)], limits)).toHaveLength(0)
  })

  test('no group is larger than wanted, each part is in one at most, and their order stays', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(150), fc.nat(150))), (sizes) => {
        const parts = sizes.map(([rows, bytes]) => part(rows, bytes))
        const groups = groupsOf(parts, limits)
        for (const group of groups) {
          expect(group.length).toBeGreaterThan(1)
          expect(group.reduce((total, one) => total + one.rows, 0)).toBeLessThanOrEqual(limits.rows)
          expect(group.reduce((total, one) => total + one.bytes, 0)).toBeLessThanOrEqual(limits.bytes)
        }
        const places = groups.flat().map((one) => parts.indexOf(one))
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b))
      }),
    )
  })
})
