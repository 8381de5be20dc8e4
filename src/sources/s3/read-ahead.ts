/** Fetches small files before they are asked for, many at once and within a bound of memory. */
import type { LogFile } from '../../core/event/source.ts'

export interface Fetched {
  readonly chunks: readonly Uint8Array[]
  readonly metadata: Readonly<Record<string, string>> | null
}

interface ReadAheadOptions {
  /** Undefined for one that turns out to be larger than it was said to be. */
  readonly fetch: (file: LogFile, signal: AbortSignal) => Promise<Fetched | undefined>
  /** Requests at once. */
  readonly atOnce: number
  /** Stored bytes of all that is held or under way. */
  readonly budget: number
  /** Larger files are left to be streamed when their turn comes. */
  readonly largest: number
}

interface Started {
  readonly size: number
  readonly result: Promise<Fetched | undefined>
}

export function readAhead({ fetch, atOnce, budget, largest }: ReadAheadOptions) {
  let expected: LogFile[] = []
  let next = 0
  let running = 0
  let held = 0
  const stop = new AbortController()
  const started = new Map<string, Started>()

  const pump = (): void => {
    while (next < expected.length && running < atOnce) {
      const file = expected[next]
      if (file === undefined) return
      const small = file.size >= 0 && file.size <= largest
      if (small && held > 0 && held + file.size > budget) return
      next++
      if (!small || started.has(file.location)) continue
      running++
      held += file.size
      const result = fetch(file, stop.signal).finally(() => {
        running--
        pump()
      })
      // Whoever opens the file meets the failure.
      result.catch(() => {})
      started.set(file.location, { size: file.size, result })
    }
  }

  return {
    /** These will be opened, in this order. */
    expect(files: readonly LogFile[]): void {
      if (stop.signal.aborted) return
      expected = [...expected.slice(next), ...files]
      next = 0
      pump()
    },
    /** What was fetched of a file; undefined where that has not begun, or is for streaming. */
    take(file: LogFile): Promise<Fetched | undefined> | undefined {
      const found = started.get(file.location)
      if (found === undefined) {
        // It is opened now: fetching it later would be for nothing.
        const at = expected.indexOf(file, next)
        if (at >= 0) expected.splice(at, 1)
        return undefined
      }
      started.delete(file.location)
      const release = (): void => {
        held -= found.size
        pump()
      }
      found.result.then(release, release)
      return found.result
    },
    /** Fetches nothing more, and ends what is under way; what is here can still be taken. */
    stop(): void {
      stop.abort()
      expected = []
      next = 0
    },
  }
}
