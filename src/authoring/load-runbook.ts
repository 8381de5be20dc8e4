/** From a file to a checked runbook with everything a run of it needs. */
import { type Issue, TrailbookError } from '../core/errors.ts'
import type { KnownEvents } from '../core/event/known-events.ts'
import type { InsightsText } from '../core/insights/check.ts'
import { printInsights } from '../core/insights/print.ts'
import { digestOf } from '../core/run/canonical.ts'
import type { PreparedQuery } from '../core/run/plan.ts'
import type { AnalyzeSql } from '../core/runbook/check-context.ts'
import type { Json } from '../core/runbook/json.ts'
import { parseRunbook } from '../core/runbook/parse.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import type { Exclusion } from '../core/runbook/schema-case.ts'
import { type AnalyzedQuery, analyze, compile, type ListTable } from '../core/sql/compile.ts'
import { orderingColumns } from '../core/sql/ordering.ts'
import { isoTime } from '../core/time.ts'
import { type RunbookFile, readText, shownPath } from './library.ts'
import { exclusionIssues, type LibraryData, readLibraryData } from './library-data.ts'
import { mistakeCount, mistakesOf } from './mistakes.ts'
import { runClosure } from './run-closure.ts'

export interface LoadOptions {
  /** Further names of the event table. */
  readonly aliases?: readonly string[]
  /** Lists of the configuration: before those of the library, after those beside a runbook in a folder of its own. */
  readonly lists?: Readonly<Record<string, readonly Json[]>>
  /** Milliseconds since 1970, for reviews that are due and exclusions that have ended. */
  readonly now?: number
  /** Where runbooks that `run` steps name are looked for, after the folder of the runbook itself. */
  readonly library?: () => Promise<readonly RunbookFile[]>
  /** With it, event names are held against those that are known: for lint, which alone loads them. */
  readonly knownEvents?: KnownEvents
  /** Paths below it are shown without it. */
  readonly cwd?: string
  /** In the place of what the file holds: a mutant of it, or an edit that is not saved yet. */
  readonly text?: string
}

export interface LoadedRunbook {
  readonly path: string
  /** Undefined where not even the id of a broken one can be read. */
  readonly id: string | undefined
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
  /** SHA-256 of the text of each fragment that its queries read, at any depth. */
  readonly fragments: Readonly<Record<string, string>>
  /** The runbooks that its steps run, and those that these run, by id. */
  readonly runbooks: ReadonlyMap<string, SoundRunbook>
}

export type SoundRunbook = LoadedRunbook & { readonly runbook: Runbook }

/** @throws TrailbookError CLI_FILE_* where a file cannot be read; what is wrong inside is issues */
export const loadRunbook = (file: RunbookFile, options: LoadOptions = {}): Promise<LoadedRunbook> =>
  loadWithin(file, options, { chain: [], known: new Map() })

interface Within {
  /** Ids of the runbooks that led to this one. */
  readonly chain: readonly string[]
  /** Runbooks that were loaded on the way, by path: each is loaded once, however many chains lead to it. */
  readonly known: Map<string, LoadedRunbook>
}

async function loadWithin(file: RunbookFile, options: LoadOptions, within: Within): Promise<LoadedRunbook> {
  const { now, cwd } = options
  const show = (path: string): string => (cwd === undefined ? path : shownPath(path, cwd))
  const text = options.text ?? (await readText(file.path))
  const analyzeSql: AnalyzeSql = (sql, given = {}) => analyze(sql, { ...given, aliases: options.aliases ?? [] })
  const data = await readLibraryData(file, {
    lists: options.lists ?? {},
    analyzeSql,
    knownEvents: options.knownEvents,
    show,
  })
  const parsed = parseRunbook(text, {
    file: show(file.path),
    lists: data.lists,
    fragments: Object.fromEntries([...data.fragments].map(([name, { fragment }]) => [name, fragment])),
    ...(options.knownEvents && { knownEvents: options.knownEvents }),
    ...(now !== undefined && { today: isoTime(now).slice(0, 10) }),
    checks: { analyzeSql },
  })
  const { runbook, queries } = parsed
  const id = headId(runbook, text)
  const closure = await runClosure({
    file,
    links: parsed.runs,
    chain: within.chain.length > 0 || id === undefined ? within.chain : [id],
    positions: parsed.positions,
    library: options.library ?? (async () => []),
    load: (inner, chain) => loadInner(inner, options, { ...within, chain }),
  })
  const read = readFragments(data.fragments, runbook?.uses.fragments ?? [])
  const beside = [
    ...data.issues,
    ...closure.issues,
    ...(runbook ? exclusionIssues(data.exclusions, { runbook, queries }, now) : []),
  ]
  const broken = [...beside, ...read.issues].some((issue) => issue.severity === 'error')
  return {
    path: file.path,
    id,
    text,
    digest: digestOf(text),
    runbook: broken ? undefined : runbook,
    // Also of fragments that this runbook does not use: lint tells every file's mistakes.
    issues: [...parsed.issues, ...beside, ...[...data.fragments.values()].flatMap((one) => one.issues)],
    texts: new Map([[show(file.path), text], ...data.files.map((one) => [one.shown, one.text] as const)]),
    queries: new Map(
      [...queries].map(([step, query]) => [step, prepare(query, parsed.variants.get(step), parsed.natives.get(step))]),
    ),
    lists: data.lists,
    exclusions: data.exclusions.map(({ exclusion }) => exclusion),
    fragments: read.digests,
    runbooks: closure.runbooks,
  }
}

/** Also of a runbook with mistakes: a circle is told from wherever one enters it. */
const headId = (runbook: Runbook | undefined, text: string): string | undefined =>
  runbook?.id ?? /^id:\s*["']?([\w-]+)/m.exec(text)?.[1]

async function loadInner(file: RunbookFile, options: LoadOptions, within: Within): Promise<LoadedRunbook> {
  const known = within.known.get(file.path)
  if (known) return known
  const { text: _, ...inner } = options
  const loaded = await loadWithin(file, inner, within)
  within.known.set(file.path, loaded)
  return loaded
}

/** The fragments that are used, with those that these read. */
function readFragments(fragments: LibraryData['fragments'], names: readonly string[]) {
  const used = new Set(names.flatMap((name) => [name, ...(fragments.get(name)?.fragment?.query.fragments ?? [])]))
  const found = [...used].sort().flatMap((name) => {
    const fragment = fragments.get(name)
    return fragment ? [[name, fragment] as const] : []
  })
  return {
    digests: Object.fromEntries(found.map(([name, { digest }]) => [name, digest])),
    issues: found.flatMap(([, { issues, fragment }]) => (fragment ? issues : [...issues, ...unsound(fragments)])),
  }
}

/** A fragment may be unsound because of one that it reads. */
const unsound = (fragments: LibraryData['fragments']): readonly Issue[] =>
  [...fragments.values()].flatMap((one) => one.issues.filter((issue) => issue.severity === 'error'))

/** An engine that has a text of its own runs that one; its name is that of the dialect. */
export function prepare(
  query: AnalyzedQuery,
  own: Readonly<Record<string, AnalyzedQuery>> = {},
  native?: InsightsText,
): PreparedQuery {
  const prepared = prepareTexts(query, own)
  if (native === undefined) return prepared
  return {
    ...prepared,
    parameters: [...new Set([...prepared.parameters, ...native.parameters])],
    compile: (input) =>
      input.dialect.name === 'logs-insights'
        ? { text: printInsights(native, input), bindings: [], columns: query.columns }
        : prepared.compile(input),
  }
}

function prepareTexts(query: AnalyzedQuery, own: Readonly<Record<string, AnalyzedQuery>>): PreparedQuery {
  const alone = prepareText(query)
  const texts = Object.entries(own).map(([engine, text]) => [engine, prepareText(text)] as const)
  if (texts.length === 0) return alone
  return {
    ...alone,
    parameters: [...new Set([alone, ...texts.map(([, text]) => text)].flatMap((text) => text.parameters))],
    texts: { sql: alone, ...Object.fromEntries(texts) },
    compile: (input) => compile(own[input.dialect.name] ?? query, input),
  }
}

const prepareText = (query: AnalyzedQuery): PreparedQuery => ({
  columns: query.columns,
  parameters: query.parameters,
  sortedBy: orderingColumns(query),
  compile: (input) => compile(query, input),
})

/**
 * A runbook without mistakes.
 *
 * @throws TrailbookError CLI_RUNBOOK_INVALID with the mistakes as issues
 */
export function sound(loaded: LoadedRunbook, shown: string): SoundRunbook {
  const { runbook } = loaded
  if (runbook !== undefined) return { ...loaded, runbook }
  const mistakes = mistakesOf(loaded.issues)
  const at = mistakes[0]?.at
  throw new TrailbookError(
    'CLI_RUNBOOK_INVALID',
    { path: shown, count: mistakeCount(mistakes) },
    { issues: mistakes, ...(at && { at }) },
  )
}
