import { describe, expect, test } from 'vitest'
import { type MemoryBucket, memoryBucket } from '../../../test/support/memory-bucket.ts'
import { TrailbookError } from '../../core/errors.ts'
import type { LogFile } from '../../core/event/source.ts'
import type { Choice } from './choice.ts'
import { s3Source } from './s3-source.ts'
import { openOriginal } from './version.ts'

const name = (account: string, region: string, day: string, time = '0005'): string =>
  `${account}_CloudTrail_${region}_${day.replaceAll('/', '')}T${time}Z_Aq1Sw2De3Fr4Gt5H.json.gz`
const log = (account: string, region: string, day: string, time?: string): string =>
  `${account}/CloudTrail/${region}/${day}/${name(account, region, day, time)}`

const one = '111122223333'
const two = '444455556666'

async function listed(bucket: MemoryBucket, location = 's3://trail', choice: Choice = {}) {
  const passedOver: string[] = []
  const files: LogFile[] = []
  const source = s3Source({ locations: [location], bucket, choice })
  for await (const portion of source.list({ passOver: (file) => passedOver.push(file) })) files.push(...portion)
  return { files: files.map(({ location: at }) => at.replace('s3://trail/', '')), passedOver, source }
}

describe('layouts', () => {
  const cases = [
    ['a trail of one account', 'AWSLogs/', [log(one, 'us-east-1', '2026/01/08')]],
    ['below a prefix', 'logs/main/AWSLogs/', [log(one, 'us-east-1', '2026/01/08')]],
    [
      "an organisation's trail",
      'AWSLogs/o-abc1234567/',
      [log(one, 'us-east-1', '2026/01/08'), log(two, 'eu-west-1', '2026/01/08')],
    ],
    ['Control Tower from 3.0 on', 'o-abc1234567/AWSLogs/o-abc1234567/', [log(two, 'eu-west-1', '2026/01/08')]],
    ['Control Tower before 3.0', 'o-abc1234567/AWSLogs/', [log(two, 'eu-west-1', '2026/01/08')]],
    ['GovCloud and China', 'AWSLogs/', [log(one, 'us-gov-west-1', '2026/01/08'), log(two, 'cn-north-1', '2026/01/08')]],
  ] as const
  test.each(cases)('%s', async (_, prefix, keys) => {
    const all = keys.map((key) => `${prefix}${key}`)
    const { files, passedOver } = await listed(memoryBucket(all))
    expect(files.toSorted()).toEqual(all.toSorted())
    expect(passedOver).toEqual([])
  })

  test('several of them in one bucket, each from its own depth, and all of it once', async () => {
    const keys = cases.flatMap(([, prefix, logs]) => logs.map((key) => `${prefix}${key}`))
    const bucket = memoryBucket([...new Set(keys)])
    const { files } = await listed(bucket)
    expect(files.toSorted()).toEqual([...new Set(keys)].toSorted())
    const twice = s3Source({ locations: ['s3://trail/AWSLogs/', 's3://trail', 's3://trail/AWSLogs'], bucket })
    const again: LogFile[] = []
    for await (const portion of twice.list()) again.push(...portion)
    expect(again).toHaveLength(files.length)
  })

  test.each([
    ['a bucket', ''],
    ['AWSLogs', 'AWSLogs'],
    ['an account', `AWSLogs/${one}/`],
    ['a kind', `AWSLogs/${one}/CloudTrail`],
    ['a Region', `AWSLogs/${one}/CloudTrail/us-east-1/`],
    ['a year', `AWSLogs/${one}/CloudTrail/us-east-1/2026`],
    ['a month', `AWSLogs/${one}/CloudTrail/us-east-1/2026/01/`],
    ['a day', `AWSLogs/${one}/CloudTrail/us-east-1/2026/01/08/`],
    ['an object', `AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`],
  ])('%s can be named', async (_, prefix) => {
    const key = `AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`
    expect((await listed(memoryBucket([key]), `s3://trail/${prefix}`)).files).toEqual([key])
  })

  test('siblings with records and digests are read; summaries, other services and write tests are not', async () => {
    const folder = `AWSLogs/${one}`
    const wanted = [
      `${folder}/CloudTrail/us-east-1/2026/01/08/${name(one, 'us-east-1', '2026/01/08')}`,
      `${folder}/CloudTrail-Insight/us-east-1/2026/01/08/${one}_CloudTrail-Insight_us-east-1_20260108T0005Z_Aq1Sw2De3Fr4Gt5H.json.gz`,
      `${folder}/CloudTrail-NetworkActivity/us-east-1/2026/01/08/${one}_CloudTrail-NetworkActivity_us-east-1_20260108T0005Z_Aq1Sw2De3Fr4Gt5H.json.gz`,
      `${folder}/CloudTrail-Digest/us-east-1/2026/01/08/${one}_CloudTrail-Digest_us-east-1_main_us-east-1_20260108T000500Z.json.gz`,
    ]
    const bucket = memoryBucket([
      ...wanted,
      `${folder}/CloudTrail-Aggregated/us-east-1/2026/01/08/x.json.gz`,
      `${folder}/vpcflowlogs/us-east-1/2026/01/08/x.log.gz`,
    ])
    bucket.put(`${folder}/CloudTrail/`, '')
    bucket.put(`${folder}/CloudTrail/us-east-1/`, '')
    const { files, passedOver } = await listed(bucket)
    expect(files.toSorted()).toEqual(wanted.toSorted())
    expect(passedOver).toEqual([`s3://trail/${folder}/CloudTrail-Aggregated/`, `s3://trail/${folder}/vpcflowlogs/`])
  })

  test('objects that lie between the folders of the layout are read, too', async () => {
    const keys = [
      'AWSLogs/late.json',
      `AWSLogs/${one}/x.json.gz`,
      `AWSLogs/${one}/CloudTrail/y.json.gz`,
      `AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`,
    ]
    expect((await listed(memoryBucket(keys))).files.toSorted()).toEqual(keys.toSorted())
  })

  test('folders without AWSLogs hold whatever is called like a log file', async () => {
    const keys = ['a.json', 'export/b.json.gz', 'export/2026/01/c.ndjson', 'notes.txt', '_tmp/x.json', 'é +&.json']
    const { files, passedOver } = await listed(memoryBucket(keys))
    expect(files.toSorted()).toEqual([
      '_tmp/x.json',
      'a.json',
      'export/2026/01/c.ndjson',
      'export/b.json.gz',
      'é +&.json',
    ])
    expect(passedOver).toEqual(['s3://trail/notes.txt'])
  })

  test('what lies beside AWSLogs is read, too', async () => {
    const keys = ['a.json', `AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`, 'copies/b.json']
    expect((await listed(memoryBucket(keys))).files.toSorted()).toEqual(keys.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  test('a wrong prefix is told with what lies beside it', async () => {
    const bucket = memoryBucket([`logs/AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`])
    for (const wrong of ['s3://trail/logs/AWSLog', 's3://trail/logs/AWSLog/'])
      await expect(listed(bucket, wrong)).rejects.toMatchObject({
        code: 'AWS_NO_OBJECTS',
        hint: expect.stringContaining('Beside it there is: s3://trail/logs/AWSLogs/'),
      })
  })
})

describe('order and pages', () => {
  test('a day of all accounts comes before the next day of any', async () => {
    const days = ['2026/01/08', '2026/01/09', '2026/01/10']
    const keys = [one, two].flatMap((account) =>
      ['eu-west-1', 'us-east-1'].flatMap((region) => days.map((day) => `AWSLogs/${log(account, region, day)}`)),
    )
    const { files } = await listed(memoryBucket(keys))
    const order = files.map((file) => /\d{4}\/\d\d\/\d\d/.exec(file)?.[0])
    expect(order).toEqual(order.toSorted())
    expect(files).toHaveLength(keys.length)
  })

  test('more objects than fit an answer come all, each once', async () => {
    const keys = Array.from({ length: 12_345 }, (_, at) => {
      const day = `2026/01/${String(1 + (at % 28)).padStart(2, '0')}`
      return `AWSLogs/${one}/CloudTrail/us-east-1/${day}/${at}.json.gz`
    })
    const bucket = memoryBucket([...keys, ...keys.slice(0, 2500).map((key) => key.replace('AWSLogs', 'plain'))])
    const { files } = await listed(bucket)
    expect(new Set(files).size).toBe(12_345 + 2500)
    expect(files).toHaveLength(12_345 + 2500)
  })
})

describe('choice', () => {
  const days = ['2025/12/31', '2026/01/07', '2026/01/08', '2026/01/09', '2026/01/10', '2026/02/01']
  const keys = [one, two].flatMap((account) =>
    ['eu-west-1', 'us-east-1'].flatMap((region) =>
      days.map((day) => `AWSLogs/o-abc1234567/${log(account, region, day)}`),
    ),
  )

  test('only the prefixes of the chosen account, Region and days are asked for', async () => {
    const bucket = memoryBucket(keys)
    const { files } = await listed(bucket, 's3://trail/AWSLogs/o-abc1234567/', {
      accounts: [two],
      regions: ['eu-west-1'],
      window: { from: '2026-01-08T10:00:00Z', to: '2026-01-08T12:00:00Z' },
    })
    // The day after is asked for, too: files are delivered after their events.
    expect(files).toEqual(
      ['2026/01/08', '2026/01/09'].map((day) => `AWSLogs/o-abc1234567/${log(two, 'eu-west-1', day)}`),
    )
    expect(bucket.asked.lists).toEqual([
      'AWSLogs/o-abc1234567/ folders',
      `AWSLogs/o-abc1234567/${two}/ folders`,
      `AWSLogs/o-abc1234567/${two}/CloudTrail/eu-west-1/2026/01/ after AWSLogs/o-abc1234567/${two}/CloudTrail/eu-west-1/2026/01/08`,
    ])
  })

  test.each<[string, Choice, number]>([
    ['an open end', { window: { from: '2026-01-09T00:00:00Z' } }, 3 * 4],
    ['an open beginning', { window: { to: '2026-01-07T00:00:00Z' } }, 3 * 4],
    ['a glob of keys', { include: ['**/us-east-1/2026/**'] }, 5 * 2],
    ['a glob of names', { include: ['*_20260108T*'] }, 4],
    ['what is left out', { exclude: [`AWSLogs/o-abc1234567/${one}/`] }, 12],
    ['both', { include: ['**/2026/01/*/*'], exclude: ['**/eu-west-1/**'] }, 8],
  ])('%s', async (_, choice, count) => {
    expect((await listed(memoryBucket(keys), 's3://trail', choice)).files).toHaveLength(count)
  })

  test('a day that the choice leaves out is not asked for, though it was named', async () => {
    const bucket = memoryBucket(keys)
    const within = `s3://trail/AWSLogs/o-abc1234567/${one}/CloudTrail/us-east-1/2026/01/07/`
    expect((await listed(bucket, within, { window: { from: '2026-01-08T00:00:00Z' } })).files).toEqual([])
    expect((await listed(bucket, within, { window: { from: '2026-01-07T00:00:00Z' } })).files).toHaveLength(1)
  })

  test('in folders without the layout names tell what they can', async () => {
    const bucket = memoryBucket([
      `x/${name(one, 'us-east-1', '2026/01/08')}`,
      `x/${name(two, 'us-east-1', '2026/01/08')}`,
      'x/y.json',
    ])
    expect((await listed(bucket, 's3://trail/x', { accounts: [one] })).files).toEqual([
      'x/y.json',
      `x/${name(one, 'us-east-1', '2026/01/08')}`,
    ])
  })
})

describe('opening', () => {
  const text = async (bytes: AsyncIterable<Uint8Array>): Promise<string> => {
    const chunks: Uint8Array[] = []
    for await (const chunk of bytes) chunks.push(chunk)
    return Buffer.concat(chunks).toString()
  }
  const only = async (bucket: MemoryBucket) => {
    const source = s3Source({ locations: ['s3://trail'], bucket, concurrency: 4 })
    const files: LogFile[] = []
    for await (const portion of source.list()) files.push(...portion)
    return { source, files }
  }

  test('bytes, metadata and version are those of the object, also when it was fetched ahead', async () => {
    const bucket = memoryBucket([], { versioned: true })
    for (let at = 0; at < 50; at++)
      bucket.put(`${String(at).padStart(2, '0')}.json`, `{"n":${at}}`, { signature: `${at}` })
    const source = s3Source({ locations: ['s3://trail'], bucket, concurrency: 4 })
    for await (const portion of source.list()) {
      source.expect?.(portion.slice(0, 25))
      for (const [at, file] of portion.entries()) {
        const { bytes, metadata, version } = await source.open(file)
        expect(await text(bytes)).toBe(`{"n":${at}}`)
        expect([metadata, version]).toEqual([{ signature: `${at}` }, `v${at}`])
      }
    }
    expect(bucket.asked.gets).toHaveLength(50)
  })

  test('nothing is fetched that is not expected, and never more at once than allowed', async () => {
    const bucket = memoryBucket(Array.from({ length: 30 }, (_, at) => `${at}.json`))
    const { source, files } = await only(bucket)
    expect(bucket.asked.gets).toEqual([])
    let running = 0
    let most = 0
    const { get } = bucket
    Object.assign(bucket, {
      get: async (request: Parameters<typeof get>[0]) => {
        most = Math.max(most, ++running)
        await new Promise((resolve) => setTimeout(resolve, 2))
        running--
        return get(request)
      },
    })
    source.expect?.(files)
    for (const file of files) await text((await source.open(file)).bytes)
    expect(most).toBe(4)
  })

  test('an abort ends what is under way and leaves what was fetched before', async () => {
    const keys = ['a.json', 'b.json', 'c.json']
    const bucket = memoryBucket(keys)
    const { get } = bucket
    Object.assign(bucket, {
      get: async (request: Parameters<typeof get>[0]) => {
        if (request.key !== 'a.json')
          await new Promise((_, reject) => {
            request.signal?.addEventListener('abort', () => reject(request.signal?.reason))
            if (request.signal?.aborted) reject(request.signal.reason)
          })
        return get(request)
      },
    })
    const abort = new AbortController()
    const source = s3Source({ locations: ['s3://trail'], bucket, concurrency: 2 })
    const files: LogFile[] = []
    for await (const portion of source.list({ signal: abort.signal })) files.push(...portion)
    source.expect?.(files)
    await expect.poll(() => bucket.asked.gets).toEqual(['a.json'])
    abort.abort()
    const given = await Promise.allSettled(files.map((file) => source.open(file, { signal: abort.signal })))
    expect(given.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
    expect(bucket.asked.gets).toEqual(['a.json'])
  })

  test('an object that is larger than it was said to be is streamed, and not held in memory', async () => {
    const key = `AWSLogs/${log(one, 'us-east-1', '2026/01/08')}`
    const bucket = memoryBucket()
    bucket.put(key, 'x'.repeat(5 * 2 ** 20))
    const source = s3Source({ locations: ['s3://trail'], bucket })
    const location = `s3://trail/${key}`
    const file: LogFile = { name: location, location, size: 10, modified: '', version: null }
    source.expect?.([file])
    let size = 0
    for await (const chunk of (await source.open(file)).bytes) size += chunk.length
    expect(size).toBe(5 * 2 ** 20)
    expect(bucket.asked.gets).toEqual([key, key])
  })

  test('an object that vanished after it was listed is a fault of that file alone', async () => {
    const bucket = memoryBucket(['a.json', 'b.json'])
    const { source, files } = await only(bucket)
    bucket.objects.delete('a.json')
    await expect(source.open(files[0]!)).rejects.toMatchObject({ code: 'INPUT_OBJECT_GONE' })
    expect(await text((await source.open(files[1]!)).bytes)).toContain('Records')
  })

  const denied = () => {
    throw new TrailbookError('AWS_ACCESS_DENIED', {
      permission: 's3:GetObject',
      resource: 'arn:aws:s3:::trail/x',
      who: '',
    })
  }

  test('one refused object among others is a fault of its own', async () => {
    const bucket = memoryBucket(['a.json', 'b.json'])
    const { source, files } = await only(bucket)
    bucket.next.push(() => undefined, denied)
    await source.open(files[0]!)
    await expect(source.open(files[1]!)).rejects.toMatchObject({
      code: 'INPUT_OBJECT_DENIED',
      message: 'Access to the object is denied: s3:GetObject on arn:aws:s3:::trail/x.',
    })
  })

  test('where all are refused, the refusal ends the work', async () => {
    const bucket = memoryBucket(Array.from({ length: 30 }, (_, at) => `${at}.json`))
    const { source, files } = await only(bucket)
    bucket.next.push(...files.map(() => denied))
    const codes: string[] = []
    for (const file of files) await source.open(file).catch((error) => codes.push(error.code))
    expect(codes.filter((code) => code === 'INPUT_OBJECT_DENIED')).toHaveLength(19)
    expect(codes.at(-1)).toBe('AWS_ACCESS_DENIED')
  })

  test('an empty object that is called gzip is named as such', async () => {
    const bucket = memoryBucket()
    bucket.put('a.json.gz', '')
    const { source, files } = await only(bucket)
    await expect(source.open(files[0]!)).rejects.toMatchObject({ code: 'INPUT_EMPTY_GZIP' })
  })

  const told = (key: string, of: Partial<LogFile> = {}): LogFile => {
    const location = `s3://trail/${key}`
    return { name: location, location, size: 14, modified: '', version: null, ...of }
  }

  test('an answer of before is none to what is told of later', async () => {
    const bucket = memoryBucket()
    const source = s3Source({ locations: ['s3://trail'], bucket })
    for (const body of ['', '{"Records":[]}', '{"Records":[{}]}']) {
      bucket.put('a.json.gz', body)
      const file = told('a.json.gz', { size: body.length, modified: `e${body.length}` })
      source.expect?.([file])
      await new Promise((resolve) => setTimeout(resolve, 5))
      if (body === '') await expect(source.open(file)).rejects.toMatchObject({ code: 'INPUT_EMPTY_GZIP' })
      // The second one is not opened; what was fetched of it must not be taken for the third.
      else if (body.length > 14) expect(await text((await source.open(file)).bytes)).toBe(body)
    }
    expect(bucket.asked.gets).toEqual(['a.json.gz', 'a.json.gz'])
  })

  test('what is forgotten makes room for what comes', async () => {
    const bucket = memoryBucket([], { versioned: true })
    const source = s3Source({ locations: ['s3://trail'], bucket, concurrency: 64 })
    const many = (name: string) =>
      Array.from({ length: 40 }, (_, at) => told(`${name}${at}.json`, { size: 4 * 2 ** 20 }))
    for (const { location } of [...many('a'), ...many('b')]) bucket.put(location.replace('s3://trail/', ''))
    const first = many('a')
    source.expect?.(first)
    await expect.poll(() => bucket.asked.gets).toHaveLength(16)
    source.forget?.(first)
    source.expect?.(many('b'))
    await expect.poll(() => bucket.asked.gets.filter((key) => key.startsWith('b'))).toHaveLength(16)
    expect(bucket.asked.gets).toHaveLength(32)
  })

  describe('versions', () => {
    /** Its versions may be refused, as a policy without s3:GetObjectVersion does. */
    const replaced = ({ refused = false, again = 'other' } = {}) => {
      const bucket = memoryBucket([], { versioned: true })
      bucket.put('a.json', 'first')
      if (again !== '') bucket.put('a.json', again)
      const { get } = bucket
      if (refused)
        Object.assign(bucket, {
          get: async (request: Parameters<typeof get>[0]) => {
            if (request.version === undefined) return get(request)
            bucket.asked.gets.push(`${request.key}@${request.version} refused`)
            return denied()
          },
        })
      return { bucket, source: s3Source({ locations: ['s3://trail'], bucket }) }
    }
    const file = (of: Partial<LogFile> = {}): LogFile =>
      told('a.json', { size: -1, modified: 'etag-0', version: 'v0', ...of })

    test('the one that is named is opened, though there is a newer one, and asked for again where it is cut off', async () => {
      const { bucket, source } = replaced()
      bucket.next.push((request) => ({
        body: (async function* () {
          yield Buffer.from('fi')
          throw new Error('socket hang up')
        })(),
        ...{ size: 5, etag: 'etag-0', version: request.version ?? null, metadata: {} },
      }))
      const opened = await source.open(file())
      expect([await text(opened.bytes), opened.version]).toEqual(['first', 'v0'])
      expect(bucket.asked.gets).toEqual(['a.json@v0', 'a.json@v0 from 2'])
    })

    test('where versions may not be read, the current one is as good while it is the same, and asked for at once from then on', async () => {
      const { bucket, source } = replaced({ refused: true, again: '' })
      for (let at = 0; at < 2; at++) {
        const opened = await source.open(file())
        expect([await text(opened.bytes), opened.version]).toEqual(['first', 'v0'])
      }
      expect(bucket.asked.gets).toEqual(['a.json@v0 refused', 'a.json', 'a.json'])
    })

    test('an object that was replaced, and whose versions may not be read, is a fault that says so', async () => {
      const { source } = replaced({ refused: true })
      await expect(source.open(file())).rejects.toMatchObject({
        code: 'INPUT_OBJECT_VERSION',
        message: 'The object is no longer the one that was delivered, and version v0 of it may not be read.',
      })
      // Without an ETag nobody could say whether the current one is the same.
      await expect(source.open(file({ modified: '' }))).rejects.toMatchObject({ code: 'INPUT_OBJECT_DENIED' })
    })

    test('one that is no longer there is a fault of that file', async () => {
      const { source } = replaced()
      await expect(source.open(file({ version: 'v9' }))).rejects.toMatchObject({ code: 'INPUT_OBJECT_GONE' })
    })

    test.each([
      ['the version that the lake noted', {}, 'v0', 'first'],
      ['the current one where none was noted', {}, null, 'other'],
      ['the current one where that version is gone', {}, 'v9', 'other'],
      ['the current one where versions may not be read', { refused: true }, 'v0', 'other'],
    ])('an original is %s', async (_, options, version, content) => {
      const { bucket } = replaced(options)
      const { got } = await openOriginal(bucket, { key: 'a.json', version, signal: undefined })
      expect(await text(got.body)).toBe(content)
    })
  })
})
