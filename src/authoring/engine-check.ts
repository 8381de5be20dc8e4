/** Whether the queries of a runbook can be said on an engine; nothing is asked of it. */
import { type Issue, issue, TrailbookError } from '../core/errors.ts'
import type { Cell, Scope } from '../core/ports.ts'
import type { PreparedQuery } from '../core/run/plan.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import type { QueryStep } from '../core/runbook/schema-step.ts'
import { openSource } from '../core/runbook/source.ts'
import type { Dialect } from '../core/sql/dialect.ts'
import { refusalSpan } from '../core/sql/print/insights/values.ts'
import type { SoundRunbook } from './load-runbook.ts'

export interface EngineToCheck {
  readonly dialect: Dialect
  /** As people call it. */
  readonly title: string
  /** The longest text that it takes, in characters. */
  readonly longest?: number
}

interface QueryCheck {
  readonly step: string
  /** The engine has a text of its own for it. */
  readonly own: boolean
  /** Why the engine cannot be asked, with its place in the file. */
  readonly refusals: readonly Issue[]
}

const day = { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' }
const scope: Scope = { window: day, earliest: day.from, accounts: [], regions: [], services: [] }

/** Each query with all its parameters given, and with none of those that are optional: conditions come and go with them. */
export function checkOnEngine(
  loaded: SoundRunbook,
  shown: string,
  { dialect, title, longest }: EngineToCheck,
): QueryCheck[] {
  const { runbook, text } = loaded
  let opened: ReturnType<typeof openSource> | undefined
  const place = (at: number, span: { readonly start: number; readonly end: number } | undefined) => {
    opened ??= openSource(text, shown)
    const source = opened
    const short = ['steps', at, 'query'] as const
    const named = [dialect.name, 'sql'].map((key) => [...short, key])
    const path = named.find((one) => source.file.places.has(JSON.stringify(one))) ?? [...short]
    return source.place(span === undefined ? source.key(path) : source.inText(path, span.start, span.end))
  }
  return runbook.steps.flatMap((step, at) => {
    const query = loaded.queries.get(step.id)
    if (step.kind !== 'query' || query === undefined) return []
    const refusals = new Map<string, Issue>()
    for (const given of [true, false]) {
      try {
        const compiled = query.compile({
          dialect,
          scope,
          parameters: samples(runbook, step, query, given),
          lists: loaded.lists,
        })
        if (longest !== undefined && compiled.text.length > longest) {
          const what = `a text of more than ${longest} characters`
          const values = { engine: title, what, advice: 'Shorten the query, or split the step.' }
          refusals.set(what, issue('SQL_NOT_ON_ENGINE', values, { at: place(at, undefined) }))
        }
      } catch (error) {
        if (!(error instanceof TrailbookError) || error.code !== 'SQL_NOT_ON_ENGINE') throw error
        const { code, message, hint } = error
        refusals.set(message, { code, severity: 'error', message, hint, at: place(at, refusalSpan(error)) })
      }
    }
    return [{ step: step.id, own: ownText(step, dialect.name), refusals: [...refusals.values()] }]
  })
}

const ownText = ({ query }: QueryStep, engine: string): boolean => Object.hasOwn(query, engine)

function samples(runbook: Runbook, step: QueryStep, query: PreparedQuery, given: boolean): Record<string, Cell> {
  return Object.fromEntries(
    query.parameters.flatMap((name) => {
      const parameter = runbook.parameters[name]
      if (parameter === undefined) return [[name, sampleOf(typeOfWith(step.with?.[name], name))]]
      const optional = parameter.default === undefined && 'optional' in parameter && parameter.optional === true
      return [[name, optional && !given ? null : ((parameter.default as Cell | undefined) ?? sampleOf(parameter.type))]]
    }),
  )
}

/** What a template yields only the run can tell: times are known by their form, and the others are lists of keys. */
const typeOfWith = (value: unknown, name: string): string =>
  typeof value !== 'string' || /since|from|until|time/i.test(name) ? 'timestamp' : 'string[]'

function sampleOf(type: string): Cell {
  if (type.endsWith('[]')) return [sampleOf(type.slice(0, -2))]
  if (type === 'integer') return 5
  if (type === 'number') return 1.5
  if (type === 'boolean') return true
  if (type === 'duration') return '1h'
  if (type === 'timestamp') return day.from
  return 'x'
}
