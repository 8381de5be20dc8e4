/** Bundles as the ledger noted them when they were written: a bundle that was remade as a whole differs from that. */
import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { openRecords } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'
import { recordsFolder } from './diary.ts'

interface BundleEntry {
  readonly seq: number
  readonly time: string
  readonly actor: string
  /** Id of the bundle that was written. */
  readonly bundle: string
  /** Where to, absolute. */
  readonly path: string
}

export interface LedgerWord extends BundleEntry {
  /** `changed`: another bundle was written to this folder than the one that lies there now. */
  readonly verdict: 'sound' | 'changed'
}

/** In the order of the ledger; none where there is no ledger. */
export async function writtenBundles(config: Config, context: CliContext): Promise<readonly BundleEntry[]> {
  const { ledger } = await openRecords(recordsFolder(config.lake))
  const entries: BundleEntry[] = []
  try {
    const report = await ledger.verify({
      watch({ seq, time, actor, action, details: { bundle, path } }) {
        if (action === 'evidence.written' && typeof bundle === 'string' && typeof path === 'string')
          entries.push({ seq, time, actor, bundle, path })
      },
    })
    if (report.faultCount > 0) context.note('The ledger has faults: trailbook ledger verify says where.')
  } catch (error) {
    if (!(error instanceof TrailbookError) || error.code !== 'LEDGER_MISSING') throw error
  }
  return entries
}

/** What was written last to this folder decides; of a folder that the ledger does not know, any entry with this id. */
export async function ledgerWord(
  folder: string,
  id: string | null,
  entries: readonly BundleEntry[],
): Promise<LedgerWord | null> {
  const real = await realPath(folder)
  const here = entries.findLast(({ path }) => path === folder || path === real)
  if (here !== undefined) return { ...here, verdict: here.bundle === id ? 'sound' : 'changed' }
  const moved = entries.findLast(({ bundle }) => bundle === id)
  return moved === undefined ? null : { ...moved, verdict: 'sound' }
}

/** The last entries of bundles that were written right into a folder. */
export async function writtenInto(folder: string, entries: readonly BundleEntry[]): Promise<readonly BundleEntry[]> {
  const real = await realPath(folder)
  const inside = entries.filter(({ path }) => [folder, real].includes(dirname(path)))
  return [...new Map(inside.map((entry) => [entry.path, entry])).values()]
}

const realPath = (path: string): Promise<string> => realpath(path).catch(() => path)
