import { resolve } from 'node:path'
import { readText } from '../../authoring/library.ts'
import { prepare } from '../../authoring/load-runbook.ts'
import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { listTable } from '../../core/runbook/lists.ts'
import { analyze } from '../../core/sql/compile.ts'
import { runQuery } from '../../session/query.ts'
import { argument, type CliContext, defineCommand, type Given, list, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { connectionOf, connectionOption } from '../connections.ts'
import { fromHistory, historyOfQuery, historyOptions, sweepTime } from '../event-history.ts'
import { queryAnswer, queryFormats, queryNote } from '../query-answer.ts'
import { recordOptions, recordQuery } from '../record.ts'
import { checkScope } from '../run-request.ts'
import { keptOut, noteQuarantine, openSource } from '../sources.ts'
import { timeLimitOf, timeoutOption } from '../timeout.ts'
import { logsOption, scopeOptions, windowOptions } from '../window-options.ts'

export const queryCommand = defineCommand({
  name: 'query',
  summary: 'Ask one question in SQL',
  details:
    'The SQL is that of Athena engine v3 over the table cloudtrail_logs. Without a window the whole lake is asked.',
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
    const asked = { since: text(given, 'since'), from: text(given, 'from'), to: text(given, 'to') }
    const history = fromHistory(given)
      ? historyOfQuery(given, config, { query: prepared, lists, explicit: asked, now: sweepTime(context) })
      : undefined
    const source = await openSource(
      { logs: list(given, 'logs'), history, timeLimitMs, connection: connectionOf(given) },
      config,
      context,
    )
    try {
      noteQuarantine(source.ingested, context)
      const request = {
        query: prepared,
        // A sweep takes its time: the window stays as it was asked for.
        explicit: history === undefined ? asked : history.window,
        accounts: list(given, 'account'),
        regions: list(given, 'region'),
        lists,
        rowLimit,
      }
      const result = await runQuery(
        request,
        { connection: source.connection, clock: context.clock },
        { signal: context.signal },
      )
      await recordQuery({ given, config, context, source }, sql, result)
      for (const warning of issues) context.note(`${warning.message} ${warning.hint}`)
      // Rows alone do not say what they were looked for in.
      if (['csv', 'ndjson'].includes(context.globals.format)) context.note(queryNote(result))
      return {
        exitCode: keptOut(source.ingested) > 0 ? exitCodes.quarantined : exitCodes.clear,
        ...queryAnswer(result),
      }
    } finally {
      await source.close()
    }
  },
})

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
