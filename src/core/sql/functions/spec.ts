import type { Expression } from '../tree.ts'
import type { SqlType } from '../types.ts'
import { type Signature, signature } from './signature.ts'

/** What a function's DuckDB form may look at. `args` are printed already. */
export interface Emission {
  readonly args: readonly string[]
  readonly nodes: readonly Expression[]
  readonly returns: SqlType
  /** The return type in DuckDB's words. */
  readonly returnsText: string
}

/** A template with `$1`, `$2` … for the arguments and `$*` for all of them, or a function where a template cannot say it. */
export type Emit = string | ((emission: Emission) => string)

export interface FunctionSpec {
  readonly name: string
  readonly kind: 'scalar' | 'aggregate' | 'window'
  readonly signatures: readonly { readonly signature: Signature; readonly duckdb: Emit }[]
  /**
   * Looks at arguments whose meaning is translated before the query runs (patterns, paths, formats, units).
   * Answers with the position of the argument and why it cannot be, or undefined.
   */
  readonly check?: (nodes: readonly Expression[]) => ArgumentProblem | undefined
}

export interface ArgumentProblem {
  readonly argument: number
  /** `literal`: it is no literal where one is needed; `regex`: a pattern outside the common subset; `value`: no such unit, path, format. */
  readonly kind: 'literal' | 'regex' | 'value'
  readonly reason: string
}

/** `scalar('lower(varchar) -> varchar')` is the same in DuckDB; a second argument says otherwise. */
export function scalar(
  signatures: string | readonly string[],
  duckdb?: Emit,
  check?: FunctionSpec['check'],
): FunctionSpec {
  return spec('scalar', signatures, duckdb, check)
}

export function aggregate(
  signatures: string | readonly string[],
  duckdb?: Emit,
  check?: FunctionSpec['check'],
): FunctionSpec {
  return spec('aggregate', signatures, duckdb, check)
}

export function windowFunction(signatures: string | readonly string[], duckdb?: Emit): FunctionSpec {
  return spec('window', signatures, duckdb)
}

function spec(
  kind: FunctionSpec['kind'],
  signatures: string | readonly string[],
  duckdb?: Emit,
  check?: FunctionSpec['check'],
): FunctionSpec {
  const texts = typeof signatures === 'string' ? [signatures] : signatures
  const name = texts[0]!.slice(0, texts[0]!.indexOf('('))
  return {
    name,
    kind,
    signatures: texts.map((text) => ({ signature: signature(text), duckdb: duckdb ?? `${name}($*)` })),
    ...(check && { check }),
  }
}

/** Text of a string literal, or undefined. */
export const literalText = (node: Expression | undefined): string | undefined =>
  node?.kind === 'string' ? node.value : undefined

export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`
