import { setMaxListeners } from 'node:events'
import { unlessAborted } from '../../aws/unless-aborted.ts'

interface TurnOptions {
  /** Requests that may begin in a second. */
  readonly perSecond: number
  /** Requests under way. */
  readonly atOnce: number
}

interface Waiting {
  readonly order: number
  readonly go: () => void
}

/**
 * Lets one request begin at a time, a few under way together: of those that wait, the one that comes first in order.
 * Nothing is held between two requests, so that a reader who goes away keeps nobody waiting.
 */
export function createTurns({ perSecond, atOnce }: TurnOptions) {
  const every = 1000 / perSecond
  const waiting: Waiting[] = []
  let running = 0
  let next = 0
  let timer: NodeJS.Timeout | undefined

  const begin = (): void => {
    timer = undefined
    const first = waiting.reduce<Waiting | undefined>(
      (a, b) => (a !== undefined && a.order <= b.order ? a : b),
      undefined,
    )
    if (first === undefined) return
    waiting.splice(waiting.indexOf(first), 1)
    running++
    next = performance.now() + every
    first.go()
    pump()
  }
  const pump = (): void => {
    if (timer !== undefined || running >= atOnce || waiting.length === 0) return
    // Never at once: who has just got an answer asks for the next page before somebody else is chosen.
    timer = setTimeout(begin, Math.max(1, next - performance.now()))
  }

  /** @throws the reason of the abort, and what the request throws */
  return async <T>(order: number, request: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    // Each that waits listens to it: many are no leak.
    if (signal !== undefined) setMaxListeners(0, signal)
    const mine = { order, go: () => {} }
    const turn = new Promise<void>((resolve) => {
      mine.go = resolve
    })
    waiting.push(mine)
    pump()
    try {
      await unlessAborted(turn, signal)
    } catch (error) {
      const at = waiting.indexOf(mine)
      if (at >= 0) waiting.splice(at, 1)
      else leave()
      throw error
    }
    try {
      return await request()
    } finally {
      leave()
    }
  }

  function leave(): void {
    running--
    pump()
  }
}
