/**
 * CloudTrail's Event history as a source: its files are slices of time of one account and Region, read as they are listed.
 * What a lake has of them it remembers by their names, so that a sweep that was interrupted goes on where it stopped.
 */
import { TrailbookError } from '../../core/errors.ts'
import { InputFault } from '../../core/event/fault.ts'
import { askedMark, historyLocation } from '../../core/event/history-slice.ts'
import type { LogFile, LogSource } from '../../core/event/source.ts'
import { isoTime } from '../../core/time.ts'
import type { SweepClock } from './ask.ts'
import { createBucket } from './bucket.ts'
import { type Channel, createChannel } from './channel.ts'
import type { LookupApi } from './lookup.ts'
import { type PlaceQuestion, type PlaceSlice, sweepPlace } from './place.ts'
import { secondsIn } from './spans.ts'

export interface HistoryPlace extends PlaceQuestion {
  /** Made when the place's turn comes. @throws what `explain` makes of it */
  readonly connect: () => Promise<LookupApi>
}

export interface SweepProgress {
  readonly requests: number
  readonly events: number
  /** Seconds of all places together that are swept, and that there are to sweep. */
  readonly done: number
  readonly all: number
  readonly places: number
}

interface HistoryOptions {
  readonly clock: SweepClock
  /** Requests a second of each account and Region. */
  readonly perSecond: number
  /** Places at once. */
  readonly concurrency?: number
  readonly pagesPerSlice?: number
  /** A listing ends after so long, for what it gave to be committed; the next one goes on. */
  readonly legMs?: number
  readonly onProgress?: (progress: SweepProgress) => void
  /** Ends the sweep; the listing gives what was read until then. */
  readonly signal?: AbortSignal
}

interface HistorySource extends LogSource {
  /** All places are swept, or failed. */
  done(): boolean
  /** Why places failed, in order. */
  failures(): readonly { readonly account: string; readonly region: string; readonly error: unknown }[]
}

interface Listed {
  readonly file: LogFile
  readonly content: Buffer | InputFault
}

const defaults = { concurrency: 8, legMs: 120_000 }

/** These hit every account and Region alike: nothing is gained by asking on. */
const fatal = /^AWS_(CREDENTIALS|CLOCK)/

export function eventHistorySource(places: readonly HistoryPlace[], options: HistoryOptions): HistorySource {
  const { clock, onProgress } = options
  const { concurrency, legMs } = { ...defaults, ...definedOf(options) }
  const waiting = [...places]
  const opened = new Map<string, Buffer | InputFault>()
  const failures: { account: string; region: string; error: unknown }[] = []
  const stop = new AbortController()
  let channel: Channel<Listed> | undefined
  const progress = {
    requests: 0,
    events: 0,
    read: 0,
    done: 0,
    all: places.reduce((total, place) => total + workOf(place), 0),
  }
  const tell = (): void => onProgress?.({ ...progress, places: places.length })

  const sweepOne = async (place: HistoryPlace, out: Channel<Listed>): Promise<void> => {
    const { account, region } = place
    const asked = clock.now()
    let swept = 0
    try {
      const api = await place.connect()
      const bucket = createBucket({ perSecond: options.perSecond })
      const onRequest = (): void => {
        progress.requests++
        tell()
      }
      const sweeping = { api, bucket, clock, signal: stop.signal, onRequest, ...pagesOf(options) }
      for await (const slice of sweepPlace(place, sweeping)) {
        const share = (slice.to - slice.from) * (slice.attribute === undefined ? place.attributes.length || 1 : 1)
        swept += share
        progress.done += share
        progress.events += slice.events.length
        await out.put(fileOf(place, slice, asked))
      }
    } catch (error) {
      if (stop.signal.aborted) throw error
      if (!(error instanceof TrailbookError) || fatal.test(error.code)) throw error
      failures.push({ account, region, error })
      progress.done += workOf(place) - swept
      await out.put(failedFile(place, error, asked))
    }
  }

  const begin = (): Channel<Listed> => {
    const out = createChannel<Listed>(concurrency)
    const cancel = (): void => {
      stop.abort()
      out.end()
    }
    options.signal?.addEventListener('abort', cancel, { once: true })
    const work = async (): Promise<void> => {
      for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) await sweepOne(place, out)
    }
    const workers = Array.from({ length: Math.min(concurrency, places.length) }, work)
    void Promise.all(workers).then(
      () => out.end(),
      (error: unknown) => {
        stop.abort()
        out.fail(error)
      },
    )
    return out
  }

  return {
    async *list({ signal = options.signal } = {}) {
      const cancel = (): void => {
        stop.abort()
        channel?.end()
      }
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted) return
      channel ??= begin()
      const until = clock.now() + legMs
      try {
        while (clock.now() < until) {
          const next = await channel.take()
          if (next === undefined) return
          opened.set(next.file.location, next.content)
          yield [next.file]
        }
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    async open({ location }) {
      const content = opened.get(location)
      opened.delete(location)
      if (content === undefined) throw new InputFault('INPUT_HISTORY', { reason: 'the slice is no longer in memory' })
      if (content instanceof InputFault) throw content
      return { bytes: once(content), metadata: null, version: null }
    },
    done: () => channel?.ended() ?? places.length === 0,
    failures: () => failures,
  }
}

const definedOf = (options: Partial<typeof defaults>): Partial<typeof defaults> => ({
  ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
  ...(options.legMs !== undefined && { legMs: options.legMs }),
})

const pagesOf = ({ pagesPerSlice }: HistoryOptions): { pagesPerSlice?: number } =>
  pagesPerSlice === undefined ? {} : { pagesPerSlice }

const workOf = ({ spans, attributes }: PlaceQuestion): number => secondsIn(spans) * (attributes.length || 1)

async function* once(content: Buffer): AsyncGenerator<Uint8Array> {
  yield content
}

function fileOf({ account, region }: HistoryPlace, slice: PlaceSlice, asked: number): Listed {
  const content = Buffer.from(JSON.stringify({ Events: slice.events }))
  const window = { from: isoTime(slice.from * 1000), to: isoTime(slice.to * 1000) }
  const location = historyLocation({ account, region, ...window, attribute: slice.attribute })
  return { file: virtualFile(location, content.length, asked), content }
}

/** One for all that is left of the place, which is then named in the report. */
function failedFile({ account, region, spans }: HistoryPlace, error: TrailbookError, asked: number): Listed {
  const window = {
    from: isoTime(Math.min(...spans.map(({ from }) => from)) * 1000),
    to: isoTime(Math.max(...spans.map(({ to }) => to)) * 1000),
  }
  const reason = error.message.replace(/\.$/, '')
  return {
    file: virtualFile(historyLocation({ account, region, ...window }), -1, asked),
    content: new InputFault('INPUT_HISTORY', { reason }, { cause: error }),
  }
}

const virtualFile = (location: string, size: number, asked: number): LogFile => ({
  name: location,
  location,
  size,
  modified: askedMark(asked),
  version: null,
})
