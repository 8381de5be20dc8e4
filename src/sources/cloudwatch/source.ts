import { TrailbookError } from '../../core/errors.ts'
import type { ListOptions, LogFile, LogSource } from '../../core/event/source.ts'
import { day, isoTime, milliseconds } from '../../core/time.ts'
import { hoursOf, type Slice } from './slices.ts'
import { createTurns } from './turns.ts'

interface LogPage {
  /** Of the log events, each of which holds one record. */
  readonly messages: readonly string[]
  /** Where to go on; a page may be empty and not the last, which has none (CloudWatch Logs API, FilterLogEvents). */
  readonly token: string | undefined
}

/** A log group to which a trail delivers. */
export interface LogGroup {
  readonly group: string
  readonly region: string
  readonly account: string
  /** When it was made, in milliseconds. */
  readonly created: number
  /** Older events are gone; undefined where all are kept. */
  readonly retentionDays: number | undefined
  /** Events of `from` up to, and without, `to`. @throws TrailbookError AWS_* */
  page(request: { readonly from: number; readonly to: number; readonly token: string | undefined }): Promise<LogPage>
  close(): void
}

interface LogGroupOptions {
  readonly now: () => number
  /** Either end may be open. */
  readonly window?: { readonly from?: string | undefined; readonly to?: string | undefined } | undefined
  /** Requests a second: an account has 25 in some Regions and 5 in others, for all its programs (Service Quotas). */
  readonly perSecond?: number
}

const portion = 200
/** One is on its way while the other is read: more would read many hours at a time, and none of them to its end. */
const requestsAtOnce = 2
const usualWindow = 7 * day

/** Events may be older than their group, by so much (CloudWatch Logs API, PutLogEvents). */
const oldest = 14 * day

/**
 * The hours of a log group as files, whose bytes are its log events, one a line. An hour that was read and is over for a
 * day is known by the next ingest and not asked for again. Without a window the last seven days are read.
 */
export function logGroupSource(group: LogGroup, { now, window = {}, perSecond = 5 }: LogGroupOptions): LogSource {
  const slices = new WeakMap<LogFile, Slice>()
  const turns = createTurns({ perSecond, atOnce: requestsAtOnce })
  return {
    async *list({ signal, onFound }: ListOptions = {}) {
      const at = now()
      const kept = group.retentionDays === undefined ? 0 : at - group.retentionDays * day
      const wanted = window.from === undefined ? at - usualWindow : milliseconds(window.from)
      const to = window.to === undefined ? at : milliseconds(window.to)
      let files: LogFile[] = []
      let found = 0
      for (const slice of hoursOf({ from: Math.max(wanted, kept, group.created - oldest), to, now: at })) {
        const file = fileOf(group, slice, at)
        slices.set(file, slice)
        files.push(file)
        if (files.length < portion) continue
        if (signal?.aborted) return
        found += files.length
        onFound?.(found)
        yield files
        files = []
      }
      onFound?.(found + files.length)
      if (files.length > 0) yield files
    },
    async open(file, { signal } = {}) {
      const slice = slices.get(file)
      if (slice === undefined) throw new Error(`${file.location} was not listed by this source`)
      return { bytes: eventLines(group, slice, { turns, signal }), metadata: null, version: null }
    },
  }
}

function fileOf({ account, region, group }: LogGroup, { from, to, settled }: Slice, now: number): LogFile {
  return {
    name: `cloudwatch:${group}@${region} ${from}`,
    location: `cloudwatch:${account}/${region}/${group}/${from}/${to}`,
    size: -1,
    // An hour that may still grow is another one each time.
    modified: settled ? 'settled' : `until ${isoTime(now)}`,
    version: null,
  }
}

interface ReadOptions {
  readonly turns: ReturnType<typeof createTurns>
  readonly signal: AbortSignal | undefined
}

/** Lines do not depend on how the answers were divided into pages, so neither does the hash of the hour. */
async function* eventLines(
  group: LogGroup,
  slice: Slice,
  { turns, signal }: ReadOptions,
): AsyncGenerator<Uint8Array, void> {
  const [from, to] = [milliseconds(slice.from), milliseconds(slice.to)]
  let token: string | undefined
  do {
    const page = await turns(from, () => group.page({ from, to, token }), signal)
    if (page.token !== undefined && page.token === token) throw pagingStandsStill()
    if (page.messages.length > 0)
      yield Buffer.from(page.messages.map((message) => `${JSON.stringify({ message })}\n`).join(''))
    token = page.token
  } while (token !== undefined)
}

/** Only GetLogEvents ends with a token that was given before. */
const pagingStandsStill = (): TrailbookError =>
  new TrailbookError('AWS_FAILED', {
    permission: 'logs:FilterLogEvents',
    reason: 'the server says that there is more, and not how to go on',
  })
