/** What `run` was asked to do, checked as a whole before anything is read. */
import { type RunbookFile, shownPath } from '../authoring/library.ts'
import { type LoadedRunbook, loadRunbook, sound } from '../authoring/load-runbook.ts'
import { mistakeCount, mistakesOf } from '../authoring/mistakes.ts'
import { TrailbookError } from '../core/errors.ts'
import type { GivenAnswers, Values } from '../core/run/plan.ts'
import type { SkippedRunbook } from '../core/run/result.ts'
import { kinds, parseScalar } from '../core/runbook/parameter-values.ts'
import { resolveParameters } from '../core/runbook/parameters.ts'
import type { Runbook } from '../core/runbook/schema.ts'
import { parseDuration } from '../core/time.ts'
import { checkedAnswer } from '../session/ask-step.ts'
import { advice } from './advice.ts'
import { argumentList, type CliContext, flag, type Given, list, text } from './command.ts'
import type { Config } from './config.ts'
import { pairs } from './pairs.ts'
import { distinctRunbooks, libraryFiles, resolveRunbooks } from './runbook-files.ts'

export type SoundRunbook = LoadedRunbook & { readonly runbook: Runbook }

interface RunRequest {
  readonly loaded: SoundRunbook
  readonly parameters: Values
}

interface PreparedRuns {
  readonly requests: readonly RunRequest[]
  readonly answers: GivenAnswers
  readonly skipped: readonly SkippedRunbook[]
  /** Texts of the files that mistakes in skipped runbooks are about. */
  readonly texts: ReadonlyMap<string, string>
}

/**
 * Loads the runbooks and gives each its parameters. A runbook that a folder brought along is left out, and told, when it
 * has mistakes, or needs a parameter that was not given; one that was named itself must be sound and get it.
 *
 * @throws TrailbookError CLI_RUNBOOK_INVALID, PARAMETER_*, RUN_ANSWER_*, CLI_PAIR
 */
export async function prepareRuns(given: Given, config: Config, context: CliContext): Promise<PreparedRuns> {
  const files = await wantedFiles(given, config, context)
  checkScope(given)
  const now = context.clock.now()
  const all: { readonly loaded: SoundRunbook; readonly found: boolean }[] = []
  const skipped: SkippedRunbook[] = []
  const texts = new Map<string, string>()
  for (const file of files) {
    const shown = shownPath(file.path, context.cwd)
    const read = await loadRunbook(file, {
      aliases: config.aliases,
      lists: config.lists,
      library: () => libraryFiles(config),
      now,
      cwd: context.cwd,
    })
    if (read.runbook === undefined && file.found) {
      skipped.push(brokenRunbook(read, shown))
      for (const [name, text] of read.texts) texts.set(name, text)
      continue
    }
    const loaded = sound(read, shown)
    for (const issue of loaded.issues)
      if (issue.code === 'EXCLUSION_EXPIRED') context.note(`${issue.message} ${issue.hint}`)
    all.push({ loaded, found: file.found })
  }
  const lookback = givenLookback(given)
  const requests: RunRequest[] = []
  const runbooks = all.map(({ loaded }) => loaded.runbook)
  for (const { loaded, found } of all) {
    try {
      requests.push({
        loaded: lookback === undefined ? loaded : withLookback(loaded, lookback),
        parameters: parametersOf(loaded.runbook, given, runbooks),
      })
    } catch (error) {
      if (!found || !(error instanceof TrailbookError) || error.code !== 'PARAMETER_MISSING') throw error
      skipped.push({ runbook: loaded.runbook.id, reason: error.message })
    }
  }
  return {
    requests,
    answers: answersOf(
      given,
      all.map(({ loaded }) => loaded),
    ),
    skipped,
    texts,
  }
}

function brokenRunbook(loaded: LoadedRunbook, shown: string): SkippedRunbook {
  const mistakes = mistakesOf(loaded.issues).map(({ fix: _, ...mistake }) => mistake)
  return { runbook: loaded.id ?? shown, reason: `${shown} has ${mistakeCount(mistakes)}.`, mistakes }
}

async function wantedFiles(given: Given, config: Config, context: CliContext): Promise<readonly RunbookFile[]> {
  const names = argumentList(given, 'what')
  const named = names.length > 0 ? await resolveRunbooks(names, config, context) : []
  if (flag(given, 'all')) return once([...named, ...(await distinctRunbooks(config))])
  if (names.length > 0) return once(named)
  throw new TrailbookError('CLI_USAGE', {
    reason: 'It was not said what to run',
    advice: 'Name runbooks by id, file or folder, or give --all; trailbook list shows those that are there.',
  })
}

/** A runbook that was named twice is run once; named itself counts before found in a folder. */
const once = (files: readonly RunbookFile[]): readonly RunbookFile[] =>
  files.filter(({ path }, index) => files.findIndex((file) => file.path === path) === index)

function givenLookback(given: Given): string | undefined {
  const lookback = text(given, 'lookback')
  if (lookback === undefined || parseDuration(lookback) !== undefined) return lookback
  throw new TrailbookError('CLI_USAGE', {
    reason: `--lookback takes a duration, and got "${lookback}"`,
    advice: 'Write for example 12h or 7d.',
  })
}

/** Only ever shorter: what a query does not expect before its window would be taken for part of it. */
function withLookback(loaded: SoundRunbook, most: string): SoundRunbook {
  const cut = ({ scope, ...runbook }: Runbook): Runbook => {
    const own = scope.lookback
    const isLonger = own !== undefined && (parseDuration(own) ?? 0) > (parseDuration(most) ?? 0)
    return { ...runbook, scope: isLonger ? { ...scope, lookback: most } : scope }
  }
  return {
    ...loaded,
    runbook: cut(loaded.runbook),
    runbooks: new Map([...loaded.runbooks].map(([id, inner]) => [id, { ...inner, runbook: cut(inner.runbook) }])),
  }
}

/** A mistyped account would find nothing, and look like an answer. */
export function checkScope(given: Given): void {
  for (const kind of ['account', 'region'] as const) {
    for (const value of list(given, kind)) {
      if (parseScalar(kind, value).problem === undefined) continue
      throw new TrailbookError('CLI_USAGE', {
        reason: `--${kind} takes ${kinds[kind].what}, and got "${value}"`,
        advice: 'Give the option several times for several of them.',
      })
    }
  }
}

/** Several runbooks may share the given parameters: each takes those it declares, and one of them must. */
function parametersOf(runbook: Runbook, given: Given, all: readonly Runbook[]): Values {
  const typed = pairs('--param', list(given, 'param'), 'principal=arn:aws:iam::111122223333:user/alice')
  const declaredSomewhere = new Set(all.flatMap((one) => Object.keys(one.parameters)))
  const own = Object.fromEntries(
    Object.entries(typed).filter(([name]) => Object.hasOwn(runbook.parameters, name) || !declaredSomewhere.has(name)),
  )
  return resolveParameters(runbook.parameters, own, { from: 'text' })
}

const asksOf = ({ steps }: Runbook) => steps.filter((step) => step.kind === 'ask')

function answersOf(given: Given, all: readonly SoundRunbook[]): GivenAnswers {
  const typed = pairs('--answer', list(given, 'answer'), 'planned=yes')
  const asked = all.flatMap(({ runbook }) => asksOf(runbook).map((step) => [step.id, step] as const))
  // Those of runbooks that are run as a step bear the id of their own.
  const inner = all.flatMap(({ runbooks }) =>
    [...runbooks.values()].flatMap(({ runbook }) => asksOf(runbook).map((s) => [`${runbook.id}.${s.id}`, s] as const)),
  )
  const questions = new Map([...inner, ...asked])
  return Object.fromEntries(
    Object.entries(typed).map(([id, values]) => {
      const step = questions.get(id)
      if (step === undefined) {
        const known = advice(id, [...questions.keys()])
        throw new TrailbookError('RUN_ANSWER_UNKNOWN', { step: id, known })
      }
      const value = values.at(-1) ?? ''
      checkedAnswer(step, value)
      return [id, value]
    }),
  )
}
