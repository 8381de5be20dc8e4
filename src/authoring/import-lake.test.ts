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
