import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startFakeTrino } from '../../../test/support/fake-trino.ts'
import { publishedSnapshot } from '../../../test/support/published-snapshot.ts'
import type { TrailbookError } from '../../core/errors.ts'
import type { SnapshotTable } from '../../core/event/published.ts'
import { shownBy, snapshotOf, snapshotSteps } from './setup.ts'
import { trinoSnapshotTable } from './snapshot-table.ts'

type Fake = Awaited<ReturnType<typeof startFakeTrino>>
let fake: Fake
beforeEach(async () => {
  fake = await startFakeTrino()
})
afterEach(() => fake.close())

let now = Date.parse('2026-02-01T00:00:00Z')
const minute = 60_000

const table = (location = 'local:///lake'): SnapshotTable =>
  trinoSnapshotTable(
    { name: 'warehouse', url: fake.url, user: 'me', catalog: 'hive', schema: 'sec', table: 'logs' },
    { location, now: () => now },
  )

/** Of the table that the view shows: the snapshot, and how many days are registered. */
function shown(): string | undefined {
  const own = fake.views.get('logs')?.replace('hive.sec.', '')
  if (own === undefined) return undefined
  return `${snapshotOf(own, 'logs')} ${fake.tables.get(own)?.partitions.size ?? 'without a table'}`
}
const owned = (): string[] => [...fake.tables.keys()].map((name) => snapshotOf(name, 'logs') ?? name).sort()

describe('a view that is pointed at snapshots', () => {
  test('shows one whole snapshot after every statement', async () => {
    const seen: (string | undefined)[] = []
    fake.watch(() => seen.push(shown()))
    expect(await table().show(publishedSnapshot(1, 5))).toBe(true)
    expect(await table().show(publishedSnapshot(2, 7))).toBe(true)
    expect([...new Set(seen)]).toEqual([undefined, '0000000001-abc1 5', '0000000002-abc2 7'])
  })

  test('is left as it is where it shows the snapshot already', async () => {
    await table().show(publishedSnapshot(1, 5))
    const before = fake.statements.length
    expect(await table().show(publishedSnapshot(1, 5))).toBe(false)
    expect(fake.statements.slice(before).filter((sql) => !sql.startsWith('SELECT'))).toEqual([])
  })

  test('keeps the tables that it left for the grace time, and from when it left them', async () => {
    const one = table()
    await one.show(publishedSnapshot(1, 2))
    now += 600 * minute
    await one.show(publishedSnapshot(2, 2))
    expect(await one.inUse(60 * minute)).toEqual(['0000000001-abc1', '0000000002-abc2'])
    now += 59 * minute
    expect(await one.inUse(60 * minute)).toHaveLength(2)
    now += 2 * minute
    expect(await one.inUse(60 * minute)).toEqual(['0000000002-abc2'])
    expect(await one.letGo(new Set())).toBe(1)
    expect(owned()).toEqual(['0000000002-abc2'])
  })

  test('that comes back to a snapshot counts it as shown again', async () => {
    const one = table()
    await one.show(publishedSnapshot(1, 2))
    await one.show(publishedSnapshot(2, 2))
    await one.show(publishedSnapshot(1, 2))
    now += 600 * minute
    expect(await one.inUse(minute)).toEqual(['0000000001-abc1'])
  })

  test('killed after any statement that changes something shows a whole snapshot, and the next call mends it', {
    timeout: 60_000,
  }, async () => {
    // Schema, table, three days, view and the comment on the table that it left.
    const count = 7
    const after = new Set<string | undefined>()
    for (let died = 1; died < count; died++) {
      fake.close()
      fake = await startFakeTrino()
      await table().show(publishedSnapshot(1, 1))
      fake.dieAfter(died)
      await expect(table().show(publishedSnapshot(2, 3))).rejects.toMatchObject({ code: 'TRINO_UNREACHABLE' })
      after.add(shown())
      fake.dieAfter(Number.POSITIVE_INFINITY)
      // Every other time more was published meanwhile.
      const next = died % 2 === 0 ? publishedSnapshot(2, 3) : publishedSnapshot(3, 2)
      await table().show(next)
      expect(shown()).toBe(`${next.id} ${next.days.length}`)
      now += 2 * minute
      expect(await table().inUse(minute)).toEqual([next.id])
      await table().letGo(new Set([next.id]))
      expect(owned()).toEqual([next.id])
    }
    expect([...after]).toEqual(['0000000001-abc1 1', '0000000002-abc2 3'])
  })

  test('takes nobody else for its own: tables, views and other snapshots of a like name stay', async () => {
    for (const name of ['logs_archive', 'logs_0000000001_x', 'logs_2_0000000001_abc1_123456'])
      fake.tables.set(name, { partitions: new Map(), comment: '' })
    await table().show(publishedSnapshot(1, 1))
    await table().letGo(new Set())
    expect(owned()).toEqual(['0000000001-abc1', 'logs_0000000001_x', 'logs_2_0000000001_abc1_123456', 'logs_archive'])
  })

  test('set up from another place, a snapshot gets another table', async () => {
    await table().show(publishedSnapshot(1, 1))
    await table('local:///elsewhere').show(publishedSnapshot(1, 1))
    const own = fake.views.get('logs')?.replace('hive.sec.', '') ?? ''
    expect([...fake.tables.get(own)!.partitions.values()]).toEqual([
      'local:///elsewhere/snapshots/0000000001-abc1/event_date=2026-01-01',
    ])
  })
})

describe('what lacks is said', () => {
  const failure = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'no failure',
      ({ code, message }: TrailbookError) => `${code}: ${message}`,
    )
  test.each<[string, RegExp, string, string, string]>([
    [
      'a procedure that is switched off',
      /^CALL/,
      'PERMISSION_DENIED',
      'Access Denied: register_partition procedure is disabled',
      'TRINO_PROCEDURE_OFF: The catalog hive does not let days be registered as partitions: Access Denied: register_partition procedure is disabled.',
    ],
    [
      'a place without the files',
      /^CALL/,
      'INVALID_PROCEDURE_ARGUMENT',
      'Partition location does not exist: local:///lake/snapshots/x',
      'TRINO_LOCATION: Trino does not find the snapshots at local:///lake: Partition location does not exist: local:///lake/snapshots/x.',
    ],
    [
      'no external tables',
      /^CREATE TABLE/,
      'NOT_SUPPORTED',
      'Cannot create non-managed Hive table',
      'TRINO_EXTERNAL_OFF: The catalog hive does not let tables be made over files that are there: Cannot create non-managed Hive table.',
    ],
    [
      'no right to make tables',
      /^CREATE TABLE/,
      'PERMISSION_DENIED',
      'Access Denied: Cannot create table x',
      'TRINO_SETUP_DENIED: Trino refused to make a snapshot a table: Access Denied: Cannot create table x.',
    ],
  ])('%s', async (_, form, errorName, message, expected) => {
    fake.refuse((sql) => (form.test(sql) ? { errorName, errorType: 'USER_ERROR', message } : undefined))
    expect(await failure(table().show(publishedSnapshot(1, 2)))).toBe(expected)
  })

  test('a table or a view of somebody else with the name', async () => {
    fake.tables.set('logs', { partitions: new Map(), comment: '' })
    expect(await failure(table().check())).toBe(
      'TRINO_NAME_TAKEN: Snapshots cannot be shown as hive.sec.logs: there is a table with that name.',
    )
    fake.tables.clear()
    fake.views.set('logs', 'hive.sec.something')
    expect(await failure(table().check())).toContain('there is a view of something else with that name.')
  })
})

describe('names', () => {
  const own = snapshotSteps(publishedSnapshot(1, 1), {
    catalog: 'hive',
    schema: 'sec',
    table: 'Logs',
    location: 's3://b/x/',
  }).own

  test('of a snapshot tell its id, and a slash at the end of the place is of no matter', () => {
    expect(own).toMatch(/^logs_0000000001_abc1_[0-9a-f]{6}$/)
    expect(snapshotOf(own, 'LOGS')).toBe('0000000001-abc1')
    const place = { catalog: 'hive', schema: 'sec', table: 'logs', location: 's3://b/x' }
    expect(snapshotSteps(publishedSnapshot(1, 1), place).own).toBe(own)
  })

  test.each([
    ['SELECT *\nFROM\n  hive.sec.OWN\n', true],
    ['SELECT * FROM "Hive"."sec"."OWN"', true],
    ['SELECT *\nFROM\n  "OWN"', false],
    ['SELECT * FROM hive.other.OWN', false],
    ['SELECT * FROM other.sec.OWN', false],
    ['SELECT * FROM "hive.sec".OWN', false],
    ['SELECT *\nFROM\n  hive.sec.recent\nINTERSECT\nSELECT *\nFROM\n  hive.sec.OWN\n', false],
    ['SELECT * FROM hive.sec.recent, hive.sec.OWN', false],
    ['SELECT eventname FROM hive.sec.OWN', false],
    ['SELECT *\nFROM\n  hive.sec.OWN\nWHERE (a = 1)', false],
    ['SELECT *\nFROM\n  (hive.sec.x CROSS JOIN hive.sec.OWN)', false],
    ['SELECT 1', false],
    ['', false],
  ])('of the table that a view shows: %j', (definition, isOurs) => {
    const place = { catalog: 'hive', schema: 'sec', table: 'logs' }
    expect(shownBy(definition.replace('OWN', own), place)).toBe(isOurs ? own : undefined)
  })

  test('lie beside the view, whatever characters the names have', () => {
    const place = { catalog: 'hi ve', schema: 's.e"c', table: 'logs' }
    expect(shownBy(`SELECT * FROM "hi ve"."s.e""c".${own}`, place)).toBe(own)
  })
})
