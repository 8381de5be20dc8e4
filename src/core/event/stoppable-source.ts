import { TrailbookError } from '../errors.ts'
import { InputFault } from './fault.ts'
import type { LogFile, LogSource, OpenedFile } from './source.ts'

interface StoppableSource {
  readonly source: LogSource
  /** Why the source failed in the middle of the work; undefined while it has not. */
  failure(): TrailbookError | undefined
}

/**
 * A source that lies elsewhere can fail as a whole in the middle of the work: credentials run out, a server goes away.
 * Its listing then ends, what it has fetched before can still be opened, and all else is INPUT_NOT_HAD; so what came until then is
 * stored, what did not is known to be missing, and the failure is told afterwards. A failure before the first portion is thrown: nothing was begun.
 */
export function stoppableSource(source: LogSource, outer?: AbortSignal): StoppableSource {
  const ended = new AbortController()
  const signal = outer === undefined ? ended.signal : AbortSignal.any([outer, ended.signal])
  let failure: TrailbookError | undefined

  const stop = (error: unknown): void => {
    if (!(error instanceof TrailbookError) || signal.aborted) return
    failure = error
    ended.abort(error)
  }
  const told = (error: unknown): unknown => {
    stop(error)
    return failure === undefined || outer?.aborted ? error : new InputFault('INPUT_NOT_HAD', {}, { cause: error })
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
      throw told(error)
    }
  }
  return {
    source: {
      list: portions,
      ...(source.expect && { expect: (files: readonly LogFile[]) => source.expect?.(files) }),
      async open(file, options) {
        try {
          const opened = await source.open(file, { ...options, signal })
          return { ...opened, bytes: watched(opened.bytes) }
        } catch (error) {
          throw told(error)
        }
      },
    },
    failure: () => failure,
  }
}
