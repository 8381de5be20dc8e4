/**
 * The two steps every query goes through: `analyze` (text -> checked tree, once) and `compile`
 * (tree + values + scope -> text of one engine, once per run).
 */
import type { Issue } from '../errors.ts'
import type { Cell, ResultColumn, Row, Scope } from '../ports.ts'
import { bindParameters } from './bind.ts'
import type { Dialect } from './dialect.ts'
import type { TimeParts } from './time-parts.ts'
import type { Query } from './tree.ts'

export { analyze } from './analyze.ts'

export const parameterKinds = [
  'string',
  'integer',
  'number',
  'boolean',
  'duration',
  'timestamp',
  'arn',
  'account',
  'region',
  'ip',
  'cidr',
  'accessKey',
] as const
export type ParameterKind = (typeof parameterKinds)[number]
export type ParameterType = ParameterKind | `${ParameterKind}[]`

/** A list is a table `lists.<name>`: plain values are one column `value`, maps a column per key. */
export interface ListTable {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly Row[]
}

export interface AnalyzeOptions {
  /** Parameters in reach beside the built-in `window_from` and `window_to`. */
  readonly parameters?: Readonly<Record<string, ParameterType>>
  readonly lists?: Readonly<Record<string, ListTable>>
  /** Checked queries that FROM may name as `fragments.<name>`. */
  readonly fragments?: Readonly<Record<string, AnalyzedQuery>>
  /** Further names for the event table, beside the common ones. */
  readonly aliases?: readonly string[]
}

export interface Analysis {
  /** Places count lines and columns within the SQL text; fixes are offsets into it. Any `error` means no `query`. */
  readonly issues: readonly Issue[]
  readonly query?: AnalyzedQuery
}

export interface AnalyzedQuery {
  readonly tree: Query
  readonly columns: readonly ResultColumn[]
  /** Parameters the text names, built-in ones included. */
  readonly parameters: readonly string[]
  readonly readsEvents: boolean
  readonly lists: readonly string[]
  /** Fragments it reads, with those that these read. */
  readonly fragments: readonly string[]
  /** Tables, subqueries and WITH queries, with those inside fragments. */
  readonly tables: number
  /** Literals that `eventSource` and `eventName` are compared with: for lint of event names. */
  readonly eventSources: readonly string[]
  readonly eventNames: readonly string[]
}

interface CompileInput {
  readonly dialect: Dialect
  readonly scope: Scope
  /** By name; absent or null is SQL NULL. Timestamps are ISO text, durations text such as `15m`. */
  readonly parameters: Readonly<Record<string, Cell>>
  readonly lists?: Readonly<Record<string, ListTable>>
}

export interface Binding {
  readonly name: string
  readonly value: null | boolean | number | bigint | string
}

export interface CompiledQuery {
  readonly text: string
  readonly bindings: readonly Binding[]
  readonly columns: readonly ResultColumn[]
  /** Its text over parts of the scope's time, where the answers together are the whole answer; only of engines that need it. */
  readonly inParts?: TimeParts & { readonly text: (part: Scope) => string }
}

/** @throws TrailbookError SQL_PARAMETER_VALUE for a value that does not fit its parameter's type */
export function compile(query: AnalyzedQuery, input: CompileInput): CompiledQuery {
  const window = { window_from: input.scope.window.from, window_to: input.scope.window.to }
  const bound = bindParameters(query.tree, { ...input.parameters, ...window })
  const printed = input.dialect.print(bound.query, {
    scope: input.scope,
    lists: input.lists ?? {},
    values: bound.values,
  })
  return { ...printed, columns: query.columns }
}
