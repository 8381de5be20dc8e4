import { describe, expect, it } from 'vitest'
import { attributeText } from '../event/history-slice.ts'
import { type AnalyzeOptions, analyze, compile } from '../sql/compile.ts'
import { duckdbDialect } from '../sql/print/duckdb.ts'
import { lookupOf, lookupOfQuery, sweepWindow } from './lookup-plan.ts'
import type { Plan, PreparedQuery } from './plan.ts'

const scope = {
  window: { from: '2026-01-30T00:00:00Z', to: '2026-01-31T00:00:00Z' },
  earliest: '2026-01-30T00:00:00Z',
  accounts: [],
  regions: [],
  services: [],
}

function prepared(sql: string, options: AnalyzeOptions = {}): PreparedQuery {
  const { query, issues } = analyze(sql, options)
  if (query === undefined) throw new Error(issues[0]?.message)
  return { columns: query.columns, parameters: query.parameters, compile: (input) => compile(query, input) }
}

const asked = (sql: string, options?: AnalyzeOptions): string =>
  lookupOfQuery(prepared(sql, options), { dialect: duckdbDialect, scope, lists: {} }).map(attributeText).join(' ')

const from = 'SELECT eventID FROM cloudtrail_logs'

describe('the attribute that a query implies', () => {
  it.each([
    ['an equality', `${from} WHERE eventName = 'CreateUser'`, 'EventName=CreateUser'],
    ['an equality the other way round', `${from} WHERE 'CreateUser' = eventName`, 'EventName=CreateUser'],
    ['beside others', `${from} WHERE eventTime > '2026' AND (eventName = 'A') AND errorCode IS NULL`, 'EventName=A'],
    ['a list', `${from} WHERE eventName IN ('B', 'A')`, 'EventName=A EventName=B'],
    [
      'alternatives of one column',
      `${from} WHERE eventName = 'A' OR eventName IN ('B', 'C')`,
      'EventName=A EventName=B EventName=C',
    ],
    ['the rarest of several', `${from} WHERE eventSource = 'iam.amazonaws.com' AND eventName = 'A'`, 'EventName=A'],
    ['a service', `${from} WHERE eventSource = 'iam.amazonaws.com'`, 'EventSource=iam.amazonaws.com'],
    ['a key', `${from} WHERE userIdentity.accessKeyId = 'AKIAIOSFODNN7EXAMPLE'`, 'AccessKeyId=AKIAIOSFODNN7EXAMPLE'],
    ['an id', `${from} WHERE eventID = 'id-1' AND eventName = 'A'`, 'EventId=id-1'],
    ['writing calls', `${from} WHERE readOnly = 'false'`, 'ReadOnly=false'],
    [
      'a user of IAM',
      `${from} WHERE userIdentity.type = 'IAMUser' AND userIdentity.userName = 'alice'`,
      'Username=alice',
    ],
    [
      'both branches of a union',
      `${from} WHERE eventName = 'A' UNION ${from} WHERE eventName = 'B'`,
      'EventName=A EventName=B',
    ],
    [
      'a self-join',
      `SELECT a.eventID FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.eventID = b.eventID WHERE a.eventName = 'A' AND b.eventName = 'B'`,
      'EventName=A EventName=B',
    ],
    ['a WITH query', `WITH x AS (${from} WHERE eventName = 'A') SELECT * FROM x`, 'EventName=A'],
    ['text that must be escaped', `${from} WHERE eventName = 'A&B=c'`, 'EventName=A%26B%3Dc'],
  ])('%s', (_, sql, wanted) => {
    expect(asked(sql)).toBe(wanted)
  })

  it.each([
    ['no condition', from],
    ['an alternative about another column', `${from} WHERE eventName = 'A' OR errorCode = 'AccessDenied'`],
    ['a negation', `${from} WHERE NOT (eventName = 'A')`],
    ['a list that is left out', `${from} WHERE eventName NOT IN ('A')`],
    ['a pattern', `${from} WHERE eventName LIKE 'Create%'`],
    ['a changed column', `${from} WHERE lower(eventName) = 'a'`],
    [
      'a condition further out',
      `SELECT * FROM (SELECT eventName, count(*) AS n FROM cloudtrail_logs GROUP BY eventName) WHERE eventName = 'A'`,
    ],
    [
      'a condition after grouping',
      `SELECT eventName, count(*) AS n FROM cloudtrail_logs GROUP BY eventName HAVING eventName = 'A'`,
    ],
    ['a condition in what is selected', `SELECT count_if(eventName = 'A') AS n FROM cloudtrail_logs`],
    [
      'a second reading without one',
      `${from} WHERE eventName = 'A' AND eventID IN (SELECT eventID FROM cloudtrail_logs)`,
    ],
    [
      'a scalar query without one',
      `SELECT eventID, (SELECT count(*) FROM cloudtrail_logs) AS n FROM cloudtrail_logs WHERE eventName = 'A'`,
    ],
    [
      'one side of a join',
      `SELECT a.eventID FROM cloudtrail_logs a JOIN cloudtrail_logs b ON a.eventID = b.eventID WHERE a.eventName = 'A'`,
    ],
    [
      'a condition about the outer query',
      `SELECT e.eventID FROM cloudtrail_logs e WHERE e.eventName = 'A' AND EXISTS (SELECT 1 FROM cloudtrail_logs i WHERE e.eventName = 'A' AND i.eventID = e.eventID)`,
    ],
    ['one branch of a union', `${from} WHERE eventName = 'A' UNION ${from} WHERE eventSource = 'iam.amazonaws.com'`],
    ['a user name whoever has it: of root it is the alias', `${from} WHERE userIdentity.userName = 'alice'`],
    [
      'another field of the same name',
      `${from} WHERE userIdentity.sessionContext.sessionIssuer.userName = 'alice' AND userIdentity.type = 'IAMUser'`,
    ],
    ['an empty text', `${from} WHERE userIdentity.accessKeyId = ''`],
    ['both kinds of calls', `${from} WHERE readOnly IN ('true', 'false')`],
    [
      'more names than are cheaper',
      `${from} WHERE eventName IN (${Array.from({ length: 21 }, (_, at) => `'E${at}'`).join(', ')})`,
    ],
    ['a comparison of columns', `${from} WHERE eventName = eventSource`],
  ])('is none for %s', (_, sql) => {
    expect(asked(sql)).toBe('')
  })

  it('is that of fragments, which are queries of their own', () => {
    const fragment = (sql: string) => ({ fragments: { calls: analyze(sql).query! } })
    const sql = 'SELECT * FROM fragments.calls'
    expect(asked(sql, fragment(`${from} WHERE eventName = 'A'`))).toBe('EventName=A')
    expect(asked(sql, fragment(from))).toBe('')
    expect(
      asked(
        `SELECT f.eventID FROM fragments.calls f, cloudtrail_logs e WHERE e.eventName = 'B'`,
        fragment(`${from} WHERE eventName = 'A'`),
      ),
    ).toBe('EventName=A EventName=B')
  })
})

const query = (id: string, sql: string, more: object = {}, options: AnalyzeOptions = {}) => ({
  step: { id, kind: 'query', ...more },
  query: prepared(sql, options),
})

type Given =
  | ReturnType<typeof query>
  | { readonly step: { readonly id: string; readonly kind: string }; readonly query?: undefined }

const plan = (steps: readonly Given[], parameters = {}, runbookScope: object = {}): Plan =>
  ({
    runbook: { id: 'r', steps: steps.map(({ step }) => step), scope: runbookScope },
    queries: new Map(steps.flatMap(({ step, query: own }) => (own === undefined ? [] : [[step.id, own]]))),
    parameters,
    lists: {},
    scope,
  }) as unknown as Plan

const lookedUp = (...plans: readonly Plan[]): string => lookupOf(plans, duckdbDialect).map(attributeText).join(' ')

describe('the attribute of a run', () => {
  const a = query('a', `${from} WHERE eventName = 'A'`)
  const b = query('b', `${from} WHERE eventName = 'B' AND eventSource = 'iam.amazonaws.com'`)
  const all = query('all', from)

  it('is implied by every query of every runbook', () => {
    expect(lookedUp(plan([a, b]))).toBe('EventName=A EventName=B')
    expect(lookedUp(plan([a]), plan([b]))).toBe('EventName=A EventName=B')
    expect(lookedUp(plan([a, all]))).toBe('')
    expect(lookedUp(plan([a]), plan([all]))).toBe('')
  })

  it('follows from the values of parameters', () => {
    const options: AnalyzeOptions = { parameters: { key: 'accessKey', names: 'string[]' } }
    const one = query('one', `${from} WHERE :key IS NULL OR userIdentity.accessKeyId = :key`, {}, options)
    expect(lookedUp(plan([one], { key: 'AKIAIOSFODNN7EXAMPLE' }))).toBe('AccessKeyId=AKIAIOSFODNN7EXAMPLE')
    expect(lookedUp(plan([one], { key: null }))).toBe('')
    const several = query('several', `${from} WHERE eventName IN (:names)`, {}, options)
    expect(lookedUp(plan([several], { names: ['B', 'A'] }))).toBe('EventName=A EventName=B')
    expect(lookedUp(plan([several], { names: [] }))).toBe('')
  })

  it.each(['trace', 'verify', 'read', 'run', 'watch'])('is none where a step reads events by %s', (kind) => {
    expect(lookedUp(plan([a, { step: { id: 'x', kind } }]))).toBe('')
  })

  it('is none where values come from the rows of an earlier step', () => {
    expect(lookedUp(plan([a, query('c', `${from} WHERE eventName = 'C'`, { with: { key: '{{ 1 }}' } })]))).toBe('')
  })

  it('is not lost by steps that read no events', () => {
    expect(lookedUp(plan([a, { step: { id: 'x', kind: 'ask' } }]))).toBe('EventName=A')
  })
})

describe('the time of a sweep', () => {
  it('reaches back as far as any query looks', () => {
    const wide = { step: { id: 'x', kind: 'query', scope: { window: '14d', lookback: '2d' } } }
    expect(sweepWindow([plan([])])).toEqual(scope.window)
    expect(sweepWindow([plan([], {}, { lookback: '3d', window: '90d' })]).from).toBe('2026-01-27T00:00:00Z')
    expect(sweepWindow([plan([]), plan([wide])])).toEqual({ from: '2026-01-15T00:00:00Z', to: scope.window.to })
  })
})
