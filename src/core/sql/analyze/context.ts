import { type ErrorCode, type Issue, issue, type TextEdit, type Values } from '../../errors.ts'
import { lineAndColumn } from '../../text.ts'
import type { AnalyzeOptions } from '../compile.ts'
import type { Span } from '../tree.ts'

/** What one analysis gathers. */
export interface Context {
  readonly text: string
  readonly options: AnalyzeOptions
  readonly issues: Issue[]
  readonly parameters: Set<string>
  readonly lists: Set<string>
  readonly eventSources: Set<string>
  readonly eventNames: Set<string>
  /** Names of relations in printed text; each is used once, so that no inner query can capture an outer one's columns. */
  readonly printedNames: Set<string>
  readonly printedWithNames: Set<string>
  readsEvents: boolean
}

export function newContext(text: string, options: AnalyzeOptions): Context {
  return {
    text,
    options,
    issues: [],
    parameters: new Set(),
    lists: new Set(),
    eventSources: new Set(),
    eventNames: new Set(),
    printedNames: new Set(),
    printedWithNames: new Set(),
    readsEvents: false,
  }
}

export function report(context: Context, code: ErrorCode, values: Values, span: Span, fix?: TextEdit): void {
  context.issues.push(issue(code, values, { at: placeOf(context.text, span), ...(fix && { fix }) }))
}

export function placeOf(text: string, span: Span) {
  const start = lineAndColumn(text, span.start)
  const end = lineAndColumn(text, span.end)
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column }
}

/** A name for printed text that no other relation of the query has. */
export function printedName(context: Context, wanted: string): string {
  return unique(context.printedNames, wanted)
}

/** `wanted`, or `wanted_2` and so on when it is taken; names differ by more than case. */
export function unique(taken: Set<string>, wanted: string): string {
  let name = wanted
  for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${wanted}_${i}`
  taken.add(name.toLowerCase())
  return name
}
