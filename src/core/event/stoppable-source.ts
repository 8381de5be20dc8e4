import { TrailbookError } from '../errors.ts'
import type { LogFile, LogSource, OpenedFile } from './source.ts'

interface StoppableSource {
  readonly source: LogSource
  /** For whoever reads: aborted from outside, or because the source failed. */
  readonly signal: AbortSignal
  /** Why the source failed in the middle of the work; undefined while it has not. */
  failure(): TrailbookError | undefined
}

/**
 * A source that lies elsewhere can fail as a whole in the middle of the work: credentials run out, a server goes away.
 * That then ends the work as an abort does, so that what was read before is stored, and is told afterwards.
 * A failure before the first portion is thrown: nothing was begun.
 */
export function stoppableSource(source: LogSource, outer?: AbortSignal): StoppableSource {
  const inner = new AbortController()
  const signal = outer === undefined ? inner.signal : AbortSignal.any([outer, inner.signal])
  let failure: TrailbookError | undefined

  const stop = (error: unknown): void => {
    if (!(error instanceof TrailbookError) || signal.aborted) return
    failure = error
    inner.abort(error)
  }
  const stopping = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      stop(error)
      throw error
    }
  }
  async function* portions(options: Parameters<LogSource['list']>[0]): AsyncGenerator<readonly LogFile[], void> {
    let begun = false
    try {
      for await (const portion of source.list({ ...options, signal })) {
        begun = true
        yield portion
      }
    } catch (error) {
      if (!begun) throw error
      stop(error)
      if (!signal.aborted) throw error
    }
  }
  async function* watched(bytes: OpenedFile['bytes']): AsyncGenerator<Uint8Array, void> {
    try {
      yield* bytes
    } catch (error) {
      stop(error)
      throw error
    }
  }
  return {
    source: {
      list: portions,
      ...(source.expect && { expect: (files: readonly LogFile[]) => source.expect?.(files) }),
      open: (file, options) =>
        stopping(async () => {
          const { bytes, metadata } = await source.open(file, { ...options, signal })
          return { bytes: watched(bytes), metadata }
        }),
    },
    signal,
    failure: () => failure,
  }
}
