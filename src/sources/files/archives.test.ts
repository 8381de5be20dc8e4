import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Member, paxHeader, tarBytes, tarHeader, zipBytes } from '../../../test/support/archives.ts'
import { InputFault } from '../../core/event/fault.ts'
import type { LogFile } from '../../core/event/source.ts'
import { fileSource, openLocation } from './file-source.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-archives-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const put = async (name: string, bytes: Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), bytes)
  return name
}

async function contentOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of bytes) parts.push(part)
  return Buffer.concat(parts).toString()
}

const outcome = (reading: Promise<string>): Promise<string> =>
  reading.catch((error: unknown) => {
    if (error instanceof InputFault) return `${error.code}: ${error.message}`
    throw error
  })

/** Files and what they hold or why they cannot be read, and what was passed over. */
async function look(...names: string[]) {
  const source = fileSource(names.map((name) => join(folder, name)))
  const files: [string, string][] = []
  const passedOver: string[] = []
  const listed: LogFile[] = []
  for await (const some of source.list({
    passOver: (file, reason) => void passedOver.push(`${relative(folder, file)} ${reason}`),
  }))
    listed.push(...some)
  for (const file of listed)
    files.push([relative(folder, file.name), await outcome(source.open(file).then(({ bytes }) => contentOf(bytes)))])
  return { files, passedOver, listed }
}

const log = (text: string): Buffer => Buffer.from(`{"Records":[${text}]}`)
const long = `AWSLogs/${'x'.repeat(200)}/${'y'.repeat(90)}.json`
const members: readonly Member[] = [
  { path: './AWSLogs/111122223333/a.json', bytes: log('1') },
  { path: 'b.json.gz', bytes: gzipSync(log('2')) },
  { path: long, bytes: log('3') },
  { path: 'notes.md', bytes: Buffer.from('#') },
  { path: '__MACOSX/._a.json', bytes: Buffer.from('#') },
  { path: 'deep/inner.tar.gz', bytes: Buffer.from('#') },
]

describe.each([
  ['a.tar', tarBytes],
  ['a.tar.gz', (some: readonly Member[]) => gzipSync(tarBytes(some))],
  ['a.tgz', (some: readonly Member[]) => gzipSync(tarBytes(some))],
  ['a.zip', zipBytes],
] as const)('%s', (name, make) => {
  test('its log files are files of their own, and last the archive itself', async () => {
    await put(name, make(members))
    const { files, passedOver } = await look('.')
    expect(files).toEqual([
      [`${name}!/AWSLogs/111122223333/a.json`, '{"Records":[1]}'],
      [`${name}!/b.json.gz`, gzipSync(log('2')).toString()],
      [`${name}!/${long}`, '{"Records":[3]}'],
      [name, '\n'],
    ])
    expect(passedOver).toEqual([
      `${name}!/notes.md name`,
      `${name}!/__MACOSX/._a.json name`,
      `${name}!/deep/inner.tar.gz nested`,
    ])
  })

  test('names that lead out of it are names and nothing more; one that comes twice is two files', async () => {
    await put(
      name,
      make(
        ['../../etc/a.json', '/a.json', 'C:\\logs\\a.json', '/a.json'].map((path, at) => ({
          path,
          bytes: log(`${at}`),
        })),
      ),
    )
    const { files, listed } = await look(name)
    expect(files.map(([, content]) => content)).toEqual([
      '{"Records":[0]}',
      '{"Records":[1]}',
      '{"Records":[2]}',
      '{"Records":[3]}',
      '\n',
    ])
    const places = listed.map(({ location }) => location.slice(join(folder, name).length).replaceAll('\\', '/'))
    expect(places).toEqual(['!/../../etc/a.json', '!//a.json', '!/C:/logs/a.json', '!2//a.json', ''])
  })

  test('an entry is found again by its location alone', async () => {
    await put(name, make([...members, { path: 'b.json.gz', bytes: log('again') }]))
    const { listed } = await look(name)
    const contents = []
    for (const { location } of listed.slice(0, -1)) contents.push(await contentOf(openLocation(location)))
    expect(contents).toEqual([
      '{"Records":[1]}',
      gzipSync(log('2')).toString(),
      '{"Records":[3]}',
      '{"Records":[again]}',
    ])
    expect(await outcome(contentOf(openLocation(join(folder, `${name}!/gone.json`))))).toBe(
      'INPUT_UNREADABLE: The file could not be read: it is no longer in the archive.',
    )
  })

  test('opened in any order and at once, each entry gives its own bytes', async () => {
    const many = Array.from({ length: 40 }, (_, at) => ({
      path: `${at}.json`,
      // Some are too large to be taken whole.
      bytes: Buffer.alloc(at % 10 === 0 ? 17 * 2 ** 20 : 1000, at),
    }))
    await put(name, make(many))
    const source = fileSource([join(folder, name)])
    const files: LogFile[] = []
    for await (const some of source.list()) files.push(...some)
    const wrong: string[] = []
    const check = async (at: number): Promise<void> => {
      let length = 0
      for await (const part of (await source.open(files[at]!)).bytes) {
        length += part.length
        if (!part.every((byte) => byte === at)) wrong.push(`${at} holds another byte`)
      }
      if (length !== many[at]!.bytes.length) wrong.push(`${at} has ${length} bytes`)
    }
    await Promise.all([20, 3, 10, 30, 5, 21].map(check))
    for (const at of [39, 0, 38, 1]) await check(at)
    expect(wrong).toEqual([])
  })

  test('one that is cut off anywhere is named, and what is whole goes in', async () => {
    const bytes = make([
      { path: 'a.json', bytes: Buffer.alloc(900, 'a') },
      { path: 'b.json', bytes: Buffer.alloc(900, 'b') },
    ])
    for (const length of [0, 1, 50, 100, 150, 511, 512, 600, 1536, 2000, 2048, 3000]) {
      if (length >= bytes.length) continue
      await put(name, bytes.subarray(0, length))
      const { files } = await look(name)
      const itself = files.at(-1)!
      expect([length, itself[0], itself[1].startsWith('INPUT_ARCHIVE_DAMAGED')]).toEqual([length, name, true])
      for (const [path, content] of files.slice(0, -1))
        expect(content, path).toMatch(/^(?:a{900}|b{900}|INPUT_ENTRY_UNREADABLE: .*the archive ends within it\.)$/)
    }
  })
})

describe('a tar archive', () => {
  test('links, devices and folders are no log files; a sparse file is named', async () => {
    await put(
      'a.tar',
      tarBytes([
        { path: 'd/', type: '5' },
        { path: 'hard.json', type: '1' },
        { path: 'soft.json', type: '2' },
        { path: 'pipe.json', type: '6' },
        { path: 'holes.json', type: 'S', bytes: log('1') },
        { path: 'whole.json', type: '\0', bytes: log('2') },
      ]),
    )
    const { files, passedOver } = await look('a.tar')
    expect(files).toEqual([
      [
        'a.tar!/holes.json',
        'INPUT_ENTRY_UNREADABLE: The entry of the archive cannot be read: it is stored with holes (a sparse file).',
      ],
      ['a.tar!/whole.json', '{"Records":[2]}'],
      ['a.tar', '\n'],
    ])
    expect(passedOver).toEqual(['a.tar!/hard.json link', 'a.tar!/soft.json link', 'a.tar!/pipe.json special'])
  })

  test('a damaged header costs its own entry', async () => {
    const bytes = tarBytes(['a', 'b', 'c'].map((name) => ({ path: `${name}.json`, bytes: log(name) })))
    bytes.writeUInt8(bytes.readUInt8(1034) ^ 1, 1034)
    await put('a.tar', bytes)
    expect((await look('a.tar')).files).toEqual([
      ['a.tar!/a.json', '{"Records":[a]}'],
      ['a.tar!/c.json', '{"Records":[c]}'],
      ['a.tar', 'INPUT_ARCHIVE_DAMAGED: The archive is damaged after 2 entries: there is no header at byte 1024.'],
    ])
  })

  test('archives behind one another are one, and padding is none of it', async () => {
    const one = (name: string): Buffer => tarBytes([{ path: `${name}.json`, bytes: log(name) }])
    await put('a.tar', Buffer.concat([one('a'), Buffer.alloc(20 * 512), one('b'), Buffer.alloc(10_240)]))
    expect((await look('a.tar')).files.map(([name]) => name)).toEqual(['a.tar!/a.json', 'a.tar!/b.json', 'a.tar'])
  })

  test.each([
    ['a size beyond its end', tarHeader({ path: 'a.json', size: 2 ** 30 }), 'it ends within an entry'],
    [
      'names longer than names are',
      tarHeader({ path: 'x', type: 'L', size: 2 ** 30 }),
      'the names at byte 0 cannot be read',
    ],
    [
      'names that are none',
      Buffer.concat([tarHeader({ path: 'x', type: 'x', size: 5 }), Buffer.alloc(512, '9')]),
      'the names at byte 0 cannot be read',
    ],
    ['no header at all', Buffer.alloc(4096, 'x'), 'it is no tar archive'],
  ])('%s is named', async (_, bytes, reason) => {
    await put('a.tar', Buffer.concat([bytes, Buffer.alloc(1024)]))
    expect((await look('a.tar')).files.at(-1)![1]).toContain(reason)
  })

  test('sizes of pax headers count, in whatever order they come', async () => {
    const body = Buffer.from('{"Records":[7]}')
    await put(
      'a.tar',
      Buffer.concat([
        paxHeader({ path: 'übung/a.json', size: String(body.length) }),
        tarHeader({ path: 'cut.json', size: 0 }),
        body,
        Buffer.alloc(512 - body.length),
        Buffer.alloc(1024),
      ]),
    )
    expect((await look('a.tar')).files[0]).toEqual(['a.tar!/übung/a.json', '{"Records":[7]}'])
  })

  test.skipIf(!hasTar())('what GNU tar makes is read as it was put in', async () => {
    await mkdir(join(folder, 'in', 'deep'.repeat(40)), { recursive: true })
    for (const name of ['a.json', `${'deep'.repeat(40)}/${'b'.repeat(120)}.json`])
      await writeFile(join(folder, 'in', name), log(name))
    for (const format of ['gnu', 'pax', 'ustar', 'oldgnu'] as const) {
      const args = ['-C', join(folder, 'in'), `--format=${format}`, '-czf', join(folder, `${format}.tgz`), '.']
      if (format === 'ustar') args.splice(3, 0, '--exclude=deep*')
      execFileSync('tar', args, { stdio: 'ignore' })
      const { files } = await look(`${format}.tgz`)
      expect(files.map(([, content]) => content.slice(0, 18)).sort()).toEqual([
        '\n',
        '{"Records":[a.json',
        ...(format === 'ustar' ? [] : ['{"Records":[deepde']),
      ])
    }
  })
})

describe('a zip archive', () => {
  test.each([
    ['encrypted', { flags: 1 }, 'it is encrypted'],
    ['of an unknown compression', { method: 12 }, 'its compression (method 12) is not known'],
    ['smaller than it says', { size: 1_000_000 }, 'not enough bytes'],
    ['larger than it says', { size: 3 }, 'too many bytes'],
  ])('an entry %s is named, and the others go in', async (_, wrong, reason) => {
    await put(
      'a.zip',
      zipBytes([
        { path: 'a.json', bytes: log('1'), ...wrong },
        { path: 'b.json', bytes: log('2') },
      ]),
    )
    const { files } = await look('a.zip')
    expect(files[0]![1]).toContain(`INPUT_ENTRY_UNREADABLE: The entry of the archive cannot be read: ${reason}`)
    expect(files.slice(1)).toEqual([
      ['a.zip!/b.json', '{"Records":[2]}'],
      ['a.zip', '\n'],
    ])
  })

  test('an entry whose bytes were changed is named', async () => {
    const bytes = zipBytes([{ path: 'a.json', bytes: log('1'), method: 0 }])
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
    await put('a.zip', bytes)
    expect((await look('a.zip')).files[0]![1]).toContain('its checksum is wrong')
  })

  test('an entry that would inflate to hundreds of times its size is named, and never read', async () => {
    const member = { path: 'a.json', size: 65 * 2 ** 20 }
    await put('a.zip', zipBytes([{ ...member, bytes: Buffer.alloc(2 ** 20, 'x') }]))
    expect((await look('a.zip')).files[0]![1]).toContain('it inflates to more than 200 times its size')
    await put('b.zip', zipBytes([{ ...member, bytes: Buffer.alloc(2 ** 20, 'x'), method: 0 }]))
    expect((await look('b.zip')).files[0]![1], 'stored as it is').not.toContain('200 times')
  })

  test('entries that share their bytes, as in a bomb, end the archive', async () => {
    const bytes = zipBytes([{ path: 'a.json', bytes: Buffer.alloc(100, '1'), method: 0 }])
    const at = bytes.indexOf('PK\x01\x02', 0, 'latin1')
    const entry = bytes.subarray(at, -22)
    const end = Buffer.from(bytes.subarray(-22))
    end.writeUInt16LE(10, 8)
    end.writeUInt16LE(10, 10)
    end.writeUInt32LE(entry.length * 10, 12)
    await put('a.zip', Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: 10 }, () => entry), end]))
    expect((await look('a.zip')).files.at(-1)![1]).toContain('its entries say to be larger than the archive')
  })

  test('links are passed over', async () => {
    await put('a.zip', zipBytes([{ path: 'a.json', bytes: Buffer.from('/etc/passwd'), mode: 0o120777 }]))
    expect((await look('a.zip')).passedOver).toEqual(['a.zip!/a.json link'])
  })
})

function hasTar(): boolean {
  try {
    return execFileSync('tar', ['--version']).toString().includes('GNU')
  } catch {
    return false
  }
}
