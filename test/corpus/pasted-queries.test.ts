import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../../src/core/sql/compile.ts'
import { type EventEngine, openEvents } from './engine.ts'
import { someEvents } from './events.ts'

/** Queries as people have them in wikis and consoles: they run as they are. The number is that of their rows. */
const pasted: readonly (readonly [name: string, rows: number, sql: string])[] = [
  [
    'a field of a struct',
    2,
    `SELECT useridentity.arn, eventtime, eventname FROM cloudtrail_logs WHERE useridentity.username = 'alice' AND eventname LIKE '%User%'`,
  ],
  ['the table by database', 8, 'SELECT eventid FROM default.cloudtrail_logs'],
  ['the table of the console wizard', 8, 'SELECT eventid FROM athena_logs_table'],
  ['another common name', 8, 'select eventid from cloudtrail_logs_table;'],
  ['the table in quotes', 8, 'SELECT eventid FROM "default"."cloudtrail_logs"'],
  ['with catalogue', 8, 'SELECT eventid FROM "awsdatacatalog"."default"."cloudtrail_logs"'],
  ['LIKE on names', 1, `SELECT * FROM cloudtrail_logs WHERE eventName LIKE '%Put%'`],
  ['a ranking', 7, 'SELECT eventName, COUNT(*) AS n FROM cloudtrail_logs GROUP BY eventName ORDER BY COUNT(*) DESC'],
  [
    'a ranking by alias with a limit',
    3,
    'SELECT eventname, count(*) AS calls FROM cloudtrail_logs GROUP BY eventname ORDER BY calls DESC, eventname LIMIT 3;',
  ],
  ['grouping by position', 3, 'SELECT userIdentity.userName, count(*) FROM cloudtrail_logs GROUP BY 1 ORDER BY 2 DESC'],
  [
    'grouping by fields',
    4,
    'SELECT useridentity.type, useridentity.sessioncontext.sessionissuer.username, count(*) FROM cloudtrail_logs GROUP BY useridentity.type, useridentity.sessioncontext.sessionissuer.username',
  ],
  [
    'quoted names',
    2,
    `SELECT "useridentity"."username", "eventname" FROM "cloudtrail_logs" WHERE "useridentity"."username" = 'alice' AND "eventsource" = 'iam.amazonaws.com'`,
  ],
  [
    'an alias with AS and one without',
    8,
    `SELECT eventTime AS "when", eventName what FROM cloudtrail_logs c ORDER BY c.eventTime`,
  ],
  [
    'resources in rows of their own',
    3,
    `SELECT eventName, r.ARN, r.type FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(r)`,
  ],
  ['one resource by position', 2, 'SELECT resources[1].ARN FROM cloudtrail_logs WHERE cardinality(resources) > 0'],
  [
    'a resource by condition',
    2,
    `SELECT eventName FROM cloudtrail_logs WHERE any_match(resources, r -> r.ARN = 'arn:aws:s3:::data')`,
  ],
  [
    'parts of requestParameters',
    2,
    `SELECT json_extract_scalar(requestparameters, '$.userName') AS target, eventname FROM cloudtrail_logs WHERE json_extract_scalar(requestparameters, '$.userName') IS NOT NULL`,
  ],
  [
    'an odd key of requestParameters',
    1,
    `SELECT eventName FROM cloudtrail_logs WHERE json_extract_scalar(requestParameters, '$["x-amz-acl"]') = 'private'`,
  ],
  [
    'times by function',
    6,
    `SELECT eventName FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventtime) >= TIMESTAMP '2026-01-15 00:00:00 UTC'`,
  ],
  [
    'times by text',
    2,
    `SELECT eventName FROM cloudtrail_logs WHERE eventtime BETWEEN '2026-01-14T00:00:00Z' AND '2026-01-14T23:59:59Z'`,
  ],
  [
    'times by date_parse',
    6,
    `SELECT eventName FROM cloudtrail_logs WHERE date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ') > TIMESTAMP '2026-01-14 12:00:00'`,
  ],
  [
    'a day from the left',
    2,
    'SELECT substr(eventtime, 1, 10) AS day, count(*) FROM cloudtrail_logs GROUP BY substr(eventtime, 1, 10) ORDER BY day',
  ],
  [
    'hours by date_trunc',
    4,
    `SELECT date_trunc('hour', from_iso8601_timestamp(eventtime)) AS hour, count(*) FROM cloudtrail_logs GROUP BY 1 ORDER BY 1`,
  ],
  [
    'interval arithmetic',
    8,
    `SELECT eventName FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventTime) > from_iso8601_timestamp('2026-01-15T12:00:00Z') - INTERVAL '7' DAY`,
  ],
  [
    'a count of distinct values',
    1,
    'SELECT COUNT(DISTINCT sourceIPAddress), COUNT(DISTINCT useridentity.arn) FROM cloudtrail_logs',
  ],
  [
    'CASE',
    8,
    `SELECT CASE WHEN errorcode IS NULL THEN 'ok' WHEN errorcode IN ('AccessDenied', 'UnauthorizedOperation') THEN 'denied' ELSE 'failed' END AS result FROM cloudtrail_logs`,
  ],
  [
    'a first row of each',
    7,
    `SELECT * FROM (SELECT eventName, eventTime, row_number() OVER (PARTITION BY eventName ORDER BY eventTime) AS rn FROM cloudtrail_logs) WHERE rn = 1`,
  ],
  [
    'what came before',
    8,
    'SELECT eventTime, lag(eventName) OVER (PARTITION BY useridentity.arn ORDER BY eventTime) AS before FROM cloudtrail_logs',
  ],
  [
    'a running total',
    8,
    'SELECT eventTime, count(*) OVER (ORDER BY eventTime ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far FROM cloudtrail_logs',
  ],
  [
    'a chain of WITH',
    1,
    `-- who created a user and then gave it rights?
     WITH created AS (
       SELECT useridentity.arn AS who, json_extract_scalar(requestparameters, '$.userName') AS target, eventtime
       FROM cloudtrail_logs WHERE eventname = 'CreateUser' /* only people */
     ), granted AS (
       SELECT useridentity.arn AS who, json_extract_scalar(requestparameters, '$.userName') AS target, eventtime
       FROM cloudtrail_logs WHERE eventname = 'AttachUserPolicy'
     )
     SELECT c.who, c.target FROM created c JOIN granted g ON c.who = g.who AND c.target = g.target AND g.eventtime > c.eventtime`,
  ],
  [
    'a correlated EXISTS',
    1,
    `SELECT a.eventName FROM cloudtrail_logs a WHERE a.eventName = 'CreateUser' AND EXISTS (SELECT 1 FROM cloudtrail_logs b WHERE b.userIdentity.userName = a.userIdentity.userName AND b.eventName = 'AttachUserPolicy')`,
  ],
  [
    'NOT IN a subquery',
    6,
    `SELECT eventName FROM cloudtrail_logs WHERE eventID NOT IN (SELECT eventID FROM cloudtrail_logs WHERE eventSource = 'sts.amazonaws.com')`,
  ],
  [
    'a self-join on sharedEventID',
    2,
    'SELECT a.recipientAccountId, b.recipientAccountId AS other FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.sharedEventID = b.sharedEventID AND a.eventID <> b.eventID',
  ],
  [
    'UNION ALL',
    4,
    `SELECT eventName FROM cloudtrail_logs WHERE eventSource = 'iam.amazonaws.com' UNION ALL SELECT eventName FROM cloudtrail_logs WHERE eventSource = 's3.amazonaws.com'`,
  ],
  [
    'failed sign-ins',
    1,
    `SELECT eventtime, sourceipaddress FROM cloudtrail_logs WHERE eventname = 'ConsoleLogin' AND json_extract_scalar(responseelements, '$.ConsoleLogin') = 'Failure'`,
  ],
  [
    'MFA',
    8,
    `SELECT eventname, useridentity.sessioncontext.attributes.mfaauthenticated FROM cloudtrail_logs WHERE coalesce(useridentity.sessioncontext.attributes.mfaauthenticated, 'false') = 'false'`,
  ],
  ['regular expressions', 2, `SELECT eventName FROM cloudtrail_logs WHERE regexp_like(eventName, '^(Create|Attach)')`],
  [
    'text put together',
    8,
    `SELECT concat(eventsource, ':', eventname) AS call, lower(eventname) || '!' FROM cloudtrail_logs`,
  ],
  ['a list of names', 1, `SELECT array_join(array_sort(array_agg(DISTINCT eventname)), ', ') FROM cloudtrail_logs`],
  [
    'HAVING',
    1,
    'SELECT useridentity.username, count(*) FROM cloudtrail_logs WHERE useridentity.username IS NOT NULL GROUP BY useridentity.username HAVING count(*) > 2',
  ],
  [
    'a FILTER',
    1,
    `SELECT count(*) FILTER (WHERE errorCode = 'AccessDenied') AS denied, count(*) AS calls FROM cloudtrail_logs`,
  ],
  ['a share', 1, 'SELECT 100e0 * count_if(errorCode IS NOT NULL) / count(*) AS percent FROM cloudtrail_logs'],
  [
    'the virtual columns',
    2,
    `SELECT actor, outcome, denied_action FROM cloudtrail_logs WHERE outcome <> 'succeeded' AND NOT is_service`,
  ],
  ['upper case all over', 8, 'SELECT EVENTNAME, USERIDENTITY.ARN FROM CLOUDTRAIL_LOGS ORDER BY EVENTTIME'],
  ['tables in a list', 1, `SELECT count(*) FROM cloudtrail_logs a, cloudtrail_logs b WHERE a.eventID = b.eventID`],
  [
    'VALUES as a table',
    2,
    `SELECT c.eventName FROM cloudtrail_logs c JOIN (VALUES 'CreateUser', 'Decrypt') AS wanted(name) ON c.eventName = wanted.name`,
  ],
]

let engine: EventEngine
beforeAll(async () => {
  engine = await openEvents(someEvents)
})
afterAll(() => engine.close())

describe('a pasted query runs unchanged', () => {
  it.each(pasted)('with %s', async (_, count, sql) => {
    expect(analyze(sql).issues).toEqual([])
    expect(await engine.ask(sql)).toHaveLength(count)
  })
})

/** From "Query AWS CloudTrail logs" of the Athena User Guide and its like: their tables are partitioned, the events are not. */
const partitioned: readonly (readonly [column: string, sql: string])[] = [
  ['timestamp', `SELECT * FROM cloudtrail_logs WHERE "timestamp" >= '2026/01/01' AND eventname = 'PutBucketPolicy'`],
  ['region', `SELECT eventname FROM cloudtrail_logs WHERE region = 'us-east-1' AND eventsource = 's3.amazonaws.com'`],
  ['account', `SELECT eventname FROM cloudtrail_logs WHERE account = '111122223333'`],
  ['year', `SELECT eventname FROM cloudtrail_logs WHERE year = '2026' AND eventname = 'CreateUser'`],
  [
    'partition_date',
    `SELECT eventname FROM cloudtrail_logs WHERE partition_date BETWEEN '2026/01/01' AND '2026/01/31'`,
  ],
  ['dt', `SELECT count(*) FROM cloudtrail_logs WHERE dt > '2026-01-01'`],
]

describe('a query on partitions', () => {
  it.each(partitioned)('is told what to do with %s', (column, sql) => {
    expect(analyze(sql).issues).toMatchObject([
      {
        code: 'SQL_PARTITION_COLUMN',
        message: `${column} is a partition column of some tables, not a column of the events.`,
      },
    ])
  })
})
