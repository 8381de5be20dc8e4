import { describe, expect, test } from 'vitest'
import { contributorsOf, contributorTexts } from '../core/evidence/contributors.ts'
import { analyze } from '../core/sql/compile.ts'

const textsOf = (sql: string): readonly string[] => {
  const { query } = analyze(sql)
  return contributorTexts(sql, query!)
}

describe('the further question', () => {
  test.each([
    [
      'SELECT actor, count(*) AS calls FROM cloudtrail_logs GROUP BY actor ORDER BY calls',
      'SELECT actor, count(*) AS calls, array_sort(array_agg(DISTINCT eventID)) AS eventIDs FROM cloudtrail_logs GROUP BY actor ORDER BY calls',
    ],
    [
      'SELECT count(*) FROM cloudtrail_logs',
      'SELECT count(*), array_sort(array_agg(DISTINCT eventID)) AS eventIDs FROM cloudtrail_logs',
    ],
    ['SELECT actor FROM cloudtrail_logs', 'SELECT actor, eventID FROM cloudtrail_logs'],
    ['SELECT DISTINCT actor FROM cloudtrail_logs', undefined],
    ['WITH a AS (SELECT actor FROM cloudtrail_logs) SELECT count(*) FROM a', undefined],
    ['SELECT a.actor FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.actor = b.actor', undefined],
    ['SELECT actor FROM cloudtrail_logs UNION SELECT eventName FROM cloudtrail_logs', undefined],
  ])('of %s', (sql, expected) => {
    expect(textsOf(sql).find((text) => analyze(text).query !== undefined)).toBe(expected)
  })
})

test('rows get the ids of the row that is equal but for them, sorted, the first twenty', () => {
  const ids = Array.from({ length: 25 }, (_, at) => `id${String(24 - at).padStart(2, '0')}`)
  const rows = [
    { actor: 'a', calls: 25 },
    { actor: 'b', calls: 1 },
    { actor: 'c', calls: 1 },
  ]
  expect(
    contributorsOf(rows, [
      { actor: 'b', calls: 1, eventIDs: ['x', null] },
      { actor: 'a', calls: 25, eventIDs: ids },
    ]),
  ).toEqual([
    { row: 1, eventIDs: ids.toSorted().slice(0, 20), events: 25 },
    { row: 2, eventIDs: ['x'], events: 1 },
  ])
})
