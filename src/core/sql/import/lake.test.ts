import { describe, expect, test } from 'vitest'
import { importLakeSql } from './lake.ts'

const from = 'FROM $EDS_ID'
const here = 'FROM cloudtrail_logs'

describe('what changes', () => {
  test.each([
    ['the placeholder of a store', `SELECT eventname ${from}`, `SELECT eventName ${here}`],
    [
      'an id',
      'SELECT eventname FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 e',
      'SELECT eventName FROM cloudtrail_logs e',
    ],
    ['a mark for a store', 'SELECT eventName FROM <event_data_store_id>', `SELECT eventName ${here}`],
    ['a name that people write for an id', 'SELECT eventName FROM eds-ID', `SELECT eventName ${here}`],
    [
      'a part of a map',
      `SELECT element_at(requestparameters, 'bucketName') AS b ${from}`,
      `SELECT json_extract_scalar(requestParameters, '$.bucketName') AS b ${here}`,
    ],
    [
      'a subscript of a map',
      `SELECT requestParameters['userName'] AS b ${from}`,
      `SELECT json_extract_scalar(requestParameters, '$.userName') AS b ${here}`,
    ],
    [
      'an odd key',
      `SELECT element_at(requestParameters, 'x-amz-acl-name') AS b ${from}`,
      `SELECT json_extract_scalar(requestParameters, '$["x-amz-acl-name"]') AS b ${here}`,
    ],
    [
      'a part below',
      `SELECT json_extract_scalar(element_at(responseelements, 'credentials'), '$.accessKeyId') AS k ${from}`,
      `SELECT json_extract_scalar(responseElements, '$.credentials.accessKeyId') AS k ${here}`,
    ],
    [
      'JSON in a text',
      `SELECT json_extract(element_at(requestParameters, 'policyDocument'), '$.Statement') AS s ${from}`,
      `SELECT json_extract(json_extract_scalar(requestParameters, '$.policyDocument'), '$.Statement') AS s ${here}`,
    ],
    [
      'a list',
      `SELECT CAST(json_parse(element_at(requestParameters, 'items')) AS array(json)) AS s ${from}`,
      `SELECT CAST(json_extract(requestParameters, '$.items') AS array(json)) AS s ${here}`,
    ],
    [
      'what may be a list',
      `SELECT element_at(requestParameters, 'filterSet') AS f ${from}`,
      `SELECT coalesce(json_extract_scalar(requestParameters, '$.filterSet'), json_format(json_extract(requestParameters, '$.filterSet'))) AS f ${here}`,
    ],
    [
      'what may be a list, compared with a text',
      `SELECT 1 AS a ${from} WHERE element_at(requestParameters, 'filterSet') = 'x'`,
      `SELECT 1 AS a ${here} WHERE json_extract_scalar(requestParameters, '$.filterSet') = 'x'`,
    ],
    [
      'a member that is there',
      `SELECT 1 AS a ${from} WHERE element_at(requestParameters, 'filterSet') IS NOT NULL`,
      `SELECT 1 AS a ${here} WHERE json_extract(requestParameters, '$.filterSet') IS NOT NULL`,
    ],
    [
      'an alias',
      `SELECT e.eventname, element_at(e.requestparameters, 'userName') AS u ${from} e`,
      `SELECT e.eventName, json_extract_scalar(e.requestParameters, '$.userName') AS u ${here} e`,
    ],
    [
      'a struct',
      `SELECT useridentity.sessioncontext.sessionissuer.username ${from}`,
      `SELECT userIdentity.sessionContext.sessionIssuer.userName ${here}`,
    ],
    ['an addendum', `SELECT element_at(addendum, 'reason') AS r ${from}`, `SELECT addendum.reason AS r ${here}`],
    [
      'a boolean',
      `SELECT 1 AS a ${from} WHERE readonly = false AND managementEvent <> TRUE`,
      `SELECT 1 AS a ${here} WHERE readOnly = 'false' AND managementEvent <> 'true'`,
    ],
    [
      'a bare boolean',
      `SELECT 1 AS a ${from} WHERE NOT readOnly OR managementEvent`,
      `SELECT 1 AS a ${here} WHERE NOT readOnly = 'true' OR managementEvent = 'true'`,
    ],
    [
      'a boolean in CASE',
      `SELECT CASE WHEN readOnly THEN 1 ELSE 0 END AS r ${from}`,
      `SELECT CASE WHEN readOnly = 'true' THEN 1 ELSE 0 END AS r ${here}`,
    ],
    [
      'a window',
      `SELECT 1 AS a ${from} WHERE eventTime > '2026-01-01 00:00:00' AND eventName = 'x' AND eventTime < timestamp '2026-01-08 00:00:00'`,
      `SELECT 1 AS a ${here} WHERE eventName = 'x'`,
    ],
    [
      'a window at the end',
      `SELECT 1 AS a ${from} WHERE eventName = 'x' AND eventTime BETWEEN '2026-01-01' AND '2026-01-02'`,
      `SELECT 1 AS a ${here} WHERE eventName = 'x'`,
    ],
    [
      'nothing but a window',
      `SELECT eventName ${from} WHERE eventTime >= now() - INTERVAL '7' DAY GROUP BY eventName`,
      `SELECT eventName ${here}  GROUP BY eventName`,
    ],
    [
      'a window turned round',
      `SELECT 1 AS a ${from} WHERE date_add('day', -1, now()) <= eventTime AND eventName = 'x'`,
      `SELECT 1 AS a ${here} WHERE eventName = 'x'`,
    ],
    [
      'a time in a function',
      `SELECT date_trunc('hour', eventTime) AS h, count(*) AS n ${from} GROUP BY 1`,
      `SELECT date_trunc('hour', event_time) AS h, count(*) AS n ${here} GROUP BY 1`,
    ],
    [
      'a time that is extracted',
      `SELECT 1 AS a ${from} WHERE extract(hour FROM eventtime) < 6`,
      `SELECT 1 AS a ${here} WHERE extract(hour FROM event_time) < 6`,
    ],
    [
      'a time of a subquery',
      `SELECT date_trunc('day', t.eventtime) AS d FROM (SELECT eventtime ${from}) t`,
      `SELECT date_trunc('day', from_iso8601_timestamp(t.eventTime)) AS d FROM (SELECT eventTime ${here}) t`,
    ],
    ['a time in the list', `SELECT min(eventtime) AS first ${from}`, `SELECT min(eventTime) AS first ${here}`],
    [
      'an exact time',
      `SELECT 1 AS a ${from} WHERE eventTime = '2026-01-01 10:00:00'`,
      `SELECT 1 AS a ${here} WHERE eventTime = '2026-01-01T10:00:00Z'`,
    ],
    [
      'a text in double quotes',
      `SELECT 1 AS a ${from} WHERE eventName = "x"`,
      `SELECT 1 AS a ${here} WHERE eventName = 'x'`,
    ],
    [
      'the record',
      `SELECT json_extract_scalar(eventJson, '$.requestParameters.userName') AS u ${from}`,
      `SELECT json_extract_scalar(requestParameters, '$.userName') AS u ${here}`,
    ],
    [
      'the context of an event',
      `SELECT json_extract_scalar(eventJson, '$.eventContext.tagContext') AS u ${from}`,
      `SELECT json_extract_scalar(extra, '$.eventContext.tagContext') AS u ${here}`,
    ],
    [
      'a comment in the text',
      `SELECT eventname -- what\n${from} /* all */`,
      `SELECT eventName -- what\n${here} /* all */`,
    ],
    ['a semicolon', `SELECT eventname ${from} ;\n`, `SELECT eventName ${here}`],
    [
      'a WITH query',
      `WITH a AS (SELECT eventid, readonly ${from}) SELECT a.eventid FROM a JOIN a b ON a.eventid = b.eventid`,
      `WITH a AS (SELECT eventID, readOnly ${here}) SELECT a.eventID FROM a JOIN a b ON a.eventID = b.eventID`,
    ],
  ])('%s', (_, sql, wanted) => {
    const { sql: got, notes } = importLakeSql(sql)
    expect(got).toBe(wanted)
    expect(notes.filter(({ kind }) => kind === 'left')).toEqual([])
  })
})

test.each([
  [`sourceIPAddress = '\${ip}'`, 'sourceIPAddress = :ip', [{ name: 'ip', type: 'ip', written: `\${ip}` }]],
  [
    `userIdentity.accessKeyId = '<Access Key>'`,
    'userIdentity.accessKeyId = :access_key',
    [{ name: 'access_key', type: 'accessKey', written: '<Access Key>' }],
  ],
  [
    `recipientAccountId IN ('{{accountId}}', 'YOUR_OTHER')`,
    'recipientAccountId IN (:account_id, :other)',
    [
      { name: 'account_id', type: 'account', written: '{{accountId}}' },
      { name: 'other', type: 'account', written: 'YOUR_OTHER' },
    ],
  ],
  [
    `userIdentity.arn LIKE '%\${role}%'`,
    `userIdentity.arn LIKE '%' || :role || '%'`,
    [{ name: 'role', type: 'string', written: `\${role}` }],
  ],
  [`eventName = ?`, 'eventName = :value', [{ name: 'value', type: 'string', written: '?' }]],
])('a mark becomes a parameter: %s', (condition, wanted, parameters) => {
  const imported = importLakeSql(`SELECT 1 AS a ${from} WHERE ${condition}`)
  expect(imported.sql).toBe(`SELECT 1 AS a ${here} WHERE ${wanted}`)
  expect(imported.parameters).toEqual(parameters)
})

test('a window of marks leaves no parameter', () => {
  const imported = importLakeSql(`SELECT eventName ${from} WHERE eventTime > '\${start}' AND eventTime < '\${end}'`)
  expect(imported.parameters).toEqual([])
  expect(imported.notes.map(({ message }) => message)).toEqual([
    'The window `eventTime > :start` is left to the scope.',
    'The window `eventTime < :end` is left to the scope.',
  ])
})

test('what cannot be translated stands as it was, and is told at its place', () => {
  const { sql, notes, marks } = importLakeSql(
    `-- first\nSELECT eventName,\n  map_keys(requestParameters) AS k\n${from}`,
  )
  expect(sql).toContain('map_keys(requestParameters)')
  expect(notes.map(({ at, kind }) => ({ ...at, kind }))).toEqual([{ line: 3, column: 3, kind: 'left' }])
  expect(marks).toHaveLength(1)
})

test('a text that is no SQL is left whole', () => {
  const { sql, notes } = importLakeSql('SELECT FROM WHERE')
  expect(sql).toBe('SELECT FROM WHERE')
  expect(notes.some(({ kind }) => kind === 'left')).toBe(true)
})

test('two stores are one table, and said to be', () => {
  const { notes } = importLakeSql(
    'SELECT a.eventID FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 a JOIN 00000000-5e6f-7081-92a3-b4c5d6e7f809 b ON a.sharedEventID = b.sharedEventID',
  )
  expect(notes[0]?.message).toContain('are one table here')
})
