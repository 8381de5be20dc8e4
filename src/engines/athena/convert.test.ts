import { describe, expect, test } from 'vitest'
import { type Published, publishedColumns } from '../../core/event/published.ts'
import type { IsoTime } from '../../core/time.ts'
import { viewText } from './catalog-tables.ts'
import { batchesOf, daysToRead, withDays } from './convert-days.ts'
import { convertedColumns, mergeStatement, pieceOf, stageStatement } from './convert-statements.ts'
import { allStatements, snapshotOf } from './snapshot-statements.ts'

const at = (text: string): number => Date.parse(text)
const iso = (text: string): IsoTime => text as IsoTime
const done = [{ first: '2026-01-01', last: '2026-01-05', at: iso('2026-01-06T01:00:00Z') }]
const place = { database: 'security', table: 'cloudtrail_lake', location: 's3://lake/converted/' }

describe('days of delivery', () => {
  test.each<[string, Parameters<typeof daysToRead>, readonly string[] | undefined]>([
    ['nobody says where to begin', [[], {}, at('2026-01-06T01:00:00Z')], undefined],
    ['the day is not over', [[], { from: '2026-01-06' }, at('2026-01-06T23:00:00Z')], []],
    ['it ended a minute ago', [[], { from: '2026-01-05' }, at('2026-01-06T00:01:00Z')], []],
    ['it is over', [[], { from: '2026-01-05' }, at('2026-01-06T00:31:00Z')], ['2026-01-05']],
    ['a day was read an hour after its end', [done, {}, at('2026-01-06T02:00:00Z')], ['2026-01-05']],
    ['two more are over', [done, {}, at('2026-01-08T01:00:00Z')], ['2026-01-05', '2026-01-06', '2026-01-07']],
    ['an end is named', [done, { to: '2026-01-04' }, at('2026-01-08T01:00:00Z')], []],
    [
      'days are wanted again',
      [done, { from: '2026-01-03', to: '2026-01-04', again: true }, 0],
      ['2026-01-03', '2026-01-04'],
    ],
    ['a day before is wanted', [done, { from: '2025-12-31', to: '2026-01-02' }, 0], ['2025-12-31']],
  ])('where %s', (_, given, wanted) => {
    expect(daysToRead(...given)).toEqual(wanted)
  })

  test('statements take days that follow one another', () => {
    expect(batchesOf(['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-05'], 2)).toEqual([
      ['2026-01-01', '2026-01-02'],
      ['2026-01-03'],
      ['2026-01-05'],
    ])
  })

  test('what was read now stands in the place of what was known', () => {
    const now = iso('2026-01-08T01:00:00Z')
    expect(withDays(done, ['2026-01-05', '2026-01-06'], now)).toEqual([
      { first: '2026-01-01', last: '2026-01-04', at: '2026-01-06T01:00:00Z' },
      { first: '2026-01-05', last: '2026-01-06', at: now },
    ])
  })
})

const shape = {
  eventsTable: '(SELECT 1 FROM "raw")',
  accountColumn: '_account',
  partitions: { account: 'account', region: 'region', day: { name: 'timestamp', format: 'yyyy/MM/dd' as const } },
  exactOnce: false,
  lacking: ['extra', 'userIdentity.credentialId'],
}

describe('statements of a conversion', () => {
  const piece = pieceOf(7, place.table, ['a'])
  const stage = stageStatement({
    shape,
    piece,
    place,
    first: '2026-01-30',
    last: '2026-02-02',
    share: { of: 1, at: 0 },
  })

  test('read these days of delivery and no other', () => {
    expect(stage).toContain(`"e"."timestamp" >= '2026/01/30' AND "e"."timestamp" <= '2026/02/02'`)
  })

  test('write below a place of their own, within the 100 writers of a statement', () => {
    expect(stage.split('\n').slice(0, 2).join('\n')).toMatchInlineSnapshot(`
      "CREATE TABLE "security"."cloudtrail_lake_stage_${piece.table.slice(-16)}"
      WITH (format = 'PARQUET', write_compression = 'ZSTD', external_location = 's3://lake/converted/snapshots/${piece.id}/', partitioned_by = ARRAY['event_date'], bucketed_by = ARRAY['eventname'], bucket_count = 8) AS"
    `)
  })

  test('keep each event once, and give columns that the table lacks as NULL', () => {
    expect(stage).toContain('row_number() OVER (PARTITION BY "_copy") AS "_copy_number"')
    expect(stage).toContain('CAST(NULL AS varchar) AS "extra"')
    expect(stage).toContain('"e"."userIdentity"')
  })

  test('a share of the event days is a remainder, also of days before 2000', () => {
    const text = stageStatement({
      shape,
      piece,
      place,
      first: '2026-01-30',
      last: '2026-01-30',
      share: { of: 4, at: 1 },
    })
    expect(text).toContain(', 4), 0) IN (1, -3)')
  })

  test('a merge reads the snapshot and the stages for some event days', () => {
    const text = mergeStatement({ piece, place, base: 'base', stages: ['one'], dates: ['2026-01-30', '2026-01-31'] })
    expect(
      text.match(/FROM "security"\."(?:base|one)" WHERE "event_date" IN \('2026-01-30', '2026-01-31'\)/g),
    ).toHaveLength(2)
  })

  test('the name of a piece follows from what it does', () => {
    expect(pieceOf(7, 't', ['a', 1])).toEqual(pieceOf(7, 't', ['a', 1]))
    expect(pieceOf(7, 't', ['a', 1])).not.toEqual(pieceOf(7, 't', ['a', 2]))
    expect(piece.id).toMatch(/^0000000007-[0-9a-f]{16}$/)
  })

  test('the columns are those of a published snapshot, less the uuid, and with the hash of copies', () => {
    const names = convertedColumns.map(({ name }) => name)
    expect(publishedColumns.map(({ name }) => name).filter((name) => !names.includes(name))).toEqual(['_hash'])
    expect(names.at(-1)).toBe('_copy')
  })
})

describe('statements of a table over a snapshot', () => {
  const days = Array.from({ length: 101 }, (_, n) => {
    const date = new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10)
    return { date, folder: `snapshots/0000000007-ab/event_date=${date}`, rows: 1, bytes: 1, files: [] }
  })
  const columns = [
    { name: 'eventName', type: 'varchar' },
    { name: 'userIdentity', type: 'row(type varchar, sessionContext row(attributes map(varchar, varchar)))' },
    { name: 'resources', type: 'array(row(ARN varchar))' },
    { name: '_time', type: 'timestamp(3)' },
    { name: '_ordinal', type: 'integer' },
    { name: '_hash', type: 'uuid' },
  ]
  const statements = allStatements({ id: '0000000007-ab', days, columns } as unknown as Published, place)

  test('a table of its own, partitions a hundred at a time, and the view last', () => {
    expect(statements).toHaveLength(4)
    expect(statements[0]).toMatchInlineSnapshot(`
      "CREATE EXTERNAL TABLE IF NOT EXISTS \`security\`.\`cloudtrail_lake_0000000007_ab\` (
        \`eventname\` string,
        \`useridentity\` struct<type:string,sessioncontext:struct<attributes:map<string,string>>>,
        \`resources\` array<struct<arn:string>>,
        \`_time\` timestamp,
        \`_ordinal\` int
      )
      PARTITIONED BY (\`event_date\` string)
      STORED AS PARQUET
      LOCATION 's3://lake/converted/snapshots/'
      TBLPROPERTIES ('trailbook.snapshot' = '0000000007-ab')"
    `)
    expect(statements[2]).toBe(
      `ALTER TABLE \`security\`.\`cloudtrail_lake_0000000007_ab\` ADD IF NOT EXISTS\n  PARTITION (event_date = '2026-04-11') LOCATION 's3://lake/converted/snapshots/0000000007-ab/event_date=2026-04-11/'`,
    )
    expect(statements[3]).toBe(
      'CREATE OR REPLACE VIEW "security"."cloudtrail_lake" AS SELECT * FROM "security"."cloudtrail_lake_0000000007_ab"',
    )
  })

  test.each(["s3://lake/it's", 's3://lake/a\\', 's3://lake/a\n'])('no place leaves its quotes: %j', (location) => {
    const published = { id: '0000000007-ab', days, columns } as unknown as Published
    expect(() => allStatements(published, { ...place, location })).toThrow('statements of Athena cannot name a quote')
  })

  test('own tables are told by their names', () => {
    expect(snapshotOf('cloudtrail_lake_0000000007_ab', 'cloudtrail_lake')).toBe('0000000007-ab')
    for (const name of ['cloudtrail_lake', 'cloudtrail_lake_stage_0123456789abcdef', 'other_0000000007_ab'])
      expect(snapshotOf(name, 'cloudtrail_lake')).toBeUndefined()
  })

  test('the text of a view is read as Athena keeps it', () => {
    const encoded = Buffer.from(JSON.stringify({ originalSql: 'SELECT 1' })).toString('base64')
    expect(viewText(`/* Presto View: ${encoded} */`)).toBe('SELECT 1')
    expect(viewText('/* Presto View: e30x */')).toBe('')
  })
})
