/** Event history in place of log files: the options, what is asked for, and what is told of it. */
import { type AccountRole, type HistoryOutcome, sweepEventHistory } from '../compose.ts'
import { TrailbookError } from '../core/errors.ts'
import { attributeText, type LookupAttribute } from '../core/event/history-slice.ts'
import { plural, visible } from '../core/report/text.ts'
import { lookupOf, lookupOfQuery, sweepWindow } from '../core/run/lookup-plan.ts'
import type { Plan, PreparedQuery } from '../core/run/plan.ts'
import { chooseWindow, type WindowRequest } from '../core/run/window.ts'
import type { ListTable } from '../core/sql/compile.ts'
import { duckdbDialect } from '../core/sql/print/duckdb.ts'
import { minute, second, type Window } from '../core/time.ts'
import { awsCall } from './aws-call.ts'
import { argumentList, type CliContext, flag, type Given, list, type OptionSpec, text } from './command.ts'
import type { Config } from './config.ts'
import { lakeName } from './connections.ts'
import { waitingText } from './waiting.ts'

/** LookupEvents a second that AWS allows for each account and Region (CloudTrail quotas). */
const allowed = 2

const roleOption: OptionSpec = {
  flags: '--account-role <role>',
  description: 'role to assume in accounts other than your own: a name, or an ARN with {account} in it',
}

export const accountRoleOptions: readonly OptionSpec[] = [
  roleOption,
  { flags: '--account-external-id <id>', description: 'what the trust policies of these roles ask for' },
]

export const historyOptions: readonly OptionSpec[] = [
  {
    flags: '--from-event-history',
    description: "read CloudTrail's Event history: management events of the last 90 days, one account at a time",
  },
  ...accountRoleOptions,
  {
    flags: '--rate <n>',
    description: 'requests a second to each account and Region; AWS allows 2, shared with everybody else',
    default: String(allowed),
  },
]

/**
 * The time at which a sweep was asked for, in whole seconds: a window ends with the second that has begun, and events of that
 * second are not settled yet.
 */
export const sweepTime = ({ clock }: CliContext): number => Math.floor(clock.now() / second) * second

export const fromHistory = (given: Given): boolean => flag(given, 'fromEventHistory')

export interface HistoryWish {
  readonly window: Window
  readonly accounts: readonly string[]
  readonly regions: readonly string[]
  readonly attributes: readonly LookupAttribute[]
  readonly perSecond: number
  readonly accountRole: AccountRole | undefined
}

/** From what was typed and configured. @throws TrailbookError CLI_USAGE */
function historyWish(given: Given, config: Config, window: Window): HistoryWish {
  const typed = text(given, 'rate') ?? String(allowed)
  const perSecond = Number(typed)
  if (!(perSecond > 0 && perSecond <= 1000))
    throw new TrailbookError('CLI_USAGE', {
      reason: `--rate takes a number of requests a second, and got "${typed}"`,
      advice: `AWS allows ${allowed}; write for example --rate 1 to leave room for others.`,
    })
  const accountRole = accountRoleOf(given, config)
  const accounts = list(given, 'account')
  const listed = accountRole === undefined ? [] : (config.inventory?.accounts ?? []).map(({ id }) => id)
  return {
    window,
    accounts: accounts.length > 0 ? accounts : listed,
    regions: list(given, 'region'),
    attributes: [],
    perSecond,
    accountRole,
  }
}

/** Where events of a sweep are asked: the embedded engine, over a lake that does not exist yet. */
export const localSource = { connection: { name: lakeName, dialect: duckdbDialect }, logs: undefined }

/** What all these runs read, and no more where one attribute tells their events from others. */
export function historyOfRuns(given: Given, config: Config, plans: readonly Plan[]): HistoryWish {
  checkAlone(given)
  return { ...historyWish(given, config, sweepWindow(plans)), attributes: lookupOf(plans, duckdbDialect) }
}

interface QueryAsked {
  readonly query: PreparedQuery
  readonly lists: Readonly<Record<string, ListTable>>
  readonly explicit: WindowRequest['explicit']
  readonly now: number
}

/** The same of one query, whose window is the last seven days where none is given. */
export function historyOfQuery(given: Given, config: Config, { query, lists, explicit, now }: QueryAsked): HistoryWish {
  checkAlone(given)
  const { window } = chooseWindow({ now, ...(explicit && { explicit }) })
  const scope = { window, earliest: window.from, accounts: [], regions: [], services: [] }
  return {
    ...historyWish(given, config, window),
    attributes: lookupOfQuery(query, { dialect: duckdbDialect, scope, lists }),
  }
}

/** All events of a window, for a lake that stays. */
export function historyOfIngest(given: Given, config: Config, context: CliContext): HistoryWish {
  const explicit = { since: text(given, 'since'), from: text(given, 'from'), to: text(given, 'to') }
  const isOther = argumentList(given, 'path').length > 0 || list(given, 'source').length > 0
  if (isOther || Object.values(explicit).every((value) => value === undefined))
    throw new TrailbookError('CLI_USAGE', {
      reason: isOther ? 'Files and --from-event-history were both given' : 'It was not said from when on',
      advice: 'For example: trailbook ingest --from-event-history --since 7d',
    })
  return historyWish(given, config, chooseWindow({ now: sweepTime(context), explicit }).window)
}

function checkAlone(given: Given): void {
  if (list(given, 'logs').length > 0)
    throw new TrailbookError('CLI_USAGE', {
      reason: '--logs and --from-event-history were both given',
      advice: 'Give one of the two; ingest both into a lake to ask them together.',
    })
}

export function accountRoleOf(given: Given, config: Config): AccountRole | undefined {
  const role = text(given, 'accountRole')
  const externalId = text(given, 'accountExternalId')
  if (role !== undefined) return { role, externalId }
  return config.accounts && { ...config.accounts, externalId: externalId ?? config.accounts.externalId }
}

/** Sweeps into a lake, with progress on standard error. @throws TrailbookError EVENT_HISTORY_*, AWS_*, RUN_INTERRUPTED */
export async function sweepInto(
  lake: string,
  wish: HistoryWish,
  {
    config,
    context,
    noWait = false,
  }: { readonly config: Config; readonly context: CliContext; readonly noWait?: boolean },
): Promise<HistoryOutcome> {
  const started = context.clock.now()
  try {
    const outcome = await sweepEventHistory(
      lake,
      { ...wish, ...awsCall(context) },
      {
        signal: context.signal,
        now: () => context.clock.now(),
        inventory: config.inventory,
        onWait: noWait ? undefined : (owner) => context.note(waitingText(owner)),
        onProgress: (progress) => context.progress(progressText(progress, context.clock.now() - started)),
      },
    )
    for (const line of noteLines(outcome, wish)) context.note(line)
    return outcome
  } finally {
    context.progress(undefined)
  }
}

interface Progress {
  readonly requests: number
  readonly events: number
  readonly done: number
  readonly all: number
  readonly places: number
}

/** The time left follows from how much of the time of all places is swept. */
export function progressText({ requests, events, done, all, places }: Progress, elapsed: number): string {
  const rate = elapsed <= 0 ? 0 : (requests * second) / elapsed
  const share = all === 0 ? 1 : done / all
  const left = share > 0.001 && share < 1 ? `, about ${lengthText((elapsed * (1 - share)) / share)} left` : ''
  return `Event history: ${plural(requests, 'request')} (${rate.toFixed(1)} a second), ${plural(events, 'event')}, ${Math.floor(share * 100)} % of ${plural(places, 'account and Region', 'accounts and Regions')}${left}`
}

const lengthText = (ms: number): string =>
  ms < 90 * second ? `${Math.max(1, Math.round(ms / second))} s` : plural(Math.round(ms / minute), 'minute')

const shown = 5

function noteLines({ failed, window, places, requests }: HistoryOutcome, wish: HistoryWish): string[] {
  const asked =
    wish.attributes.length === 0 ? '' : `, only events with ${wish.attributes.map(attributeText).join(' or ')}`
  const more = failed.length > shown ? [`  … and ${failed.length - shown} more`] : []
  return [
    `Event history of ${plural(places, 'account and Region', 'accounts and Regions')}, ${window.from} to ${window.to}, ${plural(requests, 'request')}${asked}. It has management events only.`,
    ...(window.from > wish.window.from
      ? [`It goes back 90 days: nothing before ${window.from} could be asked for.`]
      : []),
    ...(failed.length === 0
      ? []
      : [
          [
            'Could not be read:',
            ...failed
              .slice(0, shown)
              .map(({ account, region, reason }) => visible(`  ${account} ${region}: ${reason}`)),
            ...more,
          ].join('\n'),
        ]),
  ]
}
