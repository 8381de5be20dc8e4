/**
 * The one catalogue of errors: code -> sentence, hint, exit code.
 *
 * Mistakes in what a user wrote (runbooks, SQL) are data: {@link Issue}. Failures of the world are exceptions:
 * {@link TrailbookError}. Both take their words from here, and `docs/errors.md` is tested against it both ways.
 */
import { athenaErrors } from './errors/athena.ts'
import { awsErrors } from './errors/aws.ts'
import { cliErrors } from './errors/cli.ts'
import { cloudTrailLakeErrors } from './errors/cloudtrail-lake.ts'
import { convertErrors } from './errors/convert.ts'
import { digestErrors } from './errors/digest.ts'
import { engineErrors } from './errors/engine.ts'
import { eventHistoryErrors } from './errors/event-history.ts'
import { evidenceErrors } from './errors/evidence.ts'
import { ingestErrors } from './errors/ingest.ts'
import { lakeErrors } from './errors/lake.ts'
import { logsInsightsErrors } from './errors/logs-insights.ts'
import { runErrors } from './errors/run.ts'
import { runbookErrors } from './errors/runbook.ts'
import { simulateErrors } from './errors/simulate.ts'
import { snapshotErrors } from './errors/snapshots.ts'
import { sqlErrors } from './errors/sql.ts'
import { trinoErrors } from './errors/trino.ts'

export const errorCatalogue = {
  ...athenaErrors,
  ...awsErrors,
  ...cliErrors,
  ...cloudTrailLakeErrors,
  ...convertErrors,
  ...digestErrors,
  ...engineErrors,
  ...eventHistoryErrors,
  ...evidenceErrors,
  ...ingestErrors,
  ...lakeErrors,
  ...logsInsightsErrors,
  ...runErrors,
  ...runbookErrors,
  ...simulateErrors,
  ...sqlErrors,
  ...snapshotErrors,
  ...trinoErrors,
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue

/** `message` and `hint` are templates: `{name}` is filled in from the error's values. */
export interface ErrorEntry {
  readonly message: string
  readonly hint: string
  /** Process exit code when this error ends a command; see `exitCodes`. */
  readonly exit: number
}

/** Exit codes of the CLI (design: 0 to 3 are verdicts; 64 and 65 follow BSD sysexits.h; 130 = 128 + SIGINT). */
export const exitCodes = {
  clear: 0,
  findings: 1,
  inconclusive: 2,
  failed: 3,
  usage: 64,
  quarantined: 65,
  interrupted: 130,
} as const

/** Where in a text: lines and columns count from 1, columns in UTF-16 units as editors do. */
export interface Place {
  readonly file?: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
}

export type Values = Readonly<Record<string, string | number | boolean | bigint | null | undefined>>

/** A mistake in a runbook or a query, reported beside all others of the same pass. */
export interface Issue {
  readonly code: ErrorCode
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly hint: string
  readonly at?: Place
  /** A replacement that mends the mistake: offsets into the text that was checked. */
  readonly fix?: TextEdit
}

export interface TextEdit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export class TrailbookError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly at: Place | undefined
  readonly exitCode: number
  /** Further issues when several were found in one pass; the first is this error itself. */
  readonly issues: readonly Issue[]

  constructor(
    code: ErrorCode,
    values: Values = {},
    options: ErrorOptions & { at?: Place; issues?: readonly Issue[] } = {},
  ) {
    const { message, hint } = describe(code, values)
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'TrailbookError'
    this.code = code
    this.hint = hint
    this.at = options.at
    this.exitCode = errorCatalogue[code].exit
    this.issues = options.issues ?? []
  }
}

/** The catalogue's words with the values filled in; an unknown `{name}` stays visible, so that a test can find it. */
export function describe(code: ErrorCode, values: Values = {}): { message: string; hint: string } {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => (values[name] === undefined ? whole : String(values[name])))
  const entry = errorCatalogue[code]
  return { message: fill(entry.message), hint: fill(entry.hint) }
}

export function issue(
  code: ErrorCode,
  values: Values = {},
  options: { at?: Place; fix?: TextEdit; severity?: Issue['severity'] } = {},
): Issue {
  const { message, hint } = describe(code, values)
  return {
    code,
    severity: options.severity ?? 'error',
    message,
    hint,
    ...(options.at && { at: options.at }),
    ...(options.fix && { fix: options.fix }),
  }
}
