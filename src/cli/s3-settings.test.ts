import { describe, expect, test } from 'vitest'
import type { Given } from './command.ts'
import { awsOf, requestsOf, s3Given, settingsOf, sourcesSchema } from './s3-settings.ts'

const now = Date.parse('2026-01-31T12:00:00Z')
const given = (options: Given['options']): Given => ({ arguments: {}, options })
const role = 'arn:aws:iam::111122223333:role/reader'

describe('options', () => {
  test('none of them says nothing', () => {
    expect(s3Given(given({}), now)).toBeUndefined()
  })

  test.each<[string, Given['options'], object]>([
    ['a duration', { since: '7d' }, { choice: { window: { from: '2026-01-24T12:00:00Z' } } }],
    ['a time', { since: '2026-01-30' }, { choice: { window: { from: '2026-01-30T00:00:00Z' } } }],
    ['an open beginning', { to: '2026-01-30' }, { choice: { window: { to: '2026-01-30T00:00:00Z' } } }],
    [
      'accounts and Regions',
      { account: ['111122223333'], region: ['eu-west-1'] },
      { choice: { accounts: ['111122223333'], regions: ['eu-west-1'] } },
    ],
    ['a role', { roleArn: role, externalId: 'x' }, { aws: { role: { arn: role, externalId: 'x' } } }],
    ['a server', { endpoint: 'http://127.0.0.1:9000' }, { aws: { endpoint: 'http://127.0.0.1:9000' } }],
  ])('%s', (_, options, wanted) => {
    expect(s3Given(given(options), now)).toEqual({ aws: {}, choice: {}, ...wanted })
  })

  test.each<[Given['options'], string]>([
    [{ roleArn: 'reader' }, 'CLI_USAGE'],
    [{ externalId: 'x' }, 'CLI_USAGE'],
    [{ endpoint: 'nowhere' }, 'CLI_USAGE'],
    [{ endpoint: 'localhost:9000' }, 'CLI_USAGE'],
    [{ endpoint: 'http://name:password@127.0.0.1:9000' }, 'CLI_USAGE'],
    [{ since: '7d', to: '2026-01-30' }, 'RUN_WINDOW_BOTH'],
    [{ from: '2026-01-30', to: '2026-01-29' }, 'RUN_WINDOW_ORDER'],
    [{ since: 'yesterday' }, 'RUN_TIME'],
  ])('%o is refused', (options, code) => {
    expect(() => s3Given(given(options), now)).toThrow(expect.objectContaining({ code }))
  })
})

describe('sources of trailbook.yaml', () => {
  const sources = sourcesSchema.parse({
    all: { url: ['s3://trail', 's3://old-trail/AWSLogs/'], concurrency: 8 },
    production: { url: 's3://trail/AWSLogs/o-abc1234567/', role, externalId: 'x', accounts: ['111122223333'] },
  })

  test('the command line wins over the file', () => {
    expect(settingsOf(sources.production!, { choice: { accounts: ['444455556666'] } })).toMatchObject({
      aws: { role: { arn: role, externalId: 'x' } },
      choice: { accounts: ['444455556666'] },
    })
  })

  test.each([
    ['s3://trail/AWSLogs/o-abc1234567/111122223333/a.json.gz', { role: { arn: role } }],
    ['s3://trail/AWSLogs/o-abc1234567x/a.json.gz', { concurrency: 8 }],
    ['s3://old-trail/AWSLogs/a.json.gz', { concurrency: 8 }],
    ['s3://trail-2/a.json.gz', {}],
  ])('%s is asked for as the source with the longest url says', (location, wanted) => {
    const aws = awsOf({ sources })(location)
    expect(aws).toMatchObject(wanted)
    expect(Object.keys(aws).length > 0).toBe(Object.keys(wanted).length > 0)
  })

  test('places that were typed are asked together as far as they are asked alike; what was typed goes first', () => {
    const places = ['s3://trail/AWSLogs/o-abc1234567', 's3://other', 's3://trail/AWSLogs/o-abc1234567/x', 's3://third/']
    expect(
      requestsOf(places, { sources }, { aws: { region: 'eu-west-1' }, choice: { regions: ['eu-west-1'] } }),
    ).toEqual([
      {
        aws: expect.objectContaining({ region: 'eu-west-1', role: { arn: role, externalId: 'x' } }),
        choice: { regions: ['eu-west-1'] },
        locations: [places[0], places[2]],
      },
      { aws: { region: 'eu-west-1' }, choice: { regions: ['eu-west-1'] }, locations: [places[1], places[3]] },
    ])
  })

  test.each([
    [{ main: { url: 'trail' } }],
    [{ main: { url: 's3://trail', role: 'reader' } }],
    [{ main: { url: 's3://trail', account: ['111122223333'] } }],
    [{ main: {} }],
    [{ 'two words': { url: 's3://trail' } }],
  ])('%o is refused', (value) => {
    expect(sourcesSchema.safeParse(value).success).toBe(false)
  })
})
