import { describe, expect, it } from 'vitest'
import { analyze } from './compile.ts'

const logs = 'FROM cloudtrail_logs'

/** Both values in every place where Trino looks for one type of two. */
const places: Readonly<Record<string, (a: string, b: string) => string>> = {
  '=': (a, b) => `SELECT 1 ${logs} WHERE ${a} = ${b}`,
  '<>': (a, b) => `SELECT 1 ${logs} WHERE ${a} <> ${b}`,
  '<': (a, b) => `SELECT 1 ${logs} WHERE ${a} < ${b}`,
  'IS DISTINCT FROM': (a, b) => `SELECT 1 ${logs} WHERE ${a} IS DISTINCT FROM ${b}`,
  IN: (a, b) => `SELECT 1 ${logs} WHERE ${a} IN (${a}, ${b})`,
  'IN (SELECT)': (a, b) => `SELECT 1 ${logs} WHERE ${a} IN (SELECT ${b} ${logs})`,
  '= ANY': (a, b) => `SELECT 1 ${logs} WHERE ${a} = ANY (SELECT ${b} ${logs})`,
  BETWEEN: (a, b) => `SELECT 1 ${logs} WHERE ${a} BETWEEN ${b} AND ${b}`,
  'the upper bound of BETWEEN': (a, b) => `SELECT 1 ${logs} WHERE ${a} BETWEEN ${a} AND ${b}`,
  'simple CASE': (a, b) => `SELECT CASE ${a} WHEN ${b} THEN 1 END ${logs}`,
  'results of CASE': (a, b) => `SELECT CASE WHEN 1 = 1 THEN ${a} ELSE ${b} END ${logs}`,
  ON: (a, b) => `SELECT 1 FROM (SELECT ${a} AS x ${logs}) AS l JOIN (SELECT ${b} AS y ${logs}) AS r ON l.x = r.y`,
  USING: (a, b) => `SELECT 1 FROM (SELECT ${a} AS x ${logs}) AS l JOIN (SELECT ${b} AS x ${logs}) AS r USING (x)`,
  UNION: (a, b) => `SELECT ${a} ${logs} UNION SELECT ${b} ${logs}`,
  EXCEPT: (a, b) => `SELECT ${a} ${logs} EXCEPT SELECT ${b} ${logs}`,
  VALUES: (a, b) => `SELECT 1 ${logs} CROSS JOIN LATERAL (VALUES ${a}, ${b}) AS t(x)`,
  coalesce: (a, b) => `SELECT coalesce(${a}, ${b}) ${logs}`,
  nullif: (a, b) => `SELECT nullif(${a}, ${b}) ${logs}`,
  if: (a, b) => `SELECT if(1 = 1, ${a}, ${b}) ${logs}`,
  greatest: (a, b) => `SELECT greatest(${a}, ${b}) ${logs}`,
  ARRAY: (a, b) => `SELECT ARRAY[${a}, ${b}] ${logs}`,
  contains: (a, b) => `SELECT contains(ARRAY[${a}], ${b}) ${logs}`,
}

const mixed: readonly (readonly [name: string, a: string, b: string])[] = [
  ['text and a whole number', 'eventName', '1'],
  ['text and a decimal', 'eventName', '1.5'],
  ['text and a double', 'eventName', '1e0'],
  ['text and a count', 'eventName', 'length(eventName)'],
  ['text and a boolean', 'readOnly', 'true'],
  ['text and a computed boolean', 'readOnly', 'is_service'],
  ['text and a timestamp', 'eventTime', "TIMESTAMP '2026-01-01 00:00:00'"],
  ['text and a timestamp with time zone', 'eventTime', 'event_time'],
  ['text and now', 'eventTime', 'current_timestamp'],
  ['text and a date', 'eventTime', "DATE '2026-01-01'"],
  ['text and bytes', 'eventName', "X'00'"],
  ['a number and a boolean', 'length(eventName)', 'true'],
  ['a number and a timestamp', 'length(eventName)', 'event_time'],
  ['a boolean and a timestamp', 'is_service', 'event_time'],
  ['text and an array', 'eventName', 'ARRAY[eventName]'],
  ['text and a row', 'eventName', 'userIdentity'],
]

const refusals = new Set(['SQL_TYPE_MISMATCH', 'SQL_ARGUMENTS', 'SQL_CONSTRUCT_REFUSED'])

describe('types that Trino does not mix', () => {
  it.each(mixed)('%s are refused in every place', (_, a, b) => {
    for (const [place, sql] of Object.entries(places))
      for (const text of [sql(a, b), sql(b, a)])
        expect(
          analyze(text).issues.map((issue) => refusals.has(issue.code)),
          `${place}: ${text}`,
        ).toContain(true)
  })
})

describe('types that Trino converts', () => {
  it.each([
    ['two numbers', 'length(eventName)', '1'],
    ['a number and a double', 'length(eventName)', '1e0'],
    ['a date and a timestamp', "DATE '2026-01-01'", "TIMESTAMP '2026-01-01 00:00:00'"],
    ['a timestamp and one with time zone', "TIMESTAMP '2026-01-01 00:00:00'", 'event_time'],
    ['text and NULL', 'eventName', 'NULL'],
    ['text and text of JSON', 'eventName', "json_extract_scalar(requestParameters, '$.x')"],
  ])('%s pass in every place', (_, a, b) => {
    for (const [place, sql] of Object.entries(places)) expect(analyze(sql(a, b)).issues, place).toEqual([])
  })
})

describe('conditions', () => {
  it.each([
    ['WHERE', `SELECT 1 ${logs} WHERE eventName`],
    ['HAVING', `SELECT 1 ${logs} HAVING max(eventName)`],
    ['ON', `SELECT 1 ${logs} a JOIN cloudtrail_logs b ON a.eventName`],
    ['NOT', `SELECT 1 ${logs} WHERE NOT readOnly`],
    ['AND', `SELECT 1 ${logs} WHERE 1 = 1 AND readOnly`],
    ['OR', `SELECT 1 ${logs} WHERE 1 OR 1 = 1`],
    ['WHEN', `SELECT CASE WHEN readOnly THEN 1 END ${logs}`],
    ['FILTER', `SELECT count(*) FILTER (WHERE readOnly) ${logs}`],
  ])('%s takes no text and no number for one', (_, sql) => {
    expect(analyze(sql).issues.map((issue) => issue.code)).toEqual(['SQL_TYPE_WANTED'])
  })
})

describe('calculations', () => {
  it.each([
    ['text plus a number', 'eventName + 1', 'SQL_TYPE_MISMATCH'],
    ['text joined with a number', 'eventName || 1', 'SQL_TYPE_MISMATCH'],
    ['text joined with a time', 'eventName || event_time', 'SQL_TYPE_MISMATCH'],
    ['minus text', '-eventName', 'SQL_TYPE_WANTED'],
    ['a time plus a number', 'event_time + 1', 'SQL_TIME_ARITHMETIC'],
    ['a time less a time', 'event_time - event_time', 'SQL_TIME_ARITHMETIC'],
    ['text less an interval', "eventTime - INTERVAL '7' DAY", 'SQL_TIME_ARITHMETIC'],
    ['a boolean plus a boolean', 'is_service + is_service', 'SQL_TYPE_MISMATCH'],
    ['LIKE of a number', "length(eventName) LIKE '1'", 'SQL_TYPE_WANTED'],
    ['LIKE a number', 'eventName LIKE 1', 'SQL_TYPE_WANTED'],
    ['lower of a number', 'lower(1)', 'SQL_ARGUMENTS'],
    ['sum of text', 'sum(eventName)', 'SQL_ARGUMENTS'],
    ['an element of text', 'eventName[1]', 'SQL_TYPE_WANTED'],
    ['a field of text', 'eventName.x', 'SQL_FIELD_UNKNOWN'],
    ['a text index', "resources['a']", 'SQL_TYPE_WANTED'],
  ])('%s is refused', (_, expression, code) => {
    expect(analyze(`SELECT ${expression} ${logs}`).issues.map((issue) => issue.code)).toEqual([code])
  })
})
