import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CliContext } from './command.ts'
import { demoCommand } from './commands/demo.ts'
import { markDemo, removeFormerDemo } from './former-demo.ts'

let folder = ''
const demo = () => join(folder, 'demo')
const work = async (): Promise<void> => {
  await mkdir(join(demo(), '.trailbook'), { recursive: true })
  for (const name of ['trailbook.yaml', '.trailbook/ledger.ndjson', 'notes.txt'])
    await writeFile(join(demo(), name), '')
  await writeFile(join(demo(), 'groundtruth.json'), '{"schema":"trailbook.groundtruth/v1"}')
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trailbook-demo-'))
  await work()
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a former demo', () => {
  test('is taken away where it left its mark', async () => {
    await rm(join(demo(), 'notes.txt'))
    await markDemo(demo())
    await removeFormerDemo(demo())
    expect(await readdir(demo())).toEqual([])
  })

  test('stays beside what is not its own: the folder cannot be used again', async () => {
    await markDemo(demo())
    const before = await readdir(demo())
    await removeFormerDemo(demo())
    expect(await readdir(demo())).toEqual(before)
  })

  test('is not what somebody made of simulated logs', async () => {
    const before = await readdir(demo())
    await removeFormerDemo(demo())
    expect(await readdir(demo())).toEqual(before)
  })

  test.each([
    ['many', 'SIMULATE_OPTION'],
    ['0', 'SIMULATE_OPTION'],
    ['20', 'SIMULATE_TOO_FEW'],
  ])('stays where the next one cannot be made: --events %s', async (events, code) => {
    await markDemo(demo())
    const before = await readdir(demo())
    const context = { cwd: folder } as CliContext
    const asked = demoCommand.action({ arguments: {}, options: { events, seed: '1', out: 'demo' } }, context)
    await expect(asked).rejects.toMatchObject({ code })
    expect(await readdir(demo())).toEqual(before)
  })

  test('is not what a link in it leads to', async () => {
    await mkdir(join(folder, 'mine'))
    await writeFile(join(folder, 'mine', 'log.json'), '')
    await symlink(join(folder, 'mine'), join(demo(), 'AWSLogs'))
    await rm(join(demo(), 'notes.txt'))
    await markDemo(demo())
    await removeFormerDemo(demo())
    expect(await readdir(demo())).toEqual([])
    expect(await readdir(join(folder, 'mine'))).toEqual(['log.json'])
  })
})
