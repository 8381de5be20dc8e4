/** Coverage by listing the log files behind a table. */

import type { Abortable, Scope } from '../core/ports.ts'
import { createListing, type ListedKey, type Listing } from '../core/run/coverage-listing.ts'
import { usualMargin } from '../core/run/coverage-probe.ts'
import { isoTime, milliseconds, minute, type Window } from '../core/time.ts'

/** Names of log files that were delivered within a time, of all accounts and Regions; more of them do no harm. */
export type ListDelivered = (delivered: Window, abortable: Abortable) => AsyncIterable<readonly ListedKey[]>

interface ListedFiles {
  readonly listing: Listing
  readonly span: Window
}

export interface Lister {
  /** Before the queries: what is delivered after them must not be taken for seen. */
  look(scope: Scope, abortable?: Abortable): Promise<void>
  files(scope: Scope, abortable?: Abortable): Promise<ListedFiles | { readonly refusal: string }>
}

/** A time that lies within one that was listed is not listed again. */
export function listerOf(list: ListDelivered, margin = usualMargin): Lister {
  const known: { readonly span: Window; readonly files: Promise<ListedFiles> }[] = []
  const listed = (scope: Scope, abortable: Abortable): Promise<ListedFiles> => {
    const { window, earliest } = scope
    const from = Math.min(milliseconds(window.from), milliseconds(earliest))
    const span = { from: isoTime(from - margin), to: isoTime(milliseconds(window.to) + 15 * minute) }
    const before = known.find((one) => one.span.from <= span.from && one.span.to >= span.to)
    if (before !== undefined) return before.files
    const asked = { from: span.from, to: isoTime(milliseconds(span.to) + margin) }
    const files = readAll(list(asked, abortable)).then((listing) => ({ listing, span: asked }))
    known.push({ span, files })
    return files
  }
  return {
    look: async (scope, abortable = {}) => {
      await listed(scope, abortable).catch(() => {})
      abortable.signal?.throwIfAborted()
    },
    async files(scope, abortable = {}) {
      try {
        return await listed(scope, abortable)
      } catch (error) {
        if (abortable.signal?.aborted) throw error
        return { refusal: error instanceof Error ? error.message.replace(/\.$/, '') : String(error) }
      }
    },
  }
}

async function readAll(pages: AsyncIterable<readonly ListedKey[]>): Promise<Listing> {
  const listing = createListing()
  for await (const keys of pages) for (const key of keys) listing.add(key)
  return listing
}
