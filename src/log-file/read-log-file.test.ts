import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RawRecord } from '../core/event/source.ts'
import { localBytes } from './local-bytes.ts'
import { defaultLimits, type ReadLimits, readLogFile } from './read-log-file.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-read-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function read(content: string | Buffer, limits: ReadLimits = defaultLimits, name = 'file') {
  const path = join(folder, name)
  await writeFile(path, content)
  const records: RawRecord[] = []
  let end: { sha256: string; bytes: number; digest: string | null; ignored: boolean } | undefined
  for await (const piece of readLogFile(path, localBytes(path), { limits })) {
    if (piece.kind === 'records') records.push(...piece.records)
    else end = piece
  }
  return { records: records.map((record) => ('code' in record ? record.code : record.kind)), ...end! }
}

const fault = async (content: string | Buffer, limits?: ReadLimits): Promise<string> =>
  read(content, limits).then(
    () => 'no fault',
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  )

const record = (n: number): string => `{"eventTime":"2026-01-31T09:00:0${n}Z","eventName":"X"}`
const delivered = `{"Records":[${record(1)},${record(2)}]}`
const gz = gzipSync(delivered)

describe('a log file', () => {
  test.each<[string, string | Buffer, string[]]>([
    ['plain', delivered, ['file', 'file']],
    ['gzipped', gz, ['file', 'file']],
    ['gzipped in several members', Buffer.concat([gzipSync(`${record(1)}\n`), gzipSync(record(2))]), ['file', 'file']],
    ['gzipped and padded with zeros', Buffer.concat([gz, Buffer.alloc(100)]), ['file', 'file']],
    ['of CloudWatch Logs export lines', `2026-01-31T09:00:00.000Z ${record(1)}\n`, ['cloudwatch']],
    [
      'with a record of another kind in between',
      `{"Records":[${record(1)},7,{"x":1}]}`,
      ['file', 'RECORD_NOT_OBJECT', 'file'],
    ],
    [
      'with invalid UTF-8 in one record',
      Buffer.concat([Buffer.from(`[${record(1)},{"a":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}]')]),
      ['file', 'RECORD_UTF8'],
    ],
    [
      'with one record nested too deep',
      `[${record(1)},${'{"a":'.repeat(101)}1${'}'.repeat(101)}]`,
      ['file', 'RECORD_TOO_DEEP'],
    ],
    ['of nothing', '', []],
    ['of gzipped nothing', gzipSync(''), []],
    ['without records', '{"Records":[]}', []],
  ])('%s is read', async (_, content, expected) => {
    expect((await read(content)).records).toEqual(expected)
  })

  test.each([
    [
      'with the name and the form',
      '111122223333_CloudTrail_us-east-1_20260131T0905Z_AbCdEf01.json',
      delivered,
      'trail',
    ],
    ['with other content', '111122223333_CloudTrail_us-east-1_20260131T0905Z_AbCdEf01.json', record(1), 'file'],
    ['with nearly such a name', '111122223333_CloudTrail_us-east-1_20260131T0905Z_a copy.json', delivered, 'file'],
    ['with another name', 'trail.json', delivered, 'file'],
  ])('a file %s counts as one of a trail only where both are right', async (_, name, content, kind) => {
    expect(new Set((await read(content, defaultLimits, name)).records)).toEqual(new Set([kind]))
  })

  test.each<[string, string | Buffer, string[], number[]]>([
    [
      'a value that is no JSON',
      `${record(1)}\n{"eventName":tru}\n${record(2)}\n`,
      ['file', 'RECORD_LINE', 'file'],
      [2],
    ],
    ['a line that was cut off', `${record(1)}\n{"a":{"b":"x\n${record(2)}\n`, ['file', 'RECORD_LINE', 'file'], [2]],
    [
      'two cut off, with the escape of a quote',
      `${record(1)}\n\n{"a":"x\\"\n{"b":[\n${record(2)}`,
      ['file', 'RECORD_LINE', 'RECORD_LINE', 'file'],
      [3, 4],
    ],
    ['a line of text', `${record(1)}\nhello "world\n${record(2)}\n`, ['file', 'RECORD_LINE', 'file'], [2]],
    ['the end of a line at the start', `st-1"}\n${record(1)}\n${record(2)}\n`, ['RECORD_LINE', 'file', 'file'], [1]],
    ['the last line cut off', `${record(1)}\n${record(2)}\n{"eventNa`, ['file', 'file', 'RECORD_LINE'], [3]],
    [
      'a line of a CloudWatch Logs export',
      `2026-01-31T09:00:00.000Z ${record(1)}\n2026-01-31T09:00:00.000Z {"a\n2026-01-31T09:00:01.000Z START\n2026-01-31T09:00:02.000Z ${record(2)}\n`,
      ['cloudwatch', 'RECORD_LINE', 'RECORD_LINE', 'cloudwatch'],
      [2, 3],
    ],
  ])('%s is kept out, and the others go in', async (_, content, kinds, lines) => {
    const path = join(folder, 'lines')
    await writeFile(path, content)
    const records: RawRecord[] = []
    for await (const piece of readLogFile(path, localBytes(path)))
      if (piece.kind === 'records') records.push(...piece.records)
    expect(records.map((found) => ('code' in found ? found.code : found.kind))).toEqual(kinds)
    const named = records.flatMap((found) => ('code' in found ? [Number(/Line (\d+)/.exec(found.reason)?.[1])] : []))
    expect(named).toEqual(lines)
  })

  test('values that fill several lines are no broken lines', async () => {
    const pretty = JSON.stringify({ ...JSON.parse(record(2)), requestParameters: { list: [{ a: 1 }] } }, null, 2)
    expect((await read(`${record(1)}\n${pretty}\n${record(3)}`)).records).toEqual(['file', 'file', 'file'])
  })

  test('a delivered file is valid only as a whole', async () => {
    expect(await fault(`{"Records":[${record(1)}]}\nhello`)).toMatch('INPUT_JSON_INVALID')
    expect(await fault(`{"Records":[${record(1)}]}\n{"Records":[${record(2)},{"eve\n{"Records":[]}`)).toMatch(
      'INPUT_JSON_INVALID',
    )
  })

  test('a thousand broken lines without a record end the reading with what is wrong with the first', async () => {
    expect(await fault(`${'hello\n'.repeat(1000)}{"x`)).toMatch(
      'INPUT_NOT_JSON: The file is not JSON: it begins with "h"',
    )
  })

  test.each<[string, string, string[]]>([
    ['a record beside its list', `{"Records":[${record(1)}],"eventName":"X"}`, ['file', 'RECORD_AMBIGUOUS']],
    [
      'an EventBridge event beside its list',
      `{"Records":[${record(1)}],"source":"aws.iam","detail-type":"AWS API Call via CloudTrail","detail":${record(2)}}`,
      ['file', 'eventbridge'],
    ],
    [
      'a detail of another sender',
      `{"Records":[${record(1)}],"source":"shop","detail":${record(2)}}`,
      ['file', 'RECORD_NOT_CLOUDTRAIL'],
    ],
  ])('nothing around a list is passed over: %s', async (_, content, expected) => {
    expect((await read(content)).records).toEqual(expected)
  })

  test('logs are read even where they call themselves our own', async () => {
    const whole = '{"eventVersion":"1.08","eventTime":"2026-01-31T09:00:00Z","eventName":"X"}'
    for (const text of [
      `{"schema":"trailbook.groundtruth/v1","Records":[${record(1)}]}`,
      `{"schema":"trailbook.x","events":[${whole}]}`,
      `{"schema":"trailbook.groundtruth/v1","events":[${whole}]}`,
      `{"Records":[${record(1)}],"schema":"trailbook.groundtruth/v1"}`,
    ])
      expect(await read(text)).toMatchObject({ records: ['file'], ignored: false })
    expect(await read(`{"schema":"trailbook.groundtruth/v1","events":[{"eventID":"a"}]}`)).toMatchObject({
      records: [],
      ignored: true,
    })
  })

  test('its hash is of the inflated bytes', async () => {
    const sha256 = createHash('sha256').update(delivered).digest('hex')
    expect(await read(gz)).toMatchObject({ sha256, bytes: delivered.length })
    expect(await read(gzipSync(delivered, { level: 1 }))).toMatchObject({ sha256 })
  })

  test('a digest is kept as text and has no records', async () => {
    const digest = '{"digestEndTime":"2026-01-31T09:00:00Z","digestS3Object":"a","logFiles":[]}'
    expect(await read(gzipSync(digest))).toMatchObject({ records: [], digest })
  })

  test('our own output is left alone', async () => {
    expect(await read('{"schema":"trailbook.groundtruth/v1","events":[]}')).toMatchObject({
      records: [],
      ignored: true,
    })
  })

  test('a record of 256 KB is read, one beyond the limit is not', async () => {
    const large = `{"eventTime":"2026-01-31T09:00:00Z","eventName":"X","requestParameters":{"a":"${'x'.repeat(256 * 1024)}"}}`
    expect((await read(`{"Records":[${large}]}`)).records).toEqual(['file'])
    expect(await fault(`{"Records":[${large}]}`, { ...defaultLimits, recordBytes: 100_000 })).toContain(
      'INPUT_RECORD_TOO_LARGE',
    )
  })

  test('a thousand values without a record end the reading', async () => {
    const lines = '{"a":1}\n'.repeat(1001)
    expect(await fault(`${lines}{"broken`)).toContain('INPUT_NOT_CLOUDTRAIL')
  })

  test('the faults in words', async () => {
    const corrupt = Buffer.from(gz)
    corrupt[corrupt.length - 6]! ^= 1
    const faults = [
      await fault(gz.subarray(0, gz.length - 10)),
      await fault(gz.subarray(0, 5)),
      await fault(corrupt),
      await fault(Buffer.concat([gz, Buffer.from('garbage bytes')])),
      await fault(Buffer.concat([gz, gz.subarray(0, 12)])),
      await fault(delivered.slice(0, -30)),
      await fault(`{"Records":[${record(1)},{"eventName":tru}]}`),
      await fault(`{"Records":[${record(1)}],"x":tru}`),
      await fault('hello'),
      await fault(gzipSync(gz)),
      await fault('{"name":"package","version":"1.0.0"}'),
      await fault('[1,2,3]'),
      await fault('{"events":[{"message":"START"}]}'),
      await fault(gzipSync(Buffer.alloc(1_000_000, ' ')), { ...defaultLimits, fileBytes: 100_000 }),
    ]
    expect(faults).toMatchInlineSnapshot(`
      [
        "INPUT_GZIP_TRUNCATED: The gzip data ends too early, after 2 complete records.",
        "INPUT_GZIP_TRUNCATED: The gzip data ends too early, after 0 complete records.",
        "INPUT_GZIP_CORRUPT: The gzip data is damaged after 0 complete records: incorrect data check.",
        "INPUT_GZIP_CORRUPT: The gzip data is damaged after 0 complete records: other bytes follow the compressed data.",
        "INPUT_GZIP_TRUNCATED: The gzip data ends too early, after 2 complete records.",
        "INPUT_JSON_INVALID: The JSON is invalid after 1 complete records: the file ends within a value at byte 89.",
        "INPUT_JSON_INVALID: The JSON is invalid after 1 complete records: expected a value, found "t" at character 13.",
        "INPUT_JSON_INVALID: The JSON is invalid after 1 complete records: expected a value, found "t" at character 18.",
        "INPUT_NOT_JSON: The file is not JSON: it begins with "h".",
        "INPUT_NOT_JSON: The file is not JSON: it looks like gzip within gzip.",
        "INPUT_NOT_CLOUDTRAIL: The file is JSON, but holds no CloudTrail records.",
        "INPUT_NOT_CLOUDTRAIL: The file is JSON, but holds no CloudTrail records.",
        "INPUT_NOT_CLOUDTRAIL: The file is JSON, but holds no CloudTrail records.",
        "INPUT_TOO_LARGE: The file inflates to more than 100000 bytes.",
      ]
    `)
  })

  test('a missing file and a folder are unreadable', async () => {
    const codes = []
    for (const path of [join(folder, 'nothing'), folder])
      codes.push(
        await readLogFile(path, localBytes(path))
          .next()
          .catch((error: { code: string }) => error.code),
      )
    expect(codes).toEqual(['INPUT_UNREADABLE', 'INPUT_UNREADABLE'])
  })
})
