/** What all checks of one file share: the draft, what is known around it, and what has been used so far. */
import type { Issue } from '../errors.ts'
import type { KnownEvents } from '../event/known-events.ts'
import type { InsightsText } from '../insights/check.ts'
import type { Analysis, AnalyzedQuery, AnalyzeOptions, ListTable } from '../sql/compile.ts'
import { type CelChecker, celChecker } from './cel-check.ts'
import type { CelScope, KnownStep } from './cel-scope.ts'
import type { Draft } from './draft.ts'
import type { Fragment } from './fragment-files.ts'
import { isJsonList, isJsonMap, type Json } from './json.ts'
import type { RunLink } from './run-links.ts'
import { splitTemplate } from './template.ts'
import { lineStarts } from './yaml-read.ts'
import type { Path } from './yaml-values.ts'

export type AnalyzeSql = (text: string, options?: AnalyzeOptions) => Analysis

export interface Checks {
  readonly draft: Draft
  readonly analyzeSql: AnalyzeSql
  /** Declared lists: their tables, or undefined where the content is not at hand. */
  readonly lists: Readonly<Record<string, ListTable | undefined>>
  /** Declared fragments; undefined where one is not at hand, or has a mistake. */
  readonly fragments: Readonly<Record<string, Fragment | undefined>>
  readonly knownRunbooks?: readonly string[]
  /** With it, event names are held against those that are known. */
  readonly knownEvents?: KnownEvents
  /** Day as `2026-11-20`; without it reviews are not held against the calendar. */
  readonly today?: string
  readonly known: KnownStep[]
  readonly queries: Map<string, AnalyzedQuery>
  /** Texts for single engines, by step and engine; those that are wrong are absent. */
  readonly variants: Map<string, Record<string, AnalyzedQuery>>
  /** Texts in the query language of Logs Insights, by step. */
  readonly natives: Map<string, InsightsText>
  readonly runs: RunLink[]
  readonly used: { readonly [kind in 'params' | 'lists' | 'fragments']: Set<string> }
}

function scopeOf(checks: Checks, options: Pick<CelScope, 'row' | 'findings' | 'run' | 'alert'> = {}): CelScope {
  const params = Object.fromEntries(
    [...checks.draft.parameters].map(([name, parameter]) => [name, parameter?.type ?? ('string' as const)]),
  )
  return { params, lists: checks.lists, steps: [...checks.known], ...options }
}

export const checkerOf = (checks: Checks, options?: Parameters<typeof scopeOf>[1]): CelChecker =>
  celChecker(scopeOf(checks, options))

/** One expression within the text at `path`; `start` is where it begins there. Yields its type. */
export function checkCel(
  { draft: { source }, used }: Checks,
  {
    path,
    text,
    start = 0,
    checker,
    condition = false,
  }: { path: Path; text: string; start?: number; checker: CelChecker; condition?: boolean },
): string | undefined {
  for (const [, root, name] of text.matchAll(/\b(params|lists)\.(\w+)/g))
    used[root as 'params' | 'lists'].add(name as string)
  const { problem, type } = checker.check(text)
  if (problem) {
    const { code, reason, hint, name = '' } = problem
    source.report(code, { reason, hint, name }, source.inText(path, start + problem.start, start + problem.end))
    return undefined
  }
  if (condition && type !== 'bool' && type !== 'dyn')
    source.report('CEL_NOT_CONDITION', { type: type ?? 'nothing' }, source.inText(path, start, start + text.length))
  return type
}

/** All expressions in a value; yields the type of a value that is exactly one. */
export function checkTemplate(
  checks: Checks,
  { path, value, checker }: { path: Path; value: Json | undefined; checker: CelChecker },
): string | undefined {
  if (typeof value === 'string') return checkText(checks, { path, text: value, checker })
  if (isJsonList(value))
    for (const [index, item] of value.entries()) checkTemplate(checks, { path: [...path, index], value: item, checker })
  else if (isJsonMap(value))
    for (const [key, item] of Object.entries(value))
      checkTemplate(checks, { path: [...path, key], value: item, checker })
  return undefined
}

function checkText(
  checks: Checks,
  { path, text, checker }: { path: Path; text: string; checker: CelChecker },
): string | undefined {
  const { source } = checks.draft
  const segments = splitTemplate(text)
  let type: string | undefined
  for (const segment of segments) {
    if (segment.kind === 'open')
      source.report('RUNBOOK_TEMPLATE_OPEN', {}, source.inText(path, segment.start, segment.start + 2))
    if (segment.kind === 'cel') type = checkCel(checks, { path, text: segment.text, start: segment.start, checker })
  }
  const alone = segments.every(
    (segment) => segment.kind === 'cel' || (segment.kind === 'text' && segment.text.trim() === ''),
  )
  return segments.length > 0 && alone ? type : 'string'
}

/** Issues of a text checked elsewhere, moved to where the text stands in the file. */
export function moveIssues(
  { draft: { source } }: Checks,
  { path, text, issues }: { path: Path; text: string; issues: readonly Issue[] },
): void {
  const starts = lineStarts(text)
  const seen = new Set<string>()
  for (const { at, fix, ...issue } of issues) {
    // A name that is not known is one mistake, however often it is used; each use that has a fix gets it.
    if (!fix && seen.has(issue.message)) continue
    seen.add(issue.message)
    const offset = (line: number, column: number) => (starts[line - 1] ?? text.length) + column - 1
    const start = at ? offset(at.line, at.column) : 0
    const end = at ? offset(at.endLine ?? at.line, at.endColumn ?? at.column) : text.length
    const place = source.place(source.inText(path, start, Math.max(start, end)))
    if (source.file.brokenLines.has(place.line)) continue
    source.issues.push({ ...issue, at: place, ...(fix && { fix: source.editText(path, fix) }) })
  }
}
