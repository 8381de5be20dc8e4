/** Whole queries of the allowed grammar, for comparing engines: each has one right answer, whatever order its rows come in. */
import fc from 'fast-check'
import { expressions, table } from '../corpus/expressions.ts'
import { form, type Part } from './random-form.ts'
import { jsonParts, overJson } from './random-json.ts'

const any: Part = fc.oneof(...Object.values(expressions))
const { integer, bigint, varchar, boolean, timestamp, date, words, numbers } = expressions
const groupable: Part = fc.oneof(integer, varchar, boolean, date, timestamp)
const direction: Part = fc.constantFrom('', ' DESC', ' ASC NULLS FIRST', ' DESC NULLS LAST')

const shared = {
  ...jsonParts,
  any,
  integer,
  bigint,
  varchar,
  boolean,
  date,
  timestamp,
  words,
  numbers,
  groupable,
  direction,
  join: fc.constantFrom('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN'),
  set: fc.constantFrom('UNION', 'UNION ALL', 'EXCEPT', 'INTERSECT'),
  count: fc.constantFrom('0', '1', '2', '5'),
  picked: fc.constantFrom('min', 'max', 'count', 'array_agg'),
  frame: fc.constantFrom(
    '',
    ' ROWS BETWEEN 1 PRECEDING AND CURRENT ROW',
    ' ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    ' RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
    ' ROWS BETWEEN CURRENT ROW AND 2 FOLLOWING',
    ' ROWS 2 PRECEDING',
  ),
  unit: fc.constantFrom("'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'quarter'", "'year'"),
  iso: fc.constantFrom(
    "'2026-01-31T09:08:07Z'",
    "'2024-02-29T23:59:59+05:30'",
    "'1969-12-31T23:59:59.999Z'",
    "'2026-03-29'",
    's',
    'CAST(NULL AS varchar)',
  ),
}

const overValues: readonly string[] = [
  'SELECT k, <any> AS x, <any> AS y FROM T',
  'SELECT k, <any> AS x FROM T WHERE <boolean>',
  'SELECT <groupable> AS x, count(*) AS n, <picked>(<varchar>) AS m FROM T GROUP BY 1',
  'SELECT <groupable> AS x, sum(<integer>) AS s, count(DISTINCT <varchar>) AS d FROM T GROUP BY 1 HAVING count(*) > <count>',
  'SELECT x, y, count(*) AS n FROM (SELECT <varchar> AS x, <boolean> AS y FROM T) AS q GROUP BY GROUPING SETS ((x), (y), (x, y), ())',
  'SELECT x, y, count(*) AS n FROM (SELECT <integer> AS x, <date> AS y FROM T) AS q GROUP BY ROLLUP (x, y)',
  'SELECT k, row_number() OVER (PARTITION BY <boolean> ORDER BY <groupable><direction>, k) AS n FROM T',
  'SELECT k, rank() OVER (ORDER BY <groupable><direction>) AS r, dense_rank() OVER (ORDER BY <groupable><direction>) AS d FROM T',
  'SELECT k, lag(<varchar>) OVER (ORDER BY k<direction>) AS a, lead(<bigint>, 2) OVER (PARTITION BY <boolean> ORDER BY k) AS b FROM T',
  'SELECT k, sum(<integer>) OVER (ORDER BY k<frame>) AS s, max(<varchar>) OVER (ORDER BY k<frame>) AS m FROM T',
  'SELECT a.k AS ak, b.k AS bk, x, y FROM (SELECT k, <varchar> AS x FROM T) AS a <join> (SELECT k, <varchar> AS y FROM T) AS b ON a.x = b.y',
  'SELECT a.k AS ak, b.k AS bk FROM (SELECT k, <integer> AS x FROM T) AS a <join> (SELECT k, <integer> AS y FROM T) AS b ON a.x = b.y AND a.k <> b.k',
  'SELECT <groupable> AS x FROM T <set> SELECT * FROM (SELECT <varchar> AS y FROM T) AS q',
  'SELECT <varchar> AS x, <boolean> AS y FROM T <set> SELECT <varchar>, <boolean> FROM T',
  'SELECT k, u FROM T CROSS JOIN UNNEST(<words>) AS n(u)',
  'SELECT k, u, o FROM T CROSS JOIN UNNEST(<numbers>) WITH ORDINALITY AS n(u, o)',
  'SELECT k, u FROM T LEFT JOIN UNNEST(<words>) AS n(u) ON true',
  'SELECT k FROM T WHERE <varchar> IN (SELECT <varchar> FROM T WHERE <boolean>)',
  'SELECT k FROM T WHERE <integer> NOT IN (SELECT <integer> FROM T WHERE <boolean>)',
  'SELECT k, EXISTS (SELECT 1 FROM T WHERE <boolean>) AS e FROM T',
  'SELECT k, (SELECT max(<varchar>) FROM T WHERE <boolean>) AS m FROM T',
  'SELECT array_agg(<varchar> ORDER BY <groupable><direction>) AS a, count(*) FILTER (WHERE <boolean>) AS n FROM T',
  'SELECT <boolean> AS x, array_agg(<integer>) AS a, array_agg(DISTINCT <varchar>) AS d FROM T GROUP BY 1',
  'SELECT DISTINCT <groupable> AS x, <boolean> AS y FROM T',
  'SELECT DISTINCT <varchar> AS x FROM T ORDER BY 1<direction> LIMIT <count>',
  'SELECT k, <any> AS x FROM T ORDER BY <groupable><direction>, k OFFSET <count> LIMIT <count>',
  'WITH c AS (SELECT k, <varchar> AS x, <bigint> AS y FROM T WHERE <boolean>) SELECT x, count(*) AS n, min(y) AS m FROM c GROUP BY x',
  'WITH c AS (SELECT k, <integer> AS x FROM T), e AS (SELECT max(x) AS m FROM c) SELECT k, x, m FROM c CROSS JOIN e WHERE x <= m OR x IS NULL',
  'SELECT bool_and(<boolean>) AS a, bool_or(<boolean>) AS o, count_if(<boolean>) AS c, avg(<integer>) AS v FROM T',
  'SELECT k, <any> AS x, CASE WHEN <boolean> THEN <varchar> ELSE <varchar> END AS y FROM T WHERE <boolean> OR <boolean>',
  'SELECT k, first_value(<varchar>) OVER (PARTITION BY <boolean> ORDER BY k<frame>) AS f, last_value(<integer>) OVER (ORDER BY k<frame>) AS l FROM T',
  'SELECT k, nth_value(<varchar>, 2) OVER (ORDER BY k<frame>) AS h, ntile(3) OVER (ORDER BY <groupable><direction>, k) AS n FROM T',
  'SELECT k, count(*) OVER (PARTITION BY <groupable>) AS n, count(<varchar>) OVER (ORDER BY k<frame>) AS c, min(<date>) OVER (PARTITION BY <boolean>) AS m FROM T',
  'SELECT k, lag(<integer>, 1, 7) OVER (ORDER BY k) AS a, sum(<integer>) OVER (PARTITION BY <boolean>) AS s FROM T',
  'SELECT x, n FROM (SELECT <varchar> AS x, row_number() OVER (PARTITION BY <varchar> ORDER BY k) AS n FROM T) AS q WHERE n = 1',
  'SELECT x, sum(n) OVER (ORDER BY x) AS s FROM (SELECT <varchar> AS x, count(*) AS n FROM T GROUP BY 1) AS q',
  'SELECT x, y, count(*) AS n, max(z) AS m FROM (SELECT <varchar> AS x, <boolean> AS y, <bigint> AS z FROM T) AS q GROUP BY CUBE (x, y)',
  'SELECT x, y, z, count(*) AS n FROM (SELECT <varchar> AS x, <date> AS y, <boolean> AS z FROM T) AS q GROUP BY GROUPING SETS ((x, y), (z), ()) HAVING count(*) > <count>',
  'SELECT k, p, q FROM T CROSS JOIN UNNEST(<words>, <numbers>) AS n(p, q)',
  'SELECT k, p, q, o FROM T LEFT JOIN UNNEST(<words>, <numbers>) WITH ORDINALITY AS n(p, q, o) ON true',
  "SELECT k, m, v FROM T CROSS JOIN UNNEST(map(ARRAY['p', 'q'], ARRAY[<varchar>, <varchar>])) AS n(m, v)",
  'SELECT k, u, v FROM T CROSS JOIN UNNEST(<words>) AS n(u) CROSS JOIN UNNEST(<numbers>) AS p(v) WHERE <boolean>',
  'SELECT u, count(*) AS n FROM T CROSS JOIN UNNEST(<words>) AS n(u) GROUP BY u HAVING count(*) > <count>',
  'SELECT o.k, (SELECT max(q.x) FROM (SELECT k, <varchar> AS x FROM T) AS q WHERE q.k = o.k) AS m FROM (SELECT k FROM T) AS o',
  'SELECT o.k, (SELECT count(*) FROM (SELECT k, <integer> AS x FROM T) AS q WHERE q.x = o.x) AS n FROM (SELECT k, <integer> AS x FROM T) AS o',
  'SELECT o.k FROM (SELECT k, <varchar> AS x FROM T) AS o WHERE EXISTS (SELECT 1 FROM (SELECT <varchar> AS y, k FROM T) AS q WHERE q.y = o.x AND q.k <> o.k)',
  'SELECT o.k FROM (SELECT k, <varchar> AS x FROM T) AS o WHERE NOT EXISTS (SELECT 1 FROM (SELECT <varchar> AS y FROM T WHERE <boolean>) AS q WHERE q.y = o.x)',
  'SELECT o.k, <count> IN (SELECT <integer> FROM T WHERE <boolean>) AS f FROM (SELECT k FROM T) AS o',
  ...overJson,
  'SELECT k, date_trunc(<unit>, <timestamp>) AS x, date_diff(<unit>, <timestamp>, <timestamp>) AS d, date_add(<unit>, <integer>, <timestamp>) AS y FROM T',
  'SELECT k, from_iso8601_timestamp(<iso>) AS x, to_iso8601(from_iso8601_timestamp(<iso>)) AS y, date_trunc(<unit>, from_iso8601_timestamp(<iso>)) AS z FROM T',
  'SELECT k, date_diff(<unit>, from_iso8601_timestamp(<iso>), from_iso8601_timestamp(<iso>)) AS d, to_unixtime(from_iso8601_timestamp(<iso>)) AS u FROM T',
]

const eventText: Part = fc.constantFrom(
  'eventName',
  'eventSource',
  'errorCode',
  'errorMessage',
  'awsRegion',
  'recipientAccountId',
  'eventTime',
  'readOnly',
  'sourceIPAddress',
  'userAgent',
  'userIdentity.type',
  'userIdentity.arn',
  'userIdentity.userName',
  'userIdentity.sessionContext.sessionIssuer.arn',
  'actor',
  'outcome',
  'denied_action',
  'denied_resource',
  'denied_by',
  'side',
  "json_extract_scalar(requestParameters, '$.userName')",
  "json_extract_scalar(additionalEventData, '$.on')",
  "json_extract_scalar(responseElements, '$.ConsoleLogin')",
  "coalesce(errorCode, 'none')",
  "regexp_extract(userAgent, '^[a-z-]+')",
  'substr(eventTime, 1, 10)',
  'lower(eventName)',
  'element_at(resources, 1).ARN',
  "split_part(eventSource, '.', 1)",
)
const eventCondition: Part = fc.oneof(
  fc.constantFrom(
    "outcome = 'denied'",
    'is_service',
    'NOT is_service',
    "readOnly = 'true'",
    'errorCode IS NULL',
    "eventSource IN ('iam.amazonaws.com', 's3.amazonaws.com')",
    "event_time >= TIMESTAMP '2026-01-11 00:00:00 UTC'",
    "event_time < from_iso8601_timestamp('2026-01-11T00:00:00Z') + INTERVAL '12' HOUR",
    'cardinality(resources) > 0',
    "regexp_like(errorMessage, '(?i)denied|authorized')",
    "json_extract_scalar(requestParameters, '$.userName') IS NOT NULL",
  ),
  eventText.map((text) => `${text} LIKE '%a%'`),
  eventText.map((text) => `${text} IS NOT NULL`),
  fc.tuple(eventText, eventText).map(([a, b]) => `${a} <> ${b}`),
)
/** Of one of the tables of a join. */
const joinedText: Part = fc
  .tuple(
    fc.constantFrom('a', 'b'),
    fc.constantFrom('eventName', 'errorCode', 'actor', 'outcome', 'side', 'userIdentity.userName', 'readOnly'),
  )
  .map(([table, text]) => `${table}.${text}`)
const joinedCondition: Part = fc.oneof(
  joinedText.map((text) => `${text} IS NULL`),
  joinedText.map((text) => `${text} <> 'denied'`),
  joinedText.map((text) => `coalesce(${text}, '') LIKE '%e%'`),
  fc.tuple(joinedText, joinedText).map(([a, b]) => `${a} = ${b}`),
)
const eventParts = {
  ...shared,
  text: eventText,
  condition: eventCondition,
  joined: joinedCondition,
  logic: fc.constantFrom('AND', 'OR'),
}

const overEvents: readonly string[] = [
  'SELECT eventID, <text> AS x, <text> AS y FROM cloudtrail_logs WHERE <condition>',
  'SELECT eventID, <text> AS x FROM cloudtrail_logs WHERE (<condition> <logic> <condition>) AND NOT <condition>',
  'SELECT <text> AS x, <text> AS y, count(*) AS n, min(eventTime) AS f, array_agg(eventID ORDER BY eventTime) AS ids FROM cloudtrail_logs WHERE <condition> GROUP BY 1, 2',
  'SELECT <text> AS x, count(DISTINCT <text>) AS d, count(*) FILTER (WHERE <condition>) AS n FROM cloudtrail_logs GROUP BY 1',
  "SELECT date_trunc('hour', event_time) AS h, <text> AS x, count(*) AS n FROM cloudtrail_logs GROUP BY 1, 2",
  'SELECT eventID, row_number() OVER (PARTITION BY <text> ORDER BY eventTime, eventID) AS n FROM cloudtrail_logs WHERE <condition>',
  'SELECT eventID, lag(<text>) OVER (PARTITION BY <text> ORDER BY event_time, eventID) AS p FROM cloudtrail_logs',
  'SELECT eventID, r.ARN AS arn, r.accountId AS a FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS u(r) WHERE <condition>',
  'SELECT a.eventID AS x, b.eventID AS y FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.actor = b.actor AND a.eventTime < b.eventTime',
  'SELECT eventID FROM cloudtrail_logs WHERE <text> IN (SELECT <text> FROM cloudtrail_logs WHERE <condition>)',
  'WITH c AS (SELECT eventID AS id, <text> AS x, <text> AS y FROM cloudtrail_logs WHERE <condition>) SELECT x, count(*) AS n, max(y) AS m FROM c GROUP BY x HAVING count(*) > <count>',
  'SELECT <text> AS x FROM cloudtrail_logs <set> SELECT <text> FROM cloudtrail_logs WHERE <condition>',
  'SELECT eventID, r.ARN AS arn, o FROM cloudtrail_logs CROSS JOIN UNNEST(resources) WITH ORDINALITY AS u(r, o) WHERE <condition>',
  'SELECT r.type AS t, r.accountId AS a, count(*) AS n, array_agg(r.ARN ORDER BY r.ARN) AS l FROM cloudtrail_logs LEFT JOIN UNNEST(resources) AS u(r) ON true GROUP BY 1, 2',
  "SELECT eventID, p.ARN AS arn, q FROM cloudtrail_logs LEFT JOIN UNNEST(resources, split(eventSource, '.')) AS u(p, q) ON true WHERE p.type IS NULL OR <condition>",
  "SELECT r.ARN AS arn FROM (SELECT resources AS l FROM cloudtrail_logs WHERE <condition>) AS q CROSS JOIN UNNEST(l) AS u(r) WHERE r.type LIKE 'AWS::%'",
  'SELECT a.eventID AS x, b.eventID AS y FROM cloudtrail_logs a <join> cloudtrail_logs b ON a.sharedEventID = b.sharedEventID AND a.eventID <> b.eventID WHERE <joined> AND <joined>',
  'SELECT a.eventID AS x, b.eventID AS y FROM cloudtrail_logs a <join> cloudtrail_logs b ON a.actor = b.actor AND a.eventTime < b.eventTime WHERE <joined>',
  'SELECT count(*) AS n, count(DISTINCT actor) AS d, count_if(<condition>) AS c, max_by(eventName, eventTime) AS m FROM cloudtrail_logs WHERE <condition> AND <condition>',
  'SELECT eventID FROM cloudtrail_logs AS a WHERE <condition> AND EXISTS (SELECT 1 FROM cloudtrail_logs AS b WHERE b.sharedEventID = a.sharedEventID AND b.eventID <> a.eventID)',
  'SELECT eventID, <text> AS x, date_trunc(<unit>, event_time) AS h FROM cloudtrail_logs WHERE <condition> AND <condition> AND eventTime = (SELECT max(eventTime) FROM cloudtrail_logs WHERE <condition>)',
]

export interface RandomQuery {
  readonly sql: string
  readonly events: boolean
}

const overTable = (texts: readonly string[]): fc.Arbitrary<RandomQuery> =>
  fc
    .oneof(...texts.map((text) => form(text, shared)))
    .map((sql) => ({ sql: sql.replace(/\bFROM T\b/g, `FROM ${table}`), events: false }))

/** The part that reads JSON alone. */
export const randomJsonQuery: fc.Arbitrary<RandomQuery> = overTable(overJson)

export const randomQuery: fc.Arbitrary<RandomQuery> = fc.oneof(
  { weight: 3, arbitrary: overTable(overValues) },
  {
    weight: 1,
    arbitrary: fc.oneof(...overEvents.map((text) => form(text, eventParts))).map((sql) => ({ sql, events: true })),
  },
)
