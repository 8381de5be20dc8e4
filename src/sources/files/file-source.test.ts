import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileSource } from './file-source.ts'
import { isLogFileName } from './log-files.ts'

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
const list = async (...paths: string[]) => {
  const { files, ignored } = await fileSource(paths.map((path) => join(folder, path))).list({
    exclude: join(folder, 'lake'),
  })
  return { files: files.map(({ name }) => relative(folder, name)), ignored }
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
    await write('real/a.json', 'other/b.json')
    await symlink(join(folder, 'real'), join(folder, 'real', 'loop'))
    await symlink(join(folder, 'other'), join(folder, 'real', 'linked'))
    await symlink(join(folder, 'real', 'a.json'), join(folder, 'real', 'same.json'))
    expect(await list('real')).toEqual({ files: ['real/a.json', 'real/linked/b.json'], ignored: 0 })
  })

  test('tries a link that leads nowhere, so that it is reported', async () => {
    await mkdir(join(folder, 'd'))
    await symlink(join(folder, 'gone'), join(folder, 'd', 'a.json'))
    const source = fileSource([join(folder, 'd')])
    const { files } = await source.list()
    await expect(source.read(files[0]!)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
    })
  })

  test('a path that does not exist is an error before anything is read', async () => {
    await expect(list('nothing')).rejects.toMatchObject({ code: 'INPUT_MISSING' })
  })

  test('an empty file called .gz is damaged', async () => {
    await writeFile(join(folder, 'a.json.gz'), '')
    const source = fileSource([folder])
    const { files } = await source.list()
    await expect(source.read(files[0]!)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'INPUT_EMPTY_GZIP',
    })
  })
})
