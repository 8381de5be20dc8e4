import { shownPath } from '../../authoring/library.ts'
import { readLakeStatus } from '../../compose.ts'
import { TrailbookError } from '../../core/errors.ts'
import { renderRun } from '../../core/report/terminal.ts'
import { plural, visible } from '../../core/report/text.ts'
import { canonicalJson } from '../../core/run/canonical.ts'
import { unansweredRun, withConnectionDoubt } from '../../core/run/connections.ts'
import type { Doubt } from '../../core/run/doubts.ts'
import type { Plan } from '../../core/run/plan.ts'
import { assembleResult, judgeRun, type RunbookRun, type RunResult } from '../../core/run/result.ts'
import { isSeverity, severities } from '../../core/run/severity.ts'
import { exitCodeOf } from '../../core/run/verdict.ts'
import type { Dialect } from '../../core/sql/dialect.ts'
import { celExpressions } from '../../session/expressions.ts'
import { runRunbook } from '../../session/run-runbook.ts'
import type { RunEffects } from '../../session/state.ts'
import { asker } from '../ask.ts'
import { closeAsked, onEach, openAsked } from '../asked.ts'
import { type CliContext, defineCommand, flag, type Given, list, type Outcome, text } from '../command.ts'
import { loadConfig } from '../config.ts'
import { connectionOption, connectionsOf, lakeName } from '../connections.ts'
import { fromHistory, historyOfRuns, historyOptions, localSource, sweepTime } from '../event-history.ts'
import { budgetGiven, maxCostOption } from '../max-cost.ts'
import { givenWindow, planOf } from '../planning.ts'
import { evidenceOption, openRecorder, recordOptions } from '../record.ts'
import { allOption, paramOption, whatArgument } from '../run-options.ts'
import { runFormats, runRenders } from '../run-renders.ts'
import { prepareRuns } from '../run-request.ts'
import { keptOut, noteQuarantine, type OpenedSource } from '../sources.ts'
import { timeLimitOf, timeoutOption } from '../timeout.ts'
import { logsOption, lookbackOption, scopeOptions, windowOptions } from '../window-options.ts'

const detailsOption = {
  flags: '--details',
  description: 'on the terminal: of several runbooks each whole, not only what was found over all',
}

export const runCommand = defineCommand({
  name: 'run',
  summary: 'Run runbooks and say what they found',
  details:
    "The window is what you say, else the span of --logs, else the runbook's own. The verdict is clear only when everything that was expected could be seen.",
  arguments: [whatArgument],
  options: [
    allOption,
    paramOption,
    logsOption,
    connectionOption,
    ...historyOptions,
    ...windowOptions,
    lookbackOption,
    ...scopeOptions,
    {
      flags: '--answer <step=value>',
      description: 'the answer to a question the runbook asks; may be given several times',
      repeatable: true,
    },
    timeoutOption,
    maxCostOption,
    { flags: '--fail-on <severity>', description: 'lower findings exit with 0', choices: [...severities] },
    detailsOption,
    evidenceOption,
    ...recordOptions,
  ],
  formats: runFormats,
  examples: [
    { command: 'trailbook run root-activity --logs ./logs', says: 'a shipped runbook over some log files' },
    {
      command: 'trailbook run root-activity --param account=111122223333 --since 24h',
      says: 'one account in the lake, the last day',
    },
    { command: 'trailbook run runbooks/ --fail-on high --format json', says: 'all of a folder, for a machine' },
    {
      command: 'trailbook run root-activity --report html=report.html --report sarif=findings.sarif',
      says: 'the answer here, and two files of it',
    },
  ],
  action: runGiven,
})

interface RunOutcome extends Outcome {
  readonly result: RunResult
}

/** What `run` does with what was given; the demo does the same. */
export async function runGiven(given: Given, context: CliContext): Promise<RunOutcome> {
  const config = await loadConfig(context)
  // Whatever is wrong with what was typed is said before any log is read.
  const { requests, answers, skipped, texts } = await prepareRuns(given, config, context)
  // A sweep takes its time: the window stays as it was asked for.
  const started = sweepTime(context)
  const planning = fromHistory(given) ? { ...context, clock: { now: () => started } } : context
  givenWindow(requests[0]?.loaded.runbook, given, { context: planning })
  const timeLimitMs = timeLimitOf(given)
  const budget = budgetGiven(given)
  const history = fromHistory(given)
    ? historyOfRuns(
        given,
        config,
        requests.map(({ loaded, parameters }) =>
          planOf(loaded, { given, context: planning, source: localSource, parameters, answers }),
        ),
      )
    : undefined
  const asked = await openAsked(
    { logs: list(given, 'logs'), history, timeLimitMs, connections: connectionsOf(given) },
    config,
    context,
  )
  try {
    const sources = asked.flatMap(({ source }) => source ?? [])
    const [source] = sources
    // Where none of several could be opened, nothing was asked.
    if (source === undefined) throw asked[0]?.error
    for (const { ingested } of sources) noteQuarantine(ingested, context)
    const recorder = await openRecorder({ given, config, context, source, several: requests.length > 1 })
    const ask = context.interactive ? onceAsked(asker(context)) : undefined
    const runs: RunbookRun[] = []
    for (const { loaded, parameters } of requests) {
      const own = await onEach(asked, async ({ name, source, error }) => {
        const planned = source ?? { connection: { name, dialect: unreached }, logs: undefined }
        const plan = planOf(loaded, { given, context: planning, source: planned, parameters, answers })
        const carryOut = async (more: Partial<RunEffects>) => {
          if (source === undefined) return unansweredRun(plan, error)
          const run = withQuarantine(await follow(plan, source, { context, more: { ...more, budget, ask } }), source)
          return asked.length > 1 ? withConnectionDoubt(run) : run
        }
        return recorder.around({ loaded, plan }, carryOut)
      })
      runs.push(...own)
    }
    const result = assembleResult(runs, skipped)
    if (asked.length === 1 && asked[0]?.name === lakeName && source.logs === undefined)
      await noteOtherTime(result, source, context)
    const failOn = text(given, 'failOn')
    return {
      result,
      exitCode: recorder.exitCode(exitCodeOf(result, result.findings, isSeverity(failOn) ? failOn : undefined)),
      json: recorder.told(result),
      lines: (width) => renderRun(result, { width, details: flag(given, 'details'), again: recorder.again, texts }),
      renders: runRenders(
        result,
        Object.fromEntries(
          requests.map(({ loaded }) => [loaded.runbook.id, shownPath(loaded.path, context.cwd)] as const),
        ),
      ),
    }
  } finally {
    await closeAsked(asked)
  }
}

/** What a plan is printed for where the connection could not be asked what its table is like: nothing. */
const unreached: Dialect = {
  name: 'unreached',
  print() {
    throw new TrailbookError('CLI_UNEXPECTED', { reason: 'a connection that is not open has no text' })
  },
}

/** The same question of several connections is put once, and one after the other. */
function onceAsked(ask: NonNullable<RunEffects['ask']>): NonNullable<RunEffects['ask']> {
  const known = new Map<string, ReturnType<typeof ask>>()
  let last: Promise<unknown> = Promise.resolve()
  return (question, options) => {
    const key = canonicalJson({ ...question })
    const answer = known.get(key) ?? last.then(() => ask(question, options))
    known.set(key, answer)
    last = answer.catch(() => undefined)
    return answer
  }
}

async function follow(
  plan: Plan,
  source: OpenedSource,
  { context, more }: { readonly context: CliContext; readonly more: Partial<RunEffects> },
): Promise<RunbookRun> {
  const effects: RunEffects = {
    connection: source.connection,
    clock: context.clock,
    expressions: celExpressions(),
    ...more,
  }
  const events = runRunbook(plan, effects, { signal: context.signal })
  try {
    for (;;) {
      const next = await events.next()
      if (next.done) return next.value
      const event = next.value
      if (event.type === 'step-started') context.progress(`${plan.runbook.id}: ${visible(event.title)} …`)
    }
  } finally {
    context.progress(undefined)
  }
}

/** A lake of last year's logs, asked about the last days, has an answer to another window. */
async function noteOtherTime({ runs }: RunResult, { lake: folder }: OpenedSource, context: CliContext): Promise<void> {
  const isBare = runs.length > 0 && runs.every(({ coverage }) => coverage.hours?.present === 0)
  if (!isBare) return
  const { first, last } = (await readLakeStatus(folder)).lake
  if (first === null || last === null) return
  if (runs.every(({ window }) => last < window.from || first >= window.to))
    context.note(
      `The lake holds events from ${first} to ${last}, none in this window; --from and --to ask about theirs.`,
    )
}

/** Logs that could not be read may hold what was asked for. */
function withQuarantine(run: RunbookRun, { ingested }: OpenedSource): RunbookRun {
  const count = keptOut(ingested)
  if (count === 0) return run
  const added: Doubt = {
    code: 'quarantined',
    message: `${plural(count, 'file or record', 'files or records')} of the given logs could not be read`,
  }
  return judgeRun({ ...run, doubts: [...run.doubts, added] })
}
