import { describe, expect, test } from 'vitest'
import { analyze, compile } from '../compile.ts'
import { cloudTrailLakeDialect, eventDataStoreId } from './cloudtrail-lake.ts'

const store = '1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809'
const scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: ['111122223333'],
  regions: [],
  services: [],
}

function printed(sql: string, details?: 'record' | 'maps', stores: readonly string[] = [store]): string {
  const { query, issues } = analyze(sql)
  if (query === undefined) throw new Error(issues[0]?.message)
  return compile(query, { dialect: cloudTrailLakeDialect({ stores, details }), scope, parameters: {} }).text
}

describe('the text for an event data store', () => {
  test('has typed times, whole records behind JSON columns, each event once, and cells that tell NULL from an empty text', () => {
    expect(
      printed(`SELECT eventTime, readOnly, json_extract_scalar(requestParameters, '$.a.b') AS b, userIdentity.arn
FROM cloudtrail_logs WHERE eventName = 'CreateUser' ORDER BY eventTime`),
    ).toMatchInlineSnapshot(`
      "SELECT '=' || o.eventTime AS eventTime, '=' || o.readOnly AS readOnly, '=' || o.b AS b, '=' || o.arn AS arn
      FROM (
      SELECT t.eventTime, t.readOnly, json_extract_scalar(t.requestParameters, '$.a.b') AS b, t.ui_arn AS arn
      FROM (SELECT DISTINCT l.eventid, l.eventjsonchecksum, l.useridentity.arn AS ui_arn, date_format(l.eventtime, '%Y-%m-%dT%H:%i:%sZ') AS eventTime, l.eventname, coalesce(json_extract_scalar(l.eventjson, '$.requestParameters'), nullif(json_format(json_extract(l.eventjson, '$.requestParameters')), 'null')) AS requestParameters, CAST(l.readonly AS varchar) AS readOnly FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 AS l WHERE l.eventtime >= TIMESTAMP '2026-01-01 00:00:00' AND l.eventtime < TIMESTAMP '2026-02-01 00:00:00' AND l.recipientaccountid IN ('111122223333')) AS t
      WHERE t.eventName = 'CreateUser'
      ORDER BY 1
      ) AS o
      ORDER BY o.eventTime"
    `)
  })

  test('computes virtual columns over the columns that they need', () => {
    expect(printed('SELECT count(*) AS n FROM cloudtrail_logs WHERE is_service')).toMatchInlineSnapshot(`
      "SELECT ('=' || CAST(o.n AS varchar)) AS n
      FROM (
      SELECT count(*) AS n
      FROM (SELECT ((((coalesce(e.ui_type, '') = 'AWSService') OR (coalesce(e.eventType, '') = 'AwsServiceEvent')) OR ((e.ui_arn IS NULL) AND (e.ui_invokedBy IS NOT NULL))) OR (coalesce(e.ui_sc_si_arn, '') LIKE '%:role/aws-service-role/%')) AS is_service FROM (SELECT DISTINCT l.eventid, l.eventjsonchecksum, l.useridentity.type AS ui_type, l.eventtype, l.useridentity.arn AS ui_arn, l.useridentity.invokedby AS ui_invokedBy, l.useridentity.sessioncontext.sessionissuer.arn AS ui_sc_si_arn FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 AS l WHERE l.eventtime >= TIMESTAMP '2026-01-01 00:00:00' AND l.eventtime < TIMESTAMP '2026-02-01 00:00:00' AND l.recipientaccountid IN ('111122223333')) AS e) AS t
      WHERE t.is_service
      ) AS o"
    `)
  })

  test('reads parts of maps where the connection says so', () => {
    const text = printed(
      `SELECT json_extract_scalar(requestParameters, '$.a') AS a, json_extract_scalar(responseElements, '$["x.y"].b[0]') AS b FROM cloudtrail_logs`,
      'maps',
    )
    expect(text).toContain(`element_at(t."requestParameters map", 'a')`)
    expect(text).toContain(`json_extract_scalar(element_at(t."responseElements map", 'x.y'), '$.b[0]')`)
    expect(text).not.toContain('eventjson,')
  })

  test('reads events from all stores', () => {
    const other = '00000000-5e6f-7081-92a3-b4c5d6e7f809'
    const text = printed('SELECT eventID FROM cloudtrail_logs', 'record', [store, other])
    expect(text).toContain(`FROM (SELECT * FROM ${store} UNION ALL SELECT * FROM ${other}) AS l`)
  })

  test('reads a member that no column holds from the record', () => {
    expect(printed(`SELECT json_extract_scalar(extra, '$.eventContext.a') AS a FROM cloudtrail_logs`)).toContain(
      `l.eventjson AS record`,
    )
  })

  test.each([
    ['SELECT extra FROM cloudtrail_logs', undefined, 'no `extra` as a whole'],
    [`SELECT json_extract(extra, '$.userIdentity.x') AS x FROM cloudtrail_logs`, undefined, 'no `extra` as a whole'],
    ['SELECT * FROM cloudtrail_logs', undefined, 'no `extra` as a whole'],
    ['SELECT requestParameters FROM cloudtrail_logs', 'maps', 'cannot be told as JSON'],
    [`SELECT json_extract(requestParameters, '$.a') AS a FROM cloudtrail_logs`, 'maps', 'cannot be told at $.a'],
  ] as const)('%s is refused by name (%s)', (sql, details, what) => {
    expect(() => printed(sql, details)).toThrow(what)
  })

  test('keeps literals of authors as they are, whatever they look like', () => {
    const literal = `x AS y, "eventName" a.b AS b '' calls AS c (d)`
    expect(printed(`SELECT '${literal}' AS s FROM cloudtrail_logs`)).toContain(`'${literal}'`)
  })
})

test.each([
  [store, store],
  [`arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/${store}`, store],
])('%s names a store', (text, id) => {
  expect(eventDataStoreId(text)).toBe(id)
})

test.each(['', 'x', `${store} WHERE 1=1`, `"${store}"`, store.toUpperCase(), `arn:aws:s3:::${store}`])(
  '%j is no event data store',
  (text) => {
    expect(() => eventDataStoreId(text)).toThrow('is not the id of an event data store')
  },
)
