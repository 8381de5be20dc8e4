/** What an expression may name at its place in a runbook, with types: `row.x` is checked before anything runs. */
import type { ResultColumn } from '../ports.ts'
import type { ListTable, ParameterType } from '../sql/compile.ts'
import type { AskStep, StepKind } from './schema-step.ts'

/** A step as later expressions see it. */
export interface KnownStep {
  readonly id: string
  readonly kind: StepKind
  /** Output columns of a query; undefined where they cannot be known. */
  readonly columns?: readonly ResultColumn[] | undefined
  readonly ask?: AskStep['ask']['type']
  /** The step whose rows it was done for. */
  readonly eachOf?: string
}

export interface CelScope {
  readonly params: Readonly<Record<string, ParameterType>>
  /** Undefined: the list is declared, its content is not at hand. */
  readonly lists: Readonly<Record<string, ListTable | undefined>>
  /** Earlier steps, in order. */
  readonly steps: readonly KnownStep[]
  /** Rows of this step; absent where there is no row. */
  readonly row?: { readonly of: string; readonly columns?: readonly ResultColumn[] | undefined }
  readonly findings?: boolean
  readonly run?: boolean
  readonly alert?: boolean
}

/** Fields of `run`, of one of `findings`, and of `steps.<id>` and `row.steps.<id>`: the contract with the session. */
export const runFields = {
  runbook: 'string',
  now: 'string',
  window: 'dyn',
  connection: 'string',
  verdict: 'string',
  complete: 'bool',
} as const

export const findingFields = {
  fingerprint: 'string',
  severity: 'string',
  title: 'string',
  runbook: 'string',
  step: 'string',
  count: 'int',
  eventIds: 'list<string>',
  row: 'dyn',
} as const

const outcomeFields = { status: 'string', count: 'int', skipped: 'bool', error: 'string' } as const

/** `rows` holds what the step said, row by row; `answer` what a person or the policy said. */
export function stepFields(step: KnownStep, rowType: string): Record<string, string> {
  const rows = `list<${rowType}>`
  if (step.kind === 'ask') return { ...outcomeFields, rows, answer: answerTypes[step.ask ?? 'text'] }
  if (step.kind === 'verify') return { ...outcomeFields, rows, answer: 'string', because: 'string' }
  if (step.kind === 'query' || step.kind === 'watch') return { ...outcomeFields, rows }
  return { ...outcomeFields, rows, result: 'dyn' }
}

const answerTypes = {
  choice: 'string',
  text: 'string',
  boolean: 'bool',
  number: 'double',
  timestamp: 'string',
} as const

export const parameterCelType = (type: ParameterType): string => {
  if (type.endsWith('[]')) return `list<${parameterCelType(type.slice(0, -2) as ParameterType)}>`
  return type === 'integer' ? 'int' : type === 'number' ? 'double' : type === 'boolean' ? 'bool' : 'string'
}

/** Trino's type words to CEL's; what JSON cannot carry as itself is text. */
export function columnCelType(type: string): string {
  const word = type.trim().toLowerCase()
  const list = /^array\((.*)\)$/s.exec(word)
  if (list) return `list<${columnCelType(list[1] ?? '')}>`
  if (/^(tinyint|smallint|integer|int|bigint)$/.test(word)) return 'int'
  if (/^(double|real)$/.test(word)) return 'double'
  if (word === 'boolean') return 'bool'
  return /^(varchar|char|date|time|timestamp|uuid|varbinary|ipaddress|interval)/.test(word) ? 'string' : 'dyn'
}
