import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Row } from '../ports.ts'
import { analyze } from '../sql/compile.ts'
import { orderingColumns } from '../sql/ordering.ts'
import { createSettler } from './row-order.ts'

const columns = ['time', 'name', 'count']
function settleRows(
  rows: readonly Row[],
  columns: readonly string[],
  sortedBy: readonly string[] | undefined,
  most = 100,
) {
  const settler = createSettler({ columns, sortedBy, most })
  const settled = rows.flatMap((one) => settler.add([one]))
  return [...settled, ...settler.end()]
}
const row = (time: string, name: string | null, count: number) => ({ time, name, count })

describe('rows in a fixed order', () => {
  test('keep the order of the query; those of equal rank go by their columns from left to right', () => {
    const rows = [row('2', 'b', 1), row('2', null, 10), row('2', 'b', 0), row('1', 'a', 5)]
    expect(settleRows(rows, columns, ['time'])).toEqual([rows[1], rows[2], rows[0], rows[3]])
  })

  test('of a query that orders nothing are the same however they came', () => {
    const cell = fc.record({ time: fc.constantFrom('1', '2'), name: fc.option(fc.string()), count: fc.integer() })
    fc.assert(
      fc.property(fc.array(cell), fc.infiniteStream(fc.nat()), (rows, numbers) => {
        const shuffled = [...rows]
        for (let at = shuffled.length - 1; at > 0; at--) {
          const other = (numbers.next().value as number) % (at + 1)
          const [a, b] = [shuffled[at]!, shuffled[other]!]
          shuffled[at] = b
          shuffled[other] = a
        }
        expect(settleRows(shuffled, columns, [])).toEqual(settleRows(rows, columns, []))
      }),
    )
  })

  test('stay as they came where the order of the query cannot be told', () => {
    const rows = [row('2', 'b', 1), row('1', 'a', 0)]
    expect(settleRows(rows, columns, undefined)).toEqual(rows)
  })
})

test('more rows of equal rank than fit stay as they came, and the next rank is settled again', () => {
  const rows = [row('2', 'c', 1), row('2', 'b', 2), row('2', 'a', 3), row('1', 'b', 4), row('1', 'a', 5)]
  const counts = (most: number) => settleRows(rows, columns, ['time'], most).map(({ count }) => count)
  expect([counts(2), counts(3)]).toEqual([
    [1, 2, 3, 5, 4],
    [3, 2, 1, 5, 4],
  ])
})

describe('the columns a query orders by', () => {
  test.each([
    ['SELECT eventName, eventTime FROM cloudtrail_logs', []],
    ['SELECT eventName, eventTime FROM cloudtrail_logs ORDER BY eventTime DESC, eventName', ['eventTime', 'eventName']],
    [
      'SELECT eventName AS name, count(*) AS calls FROM cloudtrail_logs GROUP BY eventName ORDER BY 2 DESC, name',
      ['calls', 'name'],
    ],
    ['SELECT eventName, count(*) AS calls FROM cloudtrail_logs GROUP BY eventName ORDER BY count(*) + 1', undefined],
    ['SELECT eventName FROM cloudtrail_logs ORDER BY eventTime', undefined],
  ])('%s', (sql, expected) => {
    const { query } = analyze(sql)
    expect(orderingColumns(query!)).toEqual(expected)
  })
})
