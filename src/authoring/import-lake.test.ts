import { expect, test } from 'vitest'
import { importLakeSql } from '../core/sql/import/lake.ts'
import { importedDraft } from './import-lake.ts'

test('the draft holds the query, its parameters, its window and its comments', () => {
  const written = `-- Calls of one address
-- Look for what it listed first.
SELECT eventname, map_keys(requestparameters) AS k
FROM $EDS_ID
WHERE sourceipaddress = '<ip>' AND eventtime > '2026-01-01 00:00:00' AND eventtime < '2026-01-15 00:00:00'`
  expect(
    importedDraft(importLakeSql(written), { id: 'calls-of-an-address', from: 'calls.sql' }),
  ).toMatchInlineSnapshot(`
    "# Imported from calls.sql, a text of CloudTrail Lake. Say what it is for, what a harmless answer looks like, and add cases.
    format: trailbook/v1
    id: calls-of-an-address
    title: Calls of one address
    severity: medium

    parameters:
      ip:
        type: ip
        description: Stood as <ip>

    scope: { window: 14d }  # The text asked for 2026-01-01T00:00:00Z to 2026-01-15T00:00:00Z: --from and --to ask so again.

    steps:
      - id: answer
        title: Calls of one address
        query: |
          -- NOT TRANSLATED: map_keys does not take (varchar).
          SELECT eventName, map_keys(requestParameters) AS k
          FROM cloudtrail_logs
          WHERE sourceIPAddress = :ip
        reading: Look for what it listed first.
    "
  `)
})

test('the name of a file stays in its comment', () => {
  const draft = importedDraft(importLakeSql('SELECT eventName FROM $EDS'), { id: 'a', from: 'x\nformat: evil\u2028y' })
  expect(draft.split('\n')[0]).toMatch(/^# Imported from x format: evil y, a text/)
})

test.each<[string, string]>([
  ['a word without an end', 'a'.repeat(20_000)],
  ['comments without an end', '/* '.repeat(6000)],
  ['marks without an end', '${'.repeat(10_000)],
  ['tables without an end', 'FROM extract('.repeat(1500)],
  ['semicolons that are not its end', `SELECT ${';'.repeat(19_000)}1`],
])('%s takes no time without an end', (_, written) => {
  const started = performance.now()
  importLakeSql(written)
  expect(performance.now() - started).toBeLessThan(5000)
})
