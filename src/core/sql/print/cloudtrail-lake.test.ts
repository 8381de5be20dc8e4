import { describe, expect, test } from 'vitest'
import { analyze, compile } from '../compile.ts'
import { cloudTrailLakeDialect, eventDataStoreId } from './cloudtrail-lake.ts'
import { compact } from './cloudtrail-lake-compact.ts'

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
      "SELECT '='||o.eventTime AS eventTime,'='||o.readOnly AS readOnly,'='||o.b AS b,'='||o.arn AS arn
      FROM(SELECT eventTime,readOnly,json_extract_scalar(rp,'$.a.b')AS b,ui_arn AS arn
      FROM(SELECT DISTINCT eventid,eventjsonchecksum,useridentity.arn AS ui_arn,date_format(eventtime,'%Y-%m-%dT%H:%i:%sZ')AS eventTime,eventname,coalesce(json_extract_scalar(eventjson,'$.requestParameters'),nullif(json_format(json_extract(eventjson,'$.requestParameters')),'null'))AS rp,CAST(readonly AS varchar)AS readOnly FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 WHERE eventtime>=TIMESTAMP '2026-01-01 00:00:00' AND eventtime<TIMESTAMP '2026-02-01 00:00:00' AND recipientaccountid IN('111122223333'))AS a
      WHERE eventName='CreateUser'
      ORDER BY 1)AS o
      ORDER BY o.eventTime"
    `)
  })

  test('computes virtual columns over the columns that they need', () => {
    expect(printed('SELECT count(*) AS n FROM cloudtrail_logs WHERE is_service')).toMatchInlineSnapshot(`
      "SELECT '='||CAST(o.n AS varchar)AS n
      FROM(SELECT count(*)AS n
      FROM(SELECT((((coalesce(ui_type,'')='AWSService')OR(coalesce(eventType,'')='AwsServiceEvent'))OR((ui_arn IS NULL)AND(ui_invokedBy IS NOT NULL)))OR(coalesce(ui_sc_si_arn,'')LIKE '%:role/aws-service-role/%'))AS is_service FROM(SELECT DISTINCT eventid,eventjsonchecksum,useridentity.type AS ui_type,eventtype,useridentity.arn AS ui_arn,useridentity.invokedby AS ui_invokedBy,useridentity.sessioncontext.sessionissuer.arn AS ui_sc_si_arn FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 WHERE eventtime>=TIMESTAMP '2026-01-01 00:00:00' AND eventtime<TIMESTAMP '2026-02-01 00:00:00' AND recipientaccountid IN('111122223333'))AS e)AS a
      WHERE is_service)AS o"
    `)
  })

  test('reads parts of maps where the connection says so', () => {
    const text = printed(
      `SELECT json_extract_scalar(requestParameters, '$.a') AS a, json_extract_scalar(responseElements, '$["x.y"].b[0]') AS b FROM cloudtrail_logs`,
      'maps',
    )
    expect(text).toContain(`element_at("requestParameters map",'a')`)
    expect(text).toContain(`json_extract_scalar(element_at("responseElements map",'x.y'),'$.b[0]')`)
    expect(text).not.toContain('eventjson,')
  })

  test('reads events from all stores', () => {
    const other = '00000000-5e6f-7081-92a3-b4c5d6e7f809'
    const text = printed('SELECT eventID FROM cloudtrail_logs', 'record', [store, other])
    expect(text).toContain(`FROM(SELECT * FROM ${store} UNION ALL SELECT * FROM ${other})WHERE`)
  })

  test('reads a member that no column holds from the record', () => {
    expect(printed(`SELECT json_extract_scalar(extra, '$.eventContext.a') AS a FROM cloudtrail_logs`)).toContain(
      `eventjson AS record`,
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

  test('names the relation of a column where several are in reach, and where a word would begin something else', () => {
    const text = printed(`WITH made AS (SELECT eventID AS id, eventTime AS "interval" FROM cloudtrail_logs)
      SELECT m.id, EXISTS (SELECT 1 FROM cloudtrail_logs c WHERE c.eventID = m.id AND c.eventTime > m."interval") AS again
      FROM made m WHERE m."interval" > '2026' ORDER BY m.id`)
    expect(text.slice(text.indexOf('WITH'))).toMatchInlineSnapshot(`
      "WITH b(id,interval)AS(SELECT eventID,eventTime
      FROM(SELECT DISTINCT eventjsonchecksum,date_format(eventtime,'%Y-%m-%dT%H:%i:%sZ')AS eventTime,eventid FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 WHERE eventtime>=TIMESTAMP '2026-01-01 00:00:00' AND eventtime<TIMESTAMP '2026-02-01 00:00:00' AND recipientaccountid IN('111122223333'))AS a)SELECT id,EXISTS(SELECT 1
      FROM(SELECT DISTINCT eventjsonchecksum,date_format(eventtime,'%Y-%m-%dT%H:%i:%sZ')AS eventTime,eventid FROM 1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809 WHERE eventtime>=TIMESTAMP '2026-01-01 00:00:00' AND eventtime<TIMESTAMP '2026-02-01 00:00:00' AND recipientaccountid IN('111122223333'))AS c
      WHERE(eventID=m.id AND eventTime>m.interval))AS again,id AS _order1
      FROM b AS m
      WHERE m.interval>'2026'
      ORDER BY m.id)AS o
      ORDER BY o._order1"
    `)
  })

  test.each(['eventName', 'userIdentity', 'b', 'e', 'o', 'l'])('a relation may be called %s', (name) => {
    const text = printed(`SELECT ${name}.eventName AS b, ${name}.userIdentity.arn AS c FROM cloudtrail_logs AS ${name}`)
    expect(text).toContain('useridentity.arn AS ui_arn,eventname FROM')
    expect(text).toMatch(/SELECT eventName AS b,ui_arn AS c/)
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

test('texts stay as they are beside a name with a quote in it', () => {
  const text = `SELECT "t"."a" AS "it's", 'say "hello" ASC NULLS LAST' AS "x" FROM x`
  expect(compact(text, [])).toBe(text)
})
