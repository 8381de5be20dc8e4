import { existsSync } from 'node:fs'
import { rm, utimes, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { counts, event, type Json, useLakeFolder } from '../../test/support/lake-folder.ts'
import { InputFault } from '../core/event/fault.ts'
import type { LogSource } from '../core/event/source.ts'
import { fileSource } from '../sources/files/file-source.ts'
import { checkLake } from './check.ts'
import { type IngestOptions, ingest } from './ingest.ts'

const { inFolder, lake, open, write, run, rows, ledger } = useLakeFolder()

/** The bytes, and then something that nobody foresaw. */
async function* failingAfter(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bytes
  throw new RangeError('Maximum call stack size exceeded')
}

/** Files that come through `open`, as those of a bucket do. */
const withoutPaths = (source: LogSource): LogSource => ({
  open: source.open,
  async *list(options) {
    for await (const files of source.list(options)) yield files.map(({ path: _, ...file }) => file)
  },
})

describe('ingest', () => {
  test('takes each record once, in one file, in several, and in a later run', async () => {
    const [a, b, c] = [event(), event(), event()]
    await write('1.json.gz', [a, b, a])
    await write('2.json', [b, c])
    expect(counts(await run())).toEqual({
      files: 2,
      records: 5,
      events: 3,
      duplicates: 2,
      quarantinedRecords: 0,
      variants: 0,
    })
    await write('3.ndjson', `${JSON.stringify(a)}\n${JSON.stringify(event())}\n`)
    expect(counts(await run())).toEqual({
      files: 3,
      records: 7,
      events: 1,
      duplicates: 6,
      quarantinedRecords: 0,
      variants: 0,
    })
    expect(await rows('count(*)')).toEqual([['4']])
  })

  test('knows a copy by its content, not by its writing', async () => {
    const one = event({ requestParameters: { a: 1, b: 'x' }, readOnly: true })
    await write('1.json', [one])
    await write(
      '2.json',
      JSON.stringify(
        { Records: [Object.fromEntries(Object.entries({ ...one, readOnly: 'true' }).reverse())] },
        null,
        2,
      ),
    )
    expect(counts(await run())).toMatchObject({ events: 1, duplicates: 1, variants: 0 })
  })

  test('keeps other content of the same event id as a variant, and says so', async () => {
    const one = event()
    await write('1.json', [one, { ...one, userAgent: 'other' }])
    expect(counts(await run())).toMatchObject({ events: 2, duplicates: 0, variants: 1 })
    await write('2.json', [
      { ...one, userAgent: 'third' },
      { ...one, recipientAccountId: '444455556666' },
    ])
    expect(counts(await run())).toMatchObject({ events: 2, duplicates: 2, variants: 1 })
  })

  test('records without an event id are told apart by their content', async () => {
    const { eventID: _, ...one } = event()
    await write('1.json', [one, one, { ...one, userAgent: 'x' }])
    expect(counts(await run())).toMatchObject({ events: 2, duplicates: 1, variants: 0 })
    await write('2.json', [one])
    expect(counts(await run())).toMatchObject({ events: 0, duplicates: 4 })
  })

  test('keeps a bad record out and takes the others', async () => {
    await write('1.json', [
      event(),
      event({ eventTime: '...' }),
      event({ eventVersion: '2.1' }),
      5 as unknown as Json,
      event(),
    ])
    const report = await run()
    expect(counts(report)).toMatchObject({ records: 5, events: 2, quarantinedRecords: 3 })
    expect(report.quarantined.map(({ ordinal, code }) => [ordinal, code])).toEqual([
      [1, 'RECORD_EVENT_TIME'],
      [2, 'RECORD_NOT_CLOUDTRAIL'],
      [3, 'RECORD_NOT_OBJECT'],
    ])
    const again = await run()
    expect(again.quarantined).toEqual(report.quarantined)
    expect(counts(again)).toMatchObject({ records: 5, events: 0, duplicates: 2, quarantinedRecords: 3 })
  })

  test.each([
    ['one long list', 2, 300_000, '100MB'],
    ['many shorter ones', 2000, 1000, '250MB'],
  ])('takes records whose lists unfold to more than an engine holds: %s', async (_, many, length, memoryLimit) => {
    const resources = Array(length).fill({})
    await write('1.json', JSON.stringify({ Records: Array.from({ length: many }, () => event({ resources })) }))
    expect(counts(await run(undefined, { memoryLimit }))).toMatchObject({ events: many, quarantinedRecords: 0 })
    expect(await rows('max(len(resources))')).toEqual([['1000']])
  })

  test('keeps a bad file out as a whole, takes the others, and tries it again', async () => {
    const whole = gzipSync(JSON.stringify({ Records: [event(), event()] }))
    const path = await write('1.json.gz', whole.subarray(0, whole.length - 9))
    await write('2.json', [event()])
    await write('3.json', `{"Records":[${JSON.stringify(event())},{"eventName":`)
    const report = await run()
    expect(counts(report)).toMatchObject({ files: 3, records: 1, events: 1, quarantinedRecords: 0 })
    expect(report.quarantined).toEqual([
      { file: path, code: 'INPUT_GZIP_TRUNCATED', reason: 'The gzip data ends too early, after 2 complete records.' },
      {
        file: inFolder('3.json'),
        code: 'INPUT_JSON_INVALID',
        reason: expect.stringContaining('after 1 complete records'),
      },
    ])
    expect(report.coverage.complete).toBe(false)
    expect((await run()).quarantined).toEqual(report.quarantined)
    await write('1.json.gz', whole)
    await rm(inFolder('3.json'))
    const mended = await run()
    expect(counts(mended)).toMatchObject({ records: 3, events: 2, duplicates: 1 })
    expect(mended.quarantined).toEqual([])
  })

  test('a file that cannot be read and placed leaves the whole lake incomplete, until it is read', async () => {
    await write(
      '1.json',
      ['ec2', 'iam'].map((name, at) => event({ eventSource: `${name}.amazonaws.com`, readOnly: at === 0 })),
    )
    expect((await run()).coverage).toMatchObject({ complete: true, gaps: [] })
    await write('2.json', '{"Records":[{"eventName":')
    expect((await run()).coverage).toMatchObject({
      complete: false,
      through: null,
      gaps: [{ account: '*', region: '*', eventClass: '*', state: 'gap', reason: expect.stringContaining('2.json') }],
    })
    await write('2.json', [event()])
    expect((await run()).coverage).toMatchObject({ complete: true, gaps: [] })
  })

  test('a broken line of NDJSON is kept out, and its neighbours go in', async () => {
    const lines = [event(), event(), event()].map((record) => JSON.stringify(record))
    await write('1.ndjson', `${lines[0]}\n${lines[1]!.slice(0, 40)}\n${lines[2]}\n`)
    const report = await run()
    expect(counts(report)).toMatchObject({ records: 3, events: 2, quarantinedRecords: 1 })
    expect(report.quarantined).toEqual([
      { file: inFolder('1.ndjson'), ordinal: 1, code: 'RECORD_LINE', reason: expect.stringMatching(/^Line 2 is not/) },
    ])
    expect(report.coverage.complete).toBe(false)
  })

  test('what nobody foresaw in one file is that file put aside, and the others go in', async () => {
    await write('1.json', [event()])
    await write('2.json', [event()])
    await write('3.json', [event()])
    const source = fileSource([inFolder()])
    const failing: LogSource = {
      list: withoutPaths(source).list,
      async open(file, options) {
        const { bytes, ...beside } = await source.open(file, options)
        return { ...beside, bytes: file.name.endsWith('2.json') ? failingAfter(bytes) : bytes }
      },
    }
    const report = await ingest(await open(), failing)
    expect(counts(report)).toMatchObject({ files: 3, records: 2, events: 2 })
    expect(report.quarantined).toEqual([
      {
        file: inFolder('2.json'),
        code: 'INPUT_UNFORESEEN',
        reason: 'Reading the file failed in a way that nobody foresaw: Maximum call stack size exceeded.',
      },
    ])
    expect(counts(await run())).toMatchObject({ events: 1, duplicates: 2 })
  })

  test('of very many bad records the count is exact, and the first are listed', async () => {
    for (let file = 0; file < 12; file++)
      await write(`${file}.json`, [event(), ...Array.from({ length: 150 }, () => event({ eventTime: 'never' }))])
    for (const report of [await run(), await run()]) {
      expect(report.quarantinedRecords).toBe(1800)
      expect(report.quarantined).toHaveLength(1000)
      expect(report.quarantined.filter(({ file }) => file.endsWith('/0.json'))).toHaveLength(100)
    }
  })

  test('a file that was replaced by one of the same size and time is read again', async () => {
    const [one, two] = [event(), event()]
    const time = new Date('2026-01-31T10:00:00Z')
    const path = await write('1.json', [one])
    await utimes(path, time, time)
    await run()
    await write('1.json', [{ ...two, eventID: String(one.eventID).replace(/.$/, 'x') }])
    await utimes(path, time, time)
    expect(counts(await run())).toMatchObject({ records: 1, events: 1 })
  })

  test('what is passed over is named', async () => {
    await write('1.json', [event()])
    await write('2.json.bz2', 'BZh9')
    await write('truth.json', '{"schema":"trailbook.groundtruth/v1","events":[]}')
    const { ignored, passedOver } = await run()
    expect(ignored).toBe(2)
    expect(passedOver).toEqual([
      { file: inFolder('2.json.bz2'), reason: 'name' },
      { file: inFolder('truth.json'), reason: 'own' },
    ])
  })

  test('digest files are kept, with no records; our own outputs are passed over', async () => {
    await write('a_digest.json.gz', '{"digestEndTime":"2026-01-31T09:00:00Z","digestS3Object":"k","logFiles":[]}')
    await write('groundtruth.json', '{"schema":"trailbook.groundtruth/v1","events":[]}')
    const report = await run()
    expect(counts(report)).toEqual({
      files: 1,
      records: 0,
      events: 0,
      duplicates: 0,
      quarantinedRecords: 0,
      variants: 0,
    })
    expect(report).toMatchObject({ quarantined: [], ignored: 1 })
  })

  test('a file larger than a batch goes in as a whole or not at all', async () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      event({ eventTime: `2026-01-${String(1 + (n % 3)).padStart(2, '0')}T00:00:00Z` }),
    )
    const text = JSON.stringify({ Records: [...many, many[0]] })
    await write('0.json', [event()])
    const path = await write('1.json', text.slice(0, -2))
    const options: IngestOptions = { batchRows: 700 }
    expect(counts(await run([inFolder()], options))).toMatchObject({ records: 1, events: 1 })
    expect(await rows('count(*)')).toEqual([['1']])
    await writeFile(path, text)
    expect(counts(await run([inFolder()], options))).toMatchObject({ records: 5002, events: 5000, duplicates: 2 })
    expect(await rows('count(*), count(DISTINCT _hash)')).toEqual([['5001', '5001']])
  })

  test('batches of any size give the same lake', async () => {
    const pool = Array.from({ length: 60 }, (_, n) => event({ eventTime: `2026-01-${String(10 + (n % 5))}T00:00:00Z` }))
    for (let at = 0; at < 20; at++)
      await write(
        `f${at}.json`,
        Array.from({ length: 30 }, (_, n) => pool[(at * 7 + n * 3) % 60]!),
      )
    const seen = new Set<string>()
    for (const batchRows of [1, 50, 100_000]) {
      await rm(lake(), { recursive: true, force: true })
      expect(counts(await run([inFolder()], { batchRows }))).toMatchObject({
        records: 600,
        events: 60,
        duplicates: 540,
        variants: 0,
      })
      seen.add(JSON.stringify(await rows('_hash')))
    }
    expect(seen.size).toBe(1)
  })

  test('an unchanged file is not read again, a touched one is and adds nothing', async () => {
    const path = await write('1.json', [event()])
    await run()
    const { id } = await (await open()).manifest()
    await run()
    expect((await (await open()).manifest()).id).toBe(id)
    await utimes(path, new Date(0), new Date(0))
    expect(counts(await run())).toMatchObject({ records: 1, events: 0, duplicates: 1 })
  })

  test('an abort keeps the files read so far, and the next ingest brings the others', async () => {
    for (let at = 0; at < 10; at++) await write(`${at}.json`, [event(), event()])
    const abort = new AbortController()
    const aborted = new Promise<never>((_, reject) =>
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason)),
    )
    aborted.catch(() => {})
    const source = withoutPaths(fileSource([inFolder()]))
    // Of the fifth file and those behind it nothing ever comes: how quick the threads are decides nothing here.
    const stuck: LogSource = {
      list: source.list,
      open: (file, options) => (Number(/(\d)\.json$/.exec(file.name)![1]) < 4 ? source.open(file, options) : aborted),
    }
    const report = await ingest(await open(), stuck, {
      signal: abort.signal,
      onProgress: ({ files }) => files === 4 && abort.abort(),
    })
    expect(report).toMatchObject({ interrupted: true, files: 4, events: 8 })
    expect(counts(await run())).toMatchObject({ files: 10, records: 20, events: 12, duplicates: 8 })
  })

  test('of a source that fails in the middle all that it still gives goes in, and what it does not is a gap until it comes', async () => {
    for (let at = 0; at < 100; at++) await write(`${at}.json`, [event(), event()])
    const source = withoutPaths(fileSource([inFolder()]))
    const ending: LogSource = {
      list: source.list,
      open: (file, options) =>
        Number(/(\d+)\.json$/.exec(file.name)![1]) % 5 === 0
          ? Promise.reject(new InputFault('INPUT_NOT_HAD'))
          : source.open(file, options),
    }
    const report = await ingest(await open(), ending)
    expect(report).toMatchObject({ files: 80, events: 160, notHad: 20, quarantinedFiles: 0, quarantined: [] })
    expect(report.coverage.complete).toBe(false)
    expect(JSON.stringify(report.coverage.gaps)).toContain('The source failed before this file was had.')
    const again = await run()
    expect(again).toMatchObject({ files: 100, events: 40, notHad: 0 })
    expect(JSON.stringify(again.coverage.gaps)).not.toContain('The source failed')
  })

  test('behind a file that an abort left out nothing is taken, however far other threads were', async () => {
    for (let at = 0; at < 60; at++)
      await write(`${String(at).padStart(2, '0')}.json`, [event({ requestParameters: { x: 'y'.repeat(40_000) } })])
    const abort = new AbortController()
    const source = withoutPaths(fileSource([inFolder()]))
    let opened = 0
    const slow: LogSource = {
      list: source.list,
      async open(file, options) {
        if (++opened === 60) setTimeout(() => abort.abort(), 500)
        // Of the first portion one file never comes; all others are here at once.
        if (file.name.endsWith('05.json'))
          await new Promise((_, reject) => abort.signal.addEventListener('abort', () => reject(abort.signal.reason)))
        return source.open(file, options)
      },
    }
    const report = await ingest(await open(), slow, { signal: abort.signal })
    expect(report).toMatchObject({ interrupted: true, files: 5, events: 5 })
    expect(counts(await run())).toMatchObject({ files: 60, events: 55 })
  })

  test('an abort within a file that is larger than a batch leaves nothing of it', async () => {
    await write('a.json', [])
    await writeFile(inFolder('b.ndjson'), Array.from({ length: 20_000 }, () => JSON.stringify(event())).join('\n'))
    const abort = new AbortController()
    const report = await run([inFolder()], {
      batchRows: 1000,
      signal: abort.signal,
      onProgress: ({ records }) => records > 3000 && abort.abort(),
    })
    expect(report.interrupted).toBe(true)
    expect(report.events).toBe(0)
    expect(await checkLake(await open())).toMatchObject({ findings: [] })
    expect(counts(await run())).toMatchObject({ events: 20_000 })
    expect(await rows('count(*)')).toEqual([['20000']])
  })

  test('an abort tells what is stored, however far the threads were', async () => {
    for (let at = 0; at < 400; at++) await write(`${at}.json`, [event(), event()])
    const abort = new AbortController()
    const report = await run([inFolder()], {
      signal: abort.signal,
      onProgress: ({ files }) => files > 0 && abort.abort(),
    })
    expect(report.interrupted).toBe(true)
    expect(report.files).toBeGreaterThan(0)
    expect(report.events).toBe(2 * report.files)
    expect(await rows('count(*)')).toEqual([[String(report.events)]])
    expect(counts(await run())).toMatchObject({ records: 800, events: 800 - report.events, duplicates: report.events })
  })

  test('tells how far it is', async () => {
    await write('1.json', [event(), event()])
    await write('2.json', [event()])
    const told: unknown[] = []
    await run([inFolder()], { onProgress: ({ files, totalFiles, records }) => told.push([files, totalFiles, records]) })
    expect(told.at(-1)).toEqual([2, 2, 3])
  })

  test('stores where every event came from and when', async () => {
    const name =
      'AWSLogs/o-exampleorgid/444455556666/CloudTrail/eu-west-1/2026/01/31/444455556666_CloudTrail_eu-west-1_20260131T0905Z_a.json.gz'
    const { recipientAccountId: _, ...without } = event()
    await write(name, [event(), without])
    await run()
    expect(await rows('_file, _ordinal, _account, _kind, CAST(_time AS VARCHAR), eventTime')).toEqual([
      ['1', 0, '111122223333', 'trail', '2026-01-31 09:00:00', '2026-01-31T09:00:00Z'],
      ['1', 1, '444455556666', 'trail', '2026-01-31 09:00:00', '2026-01-31T09:00:00Z'],
    ])
  })

  test('keeps which version of an object it read', async () => {
    await write('1.json', [event()])
    const source = withoutPaths(fileSource([inFolder()]))
    const versioned: LogSource = {
      list: source.list,
      open: async (file, options) => ({ ...(await source.open(file, options)), version: 'v7' }),
    }
    await ingest(await open(), versioned)
    expect(await ledger('version')).toEqual([['v7']])
  })

  test('brings odd values through the lake unchanged', async () => {
    const odd = event({
      userIdentity: {
        type: 'AssumedRole',
        sessionContext: { webIdFederationData: { attributes: { 'a:b': 'c' } }, sessionIssuer: {} },
      },
      resources: [{ arn: 'arn:aws:s3:::x' }, null],
      userAgent: '\ufeffa\u0000b',
      errorMessage: "it's \ud800 'quoted' \u202f \u{1f600}",
    })
    const text = JSON.stringify({ Records: [odd] }).replace(
      '"readOnly":false',
      '"requestParameters":{"n":9007199254740993,"Tag":1,"tag":2,"Tag":3}',
    )
    await write('1.json', text)
    expect(counts(await run())).toMatchObject({ events: 1 })
    const select = `userAgent, errorMessage, requestParameters, resources[1].ARN, len(resources), userIdentity.sessionContext.webIdFederationData.attributes['a:b'], extra`
    expect(await rows(select)).toEqual([
      [
        '\ufeffa\u0000b',
        "it's \ufffd 'quoted' \u202f \u{1f600}",
        '{"n":9007199254740993,"Tag":1,"tag":2,"Tag":3}',
        'arn:aws:s3:::x',
        '2',
        'c',
        `{"errorMessage":"it's \\ud800 'quoted' \u202f \u{1f600}"}`,
      ],
    ])
  })

  test('never falls over damaged input, and always accounts for every record', async () => {
    const text = JSON.stringify({
      Records: Array.from({ length: 6 }, () => event({ requestParameters: { a: [1, { b: 'é' }] } })),
    })
    const edit = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('replace', 'remove', 'cut'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 15 }),
        async (files) => {
          await rm(inFolder(), { recursive: true, force: true })
          for (const [at, edits] of files.entries()) {
            let bytes = Buffer.from(text)
            for (const [place, value, how] of edits) {
              const index = place % Math.max(1, bytes.length)
              if (how === 'cut') bytes = bytes.subarray(0, index)
              else
                bytes = Buffer.concat([
                  bytes.subarray(0, index),
                  Buffer.from(how === 'replace' ? [value] : []),
                  bytes.subarray(index + 1),
                ])
            }
            await write(`${at}.json`, bytes)
          }
          const report = await run()
          const [[stored] = ['0']] = await rows('count(*)')
          expect(Number(stored)).toBe(report.events)
          expect(report.files).toBe(files.length)
        },
      ),
      { numRuns: 15 },
    )
  })
})

const data = resolve(process.env.TRAILBOOK_DATA ?? '../shared/data')

describe.skipIf(!existsSync(data))('ingest of captured logs (skipped where the data folder is absent)', () => {
  test('the Invictus data set: 55 files, 2,900 records, nothing the second time', async () => {
    const paths = [join(data, 'invictus-aws-dataset')]
    expect(counts(await run(paths))).toEqual({
      files: 55,
      records: 2900,
      events: 2900,
      duplicates: 0,
      quarantinedRecords: 0,
      variants: 0,
    })
    const again = await run(paths)
    expect(counts(again)).toMatchObject({ files: 55, records: 2900, events: 0, duplicates: 2900 })
    expect(again.coverage).toMatchObject({ complete: true, through: '2023-07-10T12:37:51Z' })
    // 42 of its records have an identity without a type.
    expect(await rows('count(*) FILTER (userIdentity.type IS NULL), count(*) FILTER (userIdentity IS NULL)')).toEqual([
      ['42', '0'],
    ])
  })

  test.each(['cloud-custodian-cwe', 'splunk-security-content', 'traildiscover', 'umccr-schema-versions'])(
    '%s',
    async (name) => {
      const report = await run([join(data, name)])
      expect(report.records).toBeGreaterThan(0)
      expect(report.quarantinedRecords).toBeLessThanOrEqual(1)
      expect(await rows('count(*)')).toEqual([[String(report.events)]])
    },
  )
})
