/** Keeps what was run: in the ledger, in the store of runs, and as evidence bundles where they were asked for. */
import { join, resolve } from 'node:path'
import { shownPath } from '../authoring/library.ts'
import { openEvidence } from '../compose.ts'
import { exitCodes, TrailbookError } from '../core/errors.ts'
import type { Details } from '../core/ledger/entry.ts'
import type { Row } from '../core/ports.ts'
import { topRuns } from '../core/report/runs-tree.ts'
import { canonicalJson, digestOf } from '../core/run/canonical.ts'
import { type Plan, planDigest } from '../core/run/plan.ts'
import type { RunbookRun, RunResult } from '../core/run/result.ts'
import { analyze } from '../core/sql/compile.ts'
import { isoTime } from '../core/time.ts'
import { stepContributors } from '../session/contributors.ts'
import type { QueryResult } from '../session/query.ts'
import type { SeveralResult } from '../session/query-several.ts'
import type { Asked, RunEffects } from '../session/state.ts'
import { type CliContext, type Given, type OptionSpec, text } from './command.ts'
import type { Config } from './config.ts'
import { type Finished, type KeptBundle, openDiary, osActor } from './diary.ts'
import { reportsOf } from './evidence-reports.ts'
import type { SoundRunbook } from './run-request.ts'
import { awsOf } from './s3-settings.ts'
import type { OpenedSource } from './sources.ts'
import { version } from './version.ts'

export const recordOptions: readonly OptionSpec[] = [
  { flags: '--record', description: 'keep a record of it even where --logs makes no lake' },
  { flags: '--no-record', description: 'keep no record of it' },
]

export const evidenceOption: OptionSpec = {
  flags: '--evidence <dir>',
  description: 'write an evidence bundle into a new folder; of several runbooks one in it for each',
}

interface Place {
  readonly given: Given
  readonly config: Config
  readonly context: CliContext
  readonly source: OpenedSource
}

interface KeptRun {
  readonly runbook: string
  readonly connection: string
  /** Id under which `trailbook runs show` finds it; null where it is not kept. */
  readonly record: string | null
  readonly bundle: KeptBundle | null
}

interface Recorder {
  /** Carries out a run and keeps it. What cannot be kept is told as a note, and the run is given back all the same. */
  around(
    what: { readonly loaded: SoundRunbook; readonly plan: Plan },
    carryOut: (effects: Pick<RunEffects, 'beyond' | 'asked'>) => Promise<RunbookRun>,
  ): Promise<RunbookRun>
  /** The command that shows the run of a runbook again, or runs it. */
  again(runbook: string): string
  /** The result with what was kept of it, for machines. */
  told(result: RunResult): RunResult & { readonly kept: readonly KeptRun[] }
  /** A bundle that was asked for and is not there is a failure, whatever the verdict. */
  exitCode(ofVerdict: number): number
}

/** Nothing is kept of a look at some logs that leaves no lake, unless it is asked for. */
function wantsRecord({ given, source }: Pick<Place, 'given' | 'source'>): boolean {
  const asked = given.options.record
  if (typeof asked === 'boolean') return asked
  return !source.temporary || text(given, 'evidence') !== undefined
}

/**
 * @param several more than one runbook is run
 * @throws TrailbookError EVIDENCE_EXISTS before anything is run
 */
export async function openRecorder(place: Place & { readonly several: boolean }): Promise<Recorder> {
  const { given, context, config, source } = place
  const asked = text(given, 'evidence')
  const folder = asked === undefined ? undefined : resolve(context.cwd, asked)
  const kept: KeptRun[] = []
  const diary = wantsRecord(place) ? await openDiary(config, context) : undefined
  const evidence = folder === undefined ? undefined : await openEvidence(source.lake, context.signal, awsOf(config))
  if (folder !== undefined) await evidence?.refuseTaken(folder)
  let failed = false

  const contributorsFor = ({ plan, run }: Finished, { loaded: { lists, runbook }, asked }: BundleSource) => {
    const types = Object.entries(runbook.parameters).map(([name, { type }]) => [name, type] as const)
    const declared = Object.fromEntries(types)
    const { aliases } = config
    return stepContributors(
      {
        plan,
        run,
        asked,
        connection: source.connection,
        analyze: (sql, found) => analyze(sql, { parameters: { ...found, ...declared }, lists, aliases }).query,
      },
      { signal: context.signal },
    )
  }

  const bundle = async (work: Finished, from: BundleSource): Promise<KeptBundle | null> => {
    const { loaded, beyond, manifestBefore } = from
    if (folder === undefined || evidence === undefined) return null
    const target = place.several ? join(folder, work.run.runbook) : folder
    try {
      const written = await evidence.writeBundle({
        target,
        tool: version(),
        plan: work.plan,
        runbookText: loaded.text,
        innerTexts: Object.fromEntries([...loaded.runbooks].map(([id, inner]) => [id, inner.text])),
        run: work.run,
        beyond,
        contributors: await contributorsFor(work, from),
        span: { from: work.plan.scope.earliest, to: work.plan.scope.window.to },
        reports: reportsOf(work.run),
        seal: async (state) => ({
          actor: osActor(),
          started: work.started,
          finished: work.finished,
          node: process.version,
          lake: { ...state, manifestBefore },
          ledger: diary?.head() ?? null,
        }),
        signal: context.signal,
      })
      if (written.manifestAfter !== manifestBefore)
        context.note('The lake got more events during the run: lake.json in the bundle speaks of the lake after it.')
      context.note(`Evidence: ${shownPath(target, context.cwd)} (${written.id})`)
      return { path: target, id: written.id }
    } catch (error) {
      if (!(error instanceof TrailbookError) || error.code === 'RUN_INTERRUPTED') throw error
      context.note(`${error.message} ${error.hint}`)
      failed = true
      return null
    }
  }

  return {
    async around({ loaded, plan }, carryOut) {
      const started = isoTime(context.clock.now())
      const details: Details = {
        runbook: plan.runbook.id,
        digest: plan.digest,
        plan: planDigest(plan),
        connection: plan.connection.name,
        window: { ...plan.window },
      }
      await diary?.note('run.started', details)
      const manifestBefore = (await evidence?.manifest()) ?? 0
      const spool = await evidence?.openSpool()
      try {
        const asked = new Map<string, Asked[]>()
        const run = await carryOut(spool === undefined ? {} : { beyond: spool.add, asked: noteAsked(plan, asked) })
        const finished = isoTime(context.clock.now())
        const work = { plan, run, started, finished }
        const beyond = (step: string): AsyncIterable<Row> => spool!.rows({ runbook: plan.runbook.id, step })
        const written = await bundle(work, { loaded, asked, beyond, manifestBefore })
        const record = (await diary?.keep(work, written)) ?? null
        kept.push({ runbook: run.runbook, connection: run.connection, record, bundle: written })
        return run
      } catch (error) {
        const code = error instanceof TrailbookError ? error.code : 'CLI_UNEXPECTED'
        await diary?.note('run.finished', { ...details, error: code })
        throw error
      } finally {
        await spool?.close()
      }
    },
    again: (runbook) => {
      const isKept = kept.some((run) => run.runbook === runbook && run.record !== null)
      return isKept ? `trailbook runs show ${runbook}` : `trailbook run ${runbook} …, with the same options`
    },
    // Connections answer in any order.
    told: (result) => ({
      ...result,
      kept: topRuns(result).flatMap(({ runbook, connection }) =>
        kept.filter((one) => one.runbook === runbook && one.connection === connection),
      ),
    }),
    exitCode: (ofVerdict) => (failed ? exitCodes.failed : ofVerdict),
  }
}

/** Notes what the run's own steps were asked, not those of runbooks that it runs. */
const noteAsked =
  (plan: Plan, notes: Map<string, Asked[]>): NonNullable<RunEffects['asked']> =>
  ({ runbook, step }, asked) => {
    if (runbook === plan.runbook.id) notes.set(step, [...(notes.get(step) ?? []), asked])
  }

interface BundleSource {
  readonly loaded: SoundRunbook
  readonly asked: ReadonlyMap<string, readonly Asked[]>
  readonly beyond: (step: string) => AsyncIterable<Row>
  readonly manifestBefore: number
}

/** Longer questions are cut in the ledger; their digest tells them apart. */
const longestSql = 4000

/** Notes a query in the ledger. */
export async function recordQuery(place: Place, sql: string, result: QueryResult | SeveralResult): Promise<void> {
  if (!wantsRecord(place)) return
  const { window } = result.coverage
  const diary = await openDiary(place.config, place.context)
  await diary.note('query', {
    sql: sql.slice(0, longestSql),
    digest: digestOf(sql),
    connections: 'connections' in result ? result.connections.map(({ name }) => name) : [place.source.connection.name],
    window: window === null ? null : { ...window },
    rows: result.rowCount,
    result: digestOf(canonicalJson([result.columns, result.rows])),
  })
}
