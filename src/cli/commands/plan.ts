import { exitCodes, TrailbookError } from '../../core/errors.ts'
import { blank, type Line, labelled, paragraph } from '../../core/report/lines.ts'
import { planLines, planTable } from '../../core/report/plan.ts'
import { plansMarkdown } from '../../core/report/plan-markdown.ts'
import { plural } from '../../core/report/text.ts'
import { asStepError } from '../../core/run/connections.ts'
import { type PlanOutline, refusals, sumEstimates } from '../../core/run/plan-outline.ts'
import type { StepError } from '../../core/run/result.ts'
import { duckdbDialect } from '../../core/sql/print/duckdb.ts'
import { describePlan, type PlannedFor } from '../../session/describe-plan.ts'
import { type Asked, closeAsked, onEach, openAsked } from '../asked.ts'
import { type CliContext, defineCommand, flag, type Given, list, text } from '../command.ts'
import { type Config, loadConfig } from '../config.ts'
import {
  type Allowances,
  allowancesOf,
  asksCoverage,
  checkNames,
  connectionOption,
  connectionsOf,
  lakeName,
  offlineNamed,
} from '../connections.ts'
import { budgetGiven, maxCostOption } from '../max-cost.ts'
import { planOf } from '../planning.ts'
import { allOption, paramOption, whatArgument } from '../run-options.ts'
import { prepareRuns } from '../run-request.ts'
import { shellWords } from '../shell-words.ts'
import { timeLimitOf, timeoutOption } from '../timeout.ts'
import { lookbackOption, scopeOptions, windowOptions } from '../window-options.ts'

export const planCommand = defineCommand({
  name: 'plan',
  summary: 'Show what running runbooks would do, without doing it',
  details:
    'For each runbook and connection: what its queries may read, the text that each step would send, what that costs as far as anybody can tell beforehand, and the digest that names exactly this plan.',
  arguments: [whatArgument],
  options: [
    allOption,
    paramOption,
    connectionOption,
    ...windowOptions,
    lookbackOption,
    ...scopeOptions,
    timeoutOption,
    maxCostOption,
    { flags: '--details', description: 'on the terminal: of several plans each whole, not only a line for each' },
    { flags: '--offline', description: 'ask nobody: no connection is opened, no file of a lake is read' },
  ],
  formats: ['terminal', 'json', 'markdown'],
  examples: [
    { command: 'trailbook plan root-activity --since 24h', says: 'what it would read of the lake' },
    {
      command: 'trailbook plan --all --connection athena --offline --format json',
      says: 'what each step would send to Athena, and what Athena cannot be asked',
    },
  ],
  async action(given, context) {
    const config = await loadConfig(context)
    const { requests, answers, skipped } = await prepareRuns(given, config, context)
    const names = connectionsOf(given)
    const budget = budgetGiven(given)
    const offline = flag(given, 'offline')
    const targets = await targetsOf(given, config, { context, names })
    try {
      const planned = await onEach(targets.asked, async ({ name, source, error }) => {
        const target: PlannedFor | undefined = targets.offline.get(name) ?? source?.connection
        if (target === undefined) return { name, error: asStepError(error), plans: [] }
        const plans: PlanOutline[] = []
        for (const { loaded, parameters } of requests) {
          const plan = planOf(loaded, {
            given,
            context,
            source: { connection: target, logs: undefined },
            parameters,
            answers,
          })
          plans.push(await describePlan(plan, target, { signal: context.signal }))
        }
        return { name, plans }
      })
      const plans = planned.flatMap((one) => one.plans)
      const failed = planned.flatMap(({ name, error }) => (error === undefined ? [] : [{ connection: name, error }]))
      const total = sumEstimates(plans.flatMap(({ steps }) => steps))
      const overBudget =
        budget !== undefined && total.usd > budget.usd ? { usd: total.usd, budget: budget.usd } : undefined
      const shown = overBudget === undefined ? plans : plans.map((one) => (one.billed ? { ...one, overBudget } : one))
      const allowances = new Map<string, Allowances>()
      for (const { name } of targets.asked)
        if (name !== lakeName) {
          const known = await allowancesIfSet(name, config, context)
          if (known !== undefined) allowances.set(name, known)
        }
      const permissions = [...allowances].map(([connection, { statements, grants }]) => ({
        connection,
        statements,
        grants,
      }))
      const isLong = shown.length > 1 && !flag(given, 'details')
      return {
        exitCode: exitCodeOf(shown, failed),
        json: {
          schema: 'trailbook.plans/v1',
          offline,
          plans: shown,
          estimate: total,
          permissions,
          failed,
          skipped,
        },
        lines: (width) => [
          ...(isLong ? planTable(shown, width) : []),
          ...(isLong ? [] : shown).flatMap((outline, index) => [
            ...(index === 0 ? [] : [blank]),
            ...planLines(outline, {
              width,
              offline,
              asksCoverage: asksCoverage(outline.plan.connection, config),
              permissions: permissionsText(allowances.get(outline.plan.connection)),
              command: commandOf(outline, given, names),
            }),
          ]),
          ...failed.flatMap(({ connection, error }) => failedLines(connection, error, width)),
          ...skipped.flatMap(({ runbook, reason }) => labelled('Left out', `${runbook}: ${reason}`, width)),
        ],
        renders: { markdown: async () => plansMarkdown(shown) },
      }
    } finally {
      await closeAsked(targets.asked)
    }
  },
})

/** A plan is of use without them. */
async function allowancesIfSet(name: string, config: Config, context: CliContext): Promise<Allowances | undefined> {
  try {
    return await allowancesOf(name, config)
  } catch (error) {
    if (!(error instanceof TrailbookError) || error.code !== 'CONFIG_ENV') throw error
    context.note(`What "${name}" must be allowed is left out. ${error.message}`)
    return undefined
  }
}

interface Targets {
  readonly asked: readonly Asked[]
  /** By name, where nobody is asked. */
  readonly offline: ReadonlyMap<string, PlannedFor>
}

async function targetsOf(
  given: Given,
  config: Config,
  { context, names }: { readonly context: CliContext; readonly names: readonly string[] },
): Promise<Targets> {
  if (!flag(given, 'offline')) {
    const request = { logs: [], timeLimitMs: timeLimitOf(given), connections: names }
    return { asked: await openAsked(request, config, context), offline: new Map() }
  }
  checkNames(names, config)
  const offline = new Map<string, PlannedFor>()
  for (const name of names.length === 0 ? [lakeName] : names)
    offline.set(
      name,
      name === lakeName ? lakeOffline : { ...(await offlineNamed(name, config, context)), offline: true },
    )
  return { asked: [...offline.keys()].map((name) => ({ name, error: undefined })), offline }
}

const lakeOffline: PlannedFor = {
  name: lakeName,
  dialect: duckdbDialect,
  capabilities: { exactOnce: true, billed: false, bindsParameters: true },
}

/** As the run's would be at least: failed where nothing could be asked, inconclusive where a part could not. */
function exitCodeOf(plans: readonly PlanOutline[], failed: readonly unknown[]): number {
  const refused = plans.filter(({ steps, overBudget }) => refusals(steps).length > 0 || overBudget !== undefined)
  if (refused.length === 0 && failed.length === 0) return exitCodes.clear
  const connections = new Set(plans.map(({ plan }) => plan.connection)).size + failed.length
  const whole = plans.some((plan) => !refused.includes(plan))
  return connections > 1 && whole ? exitCodes.inconclusive : exitCodes.failed
}

/** The same with the window as it is now, so that it gives the same digest later. */
function commandOf({ plan }: PlanOutline, given: Given, names: readonly string[]): string {
  const { window, accounts, regions } = plan.scope
  return shellWords([
    'trailbook',
    'run',
    plan.runbook.id,
    ...(names.length === 0 ? [] : ['--connection', plan.connection]),
    ...['--from', window.from, '--to', window.to],
    ...(text(given, 'lookback') === undefined ? [] : ['--lookback', text(given, 'lookback')!]),
    ...list(given, 'param').flatMap((one) => ['--param', one]),
    ...accounts.flatMap((one) => ['--account', one]),
    ...regions.flatMap((one) => ['--region', one]),
  ])
}

function permissionsText(allowances: Allowances | undefined): string | undefined {
  if (allowances === undefined) return undefined
  const { statements, grants } = allowances
  const actions = new Set(statements.flatMap(({ Action }) => Action)).size
  if (actions > 0) return `${plural(actions, 'IAM action')}; trailbook permissions prints the policy`
  return grants.length > 0 ? grants.join('; ') : undefined
}

const failedLines = (connection: string, { message, hint }: StepError, width: number): readonly Line[] => [
  blank,
  ...paragraph(`The connection "${connection}" could not be asked: ${message} ${hint ?? ''}`, width, 'bad'),
]
