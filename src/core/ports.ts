/** What the pure core asks of the world. Adapters implement these; nothing here touches a clock, a file or a network. */
import type { Coverage } from './run/coverage.ts'
import type { CompiledQuery } from './sql/compile.ts'
import type { Dialect } from './sql/dialect.ts'
import type { Window } from './time.ts'

/** What a query may see. The planner puts it into every query; authors do not write it. Empty lists mean "all". */
export interface Scope {
  /** The question's window. */
  readonly window: Window
  /** Earliest event time that queries may read: the window's start less the lookback. */
  readonly earliest: string
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  readonly services: readonly string[]
}

/** A cell is lossless JSON: a bigint beyond 2^53 is its digits, times are ISO text, varbinary is base64. */
export type Cell = null | boolean | number | string | readonly Cell[] | { readonly [name: string]: Cell }

export type Row = Readonly<Record<string, Cell>>

export interface ResultColumn {
  readonly name: string
  /** In Trino's words, e.g. `varchar`, `bigint`, `array(varchar)`. */
  readonly type: string
}

/** What is charged for, at list prices of the documentation: an order of magnitude, not a bill. */
export interface Charge {
  readonly what: 'scan' | 'list' | 'get' | 'kms'
  /** Bytes that are scanned, else requests. */
  readonly amount: number
  readonly usd: number
  /** Absent for the queries that were asked for. */
  readonly for?: 'coverage'
}

/** What a query would read, as far as that can be told before it runs. */
export interface Estimate {
  /** Bytes that it reads at most; null where nothing tells. */
  readonly bytes: number | null
  /** Files that it opens at most; null where nothing tells. */
  readonly files: number | null
  /** All there is, where that is known. */
  readonly of?: { readonly bytes: number; readonly files: number }
  /** How it was found out, as the end of a sentence: `from a listing of the bucket`. */
  readonly basis: string
  readonly charges: readonly Charge[]
}

export interface Statistics {
  readonly elapsedMs: number
  /** Bytes of the files that may hold events of the scope: an upper bound, as columns and groups of rows are left out in them. */
  readonly bytesRead?: number
  /** Bytes of all files of events. */
  readonly bytesTotal?: number
  /** The engine gave as many rows as it gives at most, so that there may be more. */
  readonly truncated?: boolean
  /** What it cost, on engines that charge. */
  readonly charges?: readonly Charge[]
}

export interface QueryRun {
  readonly columns: readonly ResultColumn[]
  /** Batches as the engine makes them. */
  readonly rows: AsyncIterable<readonly Row[]>
  /** Known once `rows` has ended. */
  statistics(): Statistics
}

export interface Abortable {
  readonly signal?: AbortSignal
}

/** What all queries of a command may cost together; several connections may draw on it at the same time. */
export interface Budget {
  readonly usd: number
  /** What was charged, and for queries that are under way what they were estimated at. */
  spent: number
}

/** For a connection that asks more than it was asked for, such as what its events cover. */
export interface Spending {
  readonly budget?: Budget | undefined
  /** What that was charged is added here. */
  readonly charges: Charge[]
}

export interface Asking extends Abortable {
  readonly spending?: Spending | undefined
}

export interface Capabilities {
  /** Events are unique where they lie. */
  readonly exactOnce: boolean
  /** Where they are not: the dialect puts de-duplication into every query. */
  readonly removesCopies?: boolean
  /** Reading costs money: ad hoc queries must name a window. */
  readonly billed: boolean
  /** Parameters travel beside the text instead of inside it. */
  readonly bindsParameters: boolean
  /** The longest text that the engine takes; a longer one is refused before it is sent. */
  readonly textLimit?: { readonly amount: number; readonly unit: 'bytes' | 'characters' }
}

/** One engine over one set of data. `run` starts at once; abort stops the query itself, not only the waiting. */
export interface Connection {
  readonly name: string
  readonly dialect: Dialect
  readonly capabilities: Capabilities
  run(query: CompiledQuery, scope: Scope, options?: Asking): Promise<QueryRun>
  coverage(scope: Scope, needs: readonly string[], options?: Asking): Promise<Coverage>
  /** Asks nothing that costs as much as the query itself. Absent where reading is free. */
  estimate?(query: CompiledQuery, scope: Scope, options?: Abortable): Promise<Estimate>
  /** First and last event time in the data, or undefined when it holds none. */
  span(options?: Abortable): Promise<Window | undefined>
  close(): Promise<void>
}

/** One statement of an IAM policy. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

export interface Clock {
  now(): number
}
