/** A runbook file to a checked runbook: all mistakes in one pass, each at its place in the file. */

import type { Issue, Place } from '../errors.ts'
import type { KnownEvents } from '../event/known-events.ts'
import type { InsightsText } from '../insights/check.ts'
import { type AnalyzedQuery, analyze, type ListTable } from '../sql/compile.ts'
import { checkCases } from './check-cases.ts'
import type { AnalyzeSql, Checks } from './check-context.ts'
import { checkHead, checkTail } from './check-head.ts'
import { checkSteps } from './check-steps.ts'
import type { Draft } from './draft.ts'
import { readDraft } from './draft.ts'
import type { Fragment } from './fragment-files.ts'
import { lintRunbook } from './lint.ts'
import { listTable } from './lists.ts'
import type { RunLink } from './run-links.ts'
import { type Runbook, runbookSchema } from './schema.ts'
import { openSource } from './source.ts'
import type { Path } from './yaml-values.ts'

export interface ParseOptions {
  /** Name shown with every place. */
  readonly file?: string
  /** Shared lists by name. Without it, declared lists are taken for lists of texts and their names are not checked. */
  readonly lists?: Readonly<Record<string, ListTable>>
  /**
   * Shared fragments by name; undefined is one with a mistake, which is told in its own file. Without it, declared
   * fragments are not checked, nor are queries that read them.
   */
  readonly fragments?: Readonly<Record<string, Fragment | undefined>>
  /** Ids that `run` may name. Without it they are not checked. */
  readonly knownRunbooks?: readonly string[]
  /** Day as `2026-11-20`, for reviews that are due. */
  readonly today?: string
  /** With it, event names are held against those that are known: for lint, which alone loads them. */
  readonly knownEvents?: KnownEvents
  readonly checks?: { readonly analyzeSql: AnalyzeSql }
}

interface ParsedRunbook {
  /** Present when no issue is an error. */
  readonly runbook?: Runbook
  /** By place in the file. */
  readonly issues: readonly Issue[]
  /** The checked SQL of query steps by step id; those whose SQL is wrong are absent. */
  readonly queries: ReadonlyMap<string, AnalyzedQuery>
  /** Checked texts for single engines: by step id, then engine. */
  readonly variants: ReadonlyMap<string, Readonly<Record<string, AnalyzedQuery>>>
  /** Checked texts in the query language of Logs Insights, by step id. */
  readonly natives: ReadonlyMap<string, InsightsText>
  /** Steps that run other runbooks; what they give is checked when those are at hand. */
  readonly runs: readonly RunLink[]
  /** Where the value at a path stands, e.g. `['steps', 0, 'query']`; the nearest one around it when there is none. */
  readonly positions: (path: Path) => Place
}

export function parseRunbook(text: string, options: ParseOptions = {}): ParsedRunbook {
  const source = openSource(text, options.file)
  const found: Found = { queries: new Map(), variants: new Map(), natives: new Map(), runs: [] }
  const positions = (path: Path) => source.place(source.value(path))
  const draft = readDraft(source)
  if (draft) check(draft, options, found)
  const issues = inOrder(source.issues)
  const sound = draft !== undefined && !issues.some((issue) => issue.severity === 'error')
  const runbook = sound ? runbookSchema.parse(source.file.value) : undefined
  return { ...(runbook && { runbook }), issues, ...found, positions }
}

type Found = Pick<Checks, 'queries' | 'variants' | 'natives' | 'runs'>

function check(draft: Draft, options: ParseOptions, found: Found): void {
  const checks: Checks = {
    draft,
    analyzeSql: options.checks?.analyzeSql ?? analyze,
    lists: declaredLists(draft, options.lists),
    fragments: declaredFragments(draft, options.fragments),
    known: [],
    ...found,
    used: { params: new Set(), lists: new Set(), fragments: new Set() },
    ...(options.knownRunbooks && { knownRunbooks: options.knownRunbooks }),
    ...(options.today !== undefined && { today: options.today }),
    ...(options.knownEvents && { knownEvents: options.knownEvents }),
  }
  checkHead(checks, {
    ...(options.lists && { lists: Object.keys(options.lists) }),
    ...(options.fragments && { fragments: Object.keys(options.fragments) }),
  })
  checkSteps(checks)
  checkTail(checks)
  checkCases(checks)
  lintRunbook(checks)
}

/** The shared list, else the first case's: so that its columns are known where the library is not at hand. */
function declaredLists(draft: Draft, shared: ParseOptions['lists'] = {}): Record<string, ListTable | undefined> {
  const own = caseLists(draft)
  return Object.fromEntries((draft.head.uses?.lists ?? []).map((name) => [name, shared[name] ?? own.get(name)]))
}

const declaredFragments = (draft: Draft, shared: ParseOptions['fragments'] = {}) =>
  Object.fromEntries((draft.head.uses?.fragments ?? []).map((name) => [name, shared[name]]))

function caseLists(draft: Draft): Map<string, ListTable> {
  const found = new Map<string, ListTable>()
  for (const { value } of draft.cases)
    for (const [name, entries] of Object.entries(value?.lists ?? {}))
      if (!found.has(name)) found.set(name, listTable(entries))
  return found
}

/** Said once, however often it is met. */
const oncePerFile: ReadonlySet<string> = new Set(['RUNBOOK_STEP_UNKNOWN'])

/** One issue for one place and code: checks that meet at the same text say it once. */
function inOrder(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>()
  return issues
    .toSorted((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0))
    .filter(({ code, at, message }) => {
      const id = oncePerFile.has(code) ? message : `${code}:${at?.line}:${at?.column}:${message}`
      return !seen.has(id) && seen.add(id)
    })
}
