import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/core/ports.ts'
import { analyze, compile } from '../../src/core/sql/compile.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { trinoDialect } from '../../src/core/sql/print/trino.ts'
import { type EventEngine, openEvents } from './engine.ts'

const days = ['2025-12-31', '2026-01-01', '2026-01-02', '2026-01-03']
const accounts = ['111122223333', '444455556666', undefined]
const regions = ['us-east-1', 'eu-central-1', undefined]
const services = ['iam.amazonaws.com', 's3.amazonaws.com']

const records = days
  .flatMap((day) =>
    accounts.flatMap((recipientAccountId) =>
      regions.flatMap((awsRegion) =>
        services.map((eventSource) => ({
          eventVersion: '1.11',
          eventName: 'X',
          eventTime: `${day}T12:00:00Z`,
          recipientAccountId,
          awsRegion,
          eventSource,
          resources: [{ ARN: 'arn:aws:s3:::a' }],
        })),
      ),
    ),
  )
  .map((record, i) => ({ ...record, eventID: `e${String(i).padStart(3, '0')}` }))

const all = `(VALUES ${records.map(({ eventID }) => `'${eventID}'`).join(', ')}) AS t(x)`
const logs = 'FROM cloudtrail_logs'

/** Each gives the ids of all events that it can see. */
const shapes: Readonly<Record<string, string>> = {
  'a plain query': `SELECT eventID ${logs}`,
  'a condition that is always true': `SELECT eventID ${logs} WHERE 1 = 1 OR eventTime > ''`,
  'a condition that no scope would pass': `SELECT eventID ${logs} WHERE recipientAccountId IS NULL OR recipientAccountId IS NOT NULL`,
  'a subquery in FROM': `SELECT q.id FROM (SELECT eventID AS id ${logs}) AS q`,
  'a subquery in a subquery':
    'SELECT id FROM (SELECT id FROM (SELECT eventID AS id FROM default.cloudtrail_logs) AS a) AS b',
  'a WITH query': `WITH w AS (SELECT eventID ${logs}) SELECT eventID FROM w`,
  'a WITH query of a WITH query': `WITH w AS (SELECT eventID ${logs}), v AS (SELECT eventID FROM w) SELECT eventID FROM v`,
  'a WITH query inside a subquery': `SELECT * FROM (WITH w AS (SELECT eventID ${logs}) SELECT eventID FROM w) AS q`,
  'a self-join': `SELECT b.eventID ${logs} a JOIN athena_logs_table b ON a.eventID = b.eventID`,
  'the far side of a LEFT JOIN': `SELECT l.eventID FROM ${all} LEFT JOIN cloudtrail_logs l ON l.eventID = t.x WHERE l.eventID IS NOT NULL`,
  'a RIGHT JOIN': `SELECT l.eventID FROM ${all} RIGHT JOIN cloudtrail_logs l ON l.eventID = t.x`,
  'a FULL JOIN': `SELECT l.eventID FROM ${all} FULL JOIN cloudtrail_logs l ON l.eventID = t.x WHERE l.eventID IS NOT NULL`,
  'a CROSS JOIN': `SELECT DISTINCT b.eventID ${logs} a CROSS JOIN cloudtrail_logs b`,
  'tables in a list': `SELECT DISTINCT b.eventID ${logs} a, cloudtrail_logs b`,
  EXISTS: `SELECT x FROM ${all} WHERE EXISTS (SELECT 1 ${logs} WHERE eventID = x)`,
  'NOT EXISTS, turned round': `SELECT x FROM ${all} WHERE NOT (NOT EXISTS (SELECT 1 ${logs} WHERE eventID = x))`,
  IN: `SELECT x FROM ${all} WHERE x IN (SELECT eventID ${logs})`,
  '= ANY': `SELECT x FROM ${all} WHERE x = ANY (SELECT eventID ${logs})`,
  'a value from a subquery': `SELECT v FROM (SELECT (SELECT max(eventID) ${logs} WHERE eventID = x) AS v FROM ${all}) AS q WHERE v IS NOT NULL`,
  'a subquery in CASE': `SELECT x FROM ${all} WHERE CASE WHEN x = (SELECT max(eventID) ${logs} WHERE eventID = x) THEN true ELSE false END`,
  UNION: `SELECT eventID ${logs} UNION SELECT eventID ${logs}`,
  'UNION ALL, counted': `SELECT eventID FROM (SELECT eventID ${logs} UNION ALL SELECT eventID ${logs}) AS q GROUP BY eventID HAVING count(*) = 2`,
  INTERSECT: `SELECT x FROM ${all} INTERSECT SELECT eventID ${logs}`,
  'EXCEPT of EXCEPT': `SELECT x FROM ${all} EXCEPT (SELECT x FROM ${all} EXCEPT SELECT eventID ${logs})`,
  'an array of ids': `SELECT u.id FROM (SELECT array_agg(eventID) AS ids ${logs}) AS q CROSS JOIN UNNEST(ids) AS u(id)`,
  'UNNEST beside the logs': `SELECT eventID ${logs} CROSS JOIN UNNEST(resources) AS u(r) WHERE r.ARN <> ''`,
  'a window function': `SELECT first_value(eventID) OVER (PARTITION BY eventID ORDER BY eventTime) ${logs}`,
  'a lateral subquery': `SELECT l.eventID FROM ${all} CROSS JOIN LATERAL (SELECT eventID ${logs} WHERE eventID = x) AS l`,
  'GROUP BY with HAVING': `SELECT max(eventID) ${logs} GROUP BY eventID HAVING count(*) >= 1`,
  'ORDER BY and LIMIT': `SELECT eventID ${logs} ORDER BY eventTime DESC LIMIT 1000`,
  'grouping sets': `SELECT eventID ${logs} GROUP BY GROUPING SETS ((eventID), (eventID, eventName))`,
  'virtual columns': `SELECT eventID ${logs} WHERE actor IS NULL AND outcome = 'succeeded'`,
}

const some = (values: readonly (string | undefined)[]) => fc.subarray(values.filter((value) => value !== undefined))
const scopes: fc.Arbitrary<Scope> = fc
  .record({
    from: fc.integer({ min: 0, max: 3 }),
    length: fc.integer({ min: 0, max: 3 }),
    lookback: fc.integer({ min: 0, max: 3 }),
    accounts: some(accounts),
    regions: some(regions),
    services: some(services),
  })
  .map(({ from, length, lookback, ...rest }) => {
    const time = (day: number) => `${new Date(Date.UTC(2025, 11, 31 + day)).toISOString().slice(0, 10)}T00:00:00Z`
    return { window: { from: time(from), to: time(from + length) }, earliest: time(from - lookback), ...rest }
  })

const visible = (scope: Scope) =>
  records
    .filter(
      (r) =>
        r.eventTime >= scope.earliest &&
        r.eventTime < scope.window.to &&
        (scope.accounts.length === 0 || scope.accounts.includes(r.recipientAccountId ?? '')) &&
        (scope.regions.length === 0 || scope.regions.includes(r.awsRegion ?? '')) &&
        (scope.services.length === 0 || scope.services.includes(r.eventSource)),
    )
    .map((r) => r.eventID)

let engine: EventEngine
beforeAll(async () => {
  engine = await openEvents(records)
})
afterAll(() => engine.close())

describe('the scope', () => {
  it.each(Object.entries(shapes))('bounds what %s sees, to the event', async (_, sql) => {
    const { query, issues } = analyze(sql)
    expect(issues).toEqual([])
    await fc.assert(
      fc.asyncProperty(scopes, async (scope) => {
        const ids = (await engine.run(query!, { scope })).map(([id]) => id)
        expect([...new Set(ids)].toSorted()).toEqual(visible(scope))
      }),
      { numRuns: 15 },
    )
  })

  it.each(Object.entries(shapes))('stands in the text of %s once for every mention of the logs', (_, sql) => {
    const scope: Scope = {
      window: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
      earliest: '2025-12-01T00:00:00Z',
      accounts: ['111122223333'],
      regions: ['us-east-1'],
      services: ['iam.amazonaws.com'],
    }
    const mentions = sql.match(/cloudtrail_logs|athena_logs_table/g)!.length
    for (const dialect of [duckdbDialect, trinoDialect()]) {
      const { text } = compile(analyze(sql).query!, { dialect, scope, parameters: {} })
      for (const part of [
        `>= '2025-12-01T00:00:00Z'`,
        `< '2026-01-02T00:00:00Z'`,
        `IN ('111122223333')`,
        `IN ('us-east-1')`,
        `IN ('iam.amazonaws.com')`,
      ])
        expect(text.split(part).length - 1, part).toBe(mentions)
    }
  })

  it('is never read as SQL', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom("' OR 1=1 --", "'); DROP TABLE x", '\\', '$1', ':x', '\0'),
          ),
          { minLength: 1 },
        ),
        async (hostile) => {
          const scope = {
            window: { from: '2025-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z' },
            earliest: '2025-01-01T00:00:00Z',
            accounts: hostile,
            regions: hostile,
            services: hostile,
          }
          expect(await engine.ask(`SELECT eventID ${logs}`, { scope })).toEqual([])
        },
      ),
    )
  })

  it('leaves queries alone that read no events', async () => {
    const scope = {
      window: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      earliest: '2026-01-01T00:00:00Z',
      accounts: ['none'],
      regions: [],
      services: [],
    }
    expect(await engine.ask('SELECT 1', { scope })).toEqual([[1]])
  })
})
