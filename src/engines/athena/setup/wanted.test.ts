import { describe, expect, it } from 'vitest'
import { narrowed, setupStatements, wantedTable, wantedWorkgroup } from './wanted.ts'

const settings = {
  database: 'security',
  table: 'cloudtrail_logs',
  workgroup: 'trailbook',
  logs: 's3://trail-logs/AWSLogs/',
  firstDay: '2024-01-01',
  cutoff: 1e11,
  keepResultsDays: 30,
}
const template = (logs: string) => wantedTable({ ...settings, logs }).parameters['storage.location.template']

describe('the raw table', () => {
  it.each([
    ['one account', 's3://b/AWSLogs/'],
    ['a prefix', 's3://b/pre/fix/AWSLogs/'],
    ['an organisation', 's3://b/AWSLogs/o-abcdefghij/'],
    ['Control Tower', 's3://aws-controltower-logs-111122223333-us-east-1/o-abcdefghij/AWSLogs/o-abcdefghij/'],
    ['Control Tower before 3.0', 's3://aws-controltower-logs-111122223333-us-east-1/o-abcdefghij/AWSLogs/'],
  ])('follows the layout of %s', (_, logs) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is Athena's
    expect(template(logs)).toBe(`${logs}${'${account}/CloudTrail/${region}/${day}'}`)
  })

  it.each(['s3://b/', 's3://b/AWSLogs/o-1/', 's3://b/AWSLogs/111122223333/', 's3://b/logs/'])(
    'is not made over %s',
    (logs) => {
      expect(() => template(logs)).toThrow(`${logs} is not where a trail delivers to.`)
    },
  )

  it.each([
    ['s3://b/AWSLogs/111122223333/', { accounts: ['111122223333'] }],
    ['s3://b/AWSLogs/o-abcdefghij/111122223333/CloudTrail/', { accounts: ['111122223333'] }],
    ['s3://b/AWSLogs/111122223333/CloudTrail/eu-west-1/', { accounts: ['111122223333'], regions: ['eu-west-1'] }],
  ])('over %s is that of its trail, with one account', (logs, expected) => {
    const found = narrowed({ ...settings, logs })
    expect(found).toMatchObject(expected)
    expect(found.logs).toMatch(/AWSLogs\/(o-abcdefghij\/)?$/)
  })

  it('lists accounts and Regions that are known, and wants the others named', () => {
    const { parameters } = wantedTable({ ...settings, accounts: ['111122223333', '444455556666'] })
    expect(parameters).toMatchObject({
      'projection.account.type': 'enum',
      'projection.account.values': '111122223333,444455556666',
      'projection.region.type': 'injected',
      'projection.day.range': '2024/01/01,NOW',
    })
  })

  it('has the documented columns and the newer ones', () => {
    const types = Object.fromEntries(wantedTable(settings).columns.map(({ Name, Type }) => [Name, Type]))
    expect(types).toMatchObject({
      eventtime: 'string',
      requestparameters: 'string',
      managementevent: 'string',
      insightdetails: 'string',
      resources: 'array<struct<arn:string,accountid:string,type:string,arnprefix:string>>',
    })
    expect(types.useridentity).toContain('sourceidentity:string')
    expect(types.extra).toBeUndefined()
  })

  it('is the same as a statement', () => {
    const [database, table = ''] = setupStatements({ ...settings, accounts: ['111122223333'], regions: ['us-east-1'] })
    expect(database).toBe('CREATE DATABASE IF NOT EXISTS `security`')
    expect(table.split('\n').filter((line) => !/^ {2}`/.test(line))).toMatchInlineSnapshot(`
      [
        "CREATE EXTERNAL TABLE IF NOT EXISTS \`security\`.\`cloudtrail_logs\` (",
        ")",
        "PARTITIONED BY (",
        ")",
        "ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'",
        "STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'",
        "OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'",
        "LOCATION 's3://trail-logs/AWSLogs/'",
        "TBLPROPERTIES (",
        "  'classification' = 'cloudtrail',",
        "  'projection.enabled' = 'true',",
        "  'projection.account.type' = 'enum',",
        "  'projection.account.values' = '111122223333',",
        "  'projection.region.type' = 'enum',",
        "  'projection.region.values' = 'us-east-1',",
        "  'projection.day.type' = 'date',",
        "  'projection.day.format' = 'yyyy/MM/dd',",
        "  'projection.day.interval' = '1',",
        "  'projection.day.interval.unit' = 'DAYS',",
        "  'projection.day.range' = '2024/01/01,NOW',",
        "  'storage.location.template' = 's3://trail-logs/AWSLogs/\${account}/CloudTrail/\${region}/\${day}'",
        ")",
      ]
    `)
  })
})

describe('the workgroup', () => {
  it('manages results itself where no place is named', () => {
    expect(wantedWorkgroup(settings)).toEqual({
      EnforceWorkGroupConfiguration: true,
      BytesScannedCutoffPerQuery: 1e11,
      ManagedQueryResultsConfiguration: { Enabled: true },
    })
  })
})
