import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectPassedOver } from '../../core/event/passed-over.ts'
import type { LogFile, LogSource } from '../../core/event/source.ts'
import { isLogFileName } from '../../log-file/log-file-name.ts'
import { readLogFile } from '../../log-file/read-log-file.ts'
import { fileSource } from './file-source.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-files-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const write = async (...names: string[]): Promise<void> => {
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), '{}')
  }
}
const listed = async (source: LogSource, exclude?: string) => {
  const files: LogFile[] = []
  const passedOver = collectPassedOver()
  for await (const some of source.list({ passOver: passedOver.add, ...(exclude !== undefined && { exclude }) }))
    files.push(...some)
  return { files, passedOver: passedOver.result() }
}
const firstBytes = async (source: LogSource, file: LogFile) =>
  readLogFile(file.location, (await source.open(file)).bytes).next()
const list = async (...paths: string[]) => {
  const source = fileSource(paths.map((path) => join(folder, path)))
  const { files, passedOver } = await listed(source, join(folder, 'lake'))
  return { files: files.map(({ name }) => relative(folder, name)), ignored: passedOver.count }
}

describe('names of log files', () => {
  test.each([
    'a.json',
    'a.json.gz',
    'a.JSON',
    'a.ndjson',
    'a.ndjson.gz',
    'a.jsonl',
    'a.jsonl.gz',
    'a.log',
    'a.log.gz',
    '000000.gz',
    'a.b.json',
  ])('%s is one', (name) => {
    expect(isLogFileName(name)).toBe(true)
  })
  test.each([
    '.a.json',
    '_SUCCESS.json',
    'a.csv.gz',
    'a.tar.gz',
    'a.txt',
    'README.md',
    'aws-logs-write-test',
    'a.parquet',
    'a.json.bak',
    '',
  ])('%j is none', (name) => {
    expect(isLogFileName(name)).toBe(false)
  })
})

describe('a file source', () => {
  test('walks folders, passes over other files and the lake, and sorts by delivery', async () => {
    const later = '111122223333_CloudTrail_us-east-1_20260131T0910Z_a.json.gz'
    const earlier = '111122223333_CloudTrail_us-east-1_20260131T0905Z_b.json.gz'
    await write(
      `x/${later}`,
      `y/z/${earlier}`,
      'plain.json',
      'notes.md',
      '.hidden.json',
      '.git/config.json',
      'lake/manifest/1.json',
    )
    expect(await list('.')).toEqual({ files: ['plain.json', `y/z/${earlier}`, `x/${later}`], ignored: 3 })
  })

  test('takes an explicit file whatever its name, and each file once', async () => {
    await write('data.txt', 'a.json')
    expect(await list('data.txt', 'a.json', '.', 'a.json')).toEqual({ files: ['a.json', 'data.txt'], ignored: 1 })
  })

  test('follows links, but not in circles', async () => {
    await write('real/a.json', 'real/sub/b.json')
    await symlink(join(folder, 'real'), join(folder, 'real', 'loop'))
    await symlink(join(folder, 'real', 'sub'), join(folder, 'real', 'linked'))
    await symlink(join(folder, 'real', 'a.json'), join(folder, 'real', 'same.json'))
    expect(await list('real')).toEqual({ files: ['real/a.json', 'real/sub/b.json'], ignored: 0 })
  })

  test('a link out of the given folder is named and not followed, unless its target was given, too', async () => {
    await write('real/a.json', 'other/b.json', 'realer/c.json')
    await symlink(join(folder, 'other'), join(folder, 'real', 'linked'))
    await symlink(join(folder, 'realer'), join(folder, 'real', 'near'))
    await symlink(join(folder, 'other', 'b.json'), join(folder, 'real', 'single.json'))
    const { files, passedOver } = await listed(fileSource([join(folder, 'real')]))
    expect(files.map(({ name }) => relative(folder, name))).toEqual(['real/a.json'])
    expect(passedOver).toEqual({
      count: 3,
      first: ['linked', 'near', 'single.json'].map((name) => ({ file: join(folder, 'real', name), reason: 'link' })),
    })
    expect((await list('real', 'other')).files).toEqual(['other/b.json', 'real/a.json'])
  })

  test('names what it passed over, those that may hold logs first', async () => {
    await write('.hidden', 'README.md', 'a.json.bz2', '_x.json', 'z.csv')
    const { passedOver } = await listed(fileSource([folder]))
    expect(passedOver.count).toBe(5)
    expect(passedOver.first.map(({ file, reason }) => `${relative(folder, file)} ${reason}`)).toEqual([
      '_x.json name',
      'a.json.bz2 name',
      '.hidden name',
      'README.md name',
      'z.csv name',
    ])
  })

  test('of thousands of files that are passed over the count is exact, and ten are named', async () => {
    await write(...Array.from({ length: 300 }, (_, at) => `${at}.txt`))
    const { passedOver } = await listed(fileSource([folder]))
    expect([passedOver.count, passedOver.first.length]).toEqual([300, 10])
  })

  test('content of the same size with the old time is another state of the file', async () => {
    await write('a.json')
    const at = new Date('2026-01-31T09:00:00Z')
    await utimes(join(folder, 'a.json'), at, at)
    const state = async () => (await listed(fileSource([folder]))).files[0]?.modified
    const before = await state()
    expect(await state()).toBe(before)
    await new Promise((done) => setTimeout(done, 20))
    await writeFile(join(folder, 'a.json'), '[]')
    await utimes(join(folder, 'a.json'), at, at)
    expect(await state()).not.toBe(before)
  })

  test('tries a link that leads nowhere, so that it is reported', async () => {
    await mkdir(join(folder, 'd'))
    await symlink(join(folder, 'gone'), join(folder, 'd', 'a.json'))
    const source = fileSource([join(folder, 'd')])
    const { files } = await listed(source)
    await expect(firstBytes(source, files[0]!)).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
    })
  })

  test.skipIf(process.platform === 'win32')(
    'a pipe is passed over in a folder, and a fault when it is named',
    async () => {
      await write('a.json')
      execFileSync('mkfifo', [join(folder, 'pipe.json')])
      const { files, passedOver } = await listed(fileSource([folder]))
      expect([files.length, passedOver.first]).toEqual([1, [{ file: join(folder, 'pipe.json'), reason: 'special' }]])
      const named = fileSource([folder, join(folder, 'pipe.json')])
      const pipe = (await listed(named)).files.find(({ name }) => name.endsWith('pipe.json'))!
      await expect(firstBytes(named, pipe)).rejects.toMatchObject({ code: 'INPUT_NOT_A_FILE' })
    },
  )

  test('a path that does not exist is an error before anything is read', async () => {
    await expect(list('nothing')).rejects.toMatchObject({ code: 'INPUT_MISSING' })
  })

  test('an empty file called .gz is damaged', async () => {
    await writeFile(join(folder, 'a.json.gz'), '')
    const source = fileSource([folder])
    const { files } = await listed(source)
    await expect(firstBytes(source, files[0]!)).rejects.toMatchObject({
      code: 'INPUT_EMPTY_GZIP',
    })
  })
})
