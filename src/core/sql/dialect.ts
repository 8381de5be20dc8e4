/** A dialect turns a checked tree into one engine's text. Pure; the engine itself is a `Connection`. */
import type { Scope } from '../ports.ts'
import type { BoundValue } from './bind.ts'
import type { CompiledQuery, ListTable } from './compile.ts'
import type { Query } from './tree.ts'

export interface Dialect {
  readonly name: string
  print(query: Query, input: PrintInput): Pick<CompiledQuery, 'text' | 'bindings' | 'inParts'>
}

export interface PrintInput {
  readonly scope: Scope
  readonly lists: Readonly<Record<string, ListTable>>
  readonly values: ReadonlyMap<string, BoundValue>
}
