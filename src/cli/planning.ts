/** From what was typed to a plan: the window, the scope and the connection. */
import { type GivenAnswers, makePlan, type Plan, type Values } from '../core/run/plan.ts'
import { chooseWindow } from '../core/run/window.ts'
import { listValues } from '../core/runbook/lists.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import { isoTime } from '../core/time.ts'
import { type CliContext, type Given, list, text } from './command.ts'
import type { SoundRunbook } from './run-request.ts'
import type { OpenedSource } from './sources.ts'

interface PlannedSource extends Pick<OpenedSource, 'logs'> {
  readonly connection: Pick<OpenedSource['connection'], 'name' | 'dialect'>
}

interface Planning {
  readonly given: Given
  readonly context: Pick<CliContext, 'clock'>
  readonly source: PlannedSource
  readonly parameters: Values
  readonly answers: GivenAnswers
}

/** @throws TrailbookError RUN_TIME, RUN_WINDOW_* */
export function givenWindow(
  runbook: Runbook | undefined,
  given: Given,
  { context, source }: { readonly context: Pick<CliContext, 'clock'>; readonly source?: PlannedSource },
) {
  return chooseWindow({
    now: context.clock.now(),
    explicit: { since: text(given, 'since'), from: text(given, 'from'), to: text(given, 'to') },
    logs: source?.logs,
    runbook: runbook?.scope,
  })
}

export function planOf(loaded: SoundRunbook, { given, context, source, parameters, answers }: Planning): Plan {
  const { window, origin } = givenWindow(loaded.runbook, given, { context, source })
  return makePlan({
    ...loaded,
    parameters,
    listValues: Object.fromEntries(Object.entries(loaded.lists).map(([name, table]) => [name, listValues(table)])),
    window,
    windowOrigin: origin,
    now: isoTime(context.clock.now()),
    accounts: list(given, 'account'),
    regions: list(given, 'region'),
    connection: { name: source.connection.name, dialect: source.connection.dialect },
    answers,
  })
}
