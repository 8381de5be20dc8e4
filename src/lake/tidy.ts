import { TrailbookError } from '../core/errors.ts'
import { compact } from './compact.ts'
import type { Lake } from './lake.ts'
import type { UpkeepSettings } from './with-lock.ts'

/** So many tiny parts of a day or a ledger cost a query about as much as reading 50,000 events does. */
const crowd = 64
/** Tiny is at most half of this: making such parts one costs less than a second. */
const tiny = { rows: 20_000, bytes: 4 * 2 ** 20 }

/**
 * Makes crowds of tiny parts one, as an ingest that goes on for days leaves them: a commit a minute is 1,440 parts a day. What
 * is larger waits for `lake compact`. Where somebody else writes meanwhile, or it fails, the next ingest does it: nothing that
 * was stored depends on it.
 */
export async function tidy(lake: Lake, settings: UpkeepSettings = {}): Promise<void> {
  try {
    await compact(lake, { ...settings, onWait: undefined, limits: tiny, least: crowd })
  } catch (error) {
    if (!(error instanceof TrailbookError)) throw error
  }
}
