import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventColumns } from './columns.ts'
import { parseJson } from './json.ts'
import { normaliseRecord } from './normalise.ts'

/** The columns that are not NULL, by name; or the fault. */
function read(text: string): Record<string, string | null> | { code: string; reason: string } {
  const row = normaliseRecord(text, parseJson(text))
  if ('code' in row) return row
  return Object.fromEntries(
    eventColumns.map(({ name }, at) => [name, row.columns[at]!] as const).filter(([, value]) => value !== null),
  )
}

const base = '"eventTime":"2026-01-31T09:00:00Z","eventName":"X"'
const readWith = (members: string) => {
  const { eventTime: _t, eventName: _n, ...others } = read(`{${base},${members}}`) as Record<string, string>
  return others
}

describe('a record becomes columns', () => {
  test.each<[string, string, Record<string, string>]>([
    ['text stays as it is', '"errorMessage":"a \\"b\\" \\u00e9"', { errorMessage: 'a "b" é' }],
    [
      'a boolean becomes text',
      '"readOnly":true,"managementEvent":false',
      { readOnly: 'true', managementEvent: 'false' },
    ],
    [
      'a boolean as text stays',
      '"readOnly":"true","sessionCredentialFromConsole":"true"',
      { readOnly: 'true', sessionCredentialFromConsole: 'true' },
    ],
    [
      'a number becomes its own text',
      '"apiVersion":20140328,"errorCode":200.0',
      { apiVersion: '20140328', errorCode: '200.0' },
    ],
    ['an array becomes JSON text', '"userAgent":["a", "b"]', { userAgent: '["a","b"]' }],
    ['null is absent', '"errorCode":null,"requestParameters":null,"userIdentity":null,"resources":null', {}],
    [
      'the text "null" is text',
      '"requestParameters":"null","errorCode":"null"',
      { requestParameters: 'null', errorCode: 'null' },
    ],
    ['an empty text is not NULL', '"errorCode":""', { errorCode: '' }],
    [
      'integers beyond 2^53 keep their digits',
      '"requestParameters":{"n":9007199254740993, "f":1.10}',
      { requestParameters: '{"n":9007199254740993,"f":1.10}' },
    ],
    [
      'keys that differ by case or not at all stay in JSON columns',
      '"requestParameters":{"Tagging":1,"tagging":2,"a":1,"a":2}',
      { requestParameters: '{"Tagging":1,"tagging":2,"a":1,"a":2}' },
    ],
    ['a JSON column that is text has its content', '"requestParameters":"plain"', { requestParameters: 'plain' }],
    [
      'keys with dots and colons',
      '"responseElements":{"aws:s3:arn":{"service.archived":true}}',
      { responseElements: '{"aws:s3:arn":{"service.archived":true}}' },
    ],
    ['an empty object stays', '"responseElements":{}', { responseElements: '{}' }],
    ['NUL in text', '"userAgent":"a\\u0000b"', { userAgent: 'a\u0000b' }],
    [
      'a lone surrogate shows as U+FFFD and stays in extra',
      '"userAgent":"a\\ud800b"',
      { userAgent: 'a\ufffdb', extra: '{"userAgent":"a\\ud800b"}' },
    ],
    [
      'a lone surrogate in a JSON column, too, shows as U+FFFD and stays in extra',
      '"requestParameters":{"a":"\\ud800", "\\uDC00\\uD800":1}',
      {
        requestParameters: '{"a":"\ufffd","\ufffd\ufffd":1}',
        extra: '{"requestParameters":{"a":"\\ud800","\\uDC00\\uD800":1}}',
      },
    ],
    [
      'escapes of pairs and what only looks like an escape stay in a JSON column',
      '"requestParameters":{"a":"\\ud83d\\ude00\\\\ud800\\n"}',
      { requestParameters: '{"a":"\\ud83d\\ude00\\\\ud800\\n"}' },
    ],
    [
      'unknown keys go to extra',
      '"p_log_type":"AWS","eventContext":{"a":[1]}',
      { extra: '{"p_log_type":"AWS","eventContext":{"a":[1]}}' },
    ],
    [
      'a key in another case is an unknown key',
      '"RequestParameters":null,"eventname":"y"',
      { extra: '{"RequestParameters":null,"eventname":"y"}' },
    ],
    ['a key called extra is an unknown key', '"extra":{"a":1}', { extra: '{"extra":{"a":1}}' }],
    [
      'of doubled keys the last counts, the others are extra',
      '"awsRegion":"a","awsRegion":"b"',
      { awsRegion: 'b', extra: '{"awsRegion":"a"}' },
    ],
  ])('%s', (_, members, expected) => {
    expect(readWith(members)).toEqual(expected)
  })

  test.each<[string, string, Record<string, string>]>([
    ['by the declared fields', '{"type":"Root","accountId":"1"}', { userIdentity: '{"type":"Root","accountId":"1"}' }],
    ['without a type', '{"accountId":"1","invokedBy":"s"}', { userIdentity: '{"accountId":"1","invokedBy":"s"}' }],
    [
      'empty objects inside stay',
      '{"sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}',
      {
        userIdentity: '{"sessionContext":{"sessionIssuer":{},"webIdFederationData":{}}}',
      },
    ],
    [
      'scalars become text',
      '{"accountId":123456789012345678901,"sessionContext":{"attributes":{"mfaAuthenticated":false}}}',
      {
        userIdentity:
          '{"accountId":"123456789012345678901","sessionContext":{"attributes":{"mfaAuthenticated":"false"}}}',
      },
    ],
    [
      'an object where text is declared becomes JSON text',
      '{"userName":{"a": 1}}',
      { userIdentity: '{"userName":"{\\"a\\":1}"}' },
    ],
    [
      'unknown fields go to extra with their nesting',
      '{"type":"R","accesKeyId":"k","sessionContext":{"sessionIssuer":{"username":"u"}}}',
      {
        userIdentity: '{"type":"R","sessionContext":{"sessionIssuer":{}}}',
        extra: '{"userIdentity":{"accesKeyId":"k","sessionContext":{"sessionIssuer":{"username":"u"}}}}',
      },
    ],
    ['text where an object is declared goes to extra', '"root"', { extra: '{"userIdentity":"root"}' }],
    [
      'the same inside',
      '{"sessionContext":"x"}',
      { userIdentity: '{}', extra: '{"userIdentity":{"sessionContext":"x"}}' },
    ],
    [
      'of doubled fields the last counts',
      '{"type":"a","type":"b"}',
      { userIdentity: '{"type":"b"}', extra: '{"userIdentity":{"type":"a"}}' },
    ],
    [
      'a map keeps its keys',
      '{"sessionContext":{"webIdFederationData":{"attributes":{"a:b":"c","N":1,"z":null}}}}',
      {
        userIdentity: '{"sessionContext":{"webIdFederationData":{"attributes":{"a:b":"c","N":"1","z":null}}}}',
      },
    ],
    [
      'lone surrogates',
      '{"userName":"\\udc00"}',
      { userIdentity: '{"userName":"\ufffd"}', extra: '{"userIdentity":{"userName":"\\udc00"}}' },
    ],
  ])('userIdentity: %s', (_, value, expected) => {
    expect(readWith(`"userIdentity":${value}`)).toEqual(expected)
  })

  test.each<[string, string, Record<string, string>]>([
    [
      'ARN and arn are one',
      '[{"ARN":"a"},{"arn":"b"},{"ARNPrefix":"c"}]',
      { resources: '[{"ARN":"a"},{"ARN":"b"},{"ARNPrefix":"c"}]' },
    ],
    [
      'both spellings: the later counts',
      '[{"ARN":"a","arn":"b"}]',
      { resources: '[{"ARN":"b"}]', extra: '{"resources":[{"ARN":"a"}]}' },
    ],
    ['null inside', '[null,{"accountId":null,"type":"t"}]', { resources: '[null,{"type":"t"}]' }],
    [
      'what is left stands at its place',
      '[{"ARN":"a"},{"ARN":"b","x":1},"c",{"ARN":"d"}]',
      {
        resources: '[{"ARN":"a"},{"ARN":"b"},null,{"ARN":"d"}]',
        extra: '{"resources":[null,{"x":1},"c"]}',
      },
    ],
    ['no array', '"text"', { extra: '{"resources":"text"}' }],
    ['empty', '[]', { resources: '[]' }],
  ])('resources: %s', (_, value, expected) => {
    expect(readWith(`"resources":${value}`)).toEqual(expected)
  })

  test.each([
    ['"2026-01-31T09:00:00.5Z"', '{"eventTime":"2026-01-31T09:00:00.5Z"}'],
    ['"2026-01-31 09:00:00.123456789"', '{"eventTime":"2026-01-31 09:00:00.123456789"}'],
    ['"2026-01-31T10:00:00+01:00"', '{"eventTime":"2026-01-31T10:00:00+01:00"}'],
  ])('the time %s is written in one form, the original kept', (time, extra) => {
    expect(read(`{"eventName":"X","eventTime":${time}}`)).toEqual({
      eventName: 'X',
      eventTime: '2026-01-31T09:00:00Z',
      extra,
    })
  })

  test.each([
    ['1.0', true],
    ['1.01', true],
    ['1.1', true],
    ['1.11', true],
    ['2.1', false],
    ['2.2', false],
    ['0', false],
  ])('eventVersion %s is taken: %s', (version, taken) => {
    expect('code' in read(`{${base},"eventVersion":"${version}"}`)).toBe(!taken)
  })

  test('an Insight record without identity and source is taken', () => {
    expect(
      read(
        '{"eventVersion":"1.07","eventTime":"2026-01-31T09:00:00Z","eventType":"AwsCloudTrailInsight","insightDetails":{"state":"Start"}}',
      ),
    ).toEqual({
      eventVersion: '1.07',
      eventTime: '2026-01-31T09:00:00Z',
      eventType: 'AwsCloudTrailInsight',
      insightDetails: '{"state":"Start"}',
    })
  })

  test('what cannot be an event says why', () => {
    const reasons = [
      '{"eventName":"X"}',
      '{"eventName":"X","eventTime":null}',
      '{"eventName":"X","eventTime":"redacted"}',
      '{"eventName":"X","eventTime":1688989356}',
      '{"eventVersion":"2.1","eventSource":"aws:s3","eventTime":"2026-01-31T09:00:00.000Z"}',
      '{"eventVersion":"1.0","eventCategory":"Aggregated","eventType":"AwsAggregatedEvent"}',
      '{"eventname":"X","eventtime":"2026-01-31T09:00:00Z"}',
      '{}',
    ].map((text) => {
      const fault = read(text) as { code: string; reason: string }
      return `${fault.code}: ${fault.reason}`
    })
    expect(reasons).toMatchInlineSnapshot(`
      [
        "RECORD_EVENT_TIME: The eventTime is absent: the event cannot be placed in time.",
        "RECORD_EVENT_TIME: The eventTime is absent: the event cannot be placed in time.",
        "RECORD_EVENT_TIME: The eventTime is "redacted": the event cannot be placed in time.",
        "RECORD_EVENT_TIME: The eventTime is "1688989356": the event cannot be placed in time.",
        "RECORD_NOT_CLOUDTRAIL: The object is not a CloudTrail record: its eventVersion is "2.1", CloudTrail's begins with 1.",
        "RECORD_AGGREGATED: This is a summary of data events over five minutes, not an event.",
        "RECORD_NOT_CLOUDTRAIL: The object is not a CloudTrail record: it has none of eventVersion, eventName, eventSource, eventID, eventType.",
        "RECORD_NOT_CLOUDTRAIL: The object is not a CloudTrail record: it has none of eventVersion, eventName, eventSource, eventID, eventType.",
      ]
    `)
  })

  test('is never lost for words: any object is a row or a fault', () => {
    const value = fc.jsonValue({ maxDepth: 5 })
    const names = fc.constantFrom(...eventColumns.map(({ name }) => name), 'arn', 'x', '__proto__', 'toString')
    const record = fc.array(fc.tuple(names, value), { maxLength: 20 })
    fc.assert(
      fc.property(record, (members) => {
        const text =
          `{${base},${members.map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`).join(',')}}`.replace(
            ',}',
            '}',
          )
        const row = normaliseRecord(text, parseJson(text))
        if ('code' in row) return row.reason !== ''
        for (const column of row.columns) expect(column === null || typeof column === 'string').toBe(true)
        for (const [at, { form, name }] of eventColumns.entries())
          if ((form === 'struct' || name === 'extra') && row.columns[at] !== null) JSON.parse(row.columns[at]!)
        return true
      }),
      { numRuns: 500 },
    )
  })

  test('a list that is longer than any genuine one ends in extra, and nothing of it is lost', () => {
    const resources = Array.from({ length: 1002 }, (_, at) => ({ ARN: `a${at}` }))
    const { resources: column, extra } = readWith(`"resources":${JSON.stringify(resources)}`)
    expect(JSON.parse(column!)).toEqual(resources.slice(0, 1000))
    expect(JSON.parse(extra!)).toEqual({ resources: [...Array(1000).fill(null), ...resources.slice(1000)] })
  })

  test('a record with a hundred thousand unknown keys takes no quadratic time', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => `"k${at}":${at}`).join(',')
    const started = performance.now()
    read(`{${base},"userIdentity":{${many}},${many}}`)
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
