/** Hand-written stand-ins for tests: a connection that answers from a table, and plans without SQL. */
import { parse } from 'yaml'
import type { Capabilities, Connection, Row } from '../../src/core/ports.ts'
import type { Coverage } from '../../src/core/run/coverage.ts'
import { makePlan, type Plan, type PlanRequest, type PreparedQuery } from '../../src/core/run/plan.ts'
import { runbookSchema } from '../../src/core/runbook/schema.ts'
import { isoTime } from '../../src/core/time.ts'
import { celExpressions } from '../../src/session/expressions.ts'
import type { RunEffects } from '../../src/session/state.ts'

export const now = Date.parse('2026-01-15T12:00:00Z')
export const window = { from: '2026-01-08T12:00:00Z', to: '2026-01-15T11:40:00Z' }

export const wholeCoverage: Coverage = { complete: true, basis: 'ledger', through: window.to, window, gaps: [] }

export type Answer = (parameters: Row, text: string) => readonly Row[]

export interface FakeOptions {
  /** By step id. */
  readonly answers?: Readonly<Record<string, readonly Row[] | Answer>>
  readonly coverage?: Coverage
  readonly capabilities?: Partial<Capabilities>
}

export function fakeConnection({
  answers = {},
  coverage = wholeCoverage,
  capabilities = {},
}: FakeOptions = {}): Connection {
  return {
    name: 'fake',
    dialect: { name: 'fake' } as Connection['dialect'],
    capabilities: { exactOnce: true, billed: false, bindsParameters: true, ...capabilities },
    async run(compiled, _scope, options) {
      options?.signal?.throwIfAborted()
      const parameters = Object.fromEntries(compiled.bindings.map(({ name, value }) => [name, value as Row[string]]))
      const answer = answers[compiled.text] ?? []
      const rows = typeof answer === 'function' ? answer(parameters, compiled.text) : answer
      return { columns: compiled.columns, rows: batches(rows), statistics: () => ({ elapsedMs: 1 }) }
    },
    coverage: async () => coverage,
    span: async () => window,
    close: async () => {},
  }
}

async function* batches(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let start = 0; start < rows.length; start += 2) yield rows.slice(start, start + 2)
}

/** A query whose text is its step's id and whose parameters are bound as they come. */
export const fakeQuery = (id: string, columns: readonly string[]): PreparedQuery => ({
  columns: columns.map((name) => ({ name, type: 'varchar' })),
  parameters: [],
  compile: ({ parameters }) => ({
    text: id,
    bindings: Object.entries(parameters).map(([name, value]) => ({ name, value: value as string })),
    columns: columns.map((name) => ({ name, type: 'varchar' })),
  }),
})

export const columns = ['eventID', 'recipientAccountId', 'actor', 'eventName', 'outcome', 'accessKeyId']

/** A plan from the text of a runbook's steps (and whatever else it holds). */
export function fakePlan(yaml: string, more: Partial<PlanRequest> = {}): Plan {
  const runbook = runbookSchema.parse({ format: 'trailbook/v1', id: 'fake', title: 'Fake', ...(parse(yaml) as object) })
  return makePlan({
    runbook,
    digest: '0'.repeat(64),
    queries: new Map(
      runbook.steps.filter((step) => step.kind === 'query').map((step) => [step.id, fakeQuery(step.id, columns)]),
    ),
    parameters: {},
    lists: {},
    listValues: {},
    window,
    windowOrigin: 'runbook',
    now: isoTime(now),
    connection: { name: 'fake', dialect: { name: 'fake' } as PlanRequest['connection']['dialect'] },
    ...more,
  })
}

export const fakeEffects = (options: FakeOptions = {}, more: Partial<RunEffects> = {}): RunEffects => ({
  connection: fakeConnection(options),
  clock: { now: () => now },
  expressions: celExpressions(),
  ...more,
})

export const event = (id: string, more: Row = {}): Row => ({
  eventID: id,
  recipientAccountId: '111122223333',
  actor: 'mallory',
  eventName: 'AttachRolePolicy',
  outcome: 'succeeded',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  ...more,
})
