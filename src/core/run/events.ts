import type { Row } from '../ports.ts'
import type { Window } from '../time.ts'
import type { Finding } from './findings.ts'
import type { RunbookRun, StepResult } from './result.ts'

export type RunEventBody =
  | {
      readonly type: 'run-started'
      readonly runbook: string
      readonly connection: string
      readonly window: Window
      readonly steps: number
    }
  | { readonly type: 'step-started'; readonly step: string; readonly kind: string; readonly title: string }
  | { readonly type: 'rows'; readonly step: string; readonly rows: readonly Row[] }
  | { readonly type: 'finding'; readonly finding: Finding }
  | { readonly type: 'step-finished'; readonly result: StepResult }
  | { readonly type: 'run-finished'; readonly run: RunbookRun }

/** What happens in a run, as it happens. `sequence` counts from 1 without holes, so that a listener can tell what it missed. */
export type RunEvent = RunEventBody & { readonly sequence: number }
