/** A queue between those who bring and the one who takes. What is brought is in at once, and whoever brought it waits while there is more than it should hold: so an end loses nothing. */
export interface Channel<T> {
  put(item: T): Promise<void>
  /** Undefined once it has ended and is empty. @throws what it failed with */
  take(): Promise<T | undefined>
  end(): void
  fail(error: unknown): void
  /** Ended, and nothing is left to take. */
  ended(): boolean
}

export function createChannel<T>(capacity: number): Channel<T> {
  const items: T[] = []
  let state: 'open' | 'ended' | { readonly error: unknown } = 'open'
  let wakeTaker: (() => void) | undefined
  const waiting: (() => void)[] = []
  const wakeAll = (): void => {
    wakeTaker?.()
    for (const wake of waiting.splice(0)) wake()
  }
  return {
    async put(item) {
      if (state !== 'open') return
      items.push(item)
      wakeTaker?.()
      while (state === 'open' && items.length > capacity) await new Promise<void>((wake) => waiting.push(wake))
    },
    async take() {
      for (;;) {
        const item = items.shift()
        if (item !== undefined) {
          if (items.length <= capacity) for (const wake of waiting.splice(0)) wake()
          return item
        }
        if (state === 'ended') return undefined
        if (state !== 'open') throw state.error
        await new Promise<void>((wake) => {
          wakeTaker = wake
        })
        wakeTaker = undefined
      }
    },
    end() {
      if (state === 'open') state = 'ended'
      wakeAll()
    },
    fail(error) {
      if (state === 'open') state = { error }
      wakeAll()
    },
    ended: () => state !== 'open' && items.length === 0,
  }
}
