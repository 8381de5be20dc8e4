/** The one place that knows the concrete adapters; each is loaded when it is needed. */

import type { CaseEffects } from './authoring/cases.ts'
import type { Connection } from './core/ports.ts'
import type { Coverage } from './core/run/coverage.ts'
import type { JsonMap } from './core/runbook/json.ts'
import type { Window } from './core/time.ts'

export interface Quarantined {
  readonly file: string
  readonly ordinal?: number
  readonly code: string
  readonly reason: string
}

export interface IngestOutcome {
  readonly files: number
  readonly records: number
  readonly events: number
  readonly duplicates: number
  readonly quarantinedRecords: number
  readonly quarantined: readonly Quarantined[]
  readonly coverage: Coverage
  /** First to last event of what was given; undefined when it held none. */
  readonly span?: Window | undefined
  readonly interrupted?: boolean
}

export interface IngestCallOptions {
  readonly signal: AbortSignal
  readonly onProgress: (progress: { readonly files: number; readonly events: number }) => void
}

export interface StatusOutcome {
  readonly lake: {
    readonly events: number
    readonly bytes: number
    readonly files: number
    readonly first: string | null
    readonly last: string | null
  }
  readonly coverage: Coverage
}

export async function lakeExists(_folder: string): Promise<boolean> {
  return false
}

export async function openConnection(_folder: string): Promise<Connection> {
  throw new Error('the lake is not there yet')
}

export async function ingestLogs(
  _folder: string,
  _paths: readonly string[],
  _options: IngestCallOptions,
): Promise<IngestOutcome> {
  throw new Error('the lake is not there yet')
}

export async function readLakeStatus(_folder: string): Promise<StatusOutcome> {
  throw new Error('the lake is not there yet')
}

export async function openCaseEngine(): Promise<CaseEffects & { close(): Promise<void> }> {
  return {
    loadEvents: async (_records: readonly JsonMap[]) => {
      throw new Error('the engine is not there yet')
    },
    close: async () => {},
  }
}
