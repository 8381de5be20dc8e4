import {
  type Contributors,
  contributorLimits,
  contributorsOf,
  contributorTexts,
} from '../core/evidence/contributors.ts'
import type { Abortable, Cell, Connection, Row } from '../core/ports.ts'
import { eventIdsOf } from '../core/run/findings.ts'
import type { Plan, Values } from '../core/run/plan.ts'
import type { RunbookRun, StepResult } from '../core/run/result.ts'
import { type AnalyzedQuery, compile, type ParameterType } from '../core/sql/compile.ts'
import { send } from './send.ts'
import type { Asked } from './state.ts'

type ParameterTypes = Readonly<Record<string, ParameterType>>

interface ContributorsRequest {
  readonly plan: Plan
  readonly run: RunbookRun
  readonly connection: Connection
  /** What each step of the run was asked over and with, every time it was. */
  readonly asked: ReadonlyMap<string, readonly Asked[]>
  /** Undefined where the text cannot be analysed. */
  readonly analyze: (sql: string, types: ParameterTypes) => AnalyzedQuery | undefined
}

/**
 * The events behind the rows of steps that give none, by step: the question is asked once more, with their ids. Only where
 * that is affordable and means the same: few rows, one SELECT over the events, asked once. A step whose further question
 * fails has none; an abort throws.
 */
export async function stepContributors(
  { plan, run, connection, asked, analyze }: ContributorsRequest,
  options: Abortable = {},
): Promise<ReadonlyMap<string, readonly Contributors[]>> {
  const found = new Map<string, readonly Contributors[]>()
  for (const result of run.steps) {
    const sql = textOf(plan, result, connection)
    const [once, again] = asked.get(result.id) ?? []
    if (sql === undefined || once === undefined || again !== undefined) continue
    const query = furtherQuery(sql, (text) => analyze(text, typesOf(once.parameters)))
    if (query === undefined) continue
    options.signal?.throwIfAborted()
    const rows = await ask(query, { plan, connection, asked: once, options }).catch((error: unknown) => {
      options.signal?.throwIfAborted()
      if (error instanceof Error) return []
      throw error
    })
    const contributors = contributorsOf(result.rows, rows)
    if (contributors.length > 0) found.set(result.id, contributors)
  }
  return found
}

function textOf(plan: Plan, result: StepResult, connection: Connection): string | undefined {
  const step = plan.runbook.steps.find(({ id }) => id === result.id)
  if (step?.kind !== 'query') return undefined
  const few = result.rows.length > 0 && result.rows.length <= contributorLimits.rows && !result.truncated
  if (result.status !== 'done' || !few || result.rows.some((row) => eventIdsOf(row).length > 0)) return undefined
  const own = Object.entries(step.query).find(([engine]) => engine === connection.dialect.name)
  return own === undefined ? step.query.sql : undefined
}

/** Types of the values as they are; a declared parameter goes before. */
function typesOf(parameters: Values): ParameterTypes {
  const typeOf = (value: Cell): ParameterType => {
    if (Array.isArray(value))
      return `${typeOf((value as readonly Cell[]).find((one) => one !== null) ?? null)}[]` as ParameterType
    if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
    return typeof value === 'boolean' ? 'boolean' : 'string'
  }
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, typeOf(value)]))
}

function furtherQuery(sql: string, analyze: (text: string) => AnalyzedQuery | undefined): AnalyzedQuery | undefined {
  const query = analyze(sql)
  if (query === undefined) return undefined
  for (const text of contributorTexts(sql, query)) {
    const further = analyze(text)
    if (further !== undefined) return further
  }
  return undefined
}

interface Asking extends Pick<ContributorsRequest, 'plan' | 'connection'> {
  readonly asked: Asked
  readonly options: Abortable
}

async function ask(query: AnalyzedQuery, { plan, connection, asked, options }: Asking): Promise<readonly Row[]> {
  const { scope, parameters } = asked
  const run = await send(
    connection,
    compile(query, { dialect: connection.dialect, scope, parameters, lists: plan.lists }),
    scope,
    options,
  )
  const rows: Row[] = []
  let ids = 0
  for await (const batch of run.rows) {
    for (const row of batch) {
      rows.push(row)
      ids += eventIdsOf(row).length
    }
    if (ids > contributorLimits.events) return []
  }
  return rows
}
