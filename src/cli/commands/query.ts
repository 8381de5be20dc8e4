import { resolve } from 'node:path'
import { readText } from '../../authoring/library.ts'
import { prepare } from '../../authoring/load-runbook.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { listTable } from '../../core/runbook/lists.ts'
import { analyze } from '../../core/sql/compile.ts'
import { runQuery } from '../../session/query.ts'
import { type Answered, joinAnswers } from '../../session/query-several.ts'
import { closeAsked, onEach, openAsked } from '../asked.ts'
import { argument, type CliContext, defineCommand, type Given, list, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { connectionOption, connectionsOf } from '../connections.ts'
import { fromHistory, historyOfQuery, historyOptions, sweepTime } from '../event-history.ts'
import { budgetGiven, maxCostOption } from '../max-cost.ts'
import { failedNotes, queryAnswer, queryFormats, queryNote } from '../query-answer.ts'
import { recordOptions, recordQuery } from '../record.ts'
import { checkScope } from '../run-request.ts'
import { keptOut, noteQuarantine } from '../sources.ts'
import { timeLimitOf, timeoutOption } from '../timeout.ts'
import { logsOption, scopeOptions, windowOptions } from '../window-options.ts'

export const queryCommand = defineCommand({
  name: 'query',
  summary: 'Ask one question in SQL',
  details:
    'The SQL is that of Athena engine v3 over the table cloudtrail_logs. Without a window the whole lake is asked; a connection that costs money by what it reads must be told one.',
  arguments: [{ name: '[sql]', description: 'one SELECT; - reads it from standard input' }],
  options: [
    { flags: '--file <path>', description: 'read the SQL from a file' },
    logsOption,
    connectionOption,
    ...historyOptions,
    ...windowOptions,
    ...scopeOptions,
    { flags: '--limit <rows>', description: 'rows to keep; further ones are counted', default: '10000' },
    timeoutOption,
    maxCostOption,
    ...recordOptions,
  ],
  formats: queryFormats,
  examples: [
    {
      command: 'trailbook query "SELECT eventName, count(*) AS calls FROM cloudtrail_logs GROUP BY eventName"',
      says: 'over the lake',
    },
    {
      command: 'trailbook query --file question.sql --logs ./logs --since 24h',
      says: 'over some log files, the last day of them',
    },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const sql = await sqlOf(given, context)
    checkScope(given)
    const rowLimit = limitOf(text(given, 'limit'))
    const timeLimitMs = timeLimitOf(given)
    const lists = Object.fromEntries(Object.entries(config.lists).map(([name, values]) => [name, listTable(values)]))
    const { query, issues } = analyze(sql, { lists, aliases: config.aliases })
    if (query === undefined) throw refusal(issues)
    const prepared = prepare(query)
    const explicit = { since: text(given, 'since'), from: text(given, 'from'), to: text(given, 'to') }
    const history = fromHistory(given)
      ? historyOfQuery(given, config, { query: prepared, lists, explicit, now: sweepTime(context) })
      : undefined
    const budget = budgetGiven(given)
    const asked = await openAsked(
      { logs: list(given, 'logs'), history, timeLimitMs, connections: connectionsOf(given) },
      config,
      context,
    )
    try {
      const sources = asked.flatMap(({ source }) => source ?? [])
      const [source] = sources
      if (source === undefined) throw asked[0]?.error
      for (const { ingested } of sources) noteQuarantine(ingested, context)
      const request = {
        query: prepared,
        // A sweep takes its time: the window stays as it was asked for.
        explicit: history === undefined ? explicit : history.window,
        accounts: list(given, 'account'),
        regions: list(given, 'region'),
        lists,
        rowLimit,
      }
      const answered = await onEach(asked, async ({ name, source, error }): Promise<Answered> => {
        if (source === undefined) return { name, error }
        const effects = { connection: source.connection, clock: context.clock, budget }
        try {
          return { name, result: await runQuery(request, effects, { signal: context.signal }) }
        } catch (cause) {
          if (asked.length === 1 || endsAll(cause)) throw cause
          return { name, error: cause }
        }
      })
      const [only] = answered.length === 1 ? answered : []
      const result = only?.result ?? joinAnswers(answered)
      await recordQuery({ given, config, context, source }, sql, result)
      for (const warning of issues) context.note(`${warning.message} ${warning.hint}`)
      for (const failed of failedNotes(result)) context.note(failed)
      // Rows alone do not say what they were looked for in.
      if (['csv', 'ndjson'].includes(context.globals.format)) context.note(queryNote(result))
      const isPart = failedNotes(result).length > 0
      const isKeptOut = sources.some(({ ingested }) => keptOut(ingested) > 0)
      return {
        exitCode: isKeptOut ? exitCodes.quarantined : isPart ? exitCodes.inconclusive : exitCodes.clear,
        ...queryAnswer(result),
      }
    } finally {
      await closeAsked(asked)
    }
  },
})

/** What was typed is wrong for every connection, or somebody stopped it. */
const endsAll = (error: unknown): boolean =>
  error instanceof TrailbookError && (error.exitCode === exitCodes.interrupted || error.exitCode === exitCodes.usage)

async function sqlOf(given: Given, context: CliContext): Promise<string> {
  const typed = argument(given, 'sql')
  const file = text(given, 'file')
  if (typed !== undefined && file !== undefined) throw new TrailbookError('CLI_TWO_SQL')
  const sql =
    file === '-' || typed === '-'
      ? await context.readStdin()
      : file === undefined
        ? typed
        : await readText(resolve(context.cwd, file))
  if (sql === undefined || sql.trim() === '') throw new TrailbookError('CLI_NO_SQL')
  return sql
}

function limitOf(given: string | undefined): number {
  const limit = Number(given)
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw new TrailbookError('CLI_USAGE', {
      reason: `--limit takes a whole number, and got "${given}"`,
      advice: 'Write for example --limit 100.',
    })
  }
  return limit
}

/** The first mistake in the SQL is the error; all of them go with it. */
function refusal(issues: ReturnType<typeof analyze>['issues']): TrailbookError {
  const mistakes = issues.filter((issue) => issue.severity === 'error')
  const first = mistakes[0]
  if (first === undefined) return new TrailbookError('CLI_NO_SQL')
  const error = new TrailbookError(first.code, {}, { issues: mistakes.slice(1), ...(first.at && { at: first.at }) })
  return Object.assign(error, { message: first.message, hint: first.hint })
}
