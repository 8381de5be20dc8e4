import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LockOwner, lockLake } from './lock.ts'

let lake = ''
beforeEach(async () => {
  lake = await mkdtemp(join(tmpdir(), 'trailbook-lock-'))
})
afterEach(() => rm(lake, { recursive: true, force: true }))

const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-')
const entries = () => readdir(join(lake, 'locks'))

async function leave(name: string): Promise<void> {
  await (await lockLake(lake)).release()
  await writeFile(join(lake, 'locks', name), '')
}

describe('the lock of a lake', () => {
  test('admits one writer, and the next when that one is done', async () => {
    const first = await lockLake(lake)
    await expect(lockLake(lake)).rejects.toMatchObject({ code: 'LAKE_LOCKED' })
    await first.release()
    await (await lockLake(lake)).release()
    expect(await entries()).toEqual([])
  })

  test('of many that come at once, at most one is in', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockLake(lake)))
    const held = outcomes.filter(({ status }) => status === 'fulfilled')
    expect(held.length).toBeLessThanOrEqual(1)
    expect((await entries()).length).toBe(held.length)
  })

  test.skipIf(process.platform !== 'linux')(
    'waits for another process to die, not to grow old (start times are read on Linux only)',
    async () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
      await once(child, 'spawn')
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1')
      await leave(`${host}_${child.pid}_${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}_000000000000.lock`)
      await expect(lockLake(lake)).rejects.toMatchObject({ code: 'LAKE_LOCKED' })
      child.kill('SIGKILL')
      await once(child, 'close')
      await (await lockLake(lake)).release()
    },
  )

  test('takes no notice of a process that is gone', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    await leave(`${host}_${pid}_123_000000000000.lock`)
    const lock = await lockLake(lake)
    expect(await entries()).toHaveLength(1)
    await lock.release()
  })

  test.skipIf(process.platform !== 'linux')(
    'takes no notice of a reused process number (start times are read on Linux only)',
    async () => {
      await leave(`${host}_${process.pid}_1_000000000000.lock`)
      await (await lockLake(lake)).release()
    },
  )

  test('respects a process of another host, however old', async () => {
    await leave('elsewhere_1_1_000000000000.lock')
    await expect(lockLake(lake)).rejects.toThrow('(process 1 on elsewhere)')
  })

  test.skipIf(process.platform !== 'linux')(
    'respects a process of another container of the same host name, though its number stands for nobody here',
    async () => {
      const { pid } = spawnSync(process.execPath, ['-e', ''])
      await leave(`${host}-ns1_${pid}_123_000000000000.lock`)
      await expect(lockLake(lake)).rejects.toThrow(`(process ${pid} on ${host})`)
    },
  )

  test.skipIf(process.platform !== 'linux')('of this one it takes no notice when that process is gone', async () => {
    const first = await lockLake(lake)
    const [own = ''] = await entries()
    await first.release()
    const { pid } = spawnSync(process.execPath, ['-e', ''])
    await leave(`${own.split('_')[0]}_${pid}_123_000000000000.lock`)
    await (await lockLake(lake)).release()
    expect(await entries()).toEqual([])
  })

  test('who waits is told for whom, and gets the lock when that one is done', async () => {
    const first = await lockLake(lake)
    const told: LockOwner[] = []
    const second = lockLake(lake, { onWait: (owner) => told.push(owner) })
    while (told.length === 0) await new Promise((done) => setTimeout(done, 20))
    expect(told).toMatchObject([{ pid: process.pid }])
    await first.release()
    await (await second).release()
    expect(told).toHaveLength(1)
  })

  test('many that wait get it one after the other', async () => {
    let inside = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const lock = await lockLake(lake, { onWait: () => {} })
        most = Math.max(most, ++inside)
        await new Promise((done) => setTimeout(done, 10))
        inside--
        await lock.release()
      }),
    )
    expect(most).toBe(1)
    expect(await entries()).toEqual([])
  })

  test('waiting ends at once when it is aborted, and leaves nothing behind', async () => {
    const first = await lockLake(lake)
    const stop = new AbortController()
    const started = performance.now()
    const second = lockLake(lake, { onWait: () => stop.abort(), signal: stop.signal })
    await expect(second).rejects.toMatchObject({ code: 'LAKE_WAIT_ENDED', exitCode: 130 })
    expect(performance.now() - started).toBeLessThan(5000)
    expect(await entries()).toHaveLength(1)
    await first.release()
  })

  test('notices that it was taken away', async () => {
    const lock = await lockLake(lake)
    await lock.check()
    await rm(join(lake, 'locks'), { recursive: true })
    await expect(lock.check()).rejects.toMatchObject({ code: 'LAKE_LOCK_LOST' })
  })
})
