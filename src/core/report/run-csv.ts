import type { RunResult } from '../run/result.ts'
import { type CsvTable, csvChunks } from './csv.ts'
import { issueText } from './issue-lines.ts'
import { coverageText, nextSteps, todoText, verdictText } from './words.ts'

const columns = [
  'record',
  'runbook',
  'verdict',
  'severity',
  'title',
  'step',
  'count',
  'account',
  'region',
  'event_class',
  'from',
  'to',
  'event_ids',
  'fingerprint',
  'detail',
] as const

type Line = Readonly<Partial<Record<(typeof columns)[number] | 'connection', string | number>>>

/**
 * A run as one table. `record` says what a line is: `answer` over all, `run`, `finding`, `doubt`, `need`, `gap`, `next` or
 * `skipped`; a list without findings must still say whether everything could be seen.
 */
export function runCsv(result: RunResult): Iterable<string> {
  // Where several connections were asked, a line says of which it is.
  const own = result.connections === undefined ? columns : ([...columns, 'connection'] as const)
  const table: CsvTable = { columns: own, rows: cells(result, own) }
  return csvChunks(table)
}

function* cells(result: RunResult, own: readonly (keyof Line)[]): Generator<readonly (string | number | undefined)[]> {
  for (const line of runLines(result)) yield own.map((column) => line[column])
}

function* runLines(result: RunResult): Generator<Line> {
  yield {
    record: 'answer',
    verdict: result.verdict,
    title: verdictText(result),
    count: result.findings.length,
    ...result.coverage.window,
    detail: coverageText(result.coverage, result.runs[0]?.asOf),
  }
  for (const run of result.runs) {
    const { runbook, connection } = run
    yield {
      record: 'run',
      runbook,
      connection,
      verdict: run.verdict,
      title: run.title,
      count: run.found.length,
      from: run.window.from,
      to: run.window.to,
      detail: coverageText(run.coverage, run.asOf),
    }
  }
  for (const {
    runbook,
    severity,
    title,
    step,
    count,
    eventIds,
    moreEventIds,
    fingerprint,
    error,
    connections,
  } of result.findings) {
    yield {
      record: 'finding',
      runbook,
      severity,
      title,
      step,
      count,
      event_ids: `${eventIds.join(' ')}${moreEventIds ? ' …' : ''}`,
      fingerprint,
      ...(connections !== undefined && { connection: connections.join(' ') }),
      ...(error !== undefined && { detail: `kept although ${error}` }),
    }
  }
  for (const run of result.runs) {
    const { runbook, connection } = run
    for (const { message, step } of run.doubts)
      yield { record: 'doubt', runbook, connection, title: message, ...(step !== undefined && { step }) }
    for (const { need, state, reason } of run.coverage.needs ?? [])
      yield {
        record: 'need',
        runbook,
        connection,
        title: state,
        event_class: need,
        ...(reason !== null && { detail: reason }),
      }
    for (const { account, region, eventClass, from, to, state, reason } of run.coverage.gaps)
      yield {
        record: 'gap',
        runbook,
        connection,
        title: state,
        account,
        region,
        event_class: eventClass,
        from,
        to,
        detail: reason,
      }
    for (const { title, kind, todos } of nextSteps(run)) {
      if (todos.length === 0) yield { record: 'next', runbook, connection, title, detail: kind }
      for (const todo of todos) yield { record: 'next', runbook, connection, title, detail: todoText(todo, title) }
    }
  }
  for (const { runbook, reason, mistakes = [] } of result.skipped)
    yield { record: 'skipped', runbook, detail: [reason, ...mistakes.map(issueText)].join(' ') }
}
