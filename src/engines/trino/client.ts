import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, TrailbookError } from '../../core/errors.ts'
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
  /** An abort cuts the first request off only after a while, for its answer tells how to end the query; it ends the waiting for another try. */
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
/** So much longer is the first answer waited for when a run ends meanwhile. */
const startGraceMs = 3_000
/** "502, 503 or 504: wait 50-100 ms and try again; 429: as Retry-After says" (Trino documentation, Client REST API). */
const passing: readonly number[] = [429, 502, 503, 504]

export function trinoClient(settings: TrinoSettings): TrinoClient {
  const base = settings.url.replace(/\/+$/, '')
  const { origin } = new URL(base)
  const headers = requestHeaders(settings)
  const place = { url: base, connection: settings.name }
  // Said here, for what fetch throws repeats the value: it may be a token with a line break at its end.
  const [odd] = Object.entries(headers).find(([, value]) => !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) ?? []
  if (odd !== undefined)
    throw new TrailbookError('TRINO_UNREACHABLE', {
      ...place,
      reason: `${odd === 'Authorization' ? 'the token' : `what ${odd} is to say`} has a line break or another character that no request may bear`,
    })

  const send = async (uri: string, init: RequestInit, signal: AbortSignal): Promise<Page> => {
    // Whoever answers must not be able to send the password elsewhere.
    if (!isOwn(uri, origin))
      throw new TrailbookError('TRINO_PROTOCOL', {
        ...place,
        reason: `it sends its clients on to ${URL.canParse(uri) ? new URL(uri).origin : 'what is no address'}`,
      })
    const response = await patiently(uri, { ...init, headers, redirect: 'error' }, { ...place, signal })
    const { text } = response
    const refusal = refusalOf(response.status, text, settings)
    if (refusal !== undefined) throw new TrailbookError(refusal, { ...place, user: settings.user, reason: brief(text) })
    // What was a query a moment ago is none any more.
    if (init.method !== 'POST' && (response.status === 404 || response.status === 410))
      throw new TrailbookError('TRINO_ABANDONED', { ...place, reason: `HTTP ${response.status}: ${brief(text)}` })
    if (response.status >= 500)
      throw new TrailbookError('TRINO_FAULT', { name: `HTTP ${response.status}`, reason: brief(text) })
    if (!response.ok)
      throw new TrailbookError('TRINO_PROTOCOL', { ...place, reason: `HTTP ${response.status}: ${brief(text)}` })
    const page = readPage(text)
    if (page === undefined)
      throw new TrailbookError('TRINO_PROTOCOL', { ...place, reason: 'the answer is no page of results' })
    if (page.error) throw queryFailure(page.error, settings)
    return page
  }

  return {
    settings,
    start: (sql, signal) =>
      send(`${base}/v1/statement`, { method: 'POST', body: sql, signal: startLimit(signal) }, signal),
    next: (uri, signal) => send(uri, { signal }, signal),
    async cancel(uri) {
      if (!isOwn(uri, origin)) return
      const signal = AbortSignal.timeout(cancelLimitMs)
      await fetch(uri, { method: 'DELETE', headers, redirect: 'error', signal }).catch(() => undefined)
    },
  }
}

function refusalOf(status: number, text: string, { token, password }: TrinoSettings): ErrorCode | undefined {
  if (status === 403) return /cannot impersonate/i.test(text) ? 'TRINO_IMPERSONATION' : 'TRINO_DENIED'
  if (status !== 401) return undefined
  return token !== undefined ? 'TRINO_TOKEN' : password !== undefined ? 'TRINO_AUTHENTICATION' : 'TRINO_NO_SIGN_IN'
}

/** The server's own, and without a name and password of its own, which no request may bear. */
function isOwn(uri: string, origin: string): boolean {
  if (!URL.canParse(uri)) return false
  const { origin: found, username, password } = new URL(uri)
  return found === origin && username === '' && password === ''
}

function startLimit(signal: AbortSignal): AbortSignal {
  const late = new AbortController()
  const begin = (): void => void setTimeout(() => late.abort(signal.reason), startGraceMs).unref()
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return AbortSignal.any([AbortSignal.timeout(startLimitMs), late.signal])
}

function readPage(text: string): Page | undefined {
  try {
    const page = parseLossless(text)
    return isObject(page) && isPage(page) ? (page as unknown as Page) : undefined
  } catch {
    return undefined
  }
}

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNothing = (value: unknown): boolean => value === undefined || value === null
const isText = (value: unknown): boolean => typeof value === 'string'
const isListOf = (value: unknown, isGood: (item: unknown) => boolean): boolean =>
  isNothing(value) || (Array.isArray(value) && value.every(isGood))

/** What members have, where they are there. */
const isPage = ({ id, nextUri, columns, data, error, stats }: Members): boolean =>
  isText(id) &&
  (nextUri === undefined || isText(nextUri)) &&
  isListOf(columns, (column) => isObject(column) && isText(column.name) && isText(column.type)) &&
  isListOf(data, Array.isArray) &&
  (isNothing(stats) || isObject(stats)) &&
  (isNothing(error) || (isObject(error) && (isNothing(error.message) || isText(error.message))))

/** Whole, with its body: one that is cut off is none. */
interface Answer {
  readonly status: number
  readonly ok: boolean
  readonly text: string
}

async function patiently(
  uri: string,
  init: RequestInit,
  { signal, ...place }: { readonly url: string; readonly signal: AbortSignal },
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    let response: Response | undefined
    let fault: unknown
    try {
      const answer = await fetch(uri, init)
      if (!passing.includes(answer.status)) return { status: answer.status, ok: answer.ok, text: await answer.text() }
      response = answer
    } catch (error) {
      if (signal.aborted) throw error
      fault = error
    }
    // A statement whose answer was lost may run already: sent again it would run twice.
    const again = response !== undefined || (init.method !== 'POST' && !isCertificate(fault))
    if (tries >= mostTries || !again) throw unreachable(response, fault, place)
    const asked = Number(response?.headers.get('retry-after')) * 1000
    await response?.body?.cancel()
    await sleep(Math.min(longestPauseMs, asked > 0 ? asked : 50 * 2 ** Math.min(tries, 7)), undefined, { signal })
  }
}

function unreachable(response: Response | undefined, fault: unknown, place: { readonly url: string }): TrailbookError {
  if (response !== undefined)
    return new TrailbookError('TRINO_BUSY', {
      ...place,
      reason: `it answers HTTP ${response.status}, tried ${mostTries} times`,
    })
  const { cause, message = String(fault) } = (fault ?? {}) as {
    cause?: { code?: string; message?: string }
    message?: string
  }
  const reason = mixedUp[cause?.code ?? ''] ?? (cause?.message || cause?.code || message).trim().replace(/[.!]$/, '')
  const code = isCertificate(fault) ? 'TRINO_CERTIFICATE' : 'TRINO_UNREACHABLE'
  return new TrailbookError(code, { ...place, reason }, { cause: fault })
}

/** An address with the other of http and https gets the bytes of a protocol that nobody expects. */
const mixedUp: Readonly<Record<string, string>> = {
  EPROTO: 'what answers there does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what answers there does not speak TLS',
  HPE_INVALID_CONSTANT: 'what answers there does not speak HTTP; a port for https does not',
}

/** Codes of OpenSSL's verification and of Node's own look at the name ("X509 certificate error codes", Node.js documentation). */
const certificate =
  /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_|UNABLE_TO_(GET|VERIFY|DECRYPT|DECODE)_|INVALID_(CA|PURPOSE)$|HOSTNAME_MISMATCH$)/

function isCertificate(fault: unknown): boolean {
  return certificate.test((fault as { cause?: { code?: string } } | undefined)?.cause?.code ?? '')
}

/** Error pages are long, and the first words say it. */
function brief(text: string): string {
  // Of a page without an end the pattern would look for one at each of its brackets.
  const plain = text
    .slice(0, 20_000)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return (plain === '' ? 'no reason was given' : plain.slice(0, 200)).replace(/[.!]$/, '')
}
