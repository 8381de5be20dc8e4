/** Coverage by listing the log files behind a table. */

import type { Abortable, Asking, Charge, Scope, Spending } from '../core/ports.ts'
import { createListing, type ListedKey, type Listing } from '../core/run/coverage-listing.ts'
import { usualMargin } from '../core/run/coverage-probe.ts'
import { isoTime, milliseconds, minute, type Window } from '../core/time.ts'
import { dollars, noteAside, take } from './send.ts'

/** Names of log files that were delivered within a time, of all accounts and Regions; more of them do no harm. */
export type ListDelivered = (delivered: Window, asking: ListAsking) => AsyncIterable<readonly ListedKey[]>

interface ListAsking extends Abortable {
  /** To be told of each request before it is sent; what it throws ends the listing. */
  readonly onRequest?: () => void
}

interface ListedFiles {
  readonly listing: Listing
  readonly span: Window
  /** What it cost. */
  readonly usd: number
}

export interface Lister {
  /** Before the queries: what is delivered after them must not be taken for seen. */
  look(scope: Scope, asking?: Asking): Promise<void>
  files(scope: Scope, asking?: Asking): Promise<ListedFiles | { readonly refusal: string }>
}

interface Listed {
  readonly span: Window
  readonly files: Promise<ListedFiles>
  readonly signal: AbortSignal | undefined
}

/** A time that lies within one that was listed is not listed again. */
export function listerOf(list: ListDelivered, margin = usualMargin): Lister {
  let known: readonly Listed[] = []
  const listed = async (scope: Scope, asking: Asking): Promise<ListedFiles> => {
    const { window, earliest } = scope
    const from = Math.min(milliseconds(window.from), milliseconds(earliest))
    const span = { from: isoTime(from - margin), to: isoTime(milliseconds(window.to) + 15 * minute) }
    const before = known.find((one) => one.span.from <= span.from && one.span.to >= span.to)
    const asked = before ?? start(span, asking)
    try {
      return await asked.files
    } catch (error) {
      // Who was interrupted sent no query: the next one lists anew. What failed stays so: queries went on without it.
      if (!asked.signal?.aborted) throw error
      known = known.filter((one) => one !== asked)
      if (asking.signal?.aborted) throw error
      return listed(scope, asking)
    }
  }
  const start = (span: Window, asking: Asking): Listed => {
    const asked = { from: span.from, to: isoTime(milliseconds(span.to) + margin) }
    const files = readAll((onRequest) => list(asked, { ...asking, onRequest }), asking.spending).then((read) => ({
      ...read,
      span: asked,
    }))
    const begun = { span, files, signal: asking.signal }
    known = [...known, begun]
    return begun
  }
  return {
    look: async (scope, asking = {}) => {
      await listed(scope, asking).catch(() => {})
      asking.signal?.throwIfAborted()
    },
    async files(scope, asking = {}) {
      try {
        return await listed(scope, asking)
      } catch (error) {
        if (asking.signal?.aborted) throw error
        return { refusal: error instanceof Error ? error.message.replace(/\.$/, '') : String(error) }
      }
    },
  }
}

/** S3 answers at most 1000 names at a time, and fewer where folders hold fewer ("Amazon S3 pricing": 0.005 USD for 1000 such requests in most Regions). */
const namesInAnswer = 1000
const usdOfAnswer = 0.005 / 1000

/** How many names there are nobody knows before: what they cost is paid as they come. */
async function readAll(
  list: (onRequest: () => void) => AsyncIterable<readonly ListedKey[]>,
  spending: Spending | undefined,
): Promise<Pick<ListedFiles, 'listing' | 'usd'>> {
  const listing = createListing()
  let requests = 0
  const charge = (): Charge => {
    const amount = Math.max(1, requests, Math.ceil(listing.count / namesInAnswer))
    return { what: 'list', amount, usd: amount * usdOfAnswer }
  }
  let paid = 0
  const pay = (): void => {
    const { usd } = charge()
    if (spending?.budget !== undefined && !take(spending.budget, usd - paid))
      throw new Error(`asking for their names costs more than --max-cost leaves of ${dollars(spending.budget.usd)}`)
    paid = usd
  }
  try {
    pay()
    const pages = list(() => {
      requests++
      try {
        pay()
      } catch (error) {
        requests--
        throw error
      }
    })
    for await (const keys of pages) {
      for (const key of keys) listing.add(key)
      pay()
    }
  } finally {
    if (paid > 0) noteAside(spending, [charge()])
  }
  return { listing, usd: paid }
}
