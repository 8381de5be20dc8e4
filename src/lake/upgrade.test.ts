import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { event, useLakeFolder } from '../../test/support/lake-folder.ts'
import { checkLake } from './check.ts'
import { readManifest, writeManifest } from './manifest.ts'
import { upgrade } from './upgrade.ts'

const { lake, open, write, run, rows } = useLakeFolder()

const marker = (): string => join(lake(), 'trailbook-lake.json')

/** A lake as version 0.1 left it: format 1, without holds and removals. */
beforeEach(async () => {
  await run([await write('1.json', [event(), event()])])
  const { holds: _, removed: __, ...former } = await (await open()).manifest()
  await writeManifest(lake(), { ...former, format: 1, id: former.id + 1 } as never)
  await writeFile(marker(), '{"kind":"trailbook-lake","format":1}\n')
})

describe('a lake of format 1', () => {
  test('can be read and written as before, in its format', async () => {
    expect(await rows('count(*)')).toEqual([['2']])
    await run([await write('2.json', [event()])])
    expect((await readManifest(lake()))?.format).toBe(1)
    expect(await rows('count(*)')).toEqual([['3']])
  })

  test('is brought up to date, with its events as they were', async () => {
    expect(await upgrade(await open(), { dryRun: true })).toMatchObject({ from: 1, to: 2, steps: [{ from: 1 }] })
    expect((await readManifest(lake()))?.format).toBe(1)
    expect(await upgrade(await open())).toMatchObject({ from: 1, to: 2, steps: [{ from: 1 }] })
    expect(await readManifest(lake())).toMatchObject({ format: 2, holds: [], removed: [] })
    expect(JSON.parse(await readFile(marker(), 'utf8'))).toEqual({ kind: 'trailbook-lake', format: 2 })
    expect(await rows('count(*)')).toEqual([['2']])
    expect((await checkLake(await open())).findings).toEqual([])
    expect(await upgrade(await open())).toEqual({ dryRun: false, from: 2, to: 2, steps: [] })
  })

  test('that was killed between manifest and marker is finished by the next upgrade', async () => {
    await upgrade(await open())
    await writeFile(marker(), '{"kind":"trailbook-lake","format":1}\n')
    expect((await checkLake(await open())).findings).toMatchObject([{ kind: 'marker' }])
    await upgrade(await open())
    expect((await checkLake(await open())).clean).toBe(true)
  })

  test('goes through each step in turn, and stays where a step fails', async () => {
    const steps = [{ from: 1, says: 'one', change: async () => Promise.reject(new Error('no room')) }]
    await expect(upgrade(await open(), { steps })).rejects.toThrow('no room')
    expect((await readManifest(lake()))?.format).toBe(1)
    await expect(upgrade(await open(), { steps: [] })).rejects.toMatchObject({ code: 'LAKE_NO_UPGRADE' })
  })
})
