import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { batches, checkReports, writeReport } from './reports.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-reports-'))
})
afterEach(() => rm(folder, { recursive: true }))

const one = async (path: string) => (await checkReports([{ format: 'html', path }], folder))[0]!

describe('a report', () => {
  test('is written whole, and nothing else is left', async () => {
    await writeReport(await one('a.html'), ['<p>', 'x', '</p>'])
    expect(await readFile(join(folder, 'a.html'), 'utf8')).toBe('<p>x</p>')
    expect(await readdir(folder)).toEqual(['a.html'])
  })

  test('leaves the former file as it was when it cannot be made', async () => {
    await writeFile(join(folder, 'a.html'), 'before')
    const broken = function* () {
      yield 'half'
      throw new Error('no more')
    }
    await expect(writeReport(await one('a.html'), broken())).rejects.toThrow('no more')
    expect(await readFile(join(folder, 'a.html'), 'utf8')).toBe('before')
    expect(await readdir(folder)).toEqual(['a.html'])
  })

  test('goes where a link leads, and the link stays', async () => {
    await mkdir(join(folder, 'real'))
    await writeFile(join(folder, 'real/a.html'), 'before')
    await symlink('real/a.html', join(folder, 'link.html'))
    await writeReport(await one('link.html'), ['after'])
    expect(await readFile(join(folder, 'real/a.html'), 'utf8')).toBe('after')
  })

  test('can go into a device', async () => {
    const report = await one('/dev/null')
    await writeReport(report, ['x'])
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true)
  })
})

describe('before anything is read it is told', () => {
  test.each([
    ['that a folder is missing', 'none/a.html', 'none/a.html cannot be written: its folder does not exist.'],
    ['that it is a folder', '.', '. cannot be written: it is a folder.'],
  ])('%s', async (_, path, message) => {
    await expect(one(path)).rejects.toMatchObject({ code: 'CLI_UNWRITABLE', message })
  })

  test('that two reports would be the same file', async () => {
    const requests = [
      { format: 'html', path: 'a' },
      { format: 'json', path: './a' },
    ] as const
    await expect(checkReports(requests, folder)).rejects.toThrow('Two reports were asked for in ./a.')
  })

  test.skipIf(process.getuid?.() === 0)('that a folder may not be written (not as root, who may)', async () => {
    await chmod(folder, 0o500)
    await expect(writeReport(await one('a.html'), ['x'])).rejects.toMatchObject({ code: 'CLI_UNWRITABLE' })
    await chmod(folder, 0o700)
  })
})

test('small pieces are written together, and none is lost', () => {
  const pieces = Array.from({ length: 10_000 }, (_, index) => `${index},`.padStart(20))
  const written = [...batches(pieces)]
  expect(written.join('')).toBe(pieces.join(''))
  expect(written.length).toBeLessThan(5)
})
