import { TrailbookError } from '../../core/errors.ts'

interface Held {
  release(): Promise<void>
}

/** Entries are added in milliseconds: who holds the lock for longer than this hangs, or died on another machine. */
const patienceMs = 10_000

/**
 * Waits for a lock that gives up at once.
 *
 * @throws TrailbookError LEDGER_BUSY
 */
export function patientLock(lock: (folder: string) => Promise<Held>): (folder: string) => Promise<Held> {
  return async (folder) => {
    const started = performance.now()
    for (;;) {
      try {
        return await lock(folder)
      } catch (error) {
        if (!(error instanceof TrailbookError) || error.code !== 'LAKE_LOCKED') throw error
        if (performance.now() - started > patienceMs) {
          const values = { path: folder, seconds: patienceMs / 1000, lock: `the files in ${folder}/locks` }
          throw new TrailbookError('LEDGER_BUSY', values, { cause: error })
        }
        await new Promise((done) => setTimeout(done, 5 + Math.random() * 40))
      }
    }
  }
}
