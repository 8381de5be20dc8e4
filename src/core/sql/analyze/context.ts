import { type ErrorCode, type Issue, issue, type TextEdit, type Values } from '../../errors.ts'
import { lineAndColumn } from '../../text.ts'
import type { AnalyzeOptions } from '../compile.ts'
import type { Expression, Span } from '../tree.ts'
import { type Growth, leaf } from './growth.ts'

/** What one analysis gathers. */
export interface Context {
  readonly text: string
  readonly options: AnalyzeOptions
  readonly issues: Issue[]
  readonly parameters: Set<string>
  readonly lists: Set<string>
  readonly fragments: Set<string>
  readonly eventSources: Set<string>
  readonly eventNames: Set<string>
  /** Gives out names of relations in printed text; each is used once, so that no inner query can capture an outer one's columns. */
  readonly relationName: (wanted: string) => string
  readonly withName: (wanted: string) => string
  readsEvents: boolean
  /** Of every expression found so far, and the most that any of the subquery at hand has. */
  readonly growth: Map<Expression, Growth>
  mostGrowth: Growth
  /** Tables, subqueries and WITH queries so far. */
  relations: number
}

export function newContext(text: string, options: AnalyzeOptions): Context {
  return {
    text,
    options,
    issues: [],
    parameters: new Set(),
    lists: new Set(),
    fragments: new Set(),
    eventSources: new Set(),
    eventNames: new Set(),
    relationName: uniqueNames(),
    withName: uniqueNames(),
    readsEvents: false,
    growth: new Map(),
    mostGrowth: leaf,
    relations: 0,
  }
}

/** More mistakes than anybody reads; keeps hostile text from taking minutes. */
const maxIssues = 100

/** Ends an analysis whose further findings would be too many to read or too dear to make. */
export class StopAnalysis extends Error {}

export function report(context: Context, code: ErrorCode, values: Values, span: Span, fix?: TextEdit): void {
  if (context.issues.length >= maxIssues) throw new StopAnalysis()
  context.issues.push(issue(code, values, { at: placeOf(context.text, span), ...(fix && { fix }) }))
}

/** Engines take ever longer, or more than they have, for what a short text can say many times over. */
const limits = { columns: 1000, tables: 200, 'grouping sets': 256 } as const

export function limit(context: Context, what: keyof typeof limits, count: number, span: Span): void {
  if (count <= limits[what]) return
  report(context, 'SQL_TOO_MANY', { limit: limits[what], what }, span)
  throw new StopAnalysis()
}

export function placeOf(text: string, span: Span) {
  const start = lineAndColumn(text, span.start)
  const end = lineAndColumn(text, span.end)
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}

/** A giver of names that differ by more than case: `wanted`, or `wanted_2` and so on when it is taken. */
export function uniqueNames(): (wanted: string) => string {
  const taken = new Set<string>()
  const tries = new Map<string, number>()
  return (wanted) => {
    const folded = wanted.toLowerCase()
    let name = wanted
    let next = tries.get(folded) ?? 2
    while (taken.has(name.toLowerCase())) name = `${wanted}_${next++}`
    tries.set(folded, next)
    taken.add(name.toLowerCase())
    return name
  }
}
