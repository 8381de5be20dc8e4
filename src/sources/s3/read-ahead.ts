/** Fetches small files before they are asked for, many at once and within a bound of memory. */
import type { LogFile } from '../../core/event/source.ts'

export interface Fetched {
  readonly chunks: readonly Uint8Array[]
  readonly metadata: Readonly<Record<string, string>> | null
  readonly version: string | null
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
  /** By the file itself: what was fetched of an earlier listing is no answer to a later one. */
  const started = new Map<LogFile, Started>()

  const pump = (): void => {
    while (next < expected.length && running < atOnce) {
      const file = expected[next]
      if (file === undefined) return
      // Of an empty one there is nothing to fetch.
      const small = file.size > 0 && file.size <= largest
      if (small && held > 0 && held + file.size > budget) return
      next++
      if (!small || started.has(file)) continue
      running++
      held += file.size
      const result = fetch(file, stop.signal).finally(() => {
        running--
        pump()
      })
      // Whoever opens the file meets the failure.
      result.catch(() => {})
      started.set(file, { size: file.size, result })
    }
  }
  const letGo = (file: LogFile, { size, result }: Started): void => {
    started.delete(file)
    const release = (): void => {
      held -= size
      pump()
    }
    result.then(release, release)
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
      const found = started.get(file)
      if (found === undefined) {
        // It is opened now: fetching it later would be for nothing.
        const at = expected.indexOf(file, next)
        if (at >= 0) expected.splice(at, 1)
        return undefined
      }
      letGo(file, found)
      return found.result
    },
    /** These will not be opened any more. */
    forget(files: readonly LogFile[]): void {
      const left = new Set(files)
      expected = expected.slice(next).filter((file) => !left.has(file))
      next = 0
      for (const file of left) {
        const found = started.get(file)
        if (found !== undefined) letGo(file, found)
      }
      pump()
    },
    /** Fetches nothing more, and ends what is under way; what is here can still be taken. */
    stop(): void {
      stop.abort()
      expected = []
      next = 0
    },
  }
}
