/** What a run needs of Event history: which time, and whether asking for a single attribute is enough. */
import type { LookupAttribute, LookupKey } from '../event/history-slice.ts'
import type { Cell, Scope } from '../ports.ts'
import type { Step } from '../runbook/schema-step.ts'
import type { ListTable } from '../sql/compile.ts'
import type { Dialect } from '../sql/dialect.ts'
import { either, type ImpliedValues, impliedValues } from '../sql/implied-values.ts'
import { isoTime, milliseconds, parseDuration, type Window } from '../time.ts'
import type { Plan, PreparedQuery } from './plan.ts'

interface Candidate {
  readonly key: LookupKey
  readonly path: string
  /** More values than these are not cheaper than all events. */
  readonly most: number
  /** Another column that must be so: `userName` is what LookupEvents calls Username only of IAM users. */
  readonly only?: readonly [path: string, value: string]
}

/**
 * In the order of how few events they leave. ResourceName is not among them: no column holds what Event history understands by
 * it, so that no predicate implies it.
 */
const candidates: readonly Candidate[] = [
  { key: 'EventId', path: 'eventid', most: 20 },
  { key: 'AccessKeyId', path: 'useridentity.accesskeyid', most: 10 },
  { key: 'Username', path: 'useridentity.username', most: 10, only: ['useridentity.type', 'IAMUser'] },
  { key: 'EventName', path: 'eventname', most: 20 },
  { key: 'EventSource', path: 'eventsource', most: 5 },
  { key: 'ReadOnly', path: 'readonly', most: 1 },
]

/** LookupEvents takes values of 1 to 2,000 characters. */
const longest = 2000

/**
 * The attributes to ask for, one by one, so that no event is missing that a query of the plans could see; none where only all
 * events are enough. Steps that read events by other means than a query, or whose values are known only from rows, need all.
 */
export function lookupOf(plans: readonly Plan[], dialect: Dialect): readonly LookupAttribute[] {
  const readings: ImpliedValues[] = []
  for (const plan of plans) {
    for (const step of plan.runbook.steps) {
      const query = plan.queries.get(step.id)
      if (isBlind(step)) continue
      if (step.kind !== 'query' || step.with !== undefined || query === undefined) return []
      const told = readingsOf(query, { dialect, scope: plan.scope, parameters: plan.parameters, lists: plan.lists })
      if (told === undefined) return []
      readings.push(...told)
    }
  }
  return attributesOf(readings)
}

/** The same for one query. */
export function lookupOfQuery(
  query: PreparedQuery,
  input: { readonly dialect: Dialect; readonly scope: Scope; readonly lists: Readonly<Record<string, ListTable>> },
): readonly LookupAttribute[] {
  return attributesOf(readingsOf(query, { ...input, parameters: {} }) ?? [])
}

/** Steps that read no events. */
const isBlind = ({ kind }: Step): boolean => kind === 'ask' || kind === 'action' || kind === 'notify'

interface Reading {
  readonly dialect: Dialect
  readonly scope: Scope
  readonly parameters: Readonly<Record<string, Cell>>
  readonly lists: Readonly<Record<string, ListTable>>
}

/** The engine's own text is the one that is looked into: a dialect of its name gets the tree with its values. */
function readingsOf(query: PreparedQuery, { dialect, ...input }: Reading): readonly ImpliedValues[] | undefined {
  let found: readonly ImpliedValues[] = []
  const observer: Dialect = {
    ...dialect,
    print(tree, { values }) {
      found = impliedValues(tree, values)
      return { text: '', bindings: [] }
    },
  }
  try {
    query.compile({ ...input, dialect: observer })
    return found
  } catch {
    return undefined
  }
}

function attributesOf(readings: readonly ImpliedValues[]): readonly LookupAttribute[] {
  if (readings.length === 0) return []
  const common = readings.reduce(either)
  for (const { key, path, most, only } of candidates) {
    const values = [...(common.get(path) ?? [])]
    const fits =
      values.length > 0 && values.length <= most && values.every(({ length }) => length > 0 && length <= longest)
    const given = only === undefined ? [] : [...(common.get(only[0]) ?? [''])]
    if (fits && given.every((value) => value === only![1])) return values.sort().map((value) => ({ key, value }))
  }
  return []
}

/** From the earliest event that any query of the plans may read, those of inner runbooks included, to the end of the latest window. */
export function sweepWindow(plans: readonly Plan[]): Window {
  const from = plans.map(({ scope, runbook, runbooks }) => {
    const steps = [runbook, ...[...(runbooks?.values() ?? [])].map((inner) => inner.runbook)].flatMap((one) => [
      one.scope,
      ...one.steps.map((step) => step.scope ?? {}),
    ])
    const length = (text: string | undefined): number => (text === undefined ? 0 : (parseDuration(text) ?? 0))
    const window = milliseconds(scope.window.to) - milliseconds(scope.window.from)
    const widest = Math.max(window, ...steps.map((one) => length(one.window)))
    const lookback = Math.max(0, ...steps.map((one) => ('lookback' in one ? length(one.lookback) : 0)))
    // The window that was asked for goes before the runbook's own; a step's own is its own.
    const own = runbook.steps.some((step) => step.scope?.window !== undefined) ? widest : window
    return milliseconds(scope.window.to) - own - lookback
  })
  return {
    from: isoTime(Math.min(...from)),
    to: plans.map(({ scope }) => scope.window.to).reduce((latest, to) => (to > latest ? to : latest)),
  }
}
