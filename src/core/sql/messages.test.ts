import { describe, expect, it } from 'vitest'
import { sqlErrors } from '../errors/sql.ts'
import { TrailbookError } from '../errors.ts'
import { type AnalyzeOptions, analyze, compile } from './compile.ts'
import { duckdbDialect } from './print/duckdb.ts'

/** What one engine cannot be asked is told when its text is printed. */
type SqlCode = Exclude<keyof typeof sqlErrors, 'SQL_NOT_ON_ENGINE'>

const from = 'FROM cloudtrail_logs'

/** One text for every code; the type makes a forgotten one a compile error. */
const texts: Readonly<Record<SqlCode, string>> = {
  SQL_SYNTAX: `SELECT eventName, ${from}`,
  SQL_EMPTY: '-- nothing but a comment',
  SQL_TOO_LONG: `SELECT '${'x'.repeat(262_144)}'`,
  SQL_TOO_DEEP: `SELECT ${'('.repeat(200)}1${')'.repeat(200)}`,
  SQL_TOO_MANY: `SELECT ${'eventName, '.repeat(1000)}eventName ${from}`,
  SQL_UNTERMINATED: `SELECT 'it''s ${from}`,
  SQL_EMPTY_NAME: `SELECT * ${from} WHERE errorCode = ""`,
  SQL_CHARACTER: `SELECT eventName\u200b ${from}`,
  SQL_SMART_QUOTE: `SELECT * ${from} WHERE eventName = ‘PutObject’`,
  SQL_NESTED_COMMENT: `SELECT 1 /* a /* b */ ${from}`,
  SQL_HINT_COMMENT: `SELECT /*+ BROADCAST(a) */ 1`,
  SQL_SEVERAL_STATEMENTS: 'SELECT 1; SELECT 2',
  SQL_NOT_READ_ONLY: 'DROP TABLE cloudtrail_logs',
  SQL_NOT_A_SELECT: 'SHOW TABLES',
  SQL_READS_FILES: "SELECT * FROM read_parquet('x.parquet')",
  SQL_TABLE_FUNCTION: 'SELECT * FROM generate_series(1, 10)',
  SQL_CONSTRUCT_REFUSED: `SELECT * ${from} QUALIFY row_number() OVER (ORDER BY eventTime) = 1`,
  SQL_QUOTED_ALIAS: `SELECT eventName AS 'event name' ${from}`,
  SQL_POSITIONAL_PARAMETER: `SELECT * ${from} WHERE eventName = ?`,
  SQL_LITERAL: "SELECT DATE '2026-02-30'",
  SQL_TABLE_UNKNOWN: 'SELECT * FROM cloudtrail_log',
  SQL_TABLE_SHADOWED: `WITH cloudtrail_logs AS (SELECT 1 AS x) SELECT * ${from}`,
  SQL_NAME_TWICE: `SELECT 1 ${from} a CROSS JOIN cloudtrail_logs a`,
  SQL_COLUMN_UNKNOWN: `SELECT evntName ${from}`,
  SQL_COLUMN_AMBIGUOUS: `SELECT eventName ${from} a CROSS JOIN cloudtrail_logs b`,
  SQL_FIELD_UNKNOWN: `SELECT userIdentity.usrName ${from}`,
  SQL_PARTITION_COLUMN: `SELECT eventName ${from} WHERE "timestamp" >= '2026/01/01'`,
  SQL_DOUBLE_QUOTED_STRING: `SELECT * ${from} WHERE eventName = "PutObject"`,
  SQL_PARAMETER_UNKNOWN: `SELECT * ${from} WHERE actor = :principl`,
  SQL_PARAMETER_VALUE: `SELECT * ${from} WHERE length(eventName) > :size`,
  SQL_LIST_PARAMETER: `SELECT * ${from} WHERE eventName = :names`,
  SQL_FUNCTION_UNKNOWN: `SELECT lowr(eventName) ${from}`,
  SQL_FUNCTION_UNPROVEN: `SELECT approx_percentile(length(eventName), 0.5) ${from}`,
  SQL_ARGUMENTS: `SELECT lower(eventName, 'x') ${from}`,
  SQL_TYPE_MISMATCH: `SELECT * ${from} WHERE eventTime > event_time`,
  SQL_TYPE_WANTED: `SELECT * ${from} WHERE readOnly`,
  SQL_CAST_UNPROVEN: 'SELECT CAST(1e0 AS varchar)',
  SQL_DECIMAL_DIVISION: `SELECT count(*) * 100.0 / 3 ${from}`,
  SQL_TIME_ARITHMETIC: "SELECT TIMESTAMP '2026-01-01 00:00:00' - TIMESTAMP '2026-01-02 00:00:00'",
  SQL_AGGREGATE_MISPLACED: `SELECT eventName ${from} WHERE count(*) > 1 GROUP BY eventName`,
  SQL_NOT_GROUPED: `SELECT eventName, eventSource, count(*) ${from} GROUP BY eventName`,
  SQL_NOT_SELECTED: `SELECT DISTINCT eventName ${from} ORDER BY eventTime`,
  SQL_INTERVAL_RESULT: "SELECT INTERVAL '7' DAY AS week",
  SQL_COLUMN_COUNT: 'SELECT 1 UNION SELECT 1, 2',
  SQL_POSITION: `SELECT eventName ${from} ORDER BY 2`,
  SQL_UNNEST_ROWS: `SELECT * ${from} CROSS JOIN UNNEST(resources)`,
  SQL_DUPLICATE_COLUMN: `SELECT eventName AS a, eventSource AS a ${from}`,
  SQL_REGEX: `SELECT * ${from} WHERE regexp_like(eventName, '(?=Put)')`,
  SQL_LITERAL_WANTED: `SELECT * ${from} WHERE regexp_like(eventName, eventSource)`,
}

const options: AnalyzeOptions = { parameters: { principal: 'arn', names: 'string[]', size: 'integer' } }
const scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}

/** What a user sees: place, message, hint and the mended text. */
function told(sql: string): { codes: string[]; text: string } {
  const { issues, query } = analyze(sql, options)
  if (issues.length > 0) {
    const lines = issues.map(({ at, message, hint, fix }) => {
      const mended = fix ? `\n  = ${sql.slice(0, fix.start)}${fix.text}${sql.slice(fix.end)}` : ''
      return `${at!.line}:${at!.column} ${message}\n  ${hint}${mended}`
    })
    return { codes: issues.map((i) => i.code), text: lines.join('\n') }
  }
  try {
    compile(query!, { dialect: duckdbDialect, scope, parameters: { size: 'many' } })
  } catch (error) {
    if (error instanceof TrailbookError) return { codes: [error.code], text: `${error.message}\n  ${error.hint}` }
  }
  return { codes: [], text: '' }
}

describe('the messages of SQL mistakes', () => {
  it.each(Object.entries(texts))('%s is what one text gets, and nothing else', (code, sql) => {
    expect(told(sql).codes).toEqual([code])
  })

  it('say what was got and what to do', () => {
    const page = Object.entries(texts).map(([code, sql]) => {
      const shown = sql.length > 200 ? `${sql.slice(0, 40)}…` : sql
      return `${code}: ${shown.replaceAll('\u200b', '<U+200B>')}\n${told(sql).text.slice(0, 500)}`
    })
    expect(page.join('\n\n')).toMatchInlineSnapshot(`
      "SQL_SYNTAX: SELECT eventName, FROM cloudtrail_logs
      1:19 Expected an expression, found "FROM".
        The language is the SELECT of Athena engine v3 (Trino).

      SQL_EMPTY: -- nothing but a comment
      1:1 The query is empty.
        Write one SELECT, e.g. SELECT count(*) FROM cloudtrail_logs.

      SQL_TOO_LONG: SELECT 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
      1:1 The query is longer than 262144 bytes.
        Athena takes no more; move long lists into a list file and join it.

      SQL_TOO_DEEP: SELECT (((((((((((((((((((((((((((((((((…
      1:107 The query nests too deep: more than 100 levels.
        Split it with WITH, or turn chains of OR into IN (…).

      SQL_TOO_MANY: SELECT eventName, eventName, eventName, …
      1:11008 The query has more than 1000 columns.
        Split it into several queries, or join a list instead of writing it out.

      SQL_UNTERMINATED: SELECT 'it''s FROM cloudtrail_logs
      1:12 A string begins here and does not end.
        Close it; a quote inside a string is written twice.

      SQL_EMPTY_NAME: SELECT * FROM cloudtrail_logs WHERE errorCode = ""
      1:49 A name in double quotes is empty.
        Text stands in single quotes: ''.
        = SELECT * FROM cloudtrail_logs WHERE errorCode = ''

      SQL_CHARACTER: SELECT eventName<U+200B> FROM cloudtrail_logs
      1:17 The character U+200B has no meaning in SQL.
        It may have come with a copy from a web page; delete it.

      SQL_SMART_QUOTE: SELECT * FROM cloudtrail_logs WHERE eventName = ‘PutObject’
      1:49 The typographic quote ‘ is no SQL quote.
        Write ' instead.
        = SELECT * FROM cloudtrail_logs WHERE eventName = 'PutObject'

      SQL_NESTED_COMMENT: SELECT 1 /* a /* b */ FROM cloudtrail_logs
      1:10 A comment holds the beginning of another comment.
        Engines disagree where such a comment ends, so text could hide in it. Remove the inner /*.

      SQL_HINT_COMMENT: SELECT /*+ BROADCAST(a) */ 1
      1:8 A comment begins with /*! or /*+.
        Some engines execute what stands in it. Write a plain comment.

      SQL_SEVERAL_STATEMENTS: SELECT 1; SELECT 2
      1:9 The text goes on after the first statement.
        A query is one SELECT; run others on their own.

      SQL_NOT_READ_ONLY: DROP TABLE cloudtrail_logs
      1:1 DROP is no reading statement.
        Queries only read: one SELECT, with WITH and subqueries where needed.

      SQL_NOT_A_SELECT: SHOW TABLES
      1:1 A query is one SELECT, not SHOW.
        For columns and types see docs/sql.md.

      SQL_READS_FILES: SELECT * FROM read_parquet('x.parquet')
      1:15 read_parquet(…) reads files.
        A query sees cloudtrail_logs and lists only; bring files in with "trailbook ingest".

      SQL_TABLE_FUNCTION: SELECT * FROM generate_series(1, 10)
      1:15 The table function generate_series(…) is not part of the portable language.
        Read from cloudtrail_logs, a list, VALUES, UNNEST or a subquery.

      SQL_CONSTRUCT_REFUSED: SELECT * FROM cloudtrail_logs QUALIFY row_number() OVER (ORDER BY eventTime) = 1
      1:31 QUALIFY is refused: neither Trino nor Athena has it; filter the window function in an outer SELECT.
        Only what means the same on every engine is passed on.

      SQL_QUOTED_ALIAS: SELECT eventName AS 'event name' FROM cloudtrail_logs
      1:21 The alias 'event name' stands in single quotes.
        Single quotes make text; names take double quotes or none.
        = SELECT eventName AS "event name" FROM cloudtrail_logs

      SQL_POSITIONAL_PARAMETER: SELECT * FROM cloudtrail_logs WHERE eventName = ?
      1:49 A parameter cannot be written ?.
        Parameters are named: :principal, declared under "parameters".

      SQL_LITERAL: SELECT DATE '2026-02-30'
      1:8 DATE '2026-02-30' is not a value: there is no such date or time.
        Dates are DATE '2026-01-31', times TIMESTAMP '2026-01-31 09:00:00', spans INTERVAL '7' DAY.

      SQL_TABLE_UNKNOWN: SELECT * FROM cloudtrail_log
      1:15 There is no table cloudtrail_log.
        Did you mean cloudtrail_logs?

      SQL_TABLE_SHADOWED: WITH cloudtrail_logs AS (SELECT 1 AS x) SELECT * FROM cloudtrail_logs
      1:6 The name cloudtrail_logs belongs to the event table or to lists and fragments.
        A WITH query of that name would hide the logs from the rest of the query. Choose another name.

      SQL_NAME_TWICE: SELECT 1 FROM cloudtrail_logs a CROSS JOIN cloudtrail_logs a
      1:15 The name a is given twice in one FROM or WITH.
        Give one of them another alias.

      SQL_COLUMN_UNKNOWN: SELECT evntName FROM cloudtrail_logs
      1:8 There is no column evntName.
        Did you mean eventName?
        = SELECT eventName FROM cloudtrail_logs

      SQL_COLUMN_AMBIGUOUS: SELECT eventName FROM cloudtrail_logs a CROSS JOIN cloudtrail_logs b
      1:8 eventName could be of a and b.
        Say whose it is: alias.eventName.

      SQL_FIELD_UNKNOWN: SELECT userIdentity.usrName FROM cloudtrail_logs
      1:21 userIdentity has no field usrName.
        Did you mean userName?

      SQL_PARTITION_COLUMN: SELECT eventName FROM cloudtrail_logs WHERE "timestamp" >= '2026/01/01'
      1:45 timestamp is a partition column of some tables, not a column of the events.
        Leave the condition out: the window (--since, --from, --to) and --account, --region select what is read.

      SQL_DOUBLE_QUOTED_STRING: SELECT * FROM cloudtrail_logs WHERE eventName = "PutObject"
      1:49 The double-quoted "PutObject" is a name, and there is no column of that name.
        Text stands in single quotes: 'PutObject'.
        = SELECT * FROM cloudtrail_logs WHERE eventName = 'PutObject'

      SQL_PARAMETER_UNKNOWN: SELECT * FROM cloudtrail_logs WHERE actor = :principl
      1:45 There is no parameter :principl.
        Did you mean :principal?

      SQL_PARAMETER_VALUE: SELECT * FROM cloudtrail_logs WHERE length(eventName) > :size
      The parameter size cannot be "many".
        It wants bigint.

      SQL_LIST_PARAMETER: SELECT * FROM cloudtrail_logs WHERE eventName = :names
      1:49 :names is a list.
        A list stands after IN, in contains(:names, x) or in UNNEST(:names).

      SQL_FUNCTION_UNKNOWN: SELECT lowr(eventName) FROM cloudtrail_logs
      1:8 There is no function lowr.
        Did you mean lower?

      SQL_FUNCTION_UNPROVEN: SELECT approx_percentile(length(eventName), 0.5) FROM cloudtrail_logs
      1:8 The function approx_percentile is refused: engines order or round its result differently.
        Only functions proven to mean the same on every engine are passed on; docs/sql.md lists them.

      SQL_ARGUMENTS: SELECT lower(eventName, 'x') FROM cloudtrail_logs
      1:8 lower does not take (varchar, varchar).
        It takes lower(varchar).

      SQL_TYPE_MISMATCH: SELECT * FROM cloudtrail_logs WHERE eventTime > event_time
      1:37 the comparison (>) of varchar and timestamp(3) with time zone.
        Trino refuses to mix them. Times are text in eventTime: compare text ('2026-01-31T00:00:00Z'), or use event_time or from_iso8601_timestamp(x).

      SQL_TYPE_WANTED: SELECT * FROM cloudtrail_logs WHERE readOnly
      1:37 WHERE wants a condition, not varchar.
        Compare it: readOnly = 'true'.

      SQL_CAST_UNPROVEN: SELECT CAST(1e0 AS varchar)
      1:8 A cast from double to varchar is refused: Trino prints 1.5E0; format it as decimal or bigint first.
        Only casts that give the same value on every engine are passed on.

      SQL_DECIMAL_DIVISION: SELECT count(*) * 100.0 / 3 FROM cloudtrail_logs
      1:8 A division of decimals is rounded to their scale by Trino and not by other engines.
        Divide doubles: write 100e0 instead of 100.0, or CAST(x AS double).

      SQL_TIME_ARITHMETIC: SELECT TIMESTAMP '2026-01-01 00:00:00' - TIMESTAMP '2026-01-02 00:00:00'
      1:8 timestamp(3) - timestamp(3) is not part of the portable language.
        Use date_diff('hour', a, b) and date_add('day', n, t).

      SQL_AGGREGATE_MISPLACED: SELECT eventName FROM cloudtrail_logs WHERE count(*) > 1 GROUP BY eventName
      1:45 the aggregate count(…) cannot stand in WHERE.
        Conditions on aggregates stand in HAVING.

      SQL_NOT_GROUPED: SELECT eventName, eventSource, count(*) FROM cloudtrail_logs GROUP BY eventName
      1:19 eventSource is neither grouped nor aggregated.
        Add it to GROUP BY, or take max(…), arbitrary(…) or array_agg(…) of it.

      SQL_NOT_SELECTED: SELECT DISTINCT eventName FROM cloudtrail_logs ORDER BY eventTime
      1:57 SELECT DISTINCT is ordered by something it does not select.
        Select it too, or order by a column that is selected.

      SQL_INTERVAL_RESULT: SELECT INTERVAL '7' DAY AS week
      1:1 The column week is an interval.
        Engines print intervals differently; give a number with date_diff('minute', a, b).

      SQL_COLUMN_COUNT: SELECT 1 UNION SELECT 1, 2
      1:1 UNION: 1 and 2 columns.
        Both sides must have the same number of columns.

      SQL_POSITION: SELECT eventName FROM cloudtrail_logs ORDER BY 2
      1:48 There is no output column 2.
        Positions in GROUP BY and ORDER BY count from 1 to 1.

      SQL_UNNEST_ROWS: SELECT * FROM cloudtrail_logs CROSS JOIN UNNEST(resources)
      1:42 UNNEST of rows without one column name: Athena makes one column of it, Trino one per field.
        Name the one column, e.g. CROSS JOIN UNNEST(resources) AS t(r), and read r.ARN.

      SQL_DUPLICATE_COLUMN: SELECT eventName AS a, eventSource AS a FROM cloudtrail_logs
      1:1 Two output columns are called a.
        Give one an alias with AS; rows are named maps.

      SQL_REGEX: SELECT * FROM cloudtrail_logs WHERE regexp_like(eventName, '(?=Put)')
      1:60 The pattern '(?=Put)' is refused: it has look-around, which RE2 lacks.
        Patterns keep to what RE2 and Java regular expressions share.

      SQL_LITERAL_WANTED: SELECT * FROM cloudtrail_logs WHERE regexp_like(eventName, eventSource)
      1:60 regexp_like wants a pattern as a literal.
        Its meaning is translated before the query runs, so it must be known then."
    `)
  })

  it('leave no placeholder unfilled', () => {
    for (const sql of Object.values(texts)) expect(told(sql).text).not.toMatch(/\{\w+\}|undefined/)
  })

  it('exist for every code of the catalogue', () => {
    expect([...Object.keys(texts), 'SQL_NOT_ON_ENGINE'].toSorted()).toEqual(Object.keys(sqlErrors).toSorted())
  })

  it('come together: one pass reports all mistakes of a text, in its order', () => {
    const sql = `SELECT evntName, lowr(eventName), userIdentity.nam\n${from}\nWHERE eventTime > 5 AND eventSource = "iam"`
    expect(analyze(sql).issues.map(({ code, at }) => `${at!.line}:${at!.column} ${code}`)).toEqual([
      '1:8 SQL_COLUMN_UNKNOWN',
      '1:18 SQL_FUNCTION_UNKNOWN',
      '1:48 SQL_FIELD_UNKNOWN',
      '3:7 SQL_TYPE_MISMATCH',
      '3:39 SQL_DOUBLE_QUOTED_STRING',
    ])
  })

  it('end after a hundred', () => {
    const sql = `SELECT ${Array.from({ length: 900 }, (_, i) => `nothing_of_the_kind_${i}`).join(', ')} ${from}`
    expect(analyze(sql).issues).toHaveLength(100)
  })
})
