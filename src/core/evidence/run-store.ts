/** Where finished runs are kept and looked up. */
import type { RunbookRun } from '../run/result.ts'
import type { Severity } from '../run/severity.ts'
import type { Verdict } from '../run/verdict.ts'
import type { Window } from '../time.ts'

/** What a list of runs shows. */
export interface RunRecord {
  readonly schema: 'trailbook.record/v1'
  /** Sorts by time: `20260115T120000Z-1f2e3d4c`. */
  readonly id: string
  readonly actor: string
  readonly started: string
  readonly finished: string
  readonly runbook: string
  readonly title: string
  /** SHA-256 of the runbook's text, of the canonical plan and of the canonical result. */
  readonly digest: string
  readonly plan: string
  readonly result: string
  readonly verdict: Verdict
  readonly complete: boolean
  readonly findings: number
  readonly highest: Severity | null
  readonly window: Window
  readonly connection: string
  readonly bundle: { readonly path: string; readonly id: string } | null
  readonly tool: string
}

export interface RunFilter {
  readonly runbook?: string | undefined
  readonly verdict?: Verdict | undefined
  /** Finished at this time or later. */
  readonly since?: string | undefined
  readonly limit?: number | undefined
}

export interface RunList {
  /** The newest first. */
  readonly runs: readonly RunRecord[]
  /** All that the filter lets pass, listed or not. */
  readonly total: number
  /** Names of entries that cannot be read. */
  readonly unreadable: readonly string[]
}

export interface RunStore {
  /** Visible as a whole or not at all, whoever else writes at the same time. */
  put(record: RunRecord, run: RunbookRun): Promise<void>
  list(filter?: RunFilter): Promise<RunList>
  /**
   * By id, or by what it begins with where only one does.
   *
   * @throws TrailbookError RUN_RECORD_UNKNOWN, RUN_RECORD_DAMAGED
   */
  get(id: string): Promise<{ readonly record: RunRecord; readonly run: RunbookRun }>
}
