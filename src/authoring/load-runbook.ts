/** From a file to a checked runbook with everything a run of it needs. */
import { type Issue, TrailbookError } from '../core/errors.ts'
import { digestOf } from '../core/run/canonical.ts'
import type { PreparedQuery } from '../core/run/plan.ts'
import type { Json } from '../core/runbook/json.ts'
import { parseRunbook } from '../core/runbook/parse.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import type { Exclusion } from '../core/runbook/schema-case.ts'
import { type AnalyzedQuery, analyze, compile, type ListTable } from '../core/sql/compile.ts'
import { isoTime } from '../core/time.ts'
import { type RunbookFile, readText, shownPath } from './library.ts'
import { exclusionIssues, readLibraryData } from './library-data.ts'

export interface LoadOptions {
  /** Further names of the event table. */
  readonly aliases?: readonly string[]
  /** Lists of the configuration; files beside the runbook stand before them. */
  readonly lists?: Readonly<Record<string, readonly Json[]>>
  /** Milliseconds since 1970, for reviews that are due and exclusions that have ended. */
  readonly now?: number
  /** Ids that `run` steps may name; without it they are not checked. */
  readonly knownRunbooks?: readonly string[]
  /** Paths below it are shown without it. */
  readonly cwd?: string
  /** In the place of what the file holds: a mutant of it, or an edit that is not saved yet. */
  readonly text?: string
}

export interface LoadedRunbook {
  readonly path: string
  readonly text: string
  /** SHA-256 of the text. */
  readonly digest: string
  /** Undefined where it, or a file beside it, has a mistake. */
  readonly runbook: Runbook | undefined
  /** Of the runbook and of the files beside it; `at.file` tells which. */
  readonly issues: readonly Issue[]
  /** The texts that the issues are about, by the name that is shown. */
  readonly texts: ReadonlyMap<string, string>
  readonly queries: ReadonlyMap<string, PreparedQuery>
  readonly lists: Readonly<Record<string, ListTable>>
  readonly exclusions: readonly Exclusion[]
}

/** @throws TrailbookError CLI_FILE_* where a file cannot be read; what is wrong inside is issues */
export async function loadRunbook(file: RunbookFile, options: LoadOptions = {}): Promise<LoadedRunbook> {
  const { now, cwd } = options
  const show = (path: string): string => (cwd === undefined ? path : shownPath(path, cwd))
  const text = options.text ?? (await readText(file.path))
  const data = await readLibraryData(file, { lists: options.lists ?? {}, show })
  const parsed = parseRunbook(text, {
    file: show(file.path),
    lists: data.lists,
    ...(options.knownRunbooks && { knownRunbooks: options.knownRunbooks }),
    ...(now !== undefined && { today: isoTime(now).slice(0, 10) }),
    checks: { analyzeSql: (sql, given = {}) => analyze(sql, { ...given, aliases: options.aliases ?? [] }) },
  })
  const { runbook, queries } = parsed
  const beside = [...data.issues, ...(runbook ? exclusionIssues(data.exclusions, { runbook, queries }, now) : [])]
  const broken = beside.some((issue) => issue.severity === 'error')
  return {
    path: file.path,
    text,
    digest: digestOf(text),
    runbook: broken ? undefined : runbook,
    issues: [...parsed.issues, ...beside],
    texts: new Map([[show(file.path), text], ...data.files.map((one) => [one.shown, one.text] as const)]),
    queries: new Map([...queries].map(([id, query]) => [id, prepare(query)])),
    lists: data.lists,
    exclusions: data.exclusions.map(({ exclusion }) => exclusion),
  }
}

export const prepare = (query: AnalyzedQuery): PreparedQuery => ({
  columns: query.columns,
  parameters: query.parameters,
  compile: (input) => compile(query, input),
})

/**
 * A runbook without mistakes.
 *
 * @throws TrailbookError CLI_RUNBOOK_INVALID with the mistakes as issues
 */
export function sound(loaded: LoadedRunbook, shown: string): LoadedRunbook & { readonly runbook: Runbook } {
  const { runbook } = loaded
  if (runbook !== undefined) return { ...loaded, runbook }
  const mistakes = loaded.issues.filter((issue) => issue.severity === 'error')
  const at = mistakes[0]?.at
  throw new TrailbookError(
    'CLI_RUNBOOK_INVALID',
    { path: shown, count: mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes` },
    { issues: mistakes, ...(at && { at }) },
  )
}
