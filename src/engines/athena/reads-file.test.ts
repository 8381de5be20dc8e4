// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are Athena's
import { describe, expect, it, test } from 'vitest'
import { readProjection } from './projection.ts'
import { readsFile } from './reads-file.ts'

const now = Date.parse('2026-03-31T12:00:00Z')
const column = (name: string) => ({ name, type: { base: 'varchar', parts: [] }, isPartition: true })
const usual = {
  'projection.enabled': 'true',
  'projection.account.type': 'enum',
  'projection.account.values': '111122223333,444455556666',
  'projection.region.type': 'enum',
  'projection.region.values': 'us-east-1',
  'projection.timestamp.type': 'date',
  'projection.timestamp.format': 'yyyy/MM/dd',
  'projection.timestamp.range': '2026/02/01,NOW',
  'storage.location.template': 's3://trail/AWSLogs/${account}/CloudTrail/${region}/${timestamp}',
}

function readsOf(
  changed: Readonly<Record<string, string>> = {},
  {
    keys = ['account', 'region', 'timestamp'],
    location = 's3://trail/AWSLogs/',
    named = {},
  }: {
    keys?: readonly string[]
    location?: string | undefined
    named?: { accounts?: string[]; regions?: string[] }
  } = {},
) {
  const parameters = { ...usual, ...changed }
  return readsFile(readProjection({ keys: keys.map(column), parameters, location }, named), now)
}
const isRead = (reads: ReturnType<typeof readsOf>, path: string): boolean | string =>
  'refusal' in reads ? reads.refusal : reads(path)

const file = ({
  bucket = 'trail',
  pre = '',
  account = '111122223333',
  kind = 'CloudTrail',
  region = 'us-east-1',
  day = '2026/02/10',
} = {}) =>
  `s3://${bucket}/${pre}AWSLogs/${account}/${kind}/${region}/${day}/${account}_${kind}_${region}_${day.replaceAll('/', '')}T0005Z_abcdefgh12345678.json.gz`

describe('a table with projected partitions', () => {
  it.each([
    ['what lies in them', {}, true],
    ['of another account that is named', { account: '444455556666' }, true],
    ['of an account that is not', { account: '123456789012' }, false],
    ['of another Region', { region: 'eu-west-1' }, false],
    ['of another bucket', { bucket: 'other' }, false],
    ['of another folder of the bucket', { pre: 'archive/' }, false],
    ['of network activity', { kind: 'CloudTrail-NetworkActivity' }, false],
    ['of insights', { kind: 'CloudTrail-Insight' }, false],
    ['of digests', { kind: 'CloudTrail-Digest' }, false],
    ['of the day before the range', { day: '2026/01/31' }, false],
    ['of the first day of the range', { day: '2026/02/01' }, true],
    ['of today', { day: '2026/03/31' }, true],
    ['of tomorrow', { day: '2026/04/01' }, false],
    ['of no day', { day: '2026/02/30' }, false],
  ])('reads a file %s: %o is %s', (_what, at, wanted) => {
    expect(isRead(readsOf(), file(at))).toBe(wanted)
  })

  it.each([
    // The range begins within a day, which may be left out.
    ['NOW-3DAYS,NOW', '2026/03/28', false],
    ['NOW-3DAYS,NOW', '2026/03/29', true],
    [' NOW - 1 MONTH , NOW + 1 DAYS ', '2026/02/28', false],
    ['NOW-1MONTHS,NOW', '2026/03/01', true],
    ['NOW-2YEARS,NOW-1WEEKS', '2026/03/24', true],
    ['NOW-2YEARS,NOW-1WEEKS', '2026/03/25', false],
    ['NOW-2YEARS,NOW-13HOURS', '2026/03/30', true],
    ['NOW-2YEARS,NOW-13HOURS', '2026/03/31', false],
    ['2020/01/01,2026/02/28', '2026/03/01', false],
  ])('the range %j has the day %s: %s', (range, day, wanted) => {
    expect(isRead(readsOf({ 'projection.timestamp.range': range }), file({ day }))).toBe(wanted)
  })

  it.each([
    ['', 'timestamp', 'range'],
    ['2026/02/01', 'timestamp', 'range'],
    ['2026-02-01,NOW', 'timestamp', 'range'],
    ['2026/02/31,NOW', 'timestamp', 'range'],
    ['NOW-1FORTNIGHT,NOW', 'timestamp', 'range'],
    ['NOW-3DAYS,now', 'timestamp', 'range'],
    ['NOW-999999999YEARS,NOW', 'timestamp', 'range'],
    ['yyyy/MM/dd/HH', 'timestamp', 'format'],
    ['7', 'timestamp', 'interval'],
    ['WEEKS', 'timestamp', 'interval.unit'],
    ['other', 'timestamp', 'type'],
    ['injected', 'region', 'type'],
  ])('%j is not understood, and nothing is vouched for', (value, name, what) => {
    expect(isRead(readsOf({ [`projection.${name}.${what}`]: value }), file())).toMatch(
      `nobody knows which values the projected column "${name}"`,
    )
  })

  test('integers have as many digits as they are told', () => {
    const template = 's3://trail/AWSLogs/111122223333/CloudTrail/us-east-1/${year}/${month}/${day}'
    const number = (name: string, range: string, digits = '2') => ({
      [`projection.${name}.type`]: 'integer',
      [`projection.${name}.range`]: range,
      [`projection.${name}.digits`]: digits,
    })
    const three = { ...number('year', '2025,2030', '4'), ...number('month', '1,12'), ...number('day', '1,31') }
    const keys = ['year', 'month', 'day']
    const on = (day: string, more = {}) =>
      isRead(readsOf({ ...three, 'storage.location.template': template, ...more }, { keys }), file({ day }))
    expect([on('2026/02/10'), on('2024/02/10'), on('2026/02/10', number('month', '1,12', '1'))]).toEqual([
      true,
      false,
      false,
    ])
  })

  test('injected accounts are those of the connection, else whichever a query names', () => {
    const type = { 'projection.account.type': 'injected' }
    const of = (account: string, accounts?: string[]) =>
      isRead(readsOf(type, accounts === undefined ? {} : { named: { accounts } }), file({ account }))
    expect([of('123456789012'), of('123456789012', ['111122223333']), of('111122223333', ['111122223333'])]).toEqual([
      true,
      false,
      true,
    ])
  })

  test('a column that stands twice has one value', () => {
    const template = 's3://trail/${account}/AWSLogs/${account}/CloudTrail/${region}/${timestamp}/'
    const reads = readsOf({ 'storage.location.template': template })
    expect(isRead(reads, file({ pre: '111122223333/' }))).toBe(true)
    expect(isRead(reads, file({ pre: '444455556666/' }))).toBe(false)
  })

  test('without a template files lie in folders of names and values', () => {
    const { 'storage.location.template': _, ...parameters } = usual
    const keys = [column('region')]
    const reads = readsFile(readProjection({ keys, parameters, location: 's3://trail/x/' }, {}), now)
    expect(isRead(reads, 's3://trail/x/region=us-east-1/a.json.gz')).toBe(true)
    expect(isRead(reads, 's3://trail/x/us-east-1/a.json.gz')).toBe(false)
  })
})

describe('a table without partitions', () => {
  const reads = (location: string | undefined) =>
    readsFile(readProjection({ keys: [], parameters: {}, location }, {}), now)

  it.each([
    's3://trail/AWSLogs/111122223333/CloudTrail/us-east-1/',
    's3a://trail/AWSLogs/111122223333/CloudTrail/us-east-1',
  ])('reads what lies below %s', (location) => {
    expect(isRead(reads(location), file())).toBe(true)
    expect(isRead(reads(location), file({ region: 'us-east-12' }))).toBe(false)
    expect(isRead(reads(location), file({ region: 'eu-west-1' }))).toBe(false)
  })

  it.each([undefined, ''])('vouches for nothing where its location is %j, as that of a view is', (location) => {
    expect(isRead(reads(location), file())).toMatch('the catalog does not tell where the files of the table lie')
  })
})

test('of partitions that are registered one by one nobody knows which are missing', () => {
  expect(isRead(readsOf({ 'projection.enabled': 'false' }), file())).toMatch('registered one by one')
})
