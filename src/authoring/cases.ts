/** Runs the cases of a runbook: events in, the run's answer against what the case expects. */
import type { Connection } from '../core/ports.ts'
import type { Coverage, CoverageGap } from '../core/run/coverage.ts'
import { type GivenAnswers, makePlan } from '../core/run/plan.ts'
import type { RunbookRun } from '../core/run/result.ts'
import { chooseWindow } from '../core/run/window.ts'
import { caseDefaults, fillEvents } from '../core/runbook/case-events.ts'
import type { JsonMap } from '../core/runbook/json.ts'
import { listTable, listValues } from '../core/runbook/lists.ts'
import { resolveParameters } from '../core/runbook/parameters.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import type { Case, CaseCoverage } from '../core/runbook/schema-case.ts'
import { isoTime, milliseconds, type Window } from '../core/time.ts'
import { celExpressions } from '../session/expressions.ts'
import { finishRun, runRunbook } from '../session/run-runbook.ts'
import { differences } from './compare.ts'
import type { LoadedRunbook } from './load-runbook.ts'

export interface CaseEffects {
  /** An engine over exactly these records; the former ones are gone. */
  readonly loadEvents: (records: readonly JsonMap[]) => Promise<Connection>
}

export interface CaseOutcome {
  readonly runbook: string
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly message?: string
}

/** Runs every case; a case that cannot be carried out at all has failed. */
export async function* runCases(
  loaded: LoadedRunbook & { readonly runbook: Runbook },
  effects: CaseEffects,
  options: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<CaseOutcome> {
  for (const one of loaded.runbook.cases) {
    options.signal?.throwIfAborted()
    yield await runCase(loaded, one, effects)
  }
}

async function runCase(
  loaded: LoadedRunbook & { readonly runbook: Runbook },
  one: Case,
  effects: CaseEffects,
): Promise<CaseOutcome> {
  const named = { runbook: loaded.runbook.id, name: one.name }
  try {
    for (const text of textsOf(loaded)) {
      const run = await answerOf(withText(loaded, text), one, effects)
      const differing = differences(one.expect, run)
      if (differing.length === 0) continue
      const whose = text === 'sql' ? [] : [`with the texts for ${text}:`]
      return { ...named, status: 'failed', message: [...whose, ...differing].join('\n') }
    }
    return { ...named, status: 'passed' }
  } catch (error) {
    return { ...named, status: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

/** The portable texts, and those of each engine that has its own: all are held to the same cases. */
const textsOf = ({ queries }: LoadedRunbook): ReadonlySet<string> =>
  new Set(['sql', ...[...queries.values()].flatMap((query) => Object.keys(query.texts ?? {}))])

const withText = <Loaded extends LoadedRunbook>(loaded: Loaded, text: string): Loaded => ({
  ...loaded,
  queries: new Map(
    [...loaded.queries].map(([step, query]) => [step, query.texts?.[text] ?? query.texts?.sql ?? query]),
  ),
})

async function answerOf(
  loaded: LoadedRunbook & { readonly runbook: Runbook },
  one: Case,
  effects: CaseEffects,
): Promise<RunbookRun> {
  const { runbook } = loaded
  const now = milliseconds(one.now ?? caseDefaults.now)
  const { window, origin } = chooseWindow({ now, runbook: runbook.scope })
  const loadedEvents = await effects.loadEvents(fillEvents(one.given, { now: isoTime(now), window }))
  const connection = { ...bound(loadedEvents), coverage: async () => coverageOf(one.coverage, window) }
  const own = Object.fromEntries(
    Object.entries(one.lists ?? {}).map(([name, entries]) => [name, listTable(entries, loaded.lists[name])]),
  )
  const lists = { ...loaded.lists, ...own }
  const plan = makePlan({
    ...loaded,
    parameters: resolveParameters(runbook.parameters, one.parameters ?? {}, { from: 'json' }),
    lists,
    runbooks: new Map([...loaded.runbooks].map(([id, inner]) => [id, { ...inner, lists: { ...inner.lists, ...own } }])),
    listValues: Object.fromEntries(Object.entries(lists).map(([name, table]) => [name, listValues(table)])),
    window,
    windowOrigin: origin,
    now: isoTime(now),
    connection: { name: connection.name, dialect: connection.dialect },
    answers: (one.answers ?? {}) as GivenAnswers,
    ...(one.fixtures && { fixtures: one.fixtures }),
  })
  return finishRun(runRunbook(plan, { connection, clock: { now: () => now }, expressions: celExpressions() }))
}

/** A connection as plain functions: an object spread would lose the methods of a class. */
const bound = (connection: Connection): Connection => ({
  name: connection.name,
  dialect: connection.dialect,
  capabilities: connection.capabilities,
  run: (query, scope, options) => connection.run(query, scope, options),
  coverage: (scope, needs, options) => connection.coverage(scope, needs, options),
  span: (options) => connection.span(options),
  close: () => connection.close(),
})

/** What the trail covered in a case: everything, unless the case says otherwise. */
function coverageOf(given: CaseCoverage | undefined, window: Window): Coverage {
  if (given === undefined || given === 'complete') {
    return { complete: true, basis: 'ledger', through: window.to, window, gaps: [] }
  }
  if (given === 'none') return { complete: false, basis: 'none', through: null, window, gaps: [] }
  const gaps = given.gaps.map(
    (gap): CoverageGap => ({
      account: gap.account ?? caseDefaults.account,
      region: gap.region ?? caseDefaults.region,
      eventClass: gap.eventClass ?? 'management:write',
      from: gap.from ?? window.from,
      to: gap.to ?? window.to,
      state: 'gap',
      reason: gap.reason ?? 'the case says so',
    }),
  )
  const first = gaps.map((gap) => gap.from).sort()[0] ?? window.from
  return { complete: false, basis: 'ledger', through: first > window.from ? first : null, window, gaps }
}
