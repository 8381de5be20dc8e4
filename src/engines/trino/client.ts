import { setTimeout as sleep } from 'node:timers/promises'
import { TrailbookError } from '../../core/errors.ts'
import { type QueryError, queryFailure } from './failure.ts'
import { parseLossless } from './lossless.ts'
import { requestHeaders, type TrinoSettings } from './settings.ts'

/** One answer of the statement protocol ("Client REST API", Trino documentation). */
export interface Page {
  readonly id: string
  readonly nextUri?: string
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly data?: readonly (readonly unknown[])[]
  readonly error?: QueryError
  readonly stats?: { readonly processedBytes?: number; readonly physicalInputBytes?: number }
}

export interface TrinoClient {
  readonly settings: TrinoSettings
  /** An abort does not cut the first request off, whose answer tells how to end the query; it ends the waiting for another try. */
  start(sql: string, signal: AbortSignal): Promise<Page>
  next(uri: string, signal: AbortSignal): Promise<Page>
  /** Ends the query on the server. Never fails: what could not be told is ended by the server's own time limit for silent clients. */
  cancel(uri: string): Promise<void>
}

/** So often is a request tried; with the pauses between, about a minute. */
const mostTries = 20
const longestPauseMs = 5_000
const cancelLimitMs = 5_000
/** A statement is answered at once, as queued. */
const startLimitMs = 60_000
/** "502, 503 or 504: wait 50-100 ms and try again; 429: as Retry-After says" (Trino documentation, Client REST API). */
const passing: readonly number[] = [429, 502, 503, 504]

export function trinoClient(settings: TrinoSettings): TrinoClient {
  const base = settings.url.replace(/\/+$/, '')
  const { origin } = new URL(base)
  const headers = requestHeaders(settings)
  const place = { url: base, connection: settings.name }

  const send = async (uri: string, init: RequestInit, signal: AbortSignal): Promise<Page> => {
    if (new URL(uri).origin !== origin) {
      // Whoever answers must not be able to send the password elsewhere.
      throw new TrailbookError('TRINO_PROTOCOL', {
        ...place,
        reason: `it sends its clients on to ${new URL(uri).origin}`,
      })
    }
    const response = await patiently(uri, { ...init, headers, redirect: 'error' }, { ...place, signal })
    const text = await response.text()
    if (response.status === 401) throw new TrailbookError('TRINO_AUTHENTICATION', { ...place, reason: brief(text) })
    if (response.status === 403) throw new TrailbookError('TRINO_DENIED', { ...place, reason: brief(text) })
    if (!response.ok)
      throw new TrailbookError('TRINO_PROTOCOL', { ...place, reason: `HTTP ${response.status}: ${brief(text)}` })
    const page = readPage(text)
    if (page === undefined)
      throw new TrailbookError('TRINO_PROTOCOL', { ...place, reason: 'the answer is no page of results' })
    if (page.error !== undefined) throw queryFailure(page.error, settings)
    return page
  }

  return {
    settings,
    start: (sql, signal) =>
      send(`${base}/v1/statement`, { method: 'POST', body: sql, signal: AbortSignal.timeout(startLimitMs) }, signal),
    next: (uri, signal) => send(uri, { signal }, signal),
    async cancel(uri) {
      if (new URL(uri).origin !== origin) return
      await fetch(uri, { method: 'DELETE', headers, signal: AbortSignal.timeout(cancelLimitMs) }).catch(() => undefined)
    },
  }
}

function readPage(text: string): Page | undefined {
  try {
    const page = parseLossless(text)
    return typeof page === 'object' && page !== null && 'id' in page ? (page as Page) : undefined
  } catch {
    return undefined
  }
}

async function patiently(
  uri: string,
  init: RequestInit,
  { signal, ...place }: { readonly url: string; readonly signal: AbortSignal },
): Promise<Response> {
  for (let tries = 1; ; tries++) {
    let response: Response | undefined
    let fault: unknown
    try {
      response = await fetch(uri, init)
    } catch (error) {
      if (signal.aborted) throw error
      fault = error
    }
    if (response !== undefined && !passing.includes(response.status)) return response
    // A statement whose answer was lost may run already: sent again it would run twice.
    const again = response !== undefined || init.method !== 'POST'
    if (tries >= mostTries || !again) throw unreachable(response, fault, place)
    const asked = Number(response?.headers.get('retry-after')) * 1000
    await response?.body?.cancel()
    await sleep(Math.min(longestPauseMs, asked > 0 ? asked : 50 * 2 ** Math.min(tries, 7)), undefined, { signal })
  }
}

function unreachable(response: Response | undefined, fault: unknown, place: { readonly url: string }): TrailbookError {
  const { cause, message = String(fault) } = (fault ?? {}) as {
    cause?: { code?: string; message?: string }
    message?: string
  }
  const reason =
    response === undefined ? cause?.message || cause?.code || message : `it answers HTTP ${response.status}`
  return new TrailbookError('TRINO_UNREACHABLE', { ...place, reason }, { cause: fault })
}

/** Error pages are long, and the first words say it. */
function brief(text: string): string {
  const plain = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return (plain === '' ? 'no reason was given' : plain.slice(0, 200)).replace(/[.!]$/, '')
}
