/**
 * The cases of the shipped runbooks, asked of the fake Logs Insights. Steps that its dialect refuses are asked of DuckDB instead, so
 * that the others are held to the whole case; which those are is written down in docs/runbooks-by-engine.md. Of runbooks without a
 * text of their own for it each fourth case is asked, since the suite is to be short: TRAILBOOK_ALL_CASES=1 asks all.
 */
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCases } from '../../src/authoring/cases.ts'
import { type LoadedRunbook, loadRunbook } from '../../src/authoring/load-runbook.ts'
import { openCaseEngine } from '../../src/compose.ts'
import { TrailbookError } from '../../src/core/errors.ts'
import type { Connection } from '../../src/core/ports.ts'
import type { JsonMap } from '../../src/core/runbook/json.ts'
import type { Case } from '../../src/core/runbook/schema-case.ts'
import type { Dialect } from '../../src/core/sql/dialect.ts'
import { duckdbDialect } from '../../src/core/sql/print/duckdb.ts'
import { connectLogsInsights } from '../../src/engines/logs-insights/connection.ts'
import { startFakeAws } from '../fake-aws/server.ts'
import { type FakeLogEvent, type FakeLogs, logs } from '../fake-aws/services/logs.ts'
import { sparkEngine } from './spark.ts'

const folder = fileURLToPath(new URL('../../runbooks/', import.meta.url))
const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'))

async function openWorld() {
  const spark = await sparkEngine()
  const duckdb = await openCaseEngine()
  let events: readonly FakeLogEvent[] = []
  const service: FakeLogs = logs({
    groups: () => [{ name: 'trail', events }],
    execute: ({ text, messages }) => spark.execute(text, messages),
    perSecond: 1e6,
    looks: 0,
  })
  const aws = await startFakeAws({ world: { accounts: [{ id: '111122223333' }] }, services: [service] })
  Object.assign(process.env, aws.env)
  const insights = await connectLogsInsights(
    { name: 'insights', logGroups: ['trail'] },
    { aws: { endpoint: aws.url }, pollMs: 2 },
  )
  return {
    service,
    async load(records: readonly JsonMap[]): Promise<Connection> {
      events = records.map((record) => ({
        timestamp: Date.parse(String(record.eventTime)),
        message: JSON.stringify(record),
      }))
      let loaded: Promise<Connection> | undefined
      return together(insights, () => (loaded ??= duckdb.loadEvents(records)))
    },
    async close() {
      await insights.close()
      await duckdb.close()
      await aws.close()
      spark.close()
    },
  }
}

/** @param onDuckdb gives the events there: most cases ask nothing of it */
function together(insights: Connection, onDuckdb: () => Promise<Connection>): Connection {
  const elsewhere = new Set<string>()
  const dialect: Dialect = {
    name: 'logs-insights',
    print(query, input) {
      try {
        const printed = insights.dialect.print(query, input)
        expect(printed.text.length).toBeLessThanOrEqual(10_000)
        return printed
      } catch (error) {
        if (!(error instanceof TrailbookError) || error.code !== 'SQL_NOT_ON_ENGINE') throw error
        const printed = duckdbDialect.print(query, input)
        elsewhere.add(printed.text)
        return printed
      }
    },
  }
  return {
    name: 'insights',
    dialect,
    // Each event is given once.
    capabilities: { exactOnce: true, billed: true, bindsParameters: false },
    run: async (query, scope, options) =>
      (elsewhere.has(query.text) ? await onDuckdb() : insights).run(query, scope, options),
    coverage: (scope, needs) => insights.coverage(scope, needs),
    span: async () => undefined,
    close: async () => {},
  }
}

/** The texts as the engine gets them; `runCases` itself goes through those of all engines. */
const asAsked = (loaded: LoadedRunbook): LoadedRunbook => ({
  ...loaded,
  queries: new Map(
    [...loaded.queries].map(([step, query]) => [step, query.texts?.['logs-insights'] ?? query.texts?.sql ?? query]),
  ),
})

const everyCase = process.env.TRAILBOOK_ALL_CASES === '1'

function casesToAsk({ runbook, queries }: LoadedRunbook): readonly Case[] {
  const hasOwn = [...queries.values()].some(({ texts }) => texts?.['logs-insights'] !== undefined)
  return (runbook?.cases ?? []).filter((_, at) => everyCase || hasOwn || at % 4 === 0)
}

describe('the cases of the shipped runbooks on the fake Logs Insights', () => {
  let world: Awaited<ReturnType<typeof openWorld>>
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  it.each(files)('%s', { timeout: 240_000 }, async (file) => {
    const whole = await loadRunbook({ path: folder + file, root: folder, found: true })
    if (whole.runbook === undefined) throw new Error(JSON.stringify(whole.issues))
    const runbook = { ...whole.runbook, cases: [...casesToAsk(whole)] }
    const loaded = asAsked(whole)
    const before = world.service.queries.length
    const told: string[] = []
    for await (const outcome of runCases({ ...loaded, runbook }, { loadEvents: world.load }))
      if (outcome.status !== 'passed') told.push(`${outcome.name}: ${outcome.message}`)
    const asked = world.service.queries.slice(before)
    expect(asked.filter(({ status }) => status === 'Failed').map(({ failure }) => String(failure))).toEqual([])
    expect(told).toEqual([])
    expect(asked.length).toBeGreaterThan(0)
  })
})
