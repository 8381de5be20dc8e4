/** Whole queries of the allowed grammar, for comparing engines: each has one right answer, whatever order its rows come in. */
import fc from 'fast-check'
import { expressions, table } from '../corpus/expressions.ts'

type Part = fc.Arbitrary<string>

const any: Part = fc.oneof(...Object.values(expressions))
const { integer, bigint, varchar, boolean, timestamp, date, words, numbers } = expressions
const groupable: Part = fc.oneof(integer, varchar, boolean, date, timestamp)
const direction: Part = fc.constantFrom('', ' DESC', ' ASC NULLS FIRST', ' DESC NULLS LAST')

/** A text with `<name>` for parts, one draw for each. */
const form = (text: string, parts: Readonly<Record<string, Part>>): Part => {
  const pieces = text.split(/<(\w+)>/)
  const drawn = pieces.filter((_, at) => at % 2 === 1).map((name) => parts[name]!)
  return fc
    .tuple(...drawn)
    .map((given) => pieces.map((piece, at) => (at % 2 === 1 ? given[(at - 1) / 2] : piece)).join(''))
}

const shared = {
  any,
  integer,
  bigint,
  varchar,
  boolean,
  date,
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
const eventParts = { ...shared, text: eventText, condition: eventCondition, logic: fc.constantFrom('AND', 'OR') }

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
]

export const randomQuery: fc.Arbitrary<{ readonly sql: string; readonly events: boolean }> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .oneof(...overValues.map((text) => form(text, shared)))
      .map((sql) => ({ sql: sql.replace(/\bFROM T\b/g, `FROM ${table}`), events: false })),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(...overEvents.map((text) => form(text, eventParts))).map((sql) => ({ sql, events: true })),
  },
)
