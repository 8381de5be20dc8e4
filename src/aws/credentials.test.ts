import { afterEach, describe, expect, test, vi } from 'vitest'
import { credentialStore } from './credentials.ts'

const identity = (accessKeyId: string, expiresIn?: number) => ({
  accessKeyId,
  secretAccessKey: 'secret',
  ...(expiresIn !== undefined && { expiration: new Date(Date.now() + expiresIn) }),
})
const hour = 3_600_000
afterEach(() => {
  vi.useRealTimers()
})

describe('credentialStore', () => {
  test('asks the chain once for many requests, and again shortly before they expire', async () => {
    const answers = [identity('A', 60_000), identity('B', hour)]
    let asked = 0
    const { provider } = credentialStore({}, 'us-east-1', () => async () => answers[asked++] ?? identity('C'))
    await Promise.all([provider(), provider(), provider()])
    expect(asked).toBe(1)
    expect((await provider()).accessKeyId).toBe('B')
    expect((await provider()).accessKeyId).toBe('B')
    expect(asked).toBe(2)
  })

  test('near their end the chain is left alone for seconds where it has nothing newer', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    let current = identity('A', 4 * 60_000)
    let asked = 0
    const { provider } = credentialStore({}, 'us-east-1', () => async () => {
      asked++
      return current
    })
    for (let at = 0; at < 1000; at++) await provider()
    expect(asked).toBe(2)
    vi.setSystemTime(Date.now() + 5000)
    await provider()
    expect(asked).toBe(3)
    current = identity('B', hour)
    vi.setSystemTime(Date.now() + 5000)
    expect((await provider()).accessKeyId).toBe('B')
  })

  test('a key that is not admitted is never given out, and one that is is shown once', async () => {
    let current = 'A'
    const shown: string[] = []
    const admit = async ({ accessKeyId }: { readonly accessKeyId: string }): Promise<void> => {
      shown.push(accessKeyId)
      if (accessKeyId === 'B') throw new Error('somebody else')
    }
    const store = credentialStore({ admit }, 'us-east-1', () => async () => identity(current))
    await store.provider()
    await store.provider()
    current = 'B'
    expect(await store.renew('A')).toBe(false)
    await expect(store.provider()).rejects.toThrow('somebody else')
    current = 'A'
    expect((await store.provider()).accessKeyId).toBe('A')
    expect(shown).toEqual(['A', 'B', 'B'])
  })

  test('after a refusal a new chain is asked, and tells whether there is something new', async () => {
    let current = 'A'
    let chains = 0
    const store = credentialStore({}, 'us-east-1', () => {
      chains++
      return async () => identity(current)
    })
    await store.provider()
    expect(await store.renew('A')).toBe(false)
    current = 'B'
    expect(await Promise.all([store.renew('A'), store.renew('A')])).toEqual([true, true])
    // A request that was sent with the old ones meanwhile needs no third chain.
    expect(await store.renew('A')).toBe(true)
    expect(chains).toBe(3)
  })

  test('waits for a new sign-in where somebody can give one, and says so once', async () => {
    let current = 'A'
    const told: string[] = []
    const login = {
      patience: 60_000,
      poll: 5,
      signal: new AbortController().signal,
      onWait: () => {
        told.push('waiting')
        current = 'B'
      },
    }
    const store = credentialStore({ login }, 'us-east-1', () => async () => identity(current))
    await store.provider()
    expect(await Promise.all([store.renew('A'), store.renew('A')])).toEqual([true, true])
    expect(told).toEqual(['waiting'])
  })

  test('an abort ends the wait', async () => {
    const stop = new AbortController()
    const login = { patience: 60_000, signal: stop.signal, onWait: () => stop.abort() }
    const store = credentialStore({ login }, 'us-east-1', () => async () => identity('A'))
    await store.provider()
    expect(await store.renew('A')).toBe(false)
  })
})
