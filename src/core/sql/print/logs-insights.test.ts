import { describe, expect, test } from 'vitest'
import { analyze, compile, type ListTable } from '../compile.ts'
import { logsInsightsDialect } from './logs-insights.ts'

const scope = {
  window: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
  earliest: '2026-01-01T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}
const dialect = logsInsightsDialect({ logGroups: ['trail'] })
const list = (...values: readonly string[]): ListTable => ({
  columns: [{ name: 'value', type: 'varchar' }],
  rows: values.map((value) => ({ value })),
})

function printed(sql: string, few: ListTable = list()): string {
  const lists = { few }
  const { query, issues } = analyze(sql, { lists })
  if (query === undefined) throw new Error(issues[0]?.message)
  return compile(query, { dialect, scope, parameters: {}, lists }).text
}

describe('the text for Logs Insights', () => {
  test('reads one log group without its name, and two with theirs', () => {
    expect(printed('SELECT eventName FROM cloudtrail_logs')).toMatchInlineSnapshot(`
      "SELECT get_json_object(\`@message\`,'$.eventName')AS \`eventName\`
      FROM \`logGroups(logGroupIdentifier: ['trail'])\` AS e1
      WHERE get_json_object(\`@message\`,'$.eventTime')>='2026-01-01T00:00:00Z' AND get_json_object(\`@message\`,'$.eventTime')<'2026-02-01T00:00:00Z'"
    `)
    expect(
      printed('SELECT a.eventName FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.eventID = b.eventID'),
    ).toMatchInlineSnapshot(`
      "SELECT get_json_object(e1.\`@message\`,'$.eventName')AS \`eventName\`
      FROM \`logGroups(logGroupIdentifier: ['trail'])\` AS e1
      INNER JOIN \`logGroups(logGroupIdentifier: ['trail'])\` AS e2 ON(get_json_object(e1.\`@message\`,'$.eventID')=get_json_object(e2.\`@message\`,'$.eventID'))WHERE get_json_object(e1.\`@message\`,'$.eventTime')>='2026-01-01T00:00:00Z' AND get_json_object(e1.\`@message\`,'$.eventTime')<'2026-02-01T00:00:00Z' AND get_json_object(e2.\`@message\`,'$.eventTime')>='2026-01-01T00:00:00Z' AND get_json_object(e2.\`@message\`,'$.eventTime')<'2026-02-01T00:00:00Z'"
    `)
  })

  test('keeps what literals say, whatever they look like', () => {
    const literal = 'e1.`@message` = ( a , b )'
    expect(printed(`SELECT '${literal}' AS s, eventName FROM cloudtrail_logs`)).toContain(`'${literal}' AS`)
  })

  test.each([
    [list(), 'FALSE'],
    [list('a'), 'TRUE'],
  ])('whether a list holds anything is known before it is asked', (few, known) => {
    expect(printed('SELECT eventID FROM cloudtrail_logs WHERE EXISTS (SELECT 1 FROM lists.few)', few)).toMatch(
      new RegExp(`AND ${known}$`),
    )
  })

  test('lists in windows are made distinct and counted, NULL among them', () => {
    const sql =
      'SELECT cardinality(array_distinct(array_agg(awsRegion) OVER (PARTITION BY eventName))) AS n FROM cloudtrail_logs'
    expect(printed(sql)).toContain(
      `size(array_distinct(sort_array(collect_list(named_struct('n',get_json_object(\`@message\`,'$.awsRegion')IS NULL,'v',get_json_object(\`@message\`,'$.awsRegion')))OVER(`,
    )
  })

  test.each([
    ['SELECT EXISTS (SELECT 1 FROM lists.few WHERE value > eventID) AS x FROM cloudtrail_logs', 'EXISTS'],
    ['SELECT EXISTS (SELECT count(*) FROM lists.few) AS x FROM cloudtrail_logs', 'EXISTS'],
    ['SELECT EXISTS (SELECT 1 FROM lists.few LIMIT 0) AS x FROM cloudtrail_logs', 'EXISTS'],
    ['SELECT eventID FROM cloudtrail_logs WHERE eventID IN (SELECT max(value) FROM lists.few)', 'few'],
    [
      'SELECT array_distinct(array_agg(eventID ORDER BY eventTime)) AS x FROM cloudtrail_logs',
      'sorting this list|array_distinct of this list',
    ],
    ['SELECT f.value FROM cloudtrail_logs c JOIN lists.few f ON f.value = c.eventName', 'the list few as a table'],
  ])('%s is refused by name', (sql, what) => {
    expect(() => printed(sql)).toThrow(new RegExp(what))
  })
})
