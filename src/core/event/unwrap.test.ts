import { describe, expect, test } from 'vitest'
import { parseJson } from './json.ts'
import { isDigest, isOwnOutput, unwrap } from './unwrap.ts'

const record = '{"eventTime":"2026-01-31T09:00:00Z","eventName":"X","recipientAccountId":"111122223333"}'
const quoted = JSON.stringify(record)

const kinds = (text: string): string[] =>
  unwrap(text, parseJson(text)).map((found) =>
    'code' in found
      ? found.code
      : `${found.kind}${found.account ? ` of ${found.account}` : ''}: ${found.text.slice(found.node.start, found.node.end).slice(0, 40)}`,
  )

const file = `file: ${record.slice(0, 40)}`
const cloudwatch = `cloudwatch: ${record.slice(0, 40)}`
const history = `history: ${record.slice(0, 40)}`

describe('records in their envelopes', () => {
  test.each<[string, string, string[]]>([
    ['a bare record', record, [file]],
    ['a delivered file', `{"Records":[${record},${record}]}`, [file, file]],
    ['one without records', '{"Records":[]}', []],
    ['lookup-events output', `{"Events":[{"EventId":"1","ReadOnly":"true","CloudTrailEvent":${quoted}}]}`, [history]],
    ['one of its events', `{"EventId":"1","CloudTrailEvent":${quoted}}`, [history]],
    [
      'an EventBridge event',
      `{"version":"0","source":"aws.iam","detail-type":"AWS API Call via CloudTrail","account":"444455556666","detail":${record}}`,
      [`eventbridge of 444455556666: ${record.slice(0, 40)}`],
    ],
    [
      'an EventBridge event of somebody else',
      `{"source":"shop.orders","detail-type":"AWS API Call via CloudTrail","detail":${record}}`,
      ['RECORD_NOT_CLOUDTRAIL'],
    ],
    [
      'an EventBridge event of another type',
      `{"source":"aws.guardduty","detail-type":"GuardDuty Finding","detail":${record}}`,
      ['RECORD_NOT_CLOUDTRAIL'],
    ],
    ['a detail without an envelope', `{"detail":${record}}`, ['RECORD_NOT_CLOUDTRAIL']],
    ['two ways at once', `{"message":${quoted},"Records":[${record}]}`, [cloudwatch, file]],
    [
      'filter-log-events output',
      `{"events":[{"timestamp":1,"message":${quoted}}],"searchedLogStreams":[]}`,
      [cloudwatch],
    ],
    ['a subscription', `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","message":${quoted}}]}`, [cloudwatch]],
    [
      'Insights results',
      `{"status":"Complete","results":[[{"field":"@timestamp","value":"x"},{"field":"@message","value":${quoted}}]]}`,
      [cloudwatch],
    ],
    ['Insights results as objects', `{"results":[{"@timestamp":"x","@message":${quoted}}]}`, [cloudwatch]],
    ['files in files', `{"Records":[{"Records":[${record}]}]}`, [file]],
    ['a message that is no JSON', '{"events":[{"message":"START RequestId"}]}', ['RECORD_JSON']],
    ['a message that is no object', '{"events":[{"message":"[1]"}]}', ['RECORD_NOT_OBJECT']],
    ['a message that nests too deep', `{"events":[{"message":"${'['.repeat(200)}"}]}`, ['RECORD_TOO_DEEP']],
    ['no object', '42', ['RECORD_NOT_OBJECT']],
    [
      'a record that has a key called Records',
      '{"eventName":"X","Records":[1]}',
      ['file: {"eventName":"X","Records":[1]}'],
    ],
    ['something else', '{"foo":1}', ['file: {"foo":1}']],
  ])('%s', (_, text, expected) => {
    expect(kinds(text)).toEqual(expected)
  })

  test('a lone surrogate in a message survives as an escape', () => {
    const inner = '{"eventName":"X","userAgent":"\ud800"}'
    const [found] = unwrap(`{"message":${JSON.stringify(inner)}}`, parseJson(`{"message":${JSON.stringify(inner)}}`))
    expect(found).toMatchObject({ text: '{"eventName":"X","userAgent":"\\ud800"}' })
  })

  test('a digest is told by its keys', () => {
    expect(isDigest(parseJson('{"digestEndTime":"x","digestS3Object":"y","logFiles":[]}'))).toBe(true)
    expect(isDigest(parseJson(record))).toBe(false)
  })

  test('our own outputs are told by their schema', () => {
    const text = '{"schema":"trailbook.groundtruth/v1"}'
    expect(isOwnOutput(text, parseJson(text))).toBe(true)
    expect(isOwnOutput(record, parseJson(record))).toBe(false)
    const logs = `{"schema":"trailbook.groundtruth/v1","Records":[${record}]}`
    expect(isOwnOutput(logs, parseJson(logs))).toBe(false)
  })
})
