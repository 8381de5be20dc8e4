import { describe, expect, it } from 'vitest'
import { createChannel } from './channel.ts'

/** Brings `count` items and tells how many could be let go of. */
function bring(channel: ReturnType<typeof createChannel<number>>, count: number): { free: number } {
  const state = { free: 0 }
  for (let item = 0; item < count; item++)
    void channel.put(item).then(() => {
      state.free++
    })
  return state
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the channel between sweeps and the listing', () => {
  it('holds back whoever brings more than it should hold, until something was taken', async () => {
    const channel = createChannel<number>(2)
    const state = bring(channel, 4)
    await soon()
    expect(state.free).toBe(2)
    await channel.take()
    await channel.take()
    await soon()
    expect(state.free).toBe(4)
  })

  it('gives all that was brought before it ended, that of those who were held back included', async () => {
    const channel = createChannel<number>(2)
    bring(channel, 5)
    channel.end()
    await channel.put(9)
    const taken: (number | undefined)[] = []
    while (taken.at(-1) !== undefined || taken.length === 0) taken.push(await channel.take())
    expect(taken).toEqual([0, 1, 2, 3, 4, undefined])
    expect(channel.ended()).toBe(true)
  })

  it('throws what it failed with only after all that was brought before', async () => {
    const channel = createChannel<number>(1)
    bring(channel, 3)
    channel.fail(new Error('over'))
    expect([await channel.take(), await channel.take(), await channel.take()]).toEqual([0, 1, 2])
    await expect(channel.take()).rejects.toThrow('over')
  })
})
