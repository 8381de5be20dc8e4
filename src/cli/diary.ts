/** The ledger and the store of runs, as commands write to them. */
import { hostname, userInfo } from 'node:os'
import { basename, dirname } from 'node:path'
import { openRecords } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import type { RunRecord } from '../core/evidence/run-store.ts'
import { runDigest } from '../core/evidence/sealed-run.ts'
import type { Deed, Details, LedgerAction, LedgerEntry } from '../core/ledger/entry.ts'
import type { Plan } from '../core/run/plan.ts'
import type { RunbookRun } from '../core/run/result.ts'
import { isoTime } from '../core/time.ts'
import type { CliContext } from './command.ts'
import type { Config } from './config.ts'
import { version } from './version.ts'

/**
 * Where the records of a lake are: beside it, so that a lake can be made anew without losing them. The usual lake
 * `.trailbook/lake` has them in `.trailbook`, any other in a folder `<lake>.records`.
 */
export const recordsFolder = (lake: string): string =>
  basename(dirname(lake)) === '.trailbook' ? dirname(lake) : `${lake}.records`

/** What the operating system says of who runs this; it proves no more than that. */
export function osActor(): string {
  try {
    return `os:${userInfo().username}@${hostname()}`
  } catch {
    return `os:${process.getuid?.() ?? 'unknown'}@${hostname()}`
  }
}

/** A bundle that was written. */
export interface KeptBundle {
  readonly path: string
  readonly id: string
}

export interface Finished {
  readonly plan: Plan
  readonly run: RunbookRun
  readonly started: string
  readonly finished: string
}

interface Diary {
  note(action: LedgerAction, details: Details): Promise<void>
  /** @returns the id under which the run is kept */
  keep(work: Finished, bundle: KeptBundle | null): Promise<string | null>
  head(): { readonly seq: number; readonly hash: string } | null
}

/** Ledger and store of runs. The first thing that cannot be written is told; then nothing more is tried. */
export async function openDiary(config: Config, context: CliContext): Promise<Diary> {
  const records = await openRecords(recordsFolder(config.lake))
  let head: Pick<LedgerEntry, 'seq' | 'hash'> | null = null
  let broken = false
  // Runs on several connections end at any time, and entries of a chain are made one after the other.
  let last: Promise<unknown> = Promise.resolve()
  const trying = (work: () => Promise<void>): Promise<boolean> => {
    const next = last.then(() => tryNow(work))
    last = next
    return next
  }
  const tryNow = async (work: () => Promise<void>): Promise<boolean> => {
    if (broken) return false
    try {
      await work()
      return true
    } catch (error) {
      broken = true
      const { message, hint } =
        error instanceof TrailbookError ? error : new TrailbookError('CLI_UNEXPECTED', { reason: String(error) })
      context.note(`Not recorded: ${message} ${hint}`)
      return false
    }
  }
  const deed = (action: LedgerAction, details: Details): Deed => ({
    time: isoTime(context.clock.now()),
    actor: osActor(),
    action,
    details,
  })
  return {
    async note(action, details) {
      await trying(async () => {
        const { seq, hash } = await records.ledger.append([deed(action, details)])
        head = { seq, hash }
      })
    },
    async keep(work, bundle) {
      const record = recordOf(work, bundle, records.newRunId(work.finished))
      const done = await trying(async () => {
        await records.runs.put(record, work.run)
        const { runbook, digest, plan, result, verdict, complete, findings, id } = record
        const { connection } = record
        const details: Details = { runbook, digest, plan, result, verdict, complete, findings, connection, record: id }
        const written =
          bundle === null ? [] : [deed('evidence.written', { bundle: bundle.id, path: bundle.path, record: id })]
        const { seq, hash } = await records.ledger.append([deed('run.finished', details), ...written])
        head = { seq, hash }
      })
      return done ? record.id : null
    },
    head: () => head,
  }
}

function recordOf({ plan, run, started, finished }: Finished, bundle: KeptBundle | null, id: string): RunRecord {
  return {
    schema: 'trailbook.record/v1',
    id,
    actor: osActor(),
    started,
    finished,
    runbook: run.runbook,
    title: run.title,
    digest: plan.digest,
    plan: run.plan,
    result: runDigest(run),
    verdict: run.verdict,
    complete: run.complete,
    findings: run.findings.length,
    highest: run.findings[0]?.severity ?? null,
    window: run.window,
    connection: run.connection,
    bundle,
    tool: version(),
  }
}
