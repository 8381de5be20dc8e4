import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { TrailbookError } from '../../core/errors.ts'
import type { RunFilter, RunList, RunRecord, RunStore } from '../../core/evidence/run-store.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import type { RunbookRun } from '../../core/run/result.ts'
import { folderMode, makePrivateFolder, syncFolder, writePrivateFile } from './private-files.ts'

const recordName = 'record.json'
const runName = 'run.json'
const idPattern = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/

/** An id that sorts by time and that no other process has. */
export const newRunId = (time: string): string => `${time.replace(/[-:]/g, '')}-${randomBytes(4).toString('hex')}`

/** Runs as folders `<id>/record.json` and `<id>/run.json`, each written elsewhere first and put in place by renaming. */
export function fileRunStore(folder: string): RunStore {
  const ids = async (): Promise<string[]> => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
      if (error.code === 'ENOENT') return []
      throw error
    })
    return names
      .filter((name) => idPattern.test(name))
      .sort()
      .reverse()
  }
  const recordOf = async (id: string): Promise<RunRecord> => {
    const record = (await readJson(folder, id, recordName)) as Partial<RunRecord> | null
    if (record?.schema !== 'trailbook.record/v1' || record.id !== id)
      throw new TrailbookError('RUN_RECORD_DAMAGED', { id, reason: `${recordName} is no record of it` })
    return record as RunRecord
  }
  return {
    async put(record, run) {
      await makePrivateFolder(folder)
      const temporary = join(folder, `.partial-${record.id}`)
      try {
        await mkdir(temporary, { mode: folderMode })
        await writePrivateFile(join(temporary, runName), `${canonicalJson(run)}\n`)
        await writePrivateFile(join(temporary, recordName), `${canonicalJson(record)}\n`)
        await rename(temporary, join(folder, record.id))
        await syncFolder(folder)
      } catch (error) {
        await rm(temporary, { recursive: true, force: true })
        throw error
      }
    },
    async list(filter = {}) {
      const runs: RunRecord[] = []
      const unreadable: string[] = []
      for (const id of await ids()) {
        try {
          const record = await recordOf(id)
          if (passes(record, filter)) runs.push(record)
        } catch (error) {
          if (!(error instanceof TrailbookError)) throw error
          unreadable.push(id)
        }
      }
      return { runs: runs.slice(0, filter.limit), total: runs.length, unreadable } satisfies RunList
    },
    async get(wanted) {
      const found = (await ids()).filter((id) => id === wanted || id.startsWith(wanted))
      const id = found.find((one) => one === wanted) ?? (found.length === 1 ? found[0] : undefined)
      if (id === undefined || wanted === '') throw unknown(wanted, found)
      const record = await recordOf(id)
      const run = (await readJson(folder, id, runName)) as RunbookRun
      return { record, run }
    },
  }
}

const passes = (record: RunRecord, { runbook, verdict, since }: RunFilter): boolean =>
  (runbook === undefined || record.runbook === runbook) &&
  (verdict === undefined || record.verdict === verdict) &&
  (since === undefined || record.finished >= since)

function unknown(id: string, found: readonly string[]): TrailbookError {
  const several = `It begins several: ${found.slice(0, 3).join(', ')}${found.length > 3 ? ' …' : ''}.`
  return new TrailbookError('RUN_RECORD_UNKNOWN', {
    id,
    advice: found.length > 1 ? several : 'trailbook runs lists them.',
  })
}

async function readJson(folder: string, id: string, name: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, id, name), 'utf8'))
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? `${name} is no JSON` : `${name} cannot be read`
    throw new TrailbookError('RUN_RECORD_DAMAGED', { id, reason }, { cause })
  }
}
