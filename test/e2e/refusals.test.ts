import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { platform } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { build, folder, trailbook, write } from './trailbook.ts'

beforeAll(build)

interface Refusal {
  readonly name: string
  readonly args: readonly string[]
  readonly code: number
  readonly says: string
  readonly files?: Readonly<Record<string, string>>
}

const refusals: readonly Refusal[] = [
  {
    name: 'a folder below a file cannot be made',
    files: { file: '' },
    args: ['init', 'file/below'],
    code: 3,
    says: 'file/below/runbooks cannot be written: a part of the path is a file.',
  },
  {
    name: 'a folder without log files is no quiet success',
    files: { 'logs/readme.txt': 'nothing here' },
    args: ['ingest', 'logs'],
    code: 64,
    says: 'There are no log files in logs.',
  },
  {
    name: 'no case of that name',
    args: ['test', 'root-activity', '--case', 'no such words'],
    code: 64,
    says: 'No case has a name that holds "no such words".',
  },
  {
    name: 'a configured folder of runbooks that is not there',
    files: { 'trailbook.yaml': 'runbooks: missing\n' },
    args: ['list'],
    code: 64,
    says: 'missing under runbooks, and there is none.',
  },
]

describe('what cannot be done is refused with a sentence', () => {
  it.each(refusals)('$name', ({ args, code, says, files }) => {
    const cwd = folder()
    for (const [name, text] of Object.entries(files ?? {})) {
      mkdirSync(join(cwd, name, '..'), { recursive: true })
      write(cwd, name, text)
    }
    const ended = trailbook(cwd, args)
    expect(ended.stderr.replace(/\s+/g, ' ')).toContain(says)
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' })
  })

  it.skipIf(platform() !== 'linux')('below /proc nothing can be made, and it ends', () => {
    const ended = trailbook(folder(), ['init', '/proc/trailbook/below'])
    expect(ended.code).toBe(3)
    expect(ended.stderr).toContain('/proc/trailbook')
  })

  // /dev/full takes nothing: every write to it fails as on a full disk.
  it.skipIf(platform() !== 'linux')('an answer that could not be written is no success', () => {
    const full = openSync('/dev/full', 'w')
    const ended = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../dist/cli.js'), 'list', '--format', 'json'],
      {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      },
    )
    closeSync(full)
    expect(ended.status).toBe(3)
  })
})
